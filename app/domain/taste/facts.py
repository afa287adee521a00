"""What can be counted of a history: genres, decades, years, ratings beside everybody's."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from typing import Final

from app.domain.catalogue.titles import Title
from app.domain.taste.tastes import LIKED

ENOUGH_VOTES: Final = 20
"""From so many votes a mean is what the crowd thinks, and not a few people."""

MOST_RATED: Final = 300
_EXTREMES: Final = 5
_YEARLY_GENRES: Final = 6


@dataclass(frozen=True, slots=True)
class WatchedTitle:
    """A title that the person has seen; `at` in Unix seconds, 0 where nobody knows.

    `rating` is theirs, 1 to 10, None where they gave none.
    """

    title: Title
    at: int = 0
    rating: int | None = None
    loved: bool = False

    @property
    def told(self) -> bool:
        """Whether they said how they like it."""
        return self.loved or self.rating is not None

    @property
    def liked(self) -> bool:
        """Whether they said that they like it."""
        return self.loved or (self.rating is not None and self.rating >= LIKED)


@dataclass(frozen=True, slots=True)
class GenreCount:
    """Seen titles of a genre.

    `told` of them were rated or loved, `liked` of these rated 8 or more or loved. `share` is the
    genre's part of all seen titles, 0 to 1, `usual` that of well-known titles (a title with several
    genres counts in each).
    """

    genre: str
    count: int
    told: int
    liked: int
    share: float
    usual: float


@dataclass(frozen=True, slots=True)
class DecadeCount:
    """Seen titles that came out in the ten years from `decade`, and how many are liked."""

    decade: int
    count: int
    liked: int


@dataclass(frozen=True, slots=True)
class YearCount:
    """Titles last watched in a year (UTC), and how many of them have each of a few genres."""

    year: int
    count: int
    genres: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A rated title: the person's rating and everybody's mean, both of 10; `gap` is their gap."""

    title: Title
    mine: int
    crowd: float

    @property
    def gap(self) -> float:
        """Above 0 where the person likes it more than others do."""
        return self.mine - self.crowd


@dataclass(frozen=True, slots=True)
class Crowd:
    """Ratings beside everybody's: means over `count` titles, None where there are none.

    `rated` are the latest, at most `MOST_RATED`; `above` and `below` those of all whose gap is the
    greatest, the greatest first.
    """

    count: int = 0
    mine: float | None = None
    crowd: float | None = None
    rated: tuple[Beside, ...] = ()
    above: tuple[Beside, ...] = ()
    below: tuple[Beside, ...] = ()

    @property
    def difference(self) -> float | None:
        """Of the two means."""
        return None if self.mine is None or self.crowd is None else self.mine - self.crowd


def genres_of(titles: Sequence[WatchedTitle], usual: Mapping[str, float]) -> list[GenreCount]:
    """Each genre that was seen, the most seen first; `usual` as `GenreCount.usual`."""
    seen: Counter[str] = Counter()
    told: Counter[str] = Counter()
    liked: Counter[str] = Counter()
    for one in titles:
        genres = set(one.title.genres)
        seen.update(genres)
        told.update(genres if one.told else ())
        liked.update(genres if one.liked else ())
    return [
        GenreCount(
            genre=genre,
            count=seen[genre],
            told=told[genre],
            liked=liked[genre],
            share=seen[genre] / len(titles),
            usual=usual.get(genre, 0.0),
        )
        for genre in sorted(seen, key=lambda genre: (-seen[genre], genre))
    ]


def decades_of(titles: Collection[WatchedTitle]) -> list[DecadeCount]:
    """From the first decade that was seen to the last, those between them too."""
    dated = [(one, one.title.year // 10 * 10) for one in titles if one.title.year]
    if not dated:
        return []
    seen = Counter(decade for _, decade in dated)
    liked = Counter(decade for one, decade in dated if one.liked)
    return [
        DecadeCount(decade, seen[decade], liked[decade])
        for decade in range(min(seen), max(seen) + 10, 10)
    ]


def years_of(titles: Collection[WatchedTitle]) -> list[YearCount]:
    """From the first year in which something was watched to the last; of the most seen genres."""
    dated = [(one, datetime.fromtimestamp(one.at, UTC).year) for one in titles if one.at > 0]
    if not dated:
        return []
    titles_of = Counter(year for _, year in dated)
    by_year: dict[int, Counter[str]] = {year: Counter() for year in titles_of}
    for one, year in dated:
        by_year[year].update(set(one.title.genres))
    every = sum(by_year.values(), Counter[str]())
    chosen = sorted(every, key=lambda genre: (-every[genre], genre))[:_YEARLY_GENRES]
    return [
        YearCount(year, titles_of[year], tuple((g, by_year[year][g]) for g in chosen))
        if year in titles_of
        else YearCount(year, 0, tuple((genre, 0) for genre in chosen))
        for year in range(min(titles_of), max(titles_of) + 1)
    ]


def crowd_of(titles: Collection[WatchedTitle]) -> Crowd:
    """Of what was rated and has votes enough; `titles` are given the latest first."""
    rated = [
        Beside(one.title, one.rating, one.title.rating)
        for one in titles
        if one.rating is not None
        and one.title.rating is not None
        and one.title.votes >= ENOUGH_VOTES
    ]
    by_gap = sorted(rated, key=lambda one: (-abs(one.gap), one.title.id))
    return Crowd(
        count=len(rated),
        mine=fmean(one.mine for one in rated) if rated else None,
        crowd=fmean(one.crowd for one in rated) if rated else None,
        rated=tuple(rated[:MOST_RATED]),
        above=tuple(one for one in by_gap if one.gap > 0)[:_EXTREMES],
        below=tuple(one for one in by_gap if one.gap < 0)[:_EXTREMES],
    )
