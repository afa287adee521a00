"""Picking titles that one likes, for a start: well-known ones, and any by its name."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from streamlit_app.api.titles import TitleCard
from streamlit_app.asked import Asked
from streamlit_app.pages.titles import actions, cards, starters
from streamlit_app.pages.titles.name_box import name_box, named
from streamlit_app.pages.words import status
from streamlit_app.parts import Again, Button, Column, Does, Fragment, Html, Kind, Parts, Row
from streamlit_app.questions.search import TitleRef

_PICKED: Final = "home_picked"
_FAILED: Final = "home_failed"
_FOUND: Final = "home_found"
_BOX: Final = "w_first"


def first_steps(asked: Asked, done: Does) -> Fragment:
    """The box, the covers, and the button that ends it (`done`); a pick runs only this."""
    return Fragment(partial(_steps, asked, done))


def _steps(asked: Asked, done: Does) -> Parts:
    if asked.session.pop(_FOUND, False):
        asked.session[_BOX] = ""
    label = "Name of a film or series that you like"
    yield name_box(asked, label, _BOX, partial(_matching, asked))
    known = asked.titles.existing(starters.WELL_KNOWN)
    every = (*known, *_picked(asked).values())
    actions.load(asked, (title.ref for title in every))
    liked = {title.ref: title for title in every if _is_liked(asked, title.ref)}
    yield Row(_progress(len(liked), done), "first-steps", align="center")
    own = [title for ref, title in liked.items() if ref not in {one.ref for one in known}]
    yield Column(
        [
            Column(_card(asked, title, rank), f"card-first{rank}")
            for rank, title in enumerate((*own, *known))
        ],
        "grid-first",
    )


def _progress(count: int, done: Does) -> Parts:
    yield status(starters.told(count), grows=False)
    if count:
        kind: Kind = "primary" if count >= starters.ENOUGH else "secondary"
        pressed = yield Button("Show my picks", "first-done", "arrow_forward", kind=kind)
        if pressed:
            done()
            yield Again()


def _card(asked: Asked, title: TitleCard, rank: int) -> Parts:
    liked = _is_liked(asked, title.ref)
    yield Html(cards.card(starters.short(title)))
    yield Button(
        "You like it" if liked else "I like it",
        f"like-{title.ref}",
        "favorite",
        partial(_like, asked, title, on=not liked),
        "primary" if liked else "secondary",
        wide=True,
    )
    if asked.session.get(_FAILED) == title.ref:
        yield from actions.outcome(asked, title.ref, title.title, f"first{rank}")


def _matching(asked: Asked, titles: Sequence[TitleCard]) -> Parts:
    for title in titles:
        icon = "favorite" if _is_liked(asked, title.ref) else "add"
        pressed = yield Button(named(title), f"found-{title.ref}", icon, wide=True)
        if pressed:
            _like(asked, title, on=True)
            # The box is a fragment of its own: the covers beside it are drawn by a whole run.
            asked.session[_FOUND] = True
            yield Again()


def _like(asked: Asked, title: TitleCard, *, on: bool) -> None:
    _picked(asked)[title.ref] = title
    done = actions.act(
        asked, title.ref, "", lambda history: history.mark(title.ref, "loved", on=on)
    )
    asked.session[_FAILED] = None if done else title.ref


def _is_liked(asked: Asked, ref: TitleRef) -> bool:
    row = actions.standing(asked, ref)
    return bool(row and row.loved)


def _picked(asked: Asked) -> dict[TitleRef, TitleCard]:
    """Titles that were picked by name, in this session."""
    picked: dict[TitleRef, TitleCard] = asked.session.setdefault(_PICKED, {})
    return picked
