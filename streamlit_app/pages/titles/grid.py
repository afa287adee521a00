"""Title cards in a grid: each its own fragment, so that an action answers at once."""

from collections.abc import Sequence
from functools import partial

from streamlit_app.api.recommendations import Pick
from streamlit_app.api.titles import TitleCard
from streamlit_app.asked import Asked
from streamlit_app.pages.titles import actions, cards
from streamlit_app.pages.titles.evidence import line
from streamlit_app.pages.titles.standing import words_of
from streamlit_app.parts import Column, Fragment, Html, Label, Link, Parts
from streamlit_app.questions.search import Search


def similar_link(label: Label, search: Search, icon: str = "", *, wide: bool = False) -> Link:
    """A link to a search of the Similar page."""
    return Link(label, "similar", search.to_params(), icon, wide)


def grid(asked: Asked, titles: Sequence[TitleCard], search: Search) -> Parts:
    """Cards, each with the way to its own similar titles under the wishes of `search`.

    A recommended title tells its reason, and what else speaks for it.
    """
    actions.load(asked, (title.ref for title in titles))
    every = [
        Fragment(partial(_card, asked, title, search, rank)) for rank, title in enumerate(titles)
    ]
    picked = any(isinstance(title, Pick) for title in titles)
    yield Column(every, "grid-picks" if picked else "grid")


def _card(asked: Asked, title: TitleCard, search: Search, rank: int) -> Parts:
    """One card with its actions; an action runs only this."""
    if isinstance(title, Pick):
        place, drawn = f"pick{rank}", cards.card(title, reason=title.reason, detail=line(title))
    else:
        place, drawn = str(rank), cards.card(title)
    yield Column(_inside(asked, title, drawn, search, place), f"card-{place}")


def _inside(asked: Asked, title: TitleCard, drawn: str, search: Search, place: str) -> Parts:
    yield Html(drawn)
    yield similar_link("Find similar", search.for_title(title.ref), "explore")
    yield from actions.bar(asked, title.ref, title.title, place)
    row = actions.standing(asked, title.ref)
    if words := words_of(row):
        is_done = row and (row.watched or row.dismissed or row.rating is not None)
        # Behind the rest, so that nothing else changes its place among the card's parts; the look
        # puts it above the buttons.
        yield Html(cards.standing(words, gone=isinstance(title, Pick) and bool(is_done)))
