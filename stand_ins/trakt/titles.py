"""Films, shows, seasons and episodes as Trakt knows them, each with ids of several families.

Made ones are those of the stand-in for TMDB: a film's or show's TMDB number is the number it is
made from, so that film 7 and show 7 are both there, and Trakt's own number is ten more, which is
another title's at TMDB. What TMDB's stand-in leaves out (films 4, 8, …, shows 5, 10, …) is here.

Of films, every 13th from the 4th has no TMDB number (only IMDb's), every 13th from the 7th no IMDb
one, every 31st from the 30th neither. Of shows, every 7th from the 3rd has no TMDB number, from the
4th no IMDb one, from the 5th only IMDb's; every 31st from the 30th only TVDB's. Every third episode
has no IMDb number, every seventh no TMDB one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeGuard

from stand_ins.tmdb import words
from stand_ins.tmdb.bodies import listed

Json = dict[str, Any]
Key = tuple[str, int]

SPECIALS: Final = 0
_TRAKT_AHEAD: Final = 10


@dataclass(frozen=True, kw_only=True)
class Title:
    """What a film and a show have in common. `released` is an ISO day, empty where unknown."""

    trakt: int
    slug: str
    title: str
    year: int | None
    imdb: str | None
    tmdb: int | None
    released: str = ""
    genres: tuple[str, ...] = ()

    def _full(self) -> Json:
        """What ``extended=full`` adds, no texts among it."""
        return {"genres": list(self.genres), "language": "en", "overview": "", "runtime": 90}


@dataclass(frozen=True, kw_only=True)
class Film(Title):
    """A film."""

    @property
    def key(self) -> Key:
        return "movie", self.trakt

    @property
    def ids(self) -> Json:
        return {"trakt": self.trakt, "slug": self.slug, "imdb": self.imdb, "tmdb": self.tmdb}

    def body(self, *, full: bool = False) -> Json:
        """As Trakt shows it inside another answer."""
        found = {"title": self.title, "year": self.year, "ids": self.ids}
        return found | self._full() | {"released": self.released or None} if full else found


@dataclass(frozen=True, kw_only=True, eq=False)
class Show(Title):
    """A series. `seasons` tells how many episodes each has; season 0 holds specials."""

    tvdb: int | None
    seasons: Mapping[int, int]

    @property
    def key(self) -> Key:
        return "show", self.trakt

    @property
    def ids(self) -> Json:
        return {
            "trakt": self.trakt,
            "slug": self.slug,
            "tvdb": self.tvdb,
            "imdb": self.imdb,
            "tmdb": self.tmdb,
        }

    def body(self, *, full: bool = False) -> Json:
        """As Trakt shows it inside another answer."""
        found = {"title": self.title, "year": self.year, "ids": self.ids}
        return found | self._full() | {"first_aired": self.released or None} if full else found

    def season(self, number: int) -> "Season":
        """Raises `KeyError` where there is none of that number."""
        if number not in self.seasons:
            raise KeyError(f"{self.slug} has no season {number}")
        return Season(self, number)

    def episode(self, season: int, number: int) -> "Episode":
        """Raises `KeyError` where there is none of that number."""
        if not 1 <= number <= self.seasons.get(season, 0):
            raise KeyError(f"{self.slug} has no episode {season}x{number}")
        return Episode(self, season, number)

    @cached_property
    def episodes(self) -> "list[Episode]":
        """All but the specials, in order."""
        seasons = sorted(set(self.seasons) - {SPECIALS})
        return [episode for number in seasons for episode in self.season(number).episodes]


@dataclass(frozen=True)
class Season:
    """A season of a show."""

    show: Show
    number: int

    @property
    def key(self) -> Key:
        return "season", self.trakt

    @property
    def trakt(self) -> int:
        return self.show.trakt * 100 + self.number

    @property
    def ids(self) -> Json:
        # TMDB's numbers of seasons are those of its stand-in.
        tmdb = None if self.show.tmdb is None else self.show.tmdb * 100 + self.number
        return {"trakt": self.trakt, "tvdb": 300_000 + self.trakt, "tmdb": tmdb}

    @property
    def episodes(self) -> "list[Episode]":
        count = self.show.seasons[self.number]
        return [Episode(self.show, self.number, number) for number in range(1, count + 1)]

    def body(self, *, full: bool = False) -> Json:
        """As Trakt shows it beside its show."""
        found = {"number": self.number, "ids": self.ids}
        return found | {"episode_count": len(self.episodes)} if full else found


@dataclass(frozen=True)
class Episode:
    """An episode of a show."""

    show: Show
    season: int
    number: int

    @property
    def key(self) -> Key:
        return "episode", self.trakt

    @property
    def trakt(self) -> int:
        return (self.show.trakt * 100 + self.season) * 1000 + self.number

    @property
    def title(self) -> str:
        return f"Chapter {self.number}"

    @property
    def ids(self) -> Json:
        return {
            "trakt": self.trakt,
            "tvdb": 5_000_000 + self.trakt,
            "imdb": f"tt{50_000_000 + self.trakt}" if self.number % 3 else None,
            "tmdb": 1_000_000 + self.trakt if self.number % 7 else None,
        }

    def body(self, *, full: bool = False) -> Json:
        """As Trakt shows it beside its show."""
        place = {"season": self.season, "number": self.number}
        found = place | {"title": self.title, "ids": self.ids}
        return found | {"overview": "", "runtime": 45} if full else found


Item = Film | Show | Season | Episode
Playable = Film | Episode


def kind_of(item: Item) -> str:
    """``movie``, ``show``, ``season`` or ``episode``: Trakt's `type` of an entry."""
    return item.key[0]


