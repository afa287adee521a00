"""A profile and what one may do with it: rename, new token, export, import, delete."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, Final

from streamlit_app import parts as p
from streamlit_app.api.people import NewToken, People, Profile
from streamlit_app.api.transport import ApiError, ApiUnauthorized
from streamlit_app.asked import Asked
from streamlit_app.pages.gate import choose
from streamlit_app.pages.words import status, words

_TOLD: Final = "people_told"
_TOKEN: Final = "people_token"  # noqa: S105 -- a place in the session
_LONGEST_NAME: Final = 60
_LARGEST_MB: Final = 256


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the household."""

    asked: Asked
    profile: Profile

    def parts(self) -> p.Parts:
        """Who it is, and what one may do."""
        yield p.Column(self._inside(), f"person-{self.profile.id}", border=True)

    def _inside(self) -> p.Parts:
        profile = self.profile
        since = time.strftime("%d %b %Y", time.gmtime(profile.created_at))
        told = [f"since {since}"]
        told += ["Trakt connected"] if profile.trakt else []
        told += ["watching now"] if self._is_viewer else []
        yield p.Html(
            f'<h3 class="w-name" dir="auto">{escape(profile.name)}</h3>'
            f'<p class="w-meta">{" · ".join(told)}</p>'
        )
        yield p.Row(self._ways(), gap="xsmall")
        yield from _outcome(self.asked, profile.id)

    @property
    def _is_viewer(self) -> bool:
        return self.asked.who.is_known and self.asked.who.profile == self.profile

    def _ways(self) -> p.Parts:
        own, name = self.profile.id, self.profile.name
        if not self._is_viewer:
            be = partial(choose, self.asked, own)
            yield p.Button(f"Watch as {name}", f"be-{own}", "person", be)
        yield p.Popover("Rename", self._naming, f"rename-{own}", "edit")
        yield p.Button("New token", f"token-{own}", "key", self._renew)
        # Told at once: it is placed by its size, and would be cut off on a phone.
        file = p.Fragment(self._file)
        yield p.Popover("Take out, bring in", lambda: [file], icon="import_export")
        pressed = yield p.Button("Delete", f"delete-{own}", "delete")
        if pressed:
            yield p.Dialog("Delete this person?", self._deleting)

    def _naming(self) -> p.Parts:
        form, name = f"new-name-{self.profile.id}", self.profile.name
        box = p.Box("New name", self._box, name, longest=_LONGEST_NAME, labelled=True)
        yield p.Form(form, [box, p.Button("Rename", does=self._rename, form=form)])

    @property
    def _box(self) -> str:
        return f"w_name_{self.profile.id}"

    def _rename(self) -> None:
        own, name = self.profile.id, (self.asked.session[self._box] or "").strip()
        if name and name != self.profile.name:
            _done(self.asked, own, lambda people: people.rename(own, name), "Renamed.")
        self.asked.session[f"rename-{own}"] = False

    def _renew(self) -> None:
        own = self.profile.id
        made = _keeping(self.asked, lambda people: people.new_token(own))
        _done(self.asked, own, made, "The former token is worth nothing now.")

    def _deleting(self) -> p.Parts:
        yield p.Html(
            f"<p>Everything of <strong>{escape(self.profile.name)}</strong> goes: what was "
            "watched, the ratings, the marks, the connection with Trakt. It can't be undone; "
            "take out a file first if you may want it back.</p>"
        )
        yield p.Row(self._answers())

    def _answers(self) -> p.Parts:
        delete = yield p.Button("Delete for good", "for-good", "delete", kind="primary")
        if delete:
            self._delete()
        keep = yield p.Button("Keep", "keep")
        if delete or keep:
            yield p.Again()

    def _delete(self) -> None:
        asked, own = self.asked, self.profile.id
        if _done(asked, own, lambda people: people.delete(own), ""):
            if asked.who.caller.profile == own:
                choose(asked, "")
            _tell(asked, "", f"{self.profile.name} is deleted.")

    def _file(self) -> p.Parts:
        yield words("All data of this person as one file, for here or elsewhere.")
        own, people = self.profile.id, self.asked.client.people(self.asked.who.caller)
        yield p.Guarded(self._exporting(people))
        file = yield p.widget(
            "file_uploader",
            "Bring such a file into this profile",
            type="json",
            key=f"file-{own}",
            max_upload_size=_LARGEST_MB,
        )
        if file is None:
            return
        pressed = yield p.Button("Bring it in", f"bring-{own}", kind="primary")
        if pressed:
            yield self._brought(people, file.getvalue())

    def _exporting(self, people: People) -> p.Parts:
        own = self.profile.id
        pressed = yield p.Button("Make the file", f"export-{own}", "archive")
        if pressed:
            name = re.sub(r"[^A-Za-z0-9]+", "-", self.profile.name).strip("-") or "profile"
            yield p.widget(
                "download_button",
                "Save it",
                people.export(own),
                f"watcher-{name}.json",
                "application/json",
                key=f"save-{own}",
                icon=":material/download:",
                on_click="ignore",
            )

    def _brought(self, people: People, file: bytes) -> p.Widget:
        try:
            taken = people.bring_in(self.profile.id, file)
        except ValueError:
            return p.widget("error", "This is not a file that watcher made.")
        except ApiError as error:
            return p.widget("error", error.detail)
        self.asked.changed()
        told = f"{taken.added:,} entries are new, {taken.replaced:,} were replaced."
        return p.widget("success", told)


