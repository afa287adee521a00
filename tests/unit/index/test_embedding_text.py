from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.index.embedding_text import META_KEYWORDS, embedding_text, text_hash

MATRIX = Title(
    id=TitleId(MediaKind.MOVIE, 603),
    name="The Matrix",
    original_name="The Matrix",
    year=1999,
    genres=("Action", "Science Fiction"),
    keywords=("hacker", "sequel", "dystopia", "aftercreditsstinger"),
    makers=("Lana Wachowski", "Lilly Wachowski"),
    cast=(
        "Keanu Reeves",
        "Laurence Fishburne",
        "Carrie-Anne Moss",
        "Hugo Weaving",
        "Joe Pantoliano",
    ),
    overview="A clerk learns that his world\n is a machine's dream",
    tagline="Wake up!",
    votes=25000,
    rating=8.2,
    popularity=90.0,
)

words = st.text(max_size=20)
many = st.lists(words, max_size=6).map(tuple)
titles = st.builds(
    Title,
    id=st.builds(TitleId, st.sampled_from(MediaKind), st.integers(1, 2**62 - 1)),
    name=words,
    original_name=words,
    alternative_names=many,
    year=st.none() | st.integers(1880, 2100),
    genres=many,
    keywords=many,
    cast=many,
    makers=many,
    overview=st.text(max_size=80),
    tagline=words,
)


def test_signal_comes_in_its_order() -> None:
    assert embedding_text(MATRIX) == (
        "A clerk learns that his world is a machine's dream. hacker, dystopia. "
        "Action, Science Fiction. The Matrix. Lana Wachowski, Lilly Wachowski, Keanu Reeves, "
        "Laurence Fishburne, Carrie-Anne Moss, Hugo Weaving."
    )


def test_a_tagline_stands_in_for_an_overview() -> None:
    assert embedding_text(replace(MATRIX, overview="")).startswith("Wake up! hacker")


def test_other_names_stand_in_it_where_they_differ() -> None:
    title = replace(
        MATRIX,
        name="Spirited Away",
        original_name="千と千尋の神隠し",
        alternative_names=("spirited away", "Chihiros Reise", "Le Voyage de Chihiro"),
    )
    text = embedding_text(title)
    assert "Spirited Away. 千と千尋の神隠し, Chihiros Reise. Lana" in text
    assert "Voyage" not in text


def test_a_bare_name_is_enough() -> None:
    assert embedding_text(Title(id=MATRIX.id, name="Heat")) == "Heat."


def test_every_meta_keyword_is_left_out_in_any_case() -> None:
    plain = replace(MATRIX, keywords=())
    for word in META_KEYWORDS:
        assert embedding_text(replace(MATRIX, keywords=(word.upper(),))) == embedding_text(plain)


@given(titles, st.integers(0, 10**6), st.floats(0, 10), st.floats(0, 1e4))
def test_fame_changes_nothing(title: Title, votes: int, rating: float, popularity: float) -> None:
    famous = replace(title, votes=votes, rating=rating, popularity=popularity)
    assert embedding_text(famous) == embedding_text(title)


@given(titles)
def test_blanks_are_single_and_the_name_is_there(title: Title) -> None:
    text = embedding_text(title)
    assert text == " ".join(text.split())
    assert " ".join(title.name.split()) in text


@given(titles, titles)
def test_the_hash_tells_titles_and_texts_apart(one: Title, other: Title) -> None:
    first, second = embedding_text(one), embedding_text(other)
    digest = text_hash(one.id, first)
    assert len(digest) == 16
    assert digest == text_hash(one.id, first)
    same = (one.id, first) == (other.id, second)
    assert (digest == text_hash(other.id, second)) is same


def test_the_hash_tells_film_and_series_of_one_number_apart() -> None:
    film, series = TitleId(MediaKind.MOVIE, 69557), TitleId(MediaKind.TV, 69557)
    assert text_hash(film, "x") != text_hash(series, "x")


def test_half_a_surrogate_pair_has_a_hash_too() -> None:
    broken = replace(MATRIX, overview="\ud800 a lost half")
    assert text_hash(broken.id, embedding_text(broken)) != text_hash(MATRIX.id, "")
