"""Reasons from evidence: what they say is so, and they read like a sentence."""

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind, Title
from app.domain.reasons.evidence import Evidence, Liked, Origin, Shared, Trait
from app.domain.reasons.sentences import LONGEST, reason
from tests.builders import movie, series

PICK = Title(
    id=movie(1), name="Sicario", year=2015, genres=("Crime", "Science Fiction"), makers=("D. Vill",)
)
ARRIVAL = Liked(id=movie(2), name="Arrival", year=2016, rating=9, cosine=0.7, is_near=True)
HEAT = Liked(id=movie(3), name="Heat", year=1995, loved=True, cosine=0.6, is_near=True)
DUNE = Liked(id=movie(4), name="Dune", year=2021)
AIRPLANE = Liked(id=movie(5), name="Airplane!", year=1980, cosine=0.5, is_near=True)
SERIES = Liked(id=series(2), name="The Wire", year=2002, rating=10)
MAKER, CAST = Trait.MAKER, Trait.CAST


def evidence(*origins: Origin, **changes: object) -> Evidence:
    return replace(Evidence(origins=origins), **changes)  # type: ignore[arg-type]  # a test's own fault


CASES: list[tuple[Evidence, str]] = [
    (
        evidence(liked=(ARRIVAL,), shared=(Shared(MAKER, "D. Vill", ARRIVAL.id),)),
        "Because you gave 9 to Arrival: both are directed by D. Vill.",
    ),
    (
        evidence(liked=(SERIES,), shared=(Shared(MAKER, "D. Vill", SERIES.id),)),
        "Because you gave 10 to The Wire: both are by D. Vill.",
    ),
    (
        evidence(
            liked=(HEAT,), shared=(Shared(CAST, "Ada A", HEAT.id), Shared(CAST, "Bo B", HEAT.id))
        ),
        "Because you loved Heat: Ada A and Bo B are in both.",
    ),
    (
        evidence(Origin.CO_RATED, co_rated=(HEAT, DUNE)),
        "People who rated Heat and Dune highly also rated this highly.",
    ),
    (
        evidence(liked=(DUNE,), shared=(Shared(Trait.COLLECTION, "Sand Saga", DUNE.id),)),
        "Because you liked Dune: both belong to Sand Saga.",
    ),
    (
        evidence(Origin.RECOMMENDED, recommended_by=(ARRIVAL,)),
        "TMDB recommends it beside Arrival, which you gave 9.",
    ),
    (
        evidence(liked=(DUNE,), shared=(Shared(Trait.KEYWORD, "heist", DUNE.id),)),
        "Because you liked Dune: they have heist in common.",
    ),
    (
        evidence(Origin.SIMILAR, liked=(ARRIVAL, HEAT)),
        "Close to Arrival, which you gave 9, and to Heat.",
    ),
    (evidence(Origin.SIMILAR, liked=(AIRPLANE,)), "Close to Airplane!"),
    (
        evidence(Origin.WATCHLIST, liked=(HEAT,)),
        "It is on your watchlist, and close to Heat, which you loved.",
    ),
    (evidence(Origin.WATCHLIST), "It is on your watchlist."),
    (
        evidence(Origin.NEXT_PART, after=ARRIVAL, liked=(HEAT,)),
        "The next part after Arrival, which you gave 9.",
    ),
    (
        evidence(Origin.ELSEWHERE, genres=("Crime",), rating=8.2, votes=300),
        "Something outside your usual genres: science fiction, rated 8.2 from 300 votes.",
    ),
    (evidence(taste=("heist", "neo-noir")), "It fits your taste for heist and neo-noir."),
    (
        evidence(Origin.POPULAR, rating=8.2, votes=12300),
        "Well liked by many: 8.2 from 12,300 votes.",
    ),
    (evidence(rating=5.0, votes=900), "Known to many: 5.0 from 900 votes."),
    (
        evidence(rating=7.9, votes=4097, genres=("Romance", "TV Movie")),
        "Romance and TV movie, as you like, and well liked by many: 7.9 from 4,097 votes.",
    ),
    (evidence(rating=9.0, votes=1), "Rated 9.0 from 1 vote."),
    (evidence(genres=("Crime",)), "It has what you like: crime."),
    (evidence(), "A film of the genre crime from 2015."),
]


@pytest.mark.parametrize(("given_evidence", "sentence"), CASES)
def test_each_kind_of_evidence_has_its_sentence(given_evidence: Evidence, sentence: str) -> None:
    assert reason(PICK, given_evidence) == sentence


def test_a_title_of_which_nothing_is_known_has_a_sentence() -> None:
    assert reason(Title(id=series(1), name="X"), evidence()) == "A series."


def test_a_low_rating_is_not_told_as_praise() -> None:
    low = replace(ARRIVAL, rating=4)
    for origin in (Origin.SIMILAR, Origin.NEXT_PART):
        assert "4" not in reason(PICK, evidence(origin, liked=(low,), after=low))


def test_long_names_take_the_short_form() -> None:
    long = replace(ARRIVAL, name="L" + "o" * 70 + "ng")
    other = replace(HEAT, name="S" + "o" * 70 + "ng")
    sentence = reason(PICK, evidence(Origin.SIMILAR, liked=(long, other)))
    assert long.name in sentence
    assert len(sentence) <= LONGEST