def entry(item: Item, *, full: bool = False) -> Json:
    """The part of an entry in a list that tells what it is about: type, item, and its show."""
    kind = kind_of(item)
    found = {"type": kind, kind: item.body(full=full)}
    if isinstance(item, Season | Episode):
        found["show"] = item.show.body(full=full)
    return found


def is_playable(item: Item) -> TypeGuard[Playable]:
    """Whether it can be watched at one sitting."""
    return isinstance(item, Film | Episode)


def made_film(number: int) -> Film:
    """The film of a number at TMDB, the same each time."""
    neither = number % 31 == 30
    lacks_tmdb, lacks_imdb = number % 13 == 4, number % 13 == 7
    return Film(
        **_made("movie", number),
        imdb=None if neither or lacks_imdb else f"tt{number:07d}",
        tmdb=None if neither or lacks_tmdb else number,
    )


def made_show(number: int) -> Show:
    """The series of a number at TMDB, the same each time."""
    only_tvdb, lack = number % 31 == 30, number % 7
    return Show(
        **_made("tv", number),
        imdb=None if only_tvdb or lack == 4 else f"tt{9_000_000 + number:07d}",
        tmdb=None if only_tvdb or lack in (3, 5) else number,
        tvdb=None if not only_tvdb and lack == 5 else 70_000 + number,
        seasons={SPECIALS: 2, 1: 8, 2: 5 + number % 6},
    )


def _made(kind: str, number: int) -> Json:
    known = listed(kind, number)
    name = known["title" if kind == "movie" else "name"]
    day = known["release_date" if kind == "movie" else "first_air_date"]
    genres = words.GENRES[kind]
    return {
        "trakt": number + _TRAKT_AHEAD,
        "slug": slug_of(name, number + _TRAKT_AHEAD),
        "title": name,
        "year": int(day[:4]) if day else None,
        "released": day,
        "genres": tuple(slug_of(genres[genre]) for genre in known["genre_ids"]),
    }


def slug_of(*parts: object) -> str:
    """Lower case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(map(str, parts)).lower()).strip("-")
