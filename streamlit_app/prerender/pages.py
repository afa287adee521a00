"""Home, lists, searches, histories, people and the operator's page."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from html import escape
from math import ceil
from typing import Final

from streamlit_app import cards, starters, today, trakt_words
from streamlit_app.api.history import HistoryPage
from streamlit_app.api.people import Profile
from streamlit_app.api.recommendations import Picks
from streamlit_app.api.titles import TitleFacts
from streamlit_app.api.transport import NOBODY, ApiRefused
from streamlit_app.history_state import NOTHING_YET, ROWS, VIEWS, HistoryView
from streamlit_app.list_state import Wish
from streamlit_app.prerender import grids, panels, parts
from streamlit_app.prerender.asked import Asked, Shown
from streamlit_app.prerender.taste_page import taste
from streamlit_app.questions import named_by, question
from streamlit_app.search_state import Search, longer
from streamlit_app.vocabulary import EXAMPLES
from streamlit_app.ways import times, words_of
from streamlit_app.wording import counted

_LATEST: Final = 10
_OLD_LINKS: Final = ("q", "title", "like")


def home(asked: Asked) -> Shown | None:
    """First steps for somebody new, today's picks for everybody else."""
    if any(name in asked.params for name in _OLD_LINKS):
        return None
    if not asked.who.is_known:
        return _whose(asked, "Welcome to watcher")
    history = asked.client.history(asked.who.caller)
    latest = history.page({"limit": _LATEST, "offset": 0, "sort": "latest"})
    if not latest.total or "pick" in asked.params:
        return _first_steps(asked, has_history=bool(latest.total))
    found = _listed(asked, today.wish())
    return Shown(
        [
            _heading("Picks for today"),
            *_told(found, "w-lead w-quiet"),
            grids.picks(asked, found.results),
            parts.html('<h2 class="w-ask">Go on</h2>'),
            parts.row(_further(asked, latest)),
        ]
    )


def recommendations(asked: Asked) -> Shown | None:
    """What to see next."""
    if not asked.who.is_known:
        return _whose(asked, "What to see next")
    wish = Wish.from_params(asked.params)
    found = _listed(asked, wish)
    if not found.results:
        return None
    has_model = asked.health.language_model.state != "off"
    below: list[str] = []
    if found.cold_start:
        pick = parts.link("Pick titles that you like", asked.href("", {"pick": "1"}), "favorite")
        below = [parts.notice("Getting to know you", found.cold_start), pick]
    number = f", list number {wish.seed}" if wish.seed else ""
    count = f"{counted(len(found.results), 'title')}, best first{number}"
    note = [parts.html(f'<p class="w-caption">{escape(found.note)}</p>')] if found.note else []
    return Shown(
        [
            _heading("What to see next"),
            panels.of_list(wish, has_model=has_model),
            *below,
            _count(count),
            *note,
            grids.picks(asked, found.results),
            parts.expander("Why is a title not here?", "why"),
        ]
    )


def similar(asked: Asked) -> Shown | None:
    """Titles like one, like several, or by words; what to try where nothing is asked for."""
    search = Search.from_params(asked.params)
    panel = panels.of_search(asked, search)
    if search.is_empty:
        tries = [parts.link(text, asked.similar(Search(text=text))) for text in EXAMPLES]
        return Shown(
            [
                _heading("What would you like to watch?"),
                panel,
                _lead(
                    "Say in your own words what you are in the mood for. For a start:",
                ),
                parts.row(tries, "examples"),
                _lead("Or begin with a title:"),
                grids.grid(asked, starters.STARTERS, Search()),
            ]
        )
    caller = asked.who.caller if search.unseen and asked.who.is_known else NOBODY
    try:
        found = asked.client.titles.similar(search, caller).results
        facts = asked.client.titles.title(search.title) if search.title else None
    except ApiRefused:
        return None
    if not found:
        return None
    order = "nearest" if search.title or search.like else "best"
    count = "1 title" if len(found) == 1 else f"{len(found)} titles, {order} first"
    heading, name = _question(asked, search, facts)
    more = longer(search, len(found))
    show_more = parts.row([parts.button("Show more", "", "expand_more")], "more", place="middle")
    return Shown(
        [
            *heading,
            panel,
            _count(count),
            grids.grid(asked, found, search),
            *([show_more] if more else []),
        ],
        name,
    )