def test_another_of_the_same_name_is_told_apart_by_its_year() -> None:
    other = replace(ARRIVAL, name=PICK.name, year=1971)
    said = reason(PICK, evidence(Origin.SIMILAR, liked=(other,)))
    assert said == "Close to Sicario (1971), which you gave 9."


def test_what_only_shares_somebody_is_not_called_close() -> None:
    apart = replace(ARRIVAL, cosine=0.2, is_near=False)
    with_both = evidence(liked=(apart,), shared=(Shared(CAST, "Ada A", ARRIVAL.id),))
    assert reason(PICK, with_both) == "Because you gave 9 to Arrival: Ada A is in both."
    assert "Arrival" not in reason(PICK, evidence(Origin.WATCHLIST, liked=(apart,)))
    assert "Arrival" not in reason(PICK, evidence(liked=(apart,)))


NAMES = st.from_regex(r"Q[bcdf]{2,6}x( Q[bcdf]{2,6}x)?[!?]?", fullmatch=True)
WORDS = st.from_regex(r"q[bcdf]{2,6}z", fullmatch=True)
KINDS = st.sampled_from([movie, series])


@st.composite
def liked_titles(draw: st.DrawFn) -> Liked:
    return Liked(
        id=draw(KINDS)(draw(st.integers(2, 6))),
        name=draw(NAMES),
        year=draw(st.none() | st.integers(1900, 2030)),
        rating=draw(st.none() | st.integers(1, 10)),
        loved=draw(st.booleans()),
        is_near=draw(st.booleans()),
    )


LIKED = st.lists(liked_titles(), max_size=3).map(tuple)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    liked, co_rated = draw(LIKED), draw(LIKED)
    known = [one.id for one in (*liked, *co_rated)] or [movie(99)]
    shared = st.builds(Shared, st.sampled_from(Trait), NAMES, st.sampled_from(known))
    return Evidence(
        origins=tuple(draw(st.lists(st.sampled_from(Origin), max_size=3))),
        liked=liked,
        co_rated=co_rated,
        recommended_by=draw(LIKED),
        after=draw(st.none() | liked_titles()),
        shared=tuple(draw(st.lists(shared, max_size=4))),
        genres=tuple(draw(st.lists(WORDS, max_size=2))),
        taste=tuple(draw(st.lists(WORDS, max_size=4))),
        rating=draw(st.none() | st.floats(0, 10)),
        votes=draw(st.integers(0, 200_000)),
    )


def told(title: Title, known: Evidence) -> Iterable[str]:
    """Every name and number of the evidence and the title."""
    everyone = [*known.liked, *known.co_rated, *known.recommended_by]
    everyone += [known.after] if known.after else []
    yield from (one.name for one in everyone)
    yield from (str(one.rating) for one in everyone if one.rating is not None)
    yield from (str(one.year) for one in everyone if one.name == title.name)
    yield from (one.name for one in known.shared)
    yield from (*known.genres, *known.taste, *title.genres, str(title.year))
    yield from (genre.capitalize() for genre in known.genres)  # at the beginning of a sentence
    if known.rating is not None:
        yield from (f"{known.rating:.1f}", f"{known.votes:,}")


@given(
    st.builds(
        Title,
        id=st.builds(lambda kind: kind(1), KINDS),
        name=NAMES,
        year=st.none() | st.integers(1900, 2030),
        genres=st.lists(WORDS, max_size=3).map(tuple),
    ),
    evidences(),
)
def test_every_name_and_number_comes_from_the_evidence(title: Title, known: Evidence) -> None:
    sentence = reason(title, known)
    rest = sentence
    for name in sorted(told(title, known), key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", rest)
    assert not re.search(r"\d|[Qq][bcdf]", rest), (sentence, rest)
    assert sentence[0].isupper()
    assert sentence.endswith((".", "!", "?"))
    assert len(sentence) <= LONGEST
    assert "  " not in sentence


@given(evidences())
def test_what_was_not_said_is_not_claimed(known: Evidence) -> None:
    sentence = reason(PICK, known)
    everyone = [*known.liked, *known.co_rated, *known.recommended_by]
    everyone += [known.after] if known.after else []
    assert "watchlist" not in sentence or Origin.WATCHLIST in known.origins
    assert "outside" not in sentence or Origin.ELSEWHERE in known.origins
    assert "next part" not in sentence or known.after is not None
    assert "also rated" not in sentence or known.co_rated
    assert "TMDB" not in sentence or known.recommended_by
    for name, rating in re.findall(r"gave (Q[^:\d]*?) (\d+)", sentence):
        assert any(one.name == name and one.rating == int(rating) for one in everyone)


def test_a_name_with_commands_for_a_terminal_is_plain() -> None:
    odd = replace(ARRIVAL, name="A\x1b[31mrri\nval\u202e", rating=None)
    sentence = reason(PICK, evidence(Origin.SIMILAR, liked=(odd,)))
    assert sentence.isprintable()


def test_kinds_are_told_apart() -> None:
    title = replace(PICK, id=series(1))
    shared = (Shared(MAKER, "D. Vill", SERIES.id),)
    sentence = reason(title, evidence(liked=(SERIES,), shared=shared))
    assert sentence == "Because you gave 10 to The Wire: both are created by D. Vill."
    assert title.id.kind is MediaKind.TV
