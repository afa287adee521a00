"""What words find: descriptions, names, beginnings of names, within any filter."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.word_index.index import TantivyWords
from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.catalogue.vocabulary import GENRES
from app.domain.errors import NotReady
from app.domain.ports.index import Match
from app.domain.search.filters import EVERYTHING, TitleFilter
from app.domain.search.ranking import KNOWN_FROM
from app.services.search.search import BOTH
from tests.builders import make_title, movie, series
from tests.index_world import IndexWorld

NAME = "Paper Tigers"
KINDS = (BOTH, (MediaKind.MOVIE,), (MediaKind.TV,))

filters = st.builds(
    TitleFilter,
    year_from=st.none() | st.integers(0, 2030),
    year_to=st.none() | st.integers(0, 2030),
    runtime_from=st.none() | st.sampled_from((0, 1, 90, 91, 120, 250)),
    runtime_to=st.none() | st.sampled_from((0, 1, 90, 91, 120, 250)),
    genres=st.frozensets(st.sampled_from(GENRES), max_size=4),
    without_genres=st.frozensets(st.sampled_from(GENRES), max_size=3),
    languages=st.frozensets(st.sampled_from(("en", "fr", "ja", "ko")), max_size=2),
    min_votes=st.sampled_from((0, 1, 100, 5000, 19_000)),
    min_rating=st.sampled_from((0.0, 0.1, 5.0, 7.3, 9.5, 10.0)),
    include_adult=st.booleans(),
)


def borders() -> list[Title]:
    """Titles just on, above and below what the filters ask for, and some without the fact."""
    facts: list[dict[str, Any]] = [
        *({"rating": rating} for rating in (0.0, 0.1, 4.999, 5.0, 7.299, 7.3, 7.301, 10.0)),
        *({"votes": votes} for votes in (0, 1, 99, 100, 101)),
        *({"year": year} for year in (None, 0, 1, 1990, 2030)),
        *({"runtime": runtime} for runtime in (None, 0, 1, 90, 91)),
        *({"rating": None, "votes": 50}, {"genres": ()}, {"original_language": ""}),
        *({"adult": True, "year": year} for year in (1950, 1990, 2020)),
    ]
    return [make_title(2000 + n, **({"votes": 30 + n} | fact)) for n, fact in enumerate(facts)]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexWorld]:
    """A generation with changes on top, all under one name."""
    world = IndexWorld(tmp_path_factory.mktemp("words"))
    world.put([make_title(n, name=NAME) for n in range(1, 121)], seed=1)
    world.put([make_title(n, MediaKind.TV, name=NAME) for n in range(1, 41)], seed=2)
    world.put([replace(title, name=NAME) for title in borders()], seed=3)
    world.build()
    changed = [make_title(n, MediaKind.TV, name=NAME) for n in range(100, 121)]
    changed += [make_title(n, name=NAME, votes=n, adult=n % 2 == 0) for n in range(1, 21)]
    world.put([*changed, make_title(300, name="Something Else", overview="Nothing.")], seed=4)
    world.remove([movie(n) for n in range(21, 31)])
    yield world
    world.stores.close()


@pytest.fixture(scope="module")
def filled_words(filled: IndexWorld) -> TantivyWords:
    return TantivyWords(filled.opened().words)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[IndexWorld]:
    made = IndexWorld(tmp_path)
    yield made
    made.stores.close()


def passing(
    world: IndexWorld, where: TitleFilter, kinds: Collection[MediaKind]
) -> dict[TitleId, Title]:
    return {
        title_id: title
        for title_id, (title, _) in world.truth.items()
        if title_id.kind in kinds and where.passes(title)
    }


def ids(matches: list[Match]) -> list[TitleId]:
    return [match.id for match in matches]


@settings(max_examples=150, deadline=None)
@given(where=filters, kinds=st.sampled_from(KINDS))
def test_names_found_are_exactly_those_that_pass(
    filled: IndexWorld, filled_words: TantivyWords, where: TitleFilter, kinds: tuple[MediaKind, ...]
) -> None:
    fit = passing(filled, where, kinds)
    bearing = [title for title in fit.values() if title.name == NAME]
    best = [t.id for t in sorted(bearing, key=lambda t: (-t.votes, t.id.key))]
    found = filled_words.named(fold(NAME), 500, kinds, where)
    assert set(ids(found)) == set(best)
    assert [match.votes for match in found] == [fit[title_id].votes for title_id in best]
    assert set(ids(filled_words.completing("paper ti", 500, kinds, where))) == set(best)
    assert set(ids(filled_words.completing("pap", 500, kinds, where))) == set(best)
    known = {title_id for title_id in best if fit[title_id].votes >= KNOWN_FROM}
    meant = known or set(best)
    assert set(ids(filled_words.nearly_completing("papre", 500, kinds, where))) == meant
    assert set(ids(filled_words.resembling("paper tihgers", 500, kinds, where))) == meant


@settings(max_examples=150, deadline=None)
@given(
    where=filters,
    kinds=st.sampled_from(KINDS),
    k=st.integers(1, 80),
    left_out=st.integers(0, 120),
)
def test_descriptions_found_are_exactly_those_that_pass(
    filled: IndexWorld,
    filled_words: TantivyWords,
    where: TitleFilter,
    kinds: tuple[MediaKind, ...],
    k: int,
    left_out: int,
) -> None:
    exclude = {movie(n) for n in range(1, left_out + 1)} | {series(3), movie(999_999)}
    fit = passing(filled, where, kinds).keys() - {movie(300)}
    everything = filled_words.described("a tiger", 500, kinds, where)
    assert set(ids(everything)) == fit
    assert all(match.votes == filled.truth[match.id][0].votes for match in everything)
    some = filled_words.described("a tiger", k, kinds, where, exclude)
    assert not exclude & set(ids(some))
    assert len(some) == min(k, len(fit - exclude))
    assert len(set(ids(some))) == len(some)


@pytest.mark.parametrize("years", [(2000, 1990), (1990, 1989), (3000, 2000), (None, 0)])
def test_an_empty_range_of_years_finds_nothing(
    filled_words: TantivyWords, years: tuple[int | None, int]
) -> None:
    where = TitleFilter(year_from=years[0], year_to=years[1])
    assert filled_words.described("tiger", 10, BOTH, where) == []
    assert filled_words.named(fold(NAME), 10, BOTH, where) == []
    assert filled_words.completing("pap", 10, BOTH, where) == []


def test_many_left_out_titles_take_no_place(filled_words: TantivyWords) -> None:
    everything = ids(filled_words.described("tiger harbour", 500, BOTH, EVERYTHING))
    for left_out in (1, 10, 100, len(everything) - 3):
        out = everything[:left_out]
        found = filled_words.described("tiger harbour", 10, BOTH, EVERYTHING, out)
        assert ids(found) == everything[left_out : left_out + 10]


def test_before_any_index_it_says_what_to_run(world: IndexWorld) -> None:
    words = TantivyWords(world.opened().words)
    for find in (words.named, words.resembling, words.completing, words.nearly_completing):
        with pytest.raises(NotReady, match=r"scripts\.rebuild_index"):
            find("winter", 1, BOTH, EVERYTHING)
    with pytest.raises(NotReady, match=r"scripts\.rebuild_index"):
        words.described("winter", 1, BOTH, EVERYTHING)
