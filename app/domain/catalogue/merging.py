"""Two records of one title become one, in any order of arrival."""

from dataclasses import astuple, replace
from typing import Final, TypeVar

from app.domain.catalogue.titles import Source, Title

_T = TypeVar("_T", str, int)
_V = TypeVar("_V", str, tuple[str, ...])

_STATUSES: Final = (
    "",
    "Rumored",
    "Planned",
    "Pilot",
    "In Production",
    "Post Production",
    "Returning Series",
    "Released",
    "Canceled",
    "Ended",
)
"""In the order in which a title passes through them."""


def merge(a: Title, b: Title) -> Title:
    """The richer of two records of one id, field by field.

    - **TMDB's own answer wins as a whole** over dumps and the sample, and the later `fetched_at`
      over the earlier. Such an answer is complete: what it lacks, TMDB has withdrawn since the
      dump was made.
    - Otherwise each field is decided by itself: the known one wins over the unknown; a longer text
      or list over a shorter one; a larger number over a smaller one; the further `status`.
    - `certifications` and `providers` are decided region by region, by the same rules.
    - Some facts travel together, since halves of two records would contradict each other: `votes`,
      `rating` and `popularity` (from the record with more votes); `name` and `original_name` (a
      name that is translated wins over an original one in its place); `released` and `year`;
      the collection's id and name.
    - Adult once is adult. What is equally rich is decided by its value, never by the order.

    So the operation is commutative, associative and idempotent: the order in which files are
    imported makes no difference. Between sample and dumps `source` itself decides nothing: were it
    to win a field, a record put together from both could not tell which of its fields it may win.

    Raises `ValueError` where the ids differ.
    """
    if a.id != b.id:
        raise ValueError(f"{a.id} and {b.id} are two titles")
    if a == b:
        return a
    if Source.TMDB in (a.source, b.source):
        return max(a, b, key=_freshness)
    return _joined(a, b)


def _freshness(title: Title) -> tuple[int, int, str]:
    return (title.source, title.fetched_at, repr(astuple(title)))


def _joined(a: Title, b: Title) -> Title:
    named = max(a, b, key=_naming)
    dated = max(a, b, key=lambda t: (t.released != "", t.year is not None, t.released, t.year or 0))
    liked = max(a, b, key=lambda t: (t.votes, t.popularity, t.rating is not None, t.rating or 0.0))
    saga = max(a, b, key=lambda t: (t.collection_id or 0, _weight(t.collection_name)))
    return replace(
        a,
        name=named.name,
        original_name=named.original_name,
        year=dated.year,
        released=dated.released,
        votes=liked.votes,
        rating=liked.rating,
        popularity=liked.popularity,
        collection_id=saga.collection_id,
        collection_name=saga.collection_name,
        alternative_names=_longer(a.alternative_names, b.alternative_names),
        genres=_longer(a.genres, b.genres),
        keywords=_longer(a.keywords, b.keywords),
        cast=_longer(a.cast, b.cast),
        makers=_longer(a.makers, b.makers),
        companies=_longer(a.companies, b.companies),
        networks=_longer(a.networks, b.networks),
        countries=_longer(a.countries, b.countries),
        spoken_languages=_longer(a.spoken_languages, b.spoken_languages),
        recommended=_longer(a.recommended, b.recommended),
        original_language=_richer(a.original_language, b.original_language),
        certification=_richer(a.certification, b.certification),
        certifications=_by_region(a.certifications, b.certifications),
        providers=_by_region(a.providers, b.providers),
        imdb_id=_richer(a.imdb_id, b.imdb_id),
        poster_path=_richer(a.poster_path, b.poster_path),
        overview=_richer(a.overview, b.overview),
        tagline=_richer(a.tagline, b.tagline),
        status=max(a.status, b.status, key=_stage),
        runtime=_larger(a.runtime, b.runtime),
        tvdb_id=_larger(a.tvdb_id, b.tvdb_id),
        adult=a.adult or b.adult,
        source=max(a.source, b.source),
        fetched_at=max(a.fetched_at, b.fetched_at),
    )


def _weight(text: str) -> tuple[int, str]:
    return (len(text), text)


def _naming(title: Title) -> tuple[bool, bool, tuple[int, str], tuple[int, str]]:
    known = title.original_name != ""
    translated = known and title.name != title.original_name
    return (translated, known, _weight(title.name), _weight(title.original_name))


def _stage(status: str) -> tuple[int, str]:
    return (_STATUSES.index(status) if status in _STATUSES else 1, status)


def _richer(a: str, b: str) -> str:
    return max(a, b, key=_weight)


def _longer(a: tuple[_T, ...], b: tuple[_T, ...]) -> tuple[_T, ...]:
    return max(a, b, key=lambda items: (len(items), items))


def _by_region(
    a: tuple[tuple[str, _V], ...], b: tuple[tuple[str, _V], ...]
) -> tuple[tuple[str, _V], ...]:
    both = dict(a)
    for region, value in b:
        both[region] = max(both.get(region, value), value, key=lambda v: (len(v), v))
    return tuple(sorted(both.items()))


def _larger(a: int | None, b: int | None) -> int | None:
    return a if b is None else b if a is None else max(a, b)
