"""What to see next: a list with reasons, and why a title isn't in it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from streamlit_app import answers, gate, held_lists, notices
from streamlit_app.api.recommendations import Picks
from streamlit_app.api.transport import ApiError
from streamlit_app.links import HOME, RECOMMENDATIONS, link, page_link
from streamlit_app.list_panel import current, panel
from streamlit_app.picks_grid import picks_grid
from streamlit_app.questions.lists import Wish
from streamlit_app.questions.search import Search
from streamlit_app.why_panel import why_panel
from streamlit_app.wording import counted

_POLL_SECONDS: Final = 0.5


def show() -> None:
    """The whole page."""
    st.html("<h1>What to see next</h1>")
    if gate.known("choose for you") is None:
        return
    wish = current()
    with notices.guard():
        panel(wish, has_model=_has_model())
        picks = held_lists.picks(wish)
        worded = _worded(wish) if wish.worded and picks.results else None
        if not picks.results:
            _nothing(wish, picks)
        else:
            _list(wish, worded or picks)
        why_panel(wish)


def _list(wish: Wish, picks: Picks) -> None:
    if picks.cold_start:
        notices.notice("Getting to know you", picks.cold_start)
        page_link(HOME, "Pick titles that you like", {"pick": "1"}, icon=":material/favorite:")
    number = f", list number {wish.seed}" if wish.seed else ""
    count = counted(len(picks.results), "title")
    st.html(f'<p class="w-quiet w-count" role="status">{count}, best first{number}</p>')
    if picks.note:
        st.caption(picks.note)
    picks_grid(picks, Search())


def _nothing(wish: Wish, picks: Picks) -> None:
    """No result is no error: say why, and offer to loosen what narrows it."""
    set_now = wish.of.described()
    what = f" You set: {', '.join(set_now)}." if set_now else ""
    notices.notice("Nothing to recommend", (picks.note or "There is nothing.") + what)
    with st.container(horizontal=True, gap="small"):
        if wish.of.filters:
            page_link(RECOMMENDATIONS, "Without filters", wish.without_filters().to_params())
        if wish.kinds != "all":
            page_link(RECOMMENDATIONS, "Films and series", Wish(count=wish.count).to_params())
        link("Search for something", Search(), icon=":material/explore:")


def _has_model() -> bool:
    return answers.health().language_model.state != "off"


def _worded(wish: Wish) -> Picks | None:
    """The language model's words once they are there; the plain ones stand until then."""
    asked = held_lists.worded(wish)
    if not asked.done():
        _waiting(wish)
        return None
    try:
        return asked.result()
    except ApiError as error:
        st.caption(f"The language model's words did not come: {error.detail}")
        return None


@st.fragment(run_every=_POLL_SECONDS)
def _waiting(wish: Wish) -> None:
    """Look every half second whether the words are there."""
    if held_lists.worded(wish).done():
        st.rerun()
    st.html(
        '<p class="w-quiet" role="status">The language model is choosing its words; the list '
        "stands meanwhile.</p>"
    )


show()
