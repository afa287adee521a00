"""What the address of the web app means."""

from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import vocabulary as api_vocabulary
from streamlit_app.questions import vocabulary
from streamlit_app.questions.search import Search, TitleRef, parse_title

kinds = st.sampled_from(("movie", "tv"))
years = st.none() | st.integers(1870, 2100)
genres = st.lists(st.sampled_from(vocabulary.GENRES), unique=True, max_size=3).map(tuple)
words = st.text(max_size=80).map(lambda text: " ".join(text.split()))
searches = st.builds(
    Search,
    text=words,
    results=st.sampled_from(("movie", "tv", "all")),
    k=st.integers(1, 200),
    year_from=years,
    year_to=years,
    genres=genres,
    without_genres=genres,
    languages=st.lists(st.sampled_from(("en", "ja")), unique=True).map(tuple),
    min_votes=st.integers(0, 10_000),
    min_rating=st.integers(0, 20).map(lambda halves: halves / 2),
    runtime_from=st.none() | st.integers(1, 1000),
    runtime_to=st.none() | st.integers(1, 1000),
    unseen=st.booleans(),
)
refs = st.builds(TitleRef, kinds, st.integers(1, 2**31 - 1))


def through_an_address(search: Search) -> Search:
    return Search.from_params(parse_qs(urlencode(search.to_params(), doseq=True)))


@given(searches)
def test_a_link_brings_back_the_same_search_by_words(search: Search) -> None:
    assert through_an_address(search) == search


@given(searches, kinds, st.integers(1, 2**31 - 1))
def test_a_link_brings_back_the_same_search_by_title(search: Search, kind: str, n: int) -> None:
    by_title = search.for_title(TitleRef("movie" if kind == "movie" else "tv", n))
    assert through_an_address(by_title) == by_title


@given(searches, st.lists(refs, min_size=1, max_size=6), st.lists(refs, max_size=6))
def test_a_link_brings_back_the_same_search_by_several(
    search: Search, liked: list[TitleRef], unliked: list[TitleRef]
) -> None:
    several = search
    for ref in unliked:
        several = several.unliking(ref)
    for ref in liked:
        several = several.liking(ref)
    assert set(several.like) == set(liked)
    assert not set(several.like) & set(several.unlike)
    assert through_an_address(several) == several
    for ref in (*liked, *unliked):
        several = several.letting_go(ref)
    assert several == search


def test_one_title_becomes_one_of_several() -> None:
    search = Search(title=TitleRef("movie", 603)).liking(TitleRef("tv", 1396))
    assert search.like == (TitleRef("movie", 603), TitleRef("tv", 1396))
    assert search.title is None


@given(
    st.dictionaries(
        st.sampled_from(
            (
                "q",
                "title",
                "show",
                "k",
                "from",
                "genre",
                "lang",
                "votes",
                "rating",
                "like",
                "unlike",
                "longer",
            )
        ),
        st.lists(st.text(max_size=20), max_size=3),
    )
)
def test_no_address_breaks_the_page(params: dict[str, list[str]]) -> None:
    search = Search.from_params(params)
    assert 1 <= search.k <= 200
    assert 0 <= search.min_rating <= 10
    assert not (search.text and search.title)
    assert through_an_address(search) == search


def test_a_plain_search_has_a_plain_address() -> None:
    assert Search(text="a heist").to_params() == {"q": "a heist"}


def test_the_request_says_what_the_api_expects() -> None:
    search = Search(title=TitleRef("movie", 603), results="tv", k=5, year_from=1990, min_rating=7)
    assert search.to_request() == {
        "tmdb_id": 603,
        "input_media_type": "movie",
        "results_media_type": "tv",
        "k": 5,
        "filters": {"year_from": 1990, "min_rating": 7},
    }
    assert Search(text="rain").to_request() == {
        "text": "rain",
        "results_media_type": "all",
        "k": 12,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("603", TitleRef("movie", 603)),
        (" tv-1396 ", TitleRef("tv", 1396)),
        ("tv/1396", TitleRef("tv", 1396)),
        ("https://www.themoviedb.org/movie/603-the-matrix?language=de", TitleRef("movie", 603)),
        ("https://www.themoviedb.org/tv/1396-breaking-bad/season/1", TitleRef("tv", 1396)),
        ("0", None),
        ("-5", None),
        ("99999999999", None),
        ("movie-99999999999", None),
        ("the matrix", None),
        ("", None),
        ("٦٠٣", TitleRef("movie", 603)),
    ],
)
def test_a_title_is_named_by_number_or_address(text: str, expected: TitleRef | None) -> None:
    assert parse_title(text) == expected


def test_the_genres_offered_are_those_that_the_api_knows() -> None:
    assert vocabulary.GENRES == api_vocabulary.GENRES


def test_the_languages_offered_are_known_to_the_api() -> None:
    assert set(vocabulary.LANGUAGES) <= set(api_vocabulary.LANGUAGES)
