"""The people of the household, and Trakt."""

from __future__ import annotations

import time
from html import escape

from streamlit_app import trakt_words
from streamlit_app.api.people import Profile, TraktState
from streamlit_app.prerender import parts, words
from streamlit_app.prerender.asked import Asked, Shown
from streamlit_app.trakt_words import ago


def people(asked: Asked) -> Shown:
    """The household."""
    who = asked.who
    head = [words.heading("People")]
    if who.is_known:
        head.append(_trakt(asked))
    else:
        head += words.choice(asked)
    if not who.people:
        alone = (
            "You are alone here, and need no profile. Add people to give each a history of their "
            "own."
        )
        return Shown([*head, words.lead(alone), _adding()])
    every = [_person(one, is_viewer=who.is_known and who.profile == one) for one in who.people]
    return Shown([*head, parts.html('<h2 class="w-ask">Profiles</h2>'), *every, _adding()])


def _trakt(asked: Asked) -> str:
    who = asked.who
    state = asked.client.trakt(who.caller).state()
    whose = f" of {escape(who.profile.name)}" if who.profile and len(who.people) > 1 else ""
    told = [parts.html(f'<h2 class="w-ask">Trakt{whose}</h2>')]
    if not state.configured:
        told.append(parts.html(trakt_words.NOT_CONFIGURED))
    elif state.connected:
        told.append(parts.html(f'<p class="w-quiet">Connected, {ago(state.synced_at)}.</p>'))
        told += _again(state) if state.problem else []
        ways = [
            parts.link("Sync in the history", asked.href("history"), "sync"),
            parts.button("Disconnect Trakt", "trakt-out", "link_off"),
        ]
        told.append(parts.row(ways))
    else:
        told += [parts.html(trakt_words.NOT_CONNECTED), _ways_in()]
    return parts.column(told, "trakt", bordered=True)


def _again(state: TraktState) -> list[str]:
    return [parts.notice("Connect again", state.problem), _ways_in()]


def _ways_in() -> str:
    browser = parts.button("Connect in this browser", "trakt-browser", "link", kind="primary")
    device = parts.button("With a code on another device", "trakt-device", "devices")
    return parts.row([browser, device])


def _person(profile: Profile, *, is_viewer: bool) -> str:
    since = time.strftime("%d %b %Y", time.gmtime(profile.created_at))
    told = [f"since {since}"]
    told += ["Trakt connected"] if profile.trakt else []
    told += ["watching now"] if is_viewer else []
    own = profile.id
    ways = [] if is_viewer else [parts.button(f"Watch as {profile.name}", f"be-{own}", "person")]
    ways += [
        parts.popover("Rename", f"rename-{own}", "edit"),
        parts.button("New token", f"token-{own}", "key"),
        parts.popover("Take out, bring in", "", "import_export"),
        parts.button("Delete", f"delete-{own}", "delete"),
    ]
    name = (
        f'<h3 class="w-name" dir="auto">{escape(profile.name)}</h3>'
        f'<p class="w-meta">{" · ".join(told)}</p>'
    )
    return parts.column(
        [parts.html(name), parts.row(ways, "", "xsmall")], f"person-{own}", bordered=True
    )


def _adding() -> str:
    name = parts.box("Add a person", "w_new_name", width=260, labelled=True)
    return parts.row(
        [name, parts.button("Add", "FormSubmitter-add-person-Add", "person_add")], align="end"
    )
