"""Well-known titles to begin with; the sample catalogue holds them all. Pure."""

from typing import Final

from streamlit_app.api.titles import TitleCard
from streamlit_app.pages.words import counted
from streamlit_app.questions.search import TitleRef

ENOUGH: Final = 3
"""So many titles make a good start."""

WELL_KNOWN: Final = (
    TitleRef("movie", 603),
    TitleRef("movie", 194),
    TitleRef("tv", 1396),
    TitleRef("movie", 129),
    TitleRef("movie", 348),
    TitleRef("movie", 680),
    TitleRef("movie", 862),
    TitleRef("tv", 1668),
    TitleRef("movie", 120),
    TitleRef("movie", 13),
    TitleRef("movie", 20453),
    TitleRef("tv", 1399),
)
"""Of many kinds, by TMDB's numbers; those that the catalogue lacks aren't shown."""

FIRST_SEARCHES: Final = WELL_KNOWN[:6]
"""To look at what is similar, where nothing is asked for yet."""


def told(count: int) -> str:
    """How far somebody is who has picked so many titles."""
    if not count:
        return "Choose among these, or begin to type a name above."
    if count < ENOUGH:
        return f"{counted(count, 'title')}: {ENOUGH - count} more for a good start."
    return f"{counted(count, 'title')}: that is enough to begin, and more is better."


def short(title: TitleCard) -> TitleCard:
    """Enough to know it by: who chooses what they like knows what it is about."""
    return title.model_copy(update={"overview": None, "makers": (), "rating": None})
