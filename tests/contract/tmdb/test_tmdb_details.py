"""What TMDB answers, with everything appended, becomes a title."""

from collections.abc import Callable
from string import ascii_uppercase

import pytest

from app.adapters.facts import Facts
from app.adapters.tmdb.details import (
    MOST_CAST,
    MOST_PROVIDERS,
    MOST_REGIONS,
    kind_of,
    title_of,
)
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId

FILM: dict[str, object] = {
    "adult": False,
    "belongs_to_collection": {"id": 2344, "name": "The Matrix Collection"},
    "genres": [{"id": 28, "name": "Action"}, {"id": 878, "name": "Science Fiction"}],
    "id": 603,
    "imdb_id": "tt0133093",
    "original_language": "en",
    "original_title": "The Matrix",
    "overview": "A clerk learns what is real.",
    "popularity": 79.1,
    "poster_path": "/poster.jpg",
    "production_companies": [{"id": 79, "name": "Village Roadshow Pictures"}],
    "production_countries": [{"iso_3166_1": "US", "name": "United States of America"}],
    "release_date": "1999-03-31",
    "runtime": 136,
    "spoken_languages": [{"iso_639_1": "en"}, {"iso_639_1": "xx"}],
    "status": "Released",
    "tagline": "Look again.",
    "title": "The Matrix",
    "vote_average": 8.2,
    "vote_count": 24000,
    "credits": {
        "cast": [{"name": "Second", "order": 1}, {"name": "First", "order": 0}],
        "crew": [
            {"name": "A Writer", "job": "Writer"},
            {"name": "Lana Wachowski", "job": "Director"},
            {"name": "Lilly Wachowski", "job": "Director"},
        ],
    },
    "keywords": {"keywords": [{"id": 1, "name": "Saving the World"}, {"id": 2, "name": "dream"}]},
    "alternative_titles": {"titles": [{"iso_3166_1": "FR", "title": "Matrix"}]},
    "release_dates": {
        "results": [
            {"iso_3166_1": "US", "release_dates": [{"certification": ""}, {"certification": "R"}]},
            {"iso_3166_1": "DE", "release_dates": [{"certification": "16", "type": 3}]},
            {"iso_3166_1": "KW", "release_dates": [{"certification": "", "type": 3}]},
        ]
    },
    "watch/providers": {
        "results": {
            "DE": {"flatrate": [{"provider_name": "Arthouse", "display_priority": 3}]},
            "AU": {"ads": [{"provider_name": "Stan", "display_priority": 0}]},
        }
    },
    "recommendations": {
        "results": [
            {"id": 604, "media_type": "movie"},
            {"id": 1399, "media_type": "tv"},
            {"id": 605},
            {"id": 604},
            {"id": "606"},
        ]
    },
}

SERIES: dict[str, object] = {
    "id": 1396,
    "name": "Breaking Bad",
    "original_name": "Breaking Bad",
    "created_by": [{"id": 66633, "name": "Vince Gilligan"}],
    "episode_run_time": [0, 47],
    "first_air_date": "2008-01-20",
    "genres": [{"id": 10765, "name": "Sci-Fi & Fantasy"}, {"id": 1, "name": "Telenovela"}],
    "languages": ["en"],
    "networks": [{"id": 174, "name": "AMC"}],
    "origin_country": ["US"],
    "production_companies": [],
    "status": "Ended",
    "vote_average": 0,
    "vote_count": 0,
    "aggregate_credits": {"cast": [{"name": "Bryan Cranston", "order": 0}]},
    "keywords": {"results": [{"id": 1, "name": "high school teacher"}]},
    "external_ids": {"imdb_id": "tt0903747", "tvdb_id": 81189},
    "content_ratings": {
        "results": [
            {"iso_3166_1": "DE", "rating": "16"},
            {"iso_3166_1": "US", "rating": "TV-MA"},
        ]
    },
}


def test_a_film_with_everything_appended() -> None:
    facts = Facts()
    assert title_of(FILM, MediaKind.MOVIE, facts, source=Source.TMDB, fetched_at=1_700_000_000) == (
        Title(
            id=TitleId(MediaKind.MOVIE, 603),
            name="The Matrix",
            original_name="The Matrix",
            alternative_names=("Matrix",),
            year=1999,
            released="1999-03-31",
            genres=("Action", "Science Fiction"),
            keywords=("saving the world", "dream"),
            cast=("First", "Second"),
            makers=("Lana Wachowski", "Lilly Wachowski"),
            companies=("Village Roadshow Pictures",),
            countries=("US",),
            original_language="en",
            spoken_languages=("en",),
            runtime=136,
            certification="R",
            certifications=(("DE", "16"), ("US", "R")),
            providers=(("AU", ("Stan",)), ("DE", ("Arthouse",))),
            status="Released",
            votes=24000,
            rating=8.2,
            popularity=79.1,
            imdb_id="tt0133093",
            collection_id=2344,
            collection_name="The Matrix Collection",
            recommended=(604, 605),
            poster_path="/poster.jpg",
            overview="A clerk learns what is real.",
            tagline="Look again.",
            source=Source.TMDB,
            fetched_at=1_700_000_000,
        )
    )
    assert facts.left_out == []


