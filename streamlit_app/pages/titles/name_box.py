"""Finding a title by its name: a box whose matches appear under it while one types."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from streamlit_app.api.titles import TitleCard
from streamlit_app.api.transport import ApiError
from streamlit_app.asked import Asked
from streamlit_app.pages.notices import watch
from streamlit_app.pages.words import counted, status
from streamlit_app.parts import Box, Column, Fragment, Marked, Part, Parts
from streamlit_app.questions.search import MAX_NAME
from streamlit_app.questions.vocabulary import KIND_NAMES

Matches = Callable[[Sequence[TitleCard]], Iterable[Part]]
"""Tells what can be done with the titles that match."""

Nothing = Callable[[str], Iterable[Part]]


def name_box(
    asked: Asked, label: str, key: str, matches: Matches, nothing: Nothing | None = None
) -> Fragment:
    """A box for a name; `matches` tells what it finds, `nothing` a way on where that is none.

    Typing runs this part only, and leaves the rest of the page alone.
    """
    return Fragment(partial(_name_box, asked, label, key, matches, nothing))


def named(title: TitleCard) -> Marked:
    """Name, year and kind, as a label."""
    kind = KIND_NAMES[title.media_type]
    return Marked(title.title, f"{title.year} · {kind}" if title.year else kind)


def _name_box(
    asked: Asked, label: str, key: str, matches: Matches, nothing: Nothing | None
) -> Parts:
    placeholder = "Begin to type a name, such as The Matrix"
    typed = yield Box(
        label, key, kind="search", live=True, longest=MAX_NAME, placeholder=placeholder
    )
    name = " ".join((typed or "").split())
    if not name:
        return
    try:
        titles = asked.titles.named(name)
    except ApiError as error:
        yield status(error.detail, "w-lead w-quiet")
        yield from watch(asked, error)
        return
    if titles:
        found = status(
            f"{counted(len(titles), 'title')} for “{name}”, best known first", "w-unseen"
        )
        yield Column(_all(found, matches(titles)), "names", "none")
    else:
        yield status("No title in the catalogue has a name like that.", "w-lead w-quiet")
        if nothing:
            yield from nothing(name)


def _all(found: Part, matches: Iterable[Part]) -> Parts:
    yield found
    yield from matches