def adding(asked: Asked) -> p.Parts:
    """The form for somebody new; only where the household may be changed."""
    box = p.Box("Add a person", "w_new_name", longest=_LONGEST_NAME, width=260, labelled=True)
    does = partial(_add, asked)
    button = p.Button("Add", icon="person_add", does=does, form="add-person")
    yield p.Form("add-person", [p.Row([box, button], align="bottom")], clears=True)
    yield from _outcome(asked, "")


def made_token(asked: Asked) -> p.Parts:
    """The token that was just made: the API tells it once, and so does this."""
    made: NewToken | None = asked.session.get(_TOKEN)
    if made is None:
        return
    told = p.Html(
        f'<h2 class="w-ask">The token of {escape(made.name)}</h2><p class="w-quiet">It is '
        "shown this once. Whoever opens watcher from another machine needs it; keep it where "
        "passwords are kept.</p>"
    )
    code = p.widget("code", made.token, language=None, wrap_lines=True)
    kept = partial(asked.session.pop, _TOKEN, None)
    button = p.Button("I have it", "token-kept", does=kept)
    yield p.Column([told, code, button], "new-token", border=True)


def _add(asked: Asked) -> None:
    name = (asked.session["w_new_name"] or "").strip()
    if not name:
        _tell(asked, "", "Say the person's name first.")
        return
    # Several people ask for a choice: whoever was alone before stays chosen.
    before = asked.who.profile
    if _done(asked, "", _keeping(asked, lambda people: people.add(name)), "") and before:
        choose(asked, before.id)


def _keeping(asked: Asked, make: Callable[[People], NewToken]) -> Callable[[People], Any]:
    """The change that makes a token, which is kept to be shown."""
    return lambda people: asked.session.update({_TOKEN: make(people)})


def _done(asked: Asked, own: str, change: Callable[[People], object], sentence: str) -> bool:
    """Make a change to the household; whether it was made. What was said stands at the person."""
    try:
        change(asked.client.people(asked.who.caller))
    except ApiUnauthorized:
        _tell(asked, own, "Your token does not allow that: it takes the admin's.")
        return False
    except ApiError as error:
        _tell(asked, own, error.detail)
        return False
    asked.changed()
    _tell(asked, own, sentence)
    return True


def _tell(asked: Asked, own: str, sentence: str) -> None:
    asked.session[_TOLD] = (own, sentence)


def _outcome(asked: Asked, own: str) -> p.Parts:
    """What the last change said, where it was made."""
    told = asked.session.get(_TOLD)
    if told and told[0] == own and told[1]:
        asked.session[_TOLD] = None
        yield status(told[1], "w-done")