def history(asked: Asked) -> Shown | None:
    """The rows of a history; of the other views their frame."""
    if not asked.who.is_known:
        return _whose(asked, "History")
    view = HistoryView.from_params(asked.params)
    views = parts.segments(VIEWS.values(), VIEWS[view.view], "history_view")
    head = [_heading("History"), views]
    if view.view != "list" or asked.client.trakt(asked.who.caller).state().connected:
        return Shown(head)
    found = asked.client.history(asked.who.caller).page(view.to_query())
    if not found.rows:
        return Shown([*head, *panels.of_history(view), *_empty(asked, found, view)])
    pages = ceil(found.total / ROWS)
    where = f", page {view.page:,} of {pages:,}" if pages > 1 else ""
    told = [(*words_of(row), *times(row)) if row.title else () for row in found.rows]
    return Shown(
        [
            *head,
            *panels.of_history(view),
            _count(counted(found.total, "title") + where),
            grids.rows(asked, found.rows, told),
        ]
    )


def _empty(asked: Asked, found: HistoryPage, view: HistoryView) -> list[str]:
    """Where to begin; for a view that shows none of the rows there are, nothing."""
    if found.total or view.is_narrowed:
        return []
    ways = [
        parts.link("Import a file", asked.href("history", {"view": "import"}), "upload_file"),
        parts.link("Connect Trakt", asked.href("people"), "sync"),
        parts.link("Look for titles you know", asked.href("similar"), "explore"),
    ]
    return [parts.notice(*NOTHING_YET), parts.row(ways)]


def people(asked: Asked) -> Shown:
    """The household."""
    who = asked.who
    head = [_heading("People")]
    if who.is_known:
        head.append(_trakt(asked))
    else:
        head += _choice(asked)
    if not who.people:
        alone = (
            "You are alone here, and need no profile. Add people to give each a history of their "
            "own."
        )
        return Shown([*head, _lead(alone), _adding()])
    every = [_person(one, is_viewer=who.is_known and who.profile == one) for one in who.people]
    return Shown([*head, parts.html('<h2 class="w-ask">Profiles</h2>'), *every, _adding()])


def admin(asked: Asked) -> Shown:
    """Before the operator's page: it asks for the token."""
    del asked
    token = parts.box("Admin token", "w_admin_token", width=360, labelled=True, secret=True)
    return Shown(
        [
            _heading("Admin"),
            parts.html(
                '<p class="w-lead w-quiet">This page asks for the admin token: the setting '
                "<code>ADMIN_TOKEN</code>, or what stands in the file <code>admin_token</code> in "
                "the data folder. It is kept until you close or reload this page.</p>"
            ),
            parts.row([token, parts.button("Open", kind="primary")], align="end"),
        ]
    )


PAGES: Final[Mapping[str, Callable[[Asked], Shown | None]]] = {
    "": home,
    "recommendations": recommendations,
    "similar": similar,
    "history": history,
    "taste": taste,
    "people": people,
    "admin": admin,
}
"""By their paths. None where the page can't be told before it is there."""


def _listed(asked: Asked, wish: Wish) -> Picks:
    return asked.client.recommendations(asked.who.caller).picks(wish.unworded)


def _heading(text: str) -> str:
    return parts.html(f'<h1 dir="auto">{escape(text)}</h1>')


def _lead(text: str) -> str:
    return parts.html(f'<p class="w-lead w-quiet">{escape(text)}</p>')


def _count(text: str) -> str:
    return parts.html(f'<p class="w-quiet w-count" role="status">{escape(text)}</p>')


def _told(found: Picks, style: str) -> list[str]:
    sentences = (found.cold_start, found.note)
    return [parts.html(f'<p class="{style}">{escape(one)}</p>') for one in sentences if one]


def _whose(asked: Asked, heading: str) -> Shown:
    return Shown([_heading(heading), *_choice(asked)])


def _choice(asked: Asked) -> list[str]:
    """Who is watching? Each name leads to this page as that person."""
    names = [
        parts.button(person.name, f"whom-{person.id}", "person") for person in asked.who.people
    ]
    return [parts.html('<h2 class="w-ask">Who is watching?</h2>'), parts.row(names, "whom")]


