"""Whatever the order in which records arrive, the same title comes out, and nothing is lost."""

from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.merging import merge
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId

ID = TitleId(MediaKind.MOVIE, 603)

_V = TypeVar("_V")
_Marks = tuple[tuple[str, str], ...]


def _by_region(values: st.SearchStrategy[_V]) -> st.SearchStrategy[tuple[tuple[str, _V], ...]]:
    regions = st.dictionaries(st.sampled_from(("AU", "DE", "US")), values)
    return regions.map(lambda known: tuple(sorted(known.items())))


_texts = st.sampled_from(("", "a", "b", "ab", "ba", "Released", "Rumored"))
_lists = st.lists(st.sampled_from("xyz"), max_size=3, unique=True).map(tuple)
_numbers = st.none() | st.integers(1, 3)
_small = st.integers(0, 2)
_levels = st.sampled_from((0.0, 1.0, 2.5))
_marks = _by_region(st.sampled_from(("R", "PG", "16")))
_services = _by_region(st.lists(st.sampled_from("xyz"), min_size=1, unique=True).map(tuple))


_dates = st.sampled_from(
    (("", None), ("", 1999), ("1999-03-31", 1999), ("1999-06-11", 1999), ("2000-01-01", 2000))
)


def _titles(sources: st.SearchStrategy[Source]) -> st.SearchStrategy[Title]:
    return st.tuples(_undated(sources), _dates).map(
        lambda drawn: replace(drawn[0], released=drawn[1][0], year=drawn[1][1])
    )


def _undated(sources: st.SearchStrategy[Source]) -> st.SearchStrategy[Title]:
    return st.builds(
        Title,
        id=st.just(ID),
        name=st.sampled_from(("a", "b", "ab")),
        original_name=_texts,
        alternative_names=_lists,
        genres=_lists,
        keywords=_lists,
        cast=_lists,
        makers=_lists,
        companies=_lists,
        networks=_lists,
        countries=_lists,
        original_language=_texts,
        spoken_languages=_lists,
        runtime=_numbers,
        certification=_texts,
        certifications=_marks,
        providers=_services,
        status=_texts,
        votes=_small,
        rating=st.none() | _levels,
        popularity=_levels,
        imdb_id=_texts,
        tvdb_id=_numbers,
        collection_id=_numbers,
        collection_name=_texts,
        recommended=st.lists(st.integers(1, 3), max_size=2).map(tuple),
        poster_path=_texts,
        overview=_texts,
        tagline=_texts,
        adult=st.booleans(),
        source=sources,
        fetched_at=_small,
    )


any_title = _titles(st.sampled_from(Source))
from_files = _titles(st.sampled_from((Source.SAMPLE, Source.DUMP)))


@given(any_title, any_title)
def test_order_makes_no_difference(a: Title, b: Title) -> None:
    assert merge(a, b) == merge(b, a)


@given(any_title, any_title, any_title)
def test_grouping_makes_no_difference(a: Title, b: Title, c: Title) -> None:
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@given(any_title, any_title)
def test_a_record_that_was_merged_adds_nothing(a: Title, b: Title) -> None:
    both = merge(a, b)
    assert merge(a, a) == a
    assert merge(both, a) == both
    assert merge(both, b) == both


@given(from_files, from_files)
def test_nothing_that_a_file_knows_becomes_unknown(a: Title, b: Title) -> None:
    both = merge(a, b)
    for field in Title.__dataclass_fields__:
        known = getattr(a, field) or getattr(b, field)
        # The rating belongs to the votes: it goes with the record that has more of them.
        if known and field not in {"rating", "popularity", "collection_name"}:
            assert getattr(both, field), field


@given(from_files, from_files)
def test_every_region_is_kept_with_what_one_of_the_two_knows_of_it(a: Title, b: Title) -> None:
    both = merge(a, b)
    for field in ("certifications", "providers"):
        merged, known = getattr(both, field), (*getattr(a, field), *getattr(b, field))
        assert [region for region, _ in merged] == sorted({region for region, _ in known})
        assert set(merged) <= set(known)


@given(_marks, _marks)
def test_the_two_places_of_the_american_mark_agree(first: _Marks, second: _Marks) -> None:
    a, b = (
        Title(id=ID, name="a", certification=dict(marks).get("US", ""), certifications=marks)
        for marks in (first, second)
    )
    both = merge(a, b)
    assert both.certification == dict(both.certifications).get("US", "")


@given(from_files, from_files)
def test_votes_rating_and_popularity_stay_together(a: Title, b: Title) -> None:
    both = merge(a, b)
    together = (both.votes, both.rating, both.popularity)
    assert together in {(t.votes, t.rating, t.popularity) for t in (a, b)}
    assert both.votes == max(a.votes, b.votes)


def test_a_poor_record_takes_nothing_from_a_rich_one() -> None:
    rich = Title(
        id=ID, name="The Matrix", cast=("Keanu Reeves", "Carrie-Anne Moss"), votes=9000, rating=8.0
    )
    poor = Title(id=ID, name="The Matrix", cast=("Keanu Reeves",), votes=3, rating=2.0)
    assert merge(rich, poor) == rich


def test_a_translated_name_wins_over_the_original_in_its_place() -> None:
    translated = Title(id=ID, name="Amélie", original_name="Le Fabuleux Destin d'Amélie Poulain")
    original = replace(translated, name=translated.original_name, votes=10)
    both = merge(original, translated)
    assert (both.name, both.original_name) == (translated.name, translated.original_name)
    assert both.votes == 10


def test_tmdbs_own_answer_wins_whole_and_the_later_one_over_the_earlier() -> None:
    dump = Title(id=ID, name="The Matrix: a long name", keywords=("a", "b"), votes=10**6)
    early = Title(id=ID, name="Matrix", source=Source.TMDB, fetched_at=1, keywords=("a",))
    late = replace(early, keywords=(), fetched_at=2)
    assert merge(dump, early) == early
    assert merge(early, late) == late
    assert merge(merge(late, dump), early) == late


def test_two_titles_are_not_one() -> None:
    with pytest.raises(ValueError, match="two titles"):
        merge(Title(id=ID, name="a"), Title(id=TitleId(MediaKind.TV, 603), name="a"))
