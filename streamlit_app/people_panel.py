"""A profile and what one may do with it: rename, new token, export, import, delete."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Final

import streamlit as st

from streamlit_app import answers, notices, viewer
from streamlit_app.api.people import NewToken, People, Profile
from streamlit_app.api.transport import ApiError, ApiUnauthorized
from streamlit_app.render.markdown import plain
from streamlit_app.unfolding import popover

_TOLD: Final = "people_told"
_TOKEN: Final = "people_token"  # noqa: S105 -- a place in the session
_LONGEST_NAME: Final = 60
_LARGEST_MB: Final = 20


def person(profile: Profile, *, is_viewer: bool) -> None:
    """One person."""
    with st.container(key=f"person-{profile.id}", border=True, gap="small"):
        since = time.strftime("%d %b %Y", time.gmtime(profile.created_at))
        told = [f"since {since}"]
        told += ["Trakt connected"] if profile.trakt else []
        told += ["watching now"] if is_viewer else []
        st.html(
            f'<h3 class="w-name" dir="auto">{escape(profile.name)}</h3>'
            f'<p class="w-meta">{" · ".join(told)}</p>'
        )
        with st.container(horizontal=True, gap="xsmall"):
            if not is_viewer:
                st.button(
                    f"Watch as {plain(profile.name)}",
                    key=f"be-{profile.id}",
                    icon=":material/person:",
                    on_click=viewer.choose,
                    args=(profile.id,),
                )
            rename = partial(_rename, profile)
            popover("Rename", rename, key=f"rename-{profile.id}", icon=":material/edit:")
            st.button(
                "New token",
                key=f"token-{profile.id}",
                icon=":material/key:",
                on_click=_renew,
                args=(profile,),
            )
            # Drawn at once: it is placed by its size, and would be cut off on a phone.
            with st.popover("Take out, bring in", icon=":material/import_export:"):
                _file(profile)
            if st.button("Delete", key=f"delete-{profile.id}", icon=":material/delete:"):
                _delete(profile)
        _outcome(profile.id)


def add_person() -> None:
    """The form for somebody new; only where the household may be changed."""
    with (
        st.form("add-person", clear_on_submit=True, border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.text_input("Add a person", key="w_new_name", max_chars=_LONGEST_NAME, width=260)
        st.form_submit_button("Add", icon=":material/person_add:", on_click=_add)
    _outcome("")


def new_token() -> None:
    """The token that was just made: the API tells it once, and so does this."""
    made: NewToken | None = st.session_state.get(_TOKEN)
    if made is None:
        return
    with st.container(key="new-token", border=True, gap="small"):
        st.html(
            f'<h2 class="w-ask">The token of {escape(made.name)}</h2><p class="w-quiet">It is '
            "shown this once. Whoever opens watcher from another machine needs it; keep it where "
            "passwords are kept.</p>"
        )
        st.code(made.token, language=None, wrap_lines=True)
        st.button("I have it", key="token-kept", on_click=_let_go)


def _let_go() -> None:
    st.session_state.pop(_TOKEN, None)


def _add() -> None:
    name = (st.session_state["w_new_name"] or "").strip()
    if not name:
        _tell("", "Say the person's name first.")
        return

    def made(people: People) -> None:
        st.session_state[_TOKEN] = people.add(name)

    # Several people ask for a choice: whoever was alone before stays chosen.
    before = viewer.now().profile
    if _done("", made, "") and before:
        viewer.choose(before.id)


def _rename(profile: Profile) -> None:
    with st.form(f"new-name-{profile.id}", border=False):
        st.text_input("New name", profile.name, key=f"w_name_{profile.id}", max_chars=_LONGEST_NAME)
        st.form_submit_button("Rename", on_click=_renamed, args=(profile,))


def _renamed(profile: Profile) -> None:
    name = (st.session_state[f"w_name_{profile.id}"] or "").strip()
    if name and name != profile.name:
        _done(profile.id, lambda people: people.rename(profile.id, name), "Renamed.")
    st.session_state[f"rename-{profile.id}"] = False


def _renew(profile: Profile) -> None:
    def made(people: People) -> None:
        st.session_state[_TOKEN] = people.new_token(profile.id)

    _done(profile.id, made, "The former token is worth nothing now.")


@st.dialog("Delete this person?")
def _delete(profile: Profile) -> None:
    st.html(
        f"<p>Everything of <strong>{escape(profile.name)}</strong> goes: what was watched, the "
        "ratings, the marks, the connection with Trakt. It can't be undone; take out a file first "
        "if you may want it back.</p>"
    )
    with st.container(horizontal=True, gap="small"):
        if st.button("Delete for good", type="primary", icon=":material/delete:", key="for-good"):
            if _done(profile.id, lambda people: people.delete(profile.id), ""):
                if viewer.caller().profile == profile.id:
                    viewer.choose("")
                _tell("", f"{profile.name} is deleted.")
            st.rerun()
        if st.button("Keep", key="keep"):
            st.rerun()


@st.fragment
def _file(profile: Profile) -> None:
    st.html('<p class="w-quiet">All data of this person as one file, for here or elsewhere.</p>')
    with notices.guard():
        if st.button("Make the file", key=f"export-{profile.id}", icon=":material/archive:"):
            name = re.sub(r"[^A-Za-z0-9]+", "-", profile.name).strip("-") or "profile"
            st.download_button(
                "Save it",
                answers.client().people(viewer.caller()).export(profile.id),
                f"watcher-{name}.json",
                "application/json",
                key=f"save-{profile.id}",
                icon=":material/download:",
                on_click="ignore",
            )
    file = st.file_uploader(
        "Bring such a file into this profile",
        type="json",
        key=f"file-{profile.id}",
        max_upload_size=_LARGEST_MB,
    )
    if file is not None and st.button("Bring it in", key=f"bring-{profile.id}", type="primary"):
        try:
            taken = answers.client().people(viewer.caller()).bring_in(profile.id, file.getvalue())
        except ValueError:
            st.error("This is not a file that watcher made.")
        except ApiError as error:
            st.error(error.detail)
        else:
            viewer.changed()
            st.success(f"{taken.added:,} entries are new, {taken.replaced:,} were replaced.")


def _done(profile_id: str, change: Callable[[People], object], sentence: str) -> bool:
    """Make a change to the household; whether it was made. What was said stands at the person."""
    try:
        change(answers.client().people(viewer.caller()))
    except ApiUnauthorized:
        _tell(profile_id, "Your token does not allow that: it takes the admin's.")
        return False
    except ApiError as error:
        _tell(profile_id, error.detail)
        return False
    viewer.changed()
    _tell(profile_id, sentence)
    return True


def _tell(profile_id: str, sentence: str) -> None:
    st.session_state[_TOLD] = (profile_id, sentence)


def _outcome(profile_id: str) -> None:
    """What the last change said, where it was made."""
    told = st.session_state.get(_TOLD)
    if told and told[0] == profile_id and told[1]:
        st.session_state[_TOLD] = None
        st.html(f'<p class="w-done" role="status">{escape(told[1])}</p>')
