"""Similar titles: by words, or by a title."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from streamlit_app import actions, answers, notices, viewer
from streamlit_app.api.titles import Similar, TitleFacts
from streamlit_app.api.transport import NOBODY, ApiNotReady, ApiRefused, ApiUnreachable
from streamlit_app.grid import grid
from streamlit_app.links import link
from streamlit_app.pages.search.question import question
from streamlit_app.pages.titles import cards, starters
from streamlit_app.questions.search import Search, TitleRef
from streamlit_app.questions.vocabulary import EXAMPLES, KIND_NAMES
from streamlit_app.search_panel import current, more, panel
from streamlit_app.several import named


def show() -> None:
    """The whole page."""
    search = current()
    heading = st.container(gap="small")
    if search.title is None and not search.like:
        with heading:
            _heading("What would you like to watch?")
    panel(search)
    place = st.container()
    try:
        if search.is_empty:
            _examples()
            answers.health()
        else:
            _results(search, _found(search), heading)
    except (ApiUnreachable, ApiNotReady) as error:
        _plain_heading(search, heading)
        with place:
            notices.waiting(error)
    except ApiRefused as error:
        _plain_heading(search, heading)
        notices.refused(error)
        if search.title and error.code == "not_found":
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
    titles = [starters.short(title) for title in answers.existing(starters.FIRST_SEARCHES)]
    if titles:
        st.html('<p class="w-lead w-quiet">Or begin with a title:</p>')
        grid(titles, Search())


def _results(search: Search, found: Similar, heading: DeltaGenerator) -> None:
    if search.title:
        with heading:
            _asked(search.title, search)
    elif search.like:
        with heading:
            _heading(_several(search))
    if not found.results:
        _nothing(search)
        return
    count = len(found.results)
    order = "nearest" if search.title or search.like else "best"
    what = "1 title" if count == 1 else f"{count} titles, {order} first"
    st.html(f'<p class="w-quiet w-count" role="status">{what}</p>')
    grid(found.results, search)
    more(search, count)


def _found(search: Search) -> Similar:
    """What is similar; for a search that leaves out what was watched, by the viewer's history."""
    if search.unseen and viewer.now().is_known:
        return answers.similar(search, viewer.caller(), viewer.changes())
    return answers.similar(search, NOBODY)


def _several(search: Search) -> str:
    """The question by several titles as a sentence, and as the page's name."""
    asked = question(search, named)
    st.set_page_config(page_title=f"{asked} · watcher")
    return asked


def _asked(ref: TitleRef, search: Search) -> None:
    """The heading of a search by title, and that title's own card."""
    facts = answers.title(ref)
    year = f" ({facts.year})" if facts.year else ""
    st.set_page_config(page_title=f"Similar to {facts.title}{year} · watcher")
    _heading(f"Similar to {facts.title}{year}")
    actions.load([ref])
    _hero(facts, search)


@st.fragment
def _hero(facts: TitleFacts, search: Search) -> None:
    """The title that was asked for, and what one may do with it."""
    with st.container(key="hero"):
        st.html(cards.hero(facts, mine=actions.mine(facts.ref)))
        with st.container(key="hero-acts", horizontal=True, gap="small"):
            actions.bar(facts.ref, facts.title, "hero")
            link(
                "Add another title",
                replace(search, title=None, like=(facts.ref,)),
                icon=":material/add:",
            )


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
        if search.filters or search.unseen:
            link("Search without filters", search.without_filters())
        if search.results != "all":
            link("Look among films and series", replace(search, results="all"))
        link("Start again", Search())


def _plain_heading(search: Search, heading: DeltaGenerator) -> None:
    if search.like:
        with heading:
            _heading("Like several titles")
    if search.title:
        with heading:
            _heading(f"Similar to {KIND_NAMES[search.title.kind].lower()} {search.title.tmdb_id}")


def _heading(text: str) -> None:
    st.html(f'<h1 dir="auto">{escape(text)}</h1>')


show()
