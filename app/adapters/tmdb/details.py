"""An answer of TMDB's ``/movie/{id}`` or ``/tv/{id}``, with or without what can be appended to it.

Understood of the appended: credits or aggregate_credits, keywords, external_ids, recommendations,
release_dates or content_ratings, watch/providers, alternative_titles.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from app.adapters.facts import MAX_ID, MAX_LABEL, MAX_RUNTIME, Facts, UnusableRow
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId

MOST_CAST: Final = 15
MOST_ALTERNATIVE_NAMES: Final = 30
MOST_REGIONS: Final = 150
"""TMDB knows services in 139 regions: nobody's region is cut, only an answer that is none."""

MOST_PROVIDERS: Final = 10
"""Of one region, the first to be shown; the most that were seen of one title are 7."""

_MARKET: Final = "US"
"""Whose certification has a field of its own, for one scale is worth more than many."""

_FILM: Final = ("title", "original_title", "release_date")
_SERIES: Final = ("name", "original_name", "first_air_date")
"""How the two call what both have."""

_IN_CINEMAS: Final = 3
"""TMDB's type of a theatrical release; 1 is a premiere, 2 limited, 4 to 6 digital to television."""

_STREAMED: Final = ("flatrate", "free", "ads")

_Object = Mapping[str, object]
_Marks = tuple[tuple[str, str], ...]


def kind_of(body: _Object) -> MediaKind:
    """Film or series. Raises `UnusableRow` where the answer tells neither."""
    if body.get("title") or "release_date" in body:
        return MediaKind.MOVIE
    if body.get("name") or "first_air_date" in body:
        return MediaKind.TV
    raise UnusableRow("neither a film's title nor a series' name")


def title_of(
    body: _Object, kind: MediaKind, facts: Facts, *, source: Source, fetched_at: int = 0
) -> Title:
    """The title; what can't be used is noted in `facts`. Raises `UnusableRow`."""
    film = kind is MediaKind.MOVIE
    name, original, date = _FILM if film else _SERIES
    released, year = facts.released(body.get(date))
    votes, rating, popularity = facts.liking(
        body.get("vote_count"), body.get("vote_average"), body.get("popularity")
    )
    saga = _object(body.get("belongs_to_collection")) if film else {}
    collection = facts.whole("collection id", saga.get("id"), MAX_ID)
    marks = _film_certifications(body, facts) if film else _series_certifications(body, facts)
    external = _object(body.get("external_ids"))
    imdb_id = facts.imdb_id(body.get("imdb_id")) if film else ""
    countries = (_produced_in, _originating_in) if film else (_originating_in, _produced_in)
    spoken = [*_each(body.get("spoken_languages"), "iso_639_1")]
    languages = [] if film else _list(body.get("languages"))
    cast = () if film else _cast(body.get("aggregate_credits"), facts)
    return Title(
        id=TitleId(kind, facts.tmdb_id(body.get("id"))),
        name=facts.name(body.get(name), body.get(original)),
        original_name=facts.text(original.replace("_", " "), body.get(original)),
        alternative_names=_alternatives(body, "titles" if film else "results", facts),
        year=year,
        released=released,
        genres=facts.genres(_each(body.get("genres"), "name")),
        keywords=_keywords(body, facts),
        cast=cast or _cast(body.get("credits"), facts),
        makers=_directors(body, facts) if film else _creators(body, facts),
        companies=facts.texts("company", _each(body.get("production_companies"), "name")),
        networks=() if film else facts.texts("network", _each(body.get("networks"), "name")),
        countries=countries[0](body, facts) or countries[1](body, facts),
        original_language=facts.language(body.get("original_language")),
        spoken_languages=facts.codes("language", spoken or languages),
        runtime=_runtime(body, facts) if film else _episode_runtime(body, facts),
        certification=dict(marks).get(_MARKET, ""),
        certifications=marks,
        providers=_providers(body, facts),
        status=facts.text("status", body.get("status")),
        votes=votes,
        rating=rating,
        popularity=popularity,
        imdb_id=imdb_id or facts.imdb_id(external.get("imdb_id")),
        tvdb_id=None if film else facts.whole("TVDB id", external.get("tvdb_id"), MAX_ID),
        collection_id=collection,
        collection_name=facts.text("collection", saga.get("name")) if collection else "",
        recommended=_recommended(body, kind),
        poster_path=facts.poster_path(body.get("poster_path")),
        overview=facts.text("overview", body.get("overview")),
        tagline=facts.text("tagline", body.get("tagline")),
        adult=facts.adult(body.get("adult")),
        source=source,
        fetched_at=fetched_at,
    )