def _first_steps(asked: Asked, *, has_history: bool) -> Shown:
    welcome = (
        '<p class="w-lead w-quiet">It finds films and series like those you love, and says why. '
        "Bring what you have watched, or pick three titles that you like.</p>"
    )
    heading = "What do you like?" if has_history else "Welcome to watcher"
    ways = [
        parts.link("Import a file", asked.href("history", {"view": "import"}), "upload_file"),
        parts.link("Connect Trakt", asked.href("people"), "link"),
        parts.link("Just look around", asked.href("similar"), "explore"),
    ]
    known = []
    for ref in starters.WELL_KNOWN:
        try:
            known.append(asked.client.titles.title(ref))
        except ApiRefused:
            continue
    stand = asked.standings(title.ref for title in known)
    liked = {title.ref for title in known if (row := stand.get(title.ref)) and row.loved}
    end: list[str] = []
    if liked:
        kind: parts.Kind = "primary" if len(liked) >= starters.ENOUGH else "secondary"
        end = [parts.button("Show my picks", "first-done", "arrow_forward", kind=kind)]
    told = parts.html(
        f'<p class="w-quiet" role="status">{starters.told(len(liked))}</p>', grows=False
    )
    covers = [
        parts.column(
            [
                parts.html(cards.card(starters.short(title), level=2)),
                parts.button(
                    "You like it" if title.ref in liked else "I like it",
                    f"like-{title.ref}",
                    "favorite",
                    kind="primary" if title.ref in liked else "secondary",
                    wide=True,
                ),
            ],
            f"card-first{rank}",
        )
        for rank, title in enumerate(known)
    ]
    name = "Begin to type a name, such as The Matrix"
    return Shown(
        [
            parts.html(f"<h1>{heading}</h1>{'' if has_history else welcome}"),
            parts.row(ways, "bring"),
            parts.box(
                "Name of a film or series that you like",
                "w_first",
                placeholder=name,
                searches=True,
            ),
            parts.row([told, *end], "first-steps", align="center"),
            parts.column(covers, "grid-first"),
        ]
    )


def _further(asked: Asked, latest: HistoryPage) -> list[str]:
    last = next((row.title for row in latest.rows if row.title), None)
    found = [parts.link("A longer list", asked.href("recommendations"), "playlist_play")]
    if last:
        like = asked.similar(Search(title=last.ref))
        found.append(parts.link(f"Like {last.title}", like, "explore"))
    return [
        *found,
        parts.link("Your history", asked.href("history"), "history"),
        parts.link("Pick more titles you like", asked.href("", {"pick": "1"}), "favorite"),
    ]


def _question(asked: Asked, search: Search, facts: TitleFacts | None) -> tuple[list[str], str]:
    """What is asked, as the page's heading, and its name in a tab."""
    if facts is not None and search.title:
        name = f"Similar to {facts.title}{f' ({facts.year})' if facts.year else ''}"
        row = asked.standings([facts.ref]).get(facts.ref)
        mine = words_of(row)
        another = asked.similar(Search.liking(search, facts.ref))
        acts = parts.row(
            [
                *grids.bar(asked, row, "hero"),
                parts.link("Add another title", another, "add"),
            ],
            "hero-acts",
        )
        hero = parts.column([parts.html(cards.hero(facts, mine=mine)), acts], "hero")
        return [parts.column([_heading(name), hero])], f"{name} · watcher"
    if search.like:
        name = question(search, lambda ref: named_by(asked.client.titles.title, ref))
        return [_heading(name)], f"{name} · watcher"
    return [_heading("What would you like to watch?")], "watcher"


def _trakt(asked: Asked) -> str:
    who = asked.who
    state = asked.client.trakt(who.caller).state()
    whose = f" of {escape(who.profile.name)}" if who.profile and len(who.people) > 1 else ""
    told = [parts.html(f'<h2 class="w-ask">Trakt{whose}</h2>')]
    if not state.configured:
        told.append(parts.html(trakt_words.NOT_CONFIGURED))
    elif not state.connected:
        told.append(parts.html(trakt_words.NOT_CONNECTED))
    return parts.column(told, "trakt", bordered=True)


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
    return parts.row([name, parts.button("Add", "", "person_add")], align="end")
