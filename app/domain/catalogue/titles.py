"""Films and series: identity and slim facts."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, Self

from app.domain.errors import InvalidInput


class MediaKind(StrEnum):
    """A film or a series. The two share TMDB numbers, so a number alone names nothing."""

    MOVIE = "movie"
    TV = "tv"


_TV: Final = MediaKind.TV


def kinds_named(media_type: str) -> tuple[MediaKind, ...]:
    """The kinds that ``movie``, ``tv`` or ``all`` stands for. Raises `InvalidInput`."""
    if media_type == "all":
        return tuple(MediaKind)
    try:
        return (MediaKind(media_type),)
    except ValueError:
        told = str(media_type)[:20]
        raise InvalidInput(f"media_type must be movie, tv or all, not {told!r}.") from None


@dataclass(frozen=True, slots=True, order=True)
class TitleId:
    """Identity of a title: its kind, and its TMDB number (1 to 2**62 - 1)."""

    kind: MediaKind
    tmdb_id: int

    def __hash__(self) -> int:
        # Sets of thousands are made at each change, and an enum's own hash is slow.
        return self.key

    @property
    def key(self) -> int:
        """As a non-negative int64, for stores and indexes: ``tmdb_id << 1 | is_tv``."""
        return self.tmdb_id << 1 | (self.kind is _TV)

    @classmethod
    def from_key(cls, key: int) -> Self:
        """The inverse of `key`."""
        return cls(MediaKind.TV if key & 1 else MediaKind.MOVIE, key >> 1)

    def __str__(self) -> str:
        return f"{self.kind.value}/{self.tmdb_id}"


class Source(IntEnum):
    """Where a record comes from; a higher one is trusted over a lower one."""

    SAMPLE = 0
    DUMP = 1
    TMDB = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What is known of one title. Empty strings and tuples mean unknown.

    `genres` are TMDB's English names. `keywords` are lower case. `cast` is in order of billing;
    `makers` are directors of a film, creators of a series. `countries` are ISO 3166-1 alpha-2,
    languages ISO 639-1. `released` is an ISO date (first aired, for a series). `runtime` is in
    minutes (of one episode, for a series). `rating` is the mean of `votes` votes on a scale of
    0 to 10, None where there are none. `recommended` holds TMDB's recommended ids of the same
    kind, in TMDB's order. `fetched_at` is in Unix seconds, 0 where unknown.

    `certification` is the mark of the United States, `certifications` those of all regions.
    `providers` are the services that stream the title, with a subscription, free or between
    advertisements, in the order to show them. Rent and purchase are left out: what a household
    can see with what it has is told by streaming, and they would double the bytes. Both are by
    ascending region (ISO 3166-1 alpha-2), each region once. The services are JustWatch's data, by
    way of TMDB: whoever shows them must say so.
    """

    id: TitleId
    name: str
    original_name: str = ""
    alternative_names: tuple[str, ...] = ()
    year: int | None = None
    released: str = ""
    genres: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    original_language: str = ""
    spoken_languages: tuple[str, ...] = ()
    runtime: int | None = None
    certification: str = ""
    certifications: tuple[tuple[str, str], ...] = ()
    providers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    status: str = ""
    votes: int = 0
    rating: float | None = None
    popularity: float = 0.0
    imdb_id: str = ""
    tvdb_id: int | None = None
    collection_id: int | None = None
    collection_name: str = ""
    recommended: tuple[int, ...] = ()
    poster_path: str = ""
    overview: str = ""
    tagline: str = ""
    adult: bool = False
    source: Source = Source.DUMP
    fetched_at: int = 0