def _object(value: object) -> _Object:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _objects(value: object) -> list[_Object]:
    return [item for item in _list(value) if isinstance(item, Mapping)]


def _each(value: object, field: str) -> Iterator[object]:
    """One field of each object of a list."""
    return (item[field] for item in _objects(value) if field in item)


def _produced_in(body: _Object, facts: Facts) -> tuple[str, ...]:
    return facts.codes("country", _each(body.get("production_countries"), "iso_3166_1"))


def _originating_in(body: _Object, facts: Facts) -> tuple[str, ...]:
    return facts.codes("country", _list(body.get("origin_country")))


def _keywords(body: _Object, facts: Facts) -> tuple[str, ...]:
    """Films hold them in ``keywords.keywords``, series in ``keywords.results``."""
    found = _object(body.get("keywords"))
    return facts.keywords(_each(found.get("keywords") or found.get("results"), "name"))


def _cast(credits_: object, facts: Facts) -> tuple[str, ...]:
    people = _objects(_object(credits_).get("cast"))
    people.sort(key=lambda person: _rank(person.get("order")))
    return facts.texts("cast", _each(people, "name"))[:MOST_CAST]


def _rank(place: object) -> int:
    """For sorting; what has no place comes last."""
    return place if isinstance(place, int) else MAX_ID


def _directors(body: _Object, facts: Facts) -> tuple[str, ...]:
    crew = _objects(_object(body.get("credits")).get("crew"))
    return facts.texts("director", (p.get("name") for p in crew if p.get("job") == "Director"))


def _creators(body: _Object, facts: Facts) -> tuple[str, ...]:
    return facts.texts("creator", _each(body.get("created_by"), "name"))


def _alternatives(body: _Object, field: str, facts: Facts) -> tuple[str, ...]:
    """Films hold them in ``titles``, series in ``results``."""
    found = _each(_object(body.get("alternative_titles")).get(field), "title")
    return facts.texts("alternative title", found)[:MOST_ALTERNATIVE_NAMES]


def _runtime(body: _Object, facts: Facts) -> int | None:
    return facts.whole("runtime", body.get("runtime"), MAX_RUNTIME)


def _episode_runtime(body: _Object, facts: Facts) -> int | None:
    for minutes in _list(body.get("episode_run_time")):
        if known := facts.whole("runtime", minutes, MAX_RUNTIME):
            return known
    return _runtime(_object(body.get("last_episode_to_air")), facts)


def _film_certifications(body: _Object, facts: Facts) -> _Marks:
    countries = _objects(_object(body.get("release_dates")).get("results"))
    return _marks(((c.get("iso_3166_1"), _releases_marks(c)) for c in countries), facts)


def _releases_marks(country: _Object) -> Iterator[object]:
    """That of the release in cinemas before others: a cut for television has a mark of its own."""
    releases = _objects(country.get("release_dates"))
    releases.sort(key=lambda release: release.get("type") != _IN_CINEMAS)
    return _each(releases, "certification")


def _series_certifications(body: _Object, facts: Facts) -> _Marks:
    countries = _objects(_object(body.get("content_ratings")).get("results"))
    return _marks(((c.get("iso_3166_1"), [c.get("rating")]) for c in countries), facts)


def _marks(found: Iterable[tuple[object, Iterable[object]]], facts: Facts) -> _Marks:
    """Of several of one region the first, for a series may have many."""
    marks: dict[str, str] = {}
    for code, candidates in found:
        known = facts.texts("certification", candidates, MAX_LABEL)
        if known and (region := facts.region(code)):
            marks.setdefault(region, known[0])
    return tuple(sorted(marks.items())[:MOST_REGIONS])


def _providers(body: _Object, facts: Facts) -> tuple[tuple[str, tuple[str, ...]], ...]:
    by_region: dict[str, tuple[str, ...]] = {}
    for code, offers in _object(_object(body.get("watch/providers")).get("results")).items():
        services = [s for way in _STREAMED for s in _objects(_object(offers).get(way))]
        services.sort(key=lambda service: _rank(service.get("display_priority")))
        names = facts.texts("provider", _each(services, "provider_name"), MAX_LABEL)
        if names and (region := facts.region(code)):
            by_region[region] = names[:MOST_PROVIDERS]
    return tuple(sorted(by_region.items())[:MOST_REGIONS])


def _recommended(body: _Object, kind: MediaKind) -> tuple[int, ...]:
    """Ids of the same kind, in TMDB's order."""
    found: dict[int, None] = {}
    for item in _objects(_object(body.get("recommendations")).get("results")):
        if item.get("media_type", kind.value) != kind.value:
            continue
        number = item.get("id")
        if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= MAX_ID:
            found[number] = None
    return tuple(found)
