"""What one likes: a map of it, the tastes with what is missing in each, habits, ratings."""

from __future__ import annotations

from functools import partial
from typing import Final

import streamlit as st

from streamlit_app import address, answers, gate, notices, viewer
from streamlit_app.api.taste import Crowd, Taste
from streamlit_app.followed import Followed
from streamlit_app.links import HISTORY, HOME, RECOMMENDATIONS, link, page_link
from streamlit_app.pages.lists import today
from streamlit_app.pages.taste import words as taste_words
from streamlit_app.questions.lists import Wish
from streamlit_app.questions.search import Search
from streamlit_app.questions.vocabulary import KINDS_NAMES, Kinds
from streamlit_app.render.charts import habits as taste_charts
from streamlit_app.render.markdown import plain
from streamlit_app.taste_panel import map_panel, taste_panel
from streamlit_app.unfolding import expander


def show() -> None:
    """The whole page."""
    st.html("<h1>Your taste</h1>")
    if gate.known("see your taste") is None:
        return
    kinds = _current()
    _KINDS.begin(kinds)
    st.segmented_control(
        "What to show",
        list(KINDS_NAMES),
        default=kinds,
        format_func=KINDS_NAMES.__getitem__,
        required=True,
        label_visibility="collapsed",
        **_KINDS.bound("kinds"),
    )
    with notices.guard():
        answers.health()
        wish = today.wish()
        with st.spinner("Drawing your map …"):
            found = answers.client().taste(viewer.caller(), kinds, wish.count, wish.seed)
        if found.needed:
            _too_little(found, kinds)
        else:
            _whole(found)


def _too_little(found: Taste, kinds: Kinds) -> None:
    """A map of nothing helps nobody: say what is needed, and where to bring it from."""
    notices.notice("Nothing to draw yet", taste_words.too_little(found, kinds))
    with st.container(horizontal=True, gap="small"):
        page_link(HOME, "Pick titles that you like", {"pick": "1"}, icon=":material/favorite:")
        page_link(HISTORY, "Import a file", {"view": "import"}, icon=":material/upload_file:")


def _whole(found: Taste) -> None:
    st.html(f'<p class="w-quiet w-count" role="status">{taste_words.summary(found)}</p>')
    map_panel(found)
    taste_panel(found)
    st.html('<h2 class="w-ask">What you watch</h2>')
    _habits(found)
    st.html('<h2 class="w-ask">You and everybody else</h2>')
    _crowd(found.crowd)
    page_link(RECOMMENDATIONS, "What to see next", icon=":material/playlist_play:")


def _habits(found: Taste) -> None:
    first, second = st.columns(2, gap="large")
    with first:
        st.html('<h3 class="w-name">Genres</h3>')
        st.vega_lite_chart(
            taste_charts.genres(found),
            width="stretch",
            alt="Bars: the share of each genre in what you have seen; the table below has them.",
        )
        st.html('<p class="w-quiet w-key">Bars are your share, the marks that of known titles.</p>')
    with second:
        st.html('<h3 class="w-name">When they came out</h3>')
        st.vega_lite_chart(
            taste_charts.decades(found),
            width="stretch",
            alt="Columns: titles by the decade they came out in; the table below has them.",
        )
    if len(found.years) > 1:
        st.html('<h3 class="w-name">When you watched them</h3>')
        st.vega_lite_chart(
            taste_charts.years(found),
            width="stretch",
            alt="Lines: titles by genre and year of watching; the table below has them.",
        )
    tables = partial(_tables, found)
    expander("These figures as tables", tables, key="habits")


def _tables(found: Taste) -> None:
    tables = [taste_words.genre_table(found), taste_words.decade_table(found)]
    if found.years:
        tables.append(taste_words.year_table(found))
    st.html("".join(tables))


def _crowd(crowd: Crowd) -> None:
    st.html(f'<p class="w-quiet">{taste_words.beside(crowd)}</p>')
    if not crowd.count:
        return
    st.vega_lite_chart(
        taste_charts.beside(crowd),
        width="stretch",
        alt="Points: your rating of each title over TMDB's average; the table below has them.",
    )
    st.html('<p class="w-quiet">Below, your rating stands first, then TMDB\'s average.</p>')
    for heading, some in (("You like these more", crowd.above), ("And these less", crowd.below)):
        if some:
            st.html(f'<h3 class="w-name">{heading}</h3>')
            with st.container(horizontal=True, gap="small"):
                for one in some:
                    label = f"{plain(one.dated)}: {one.mine} · {one.crowd:.1f}"
                    link(label, Search(title=one.ref))
    table = partial(_table, crowd)
    expander("These ratings as a table", table, key="rated")


def _table(crowd: Crowd) -> None:
    st.html(taste_words.crowd_table(crowd))


def _current() -> Kinds:
    return Wish.from_params(address.params()).kinds


def _write(kinds: Kinds) -> None:
    address.go(Wish(of=Search(results=kinds)).to_params())


_KINDS: Final = Followed("taste", _current, _write, lambda _kinds, _field, chosen: chosen)
show()
