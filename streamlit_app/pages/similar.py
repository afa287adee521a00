"""Similar titles: by words, or by a title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from streamlit_app import answers, cards, notices
from streamlit_app.api_client import (
    ApiNotReady,
    ApiRefused,
    ApiUnreachable,
    Similar,
    TitleCard,
)
from streamlit_app.links import link
from streamlit_app.search_panel import current, panel
from streamlit_app.search_state import Search, TitleRef
from streamlit_app.vocabulary import EXAMPLES, KIND_NAMES

# Well-known titles for the first page; the sample catalogue holds them all.
_STARTERS: Final = (
    TitleCard(
        tmdb_id=603,
        media_type="movie",
        title="The Matrix",
        year=1999,
        genres=("Action", "Science Fiction"),
    ),
    TitleCard(
        tmdb_id=194, media_type="movie", title="Amélie", year=2001, genres=("Comedy", "Romance")
    ),
    TitleCard(tmdb_id=1396, media_type="tv", title="Breaking Bad", year=2008, genres=("Drama",)),
    TitleCard(
        tmdb_id=129,
        media_type="movie",
        title="Spirited Away",
        year=2001,
        genres=("Animation", "Family"),
    ),
    TitleCard(tmdb_id=348, media_type="movie", title="Alien", year=1979, genres=("Horror",)),
    TitleCard(
        tmdb_id=680,
        media_type="movie",
        title="Pulp Fiction",
        year=1994,
        genres=("Thriller", "Crime"),
    ),
)


def show() -> None:
    """The whole page."""
    search = current()
    heading = st.container(gap="small")
    if search.title is None:
        with heading:
            _heading("What would you like to watch?")
    panel(search)
    place = st.container()
    try:
        if search.is_empty:
            _examples()
            answers.health()
        else:
            _results(search, answers.similar(search), heading)
    except (ApiUnreachable, ApiNotReady) as error:
        _plain_heading(search, heading)
        with place:
            notices.waiting(error)
    except ApiRefused as error:
        _plain_heading(search, heading)
        notices.refused(error)
        if search.title:
            other = search.title.other_kind
            link(
                f"Look for the {KIND_NAMES[other.kind].lower()} {other.tmdb_id} instead",
                search.for_title(other),
            )


def _examples() -> None:
    st.html(
        '<p class="w-lead w-quiet">Say in your own words what you are in the mood for. '
        "For a start:</p>"
    )
    with st.container(key="examples", horizontal=True, gap="small"):
        for text in EXAMPLES:
            link(text, Search(text=text))
    st.html('<p class="w-lead w-quiet">Or begin with a title:</p>')
    _grid(_STARTERS, Search())


def _results(search: Search, found: Similar, heading: DeltaGenerator) -> None:
    if search.title:
        with heading:
            _asked(search.title)
    if not found.results:
        _nothing(search)
        return
    count = len(found.results)
    order = "nearest" if search.title else "best"
    what = "1 title" if count == 1 else f"{count} titles, {order} first"
    st.html(f'<p class="w-quiet w-count" role="status">{what}</p>')
    _grid(found.results, search)


def _grid(titles: Sequence[TitleCard], search: Search) -> None:
    """Cards, each with the way to its own similar titles under the same wishes."""
    with st.container(key="grid"):
        for rank, title in enumerate(titles):
            with st.container(key=f"card-{rank}"):
                st.html(cards.card(title, level=2))
                link("Find similar", search.for_title(title.ref), icon=":material/explore:")


def _asked(ref: TitleRef) -> None:
    """The heading of a search by title, and that title's own card."""
    facts = answers.title(ref)
    year = f" ({facts.year})" if facts.year else ""
    st.set_page_config(page_title=f"Similar to {facts.title}{year} · watcher")
    _heading(f"Similar to {facts.title}{year}")
    st.html(cards.hero(facts))


def _nothing(search: Search) -> None:
    """No result is no error: say what narrows the search, and offer to loosen it."""
    set_now = search.described()
    cause = (
        f"No title in the catalogue passes what you set: {', '.join(set_now)}. Loosen one of them."
        if set_now
        else "The catalogue holds no title of this kind yet."
    )
    notices.notice("Nothing found", cause)
    with st.container(horizontal=True, gap="small"):
        if search.filters:
            link("Search without filters", search.without_filters())
        if search.results != "all":
            link("Look among films and series", replace(search, results="all"))
        link("Start again", Search())


def _plain_heading(search: Search, heading: DeltaGenerator) -> None:
    if search.title:
        with heading:
            _heading(f"Similar to {KIND_NAMES[search.title.kind].lower()} {search.title.tmdb_id}")


def _heading(text: str) -> None:
    st.html(f'<h1 dir="auto">{escape(text)}</h1>')


show()
