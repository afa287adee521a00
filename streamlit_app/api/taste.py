"""What somebody likes: the map, the tastes with what they lack, counts, ratings beside TMDB's."""

from typing import Final, Literal

from pydantic import TypeAdapter

from streamlit_app.api.titles import Named
from streamlit_app.api.transport import Answer, Caller, Transport
from streamlit_app.questions.vocabulary import Kinds

What = Literal["liked", "watched", "disliked", "pick"]


class Point(Named):
    """A title on the map, x and y from -1 to 1; its taste from 0, and the person's rating."""

    x: float
    y: float
    taste: int | None = None
    what: What
    rating: int | None = None


class Missing(Named):
    """A title that the person hasn't seen, and a sentence why it is missing."""

    detail: str


class OneTaste(Answer):
    """A taste: its words, its share (0 to 1), titles liked of it, its disc on the map."""

    words: tuple[str, ...]
    share: float
    liked: int
    x: float
    y: float
    radius: float
    examples: tuple[Named, ...]
    missing: tuple[Missing, ...]


class GenreCount(Answer):
    """Seen titles of a genre, those told of and liked; its share of all seen, and of known ones."""

    genre: str
    count: int
    told: int
    liked: int
    share: float
    usual: float


class DecadeCount(Answer):
    """Seen titles that came out in the ten years from `decade`."""

    decade: int
    count: int
    liked: int


class YearCount(Answer):
    """Titles last watched in a year, and how many have each of the most seen genres."""

    year: int
    count: int
    genres: dict[str, int]


class Beside(Named):
    """The person's rating and TMDB's mean, both of 10."""

    mine: int
    crowd: float


class Crowd(Answer):
    """Ratings beside TMDB's: means over `count` titles, None where there are none."""

    count: int = 0
    mine: float | None = None
    crowd: float | None = None
    difference: float | None = None
    rated: tuple[Beside, ...] = ()
    above: tuple[Beside, ...] = ()
    below: tuple[Beside, ...] = ()


class Taste(Answer):
    """All of it; empty while `needed` more titles must be told. `drawn` of `known` are points."""

    known: int
    needed: int
    drawn: int = 0
    seen: int = 0
    points: tuple[Point, ...] = ()
    tastes: tuple[OneTaste, ...] = ()
    genres: tuple[GenreCount, ...] = ()
    decades: tuple[DecadeCount, ...] = ()
    years: tuple[YearCount, ...] = ()
    crowd: Crowd = Crowd()


_TASTE: Final = TypeAdapter(Taste)


def taste(transport: Transport, caller: Caller, kinds: Kinds, count: int, seed: int) -> Taste:
    """Ask for it; `count` and `seed` name the list of recommendations that lies on the map."""
    params = {"kind": kinds, "count": count, "seed": seed}
    return transport.ask(_TASTE, "GET", "/taste", caller, params=params)
