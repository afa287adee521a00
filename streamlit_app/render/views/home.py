"""Where one begins: first steps for somebody new, today's picks for everybody else."""

from __future__ import annotations

from typing import Final

import streamlit as st

from streamlit_app import address, answers, gate, held_lists, links, notices, viewer
from streamlit_app.api.history import HistoryRow
from streamlit_app.api.recommendations import Picks
from streamlit_app.first_steps import first_steps
from streamlit_app.links import HISTORY, PEOPLE, RECOMMENDATIONS, link, page_link
from streamlit_app.pages.lists import today
from streamlit_app.picks_grid import picks_grid
from streamlit_app.questions.search import Search
from streamlit_app.render.markdown import plain

_LATEST: Final = 10
_PICKING: Final = "home_picking"
_OLD_LINKS: Final = ("q", "title", "like")


def show() -> None:
    """The whole page."""
    asked = address.params()
    if any(name in asked for name in _OLD_LINKS):
        st.switch_page(links.SIMILAR, query_params=address.with_profile(asked))
    heading = st.container()
    if not _shown(asked):
        with heading:
            st.html("<h1>Welcome to watcher</h1>")


def _shown(asked: address.Params) -> bool:
    """The page of whoever is watching; False where it could not be shown."""
    who = gate.known("choose for you")
    if who is None:
        return False
    with notices.guard():
        answers.health()
        history = answers.client().history(viewer.caller())
        latest = history.page({"limit": _LATEST, "offset": 0, "sort": "latest"})
        # Whoever picks titles goes on picking until they say that they are done.
        picker = who.caller.profile if len(who.people) > 1 else ""
        picking = st.session_state.get(_PICKING) == picker
        if not latest.total or "pick" in asked or picking:
            st.session_state[_PICKING] = picker
            _first(has_history=bool(latest.total))
        else:
            _picks(latest.rows)
        return True
    return False


def _first(*, has_history: bool) -> None:
    if has_history:
        st.html("<h1>What do you like?</h1>")
    else:
        st.html(
            "<h1>Welcome to watcher</h1>"
            '<p class="w-lead w-quiet">It finds films and series like those you love, and says '
            "why. Bring what you have watched, or pick three titles that you like.</p>"
        )
    with st.container(key="bring", horizontal=True, gap="small"):
        page_link(HISTORY, "Import a file", {"view": "import"}, icon=":material/upload_file:")
        page_link(PEOPLE, "Connect Trakt", icon=":material/link:")
        link("Just look around", Search(), icon=":material/explore:")
    first_steps(_done)


def _done() -> None:
    st.session_state[_PICKING] = None
    address.go({})


def _picks(latest: tuple[HistoryRow, ...]) -> None:
    picks = held_lists.picks(today.wish())
    st.html("<h1>Picks for today</h1>")
    _told(picks)
    picks_grid(picks, Search())
    st.html('<h2 class="w-ask">Go on</h2>')
    with st.container(horizontal=True, gap="small"):
        page_link(RECOMMENDATIONS, "A longer list", icon=":material/playlist_play:")
        last = next((row for row in latest if row.title), None)
        if last and last.title:
            label = f"Like {plain(last.title.title)}"
            link(label, Search(title=last.title.ref), icon=":material/explore:")
        page_link(HISTORY, "Your history", icon=":material/history:")
        page_link(
            links.HOME, "Pick more titles you like", {"pick": "1"}, icon=":material/favorite:"
        )


def _told(picks: Picks) -> None:
    for sentence in (picks.cold_start, picks.note):
        if sentence:
            st.html(f'<p class="w-lead w-quiet">{sentence}</p>')


show()
