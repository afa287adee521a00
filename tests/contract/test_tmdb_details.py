"""What TMDB answers, with everything appended, becomes a title."""

import pytest

from app.adapters.facts import Facts, UnusableRow
from app.adapters.tmdb_details import MOST_CAST, kind_of, title_of
from app.domain.titles import MediaKind, Source, Title, TitleId

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
            {"iso_3166_1": "DE", "release_dates": [{"certification": "16"}]},
            {"iso_3166_1": "US", "release_dates": [{"certification": ""}, {"certification": "R"}]},
        ]
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
    assert (title.imdb_id, title.tvdb_id) == ("tt0903747", 81189)
    assert (title.votes, title.rating) == (0, None)
    assert title.genres == ("Sci-Fi & Fantasy",)
    assert [left.value for left in facts.left_out] == ["Telenovela"]


def test_the_first_of_a_long_cast_are_kept() -> None:
    cast = [{"name": f"Player {n}", "order": n} for n in range(500)]
    title = title_of(
        FILM | {"credits": {"cast": cast}}, MediaKind.MOVIE, Facts(), source=Source.TMDB
    )
    assert title.cast == tuple(f"Player {n}" for n in range(MOST_CAST))


@pytest.mark.parametrize("wrong", [None, 7, "text", [], [None, 7, "text", [[]]], {"results": 5}])
def test_fields_of_a_wrong_shape_are_no_crash(wrong: object) -> None:
    for body, kind in ((FILM, MediaKind.MOVIE), (SERIES, MediaKind.TV)):
        for field in body:
            if field in {"id", "adult"}:
                continue
            try:
                title = title_of(body | {field: wrong}, kind, Facts(), source=Source.DUMP)
            except UnusableRow:
                assert field in {"title", "name"}
            else:
                assert title.name


@pytest.mark.parametrize("number", [None, 0, -1, 2**62, "x", 1.5, True, [603]])
def test_an_answer_without_a_number_is_refused(number: object) -> None:
    with pytest.raises(UnusableRow, match="id"):
        title_of(FILM | {"id": number}, MediaKind.MOVIE, Facts(), source=Source.DUMP)


def test_an_error_for_an_answer_is_refused() -> None:
    with pytest.raises(UnusableRow, match="neither"):
        kind_of({"success": False, "status_code": 34})