def test_a_series_keeps_its_keywords_elsewhere() -> None:
    facts = Facts()
    title = title_of(SERIES, kind_of(SERIES), facts, source=Source.TMDB)
    assert title.id == TitleId(MediaKind.TV, 1396)
    assert title.keywords == ("high school teacher",)
    assert title.makers == ("Vince Gilligan",)
    assert title.cast == ("Bryan Cranston",)
    assert title.networks == ("AMC",)
    assert (title.countries, title.spoken_languages) == (("US",), ("en",))
    assert (title.runtime, title.certification) == (47, "TV-MA")
    assert title.certifications == (("DE", "16"), ("US", "TV-MA"))
    assert (title.imdb_id, title.tvdb_id) == ("tt0903747", 81189)
    assert (title.votes, title.rating) == (0, None)
    assert title.genres == ("Sci-Fi & Fantasy",)
    assert [left.value for left in facts.left_out] == ["Telenovela"]


def test_the_first_of_a_long_cast_are_kept() -> None:
    cast = [{"name": f"Player {n}", "order": n} for n in range(500)]
    players = tuple(f"Player {n}" for n in range(MOST_CAST))
    assert film(credits={"cast": cast}).cast == players


def offered(name: str, place: object = None) -> dict[str, object]:
    return {"provider_id": 1, "provider_name": name, "display_priority": place}


def film(**fields: object) -> Title:
    return title_of(FILM | fields, MediaKind.MOVIE, Facts(), source=Source.TMDB)


def series(**fields: object) -> Title:
    return title_of(SERIES | fields, MediaKind.TV, Facts(), source=Source.TMDB)


def film_marked(*releases: tuple[int, object]) -> Title:
    dates = [{"type": kind, "certification": mark} for kind, mark in releases]
    return film(release_dates={"results": [{"iso_3166_1": "FR", "release_dates": dates}]})


def test_the_mark_of_the_release_in_cinemas_is_taken() -> None:
    assert film_marked((1, "18"), (3, "12"), (6, "16")).certifications == (("FR", "12"),)
    assert film_marked((3, ""), (3, "12 ")).certifications == (("FR", "12"),)


def test_where_cinemas_had_no_mark_the_first_other_is_taken() -> None:
    assert film_marked((3, ""), (4, None), (5, "16"), (6, "18")).certifications == (("FR", "16"),)
    assert film_marked((3, ""), (1, None)).certifications == ()


def test_of_several_marks_of_a_series_in_a_region_the_first_is_taken() -> None:
    found = [("IN", ""), ("IN", "A"), ("AU", "R 18+"), ("IN", "U"), ("CA-QC", "13+"), (None, "7")]
    title = series(
        content_ratings={"results": [{"iso_3166_1": r, "rating": mark} for r, mark in found]}
    )
    assert title.certifications == (("AU", "R 18+"), ("IN", "A"))
    assert title.certification == ""


@pytest.mark.parametrize("made", [film, series])
def test_services_come_in_the_order_to_show_them(made: Callable[..., Title]) -> None:
    offers = {
        "link": "https://example.org",
        "ads": [offered("Second", 2), offered("First", 5)],
        "free": [offered("Unplaced")],
        "flatrate": [offered("Third", 4), offered("First", 1), offered(" ", 0)],
        "rent": [offered("A shop", 0)],
        "buy": [offered("A shop", 0)],
    }
    title = made(**{"watch/providers": {"results": {"US": offers, "AU": offers}}})
    assert title.providers == (
        ("AU", ("First", "Second", "Third", "Unplaced")),
        ("US", ("First", "Second", "Third", "Unplaced")),
    )


def test_a_region_where_the_title_is_only_sold_is_left_out() -> None:
    sold = {"rent": [offered("A shop", 0)], "buy": [offered("A shop", 0)]}
    assert film(**{"watch/providers": {"results": {"US": sold}}}).providers == ()


def test_an_answer_that_lists_everything_stays_small() -> None:
    regions = [a + b for a in ascii_uppercase for b in ascii_uppercase]
    offers = {"flatrate": [offered(f"Service {n:03}", n) for n in range(300)]}
    ratings = [{"iso_3166_1": region, "rating": "18"} for region in regions]
    title = series(
        **{"watch/providers": {"results": dict.fromkeys(regions, offers)}},
        content_ratings={"results": [*ratings, {"iso_3166_1": "US", "rating": "R" * 1000}]},
    )
    names = tuple(f"Service {n:03}" for n in range(MOST_PROVIDERS))
    assert title.providers == tuple((region, names) for region in regions[:MOST_REGIONS])
    assert title.certifications == tuple((region, "18") for region in regions[:MOST_REGIONS])
    assert series(content_ratings={"results": [{"iso_3166_1": "US", "rating": "R" * 1000}]}) == (
        series(content_ratings=None)
    )


def test_an_episode_is_as_long_as_the_last_one_where_no_length_is_given() -> None:
    for absent in ([], None, [0], [None]):
        assert series(episode_run_time=absent, last_episode_to_air={"runtime": 80}).runtime == 80
        assert series(episode_run_time=absent, last_episode_to_air=None).runtime is None


def test_a_fact_is_looked_for_in_every_place_it_may_have() -> None:
    produced = {"production_countries": [{"iso_3166_1": "GB"}]}
    assert series(origin_country=[], **produced).countries == ("GB",)
    assert film(production_countries=[], origin_country=["FR"]).countries == ("FR",)
    ids = {"imdb_id": "tt7654321"}
    assert film(imdb_id=None, external_ids=ids).imdb_id == "tt7654321"
    assert film(imdb_id="603", external_ids=ids).imdb_id == "tt7654321"
    cast = {"cast": [{"name": "Anna Gunn", "order": 0}]}
    assert series(aggregate_credits={"cast": []}, credits=cast).cast == ("Anna Gunn",)


def test_a_series_recommends_series() -> None:
    found = [{"id": n, "media_type": kind} for n, kind in ((9, "tv"), (8, "movie"), (7, "tv"))]
    assert series(recommendations={"results": found}).recommended == (9, 7)
