"""A question by several titles: its titles, and how it reads. Pure."""

from __future__ import annotations

from collections.abc import Callable

from streamlit_app.api.titles import TitleFacts
from streamlit_app.api.transport import ApiError
from streamlit_app.questions.search import Search, TitleRef


def chosen_titles(search: Search) -> tuple[tuple[str, str, tuple[TitleRef, ...]], ...]:
    """What is asked by: a heading, a name for its place on the page, the titles."""
    liked = (search.title,) if search.title else search.like
    return ("Like", "liked", liked), ("Not like", "unliked", search.unlike)


def named_by(ask: Callable[[TitleRef], TitleFacts], ref: TitleRef) -> str:
    """A title's name, where `ask` gives its facts; its kind and number where that fails."""
    try:
        return ask(ref).title
    except ApiError:
        return str(ref)


def question(search: Search, name: Callable[[TitleRef], str]) -> str:
    """A question by several titles as a sentence."""
    liked = " and ".join(name(ref) for ref in search.like)
    unliked = " or ".join(name(ref) for ref in search.unlike)
    return f"Like {liked}" + (f", not like {unliked}" if unliked else "")
