"""Whatever TMDB answers: a title that can be stored, or a refusal that says why."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.adapters.facts import Facts, UnusableRow
from app.adapters.stores.common.title_codec import TITLES
from app.adapters.tmdb.details import MOST_PROVIDERS, MOST_REGIONS, kind_of, title_of
from app.domain.catalogue.titles import MediaKind, Source, Title
from tests.contract.tmdb.test_tmdb_details import FILM, SERIES

BODIES = ((FILM, MediaKind.MOVIE), (SERIES, MediaKind.TV))


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


_known = st.sampled_from(sorted({*_keys(FILM), *_keys(SERIES), "flatrate", "free", "AU", "US"}))
_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from((0, 3, 2**31, 2**62, 2**64, -1, 10**400))
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(("US", "xx", "1999-02-30", "movie", "Director", "\ud800", "tt12345"))
)
any_value = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(_known | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
any_object = st.dictionaries(_known | st.text(max_size=3), any_value, max_size=8)
any_part = st.dictionaries(_known, any_value, min_size=1, max_size=3)


def check(title: Title, facts: Facts) -> None:
    assert title.name
    assert TITLES.decode(TITLES.encode(title)) == title
    for by_region in (title.certifications, title.providers):
        regions = [region for region, _ in by_region]
        assert regions == sorted(set(regions))
        assert len(regions) <= MOST_REGIONS
    assert all(mark for _, mark in title.certifications)
    for _, names in title.providers:
        assert 1 <= len(names) <= MOST_PROVIDERS
        assert len(names) == len(set(names))
    for left in facts.left_out:
        left.value.encode()


def tried(body: dict[str, object], kind: MediaKind) -> Title | UnusableRow:
    """A title that was looked at, or the refusal; any other exception fails the test."""
    facts = Facts()
    try:
        title = title_of(body, kind, facts, source=Source.TMDB)
    except UnusableRow as error:
        return error
    check(title, facts)
    return title


@given(any_object, st.sampled_from(MediaKind))
def test_any_object_is_a_title_or_refused(body: dict[str, object], kind: MediaKind) -> None:
    tried(body, kind)
    with suppress(UnusableRow):
        assert kind_of(body) in MediaKind


@given(any_part, st.sampled_from(BODIES))
@example({"poster_path": "/\ud800"}, BODIES[0])
@example({"popularity": 10**400}, BODIES[1])
def test_a_wrong_part_spoils_no_more_than_itself(
    part: dict[str, object], answer: tuple[dict[str, object], MediaKind]
) -> None:
    body, kind = answer
    found = tried(body | part, kind)
    if isinstance(found, UnusableRow):
        assert part.keys() & {"id", "title", "name", "adult"} or "UTF-8" in str(found)
    else:
        assert found.keywords or "keywords" in part
        assert found.certifications or part.keys() & {"release_dates", "content_ratings"}


@given(st.data(), st.sampled_from(BODIES))
def test_a_wrong_value_deep_inside_is_no_crash(
    data: st.DataObject, answer: tuple[dict[str, object], MediaKind]
) -> None:
    body, kind = answer
    field = data.draw(st.sampled_from([f for f in body if isinstance(body[f], dict | list)]))
    found = tried(body | {field: data.draw(_spoilt(body[field]))}, kind)
    assert isinstance(found, Title) or "UTF-8" in str(found)


def _spoilt(value: object) -> st.SearchStrategy[object]:
    """The same shape with any of its values replaced, or left as it is."""
    if isinstance(value, dict):
        inside = {key: _spoilt(inner) for key, inner in value.items()}
        return st.just(value) | any_value | st.fixed_dictionaries(inside)
    if isinstance(value, list):
        return st.just(value) | any_value | st.tuples(*map(_spoilt, value)).map(list)
    return st.just(value) | _scalars


@pytest.mark.parametrize("wrong", [None, 7, "text", [], [None, 7, "text", [[]]], {"results": 5}])
def test_fields_of_a_wrong_shape_are_no_crash(wrong: object) -> None:
    for body, kind in BODIES:
        for field in body:
            if field in {"id", "adult"}:
                continue
            try:
                title = title_of(body | {field: wrong}, kind, Facts(), source=Source.DUMP)
            except UnusableRow:
                assert field in {"title", "name"}
            else:
                assert title.name


def test_missing_fields_are_unknown_facts() -> None:
    for body, kind in BODIES:
        name = "title" if kind is MediaKind.MOVIE else "name"
        slim = {"id": body["id"], name: body[name]}
        expected = Title(
            id=title_of(body, kind, Facts(), source=Source.DUMP).id, name=str(body[name])
        )
        for absent in (slim, dict.fromkeys(body) | slim):
            facts = Facts()
            assert title_of(absent, kind, facts, source=Source.DUMP) == expected
            assert facts.left_out == []


@pytest.mark.parametrize("wrong", ["0", None, [0], {}, float("nan")])
def test_what_has_no_place_in_an_order_comes_last(wrong: object) -> None:
    places = ((wrong, "Last"), (1, "Second"), (0, "First"))
    cast = [{"name": name, "order": place} for place, name in places]
    offers = [{"provider_name": name, "display_priority": place} for place, name in places]
    part = {
        "credits": {"cast": cast},
        "watch/providers": {"results": {"US": {"flatrate": offers}}},
    }
    title = title_of(FILM | part, MediaKind.MOVIE, Facts(), source=Source.TMDB)
    assert title.cast == ("First", "Second", "Last")
    assert title.providers == (("US", ("First", "Second", "Last")),)


def test_lists_in_lists_without_end_are_no_crash() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for body, kind in BODIES:
        for field in body.keys() - {"id", "adult", "title", "name"}:
            title_of(body | {field: deep}, kind, Facts(), source=Source.TMDB)
        for field in ("id", "adult"):
            with pytest.raises(UnusableRow, match=field):
                title_of(body | {field: deep}, kind, Facts(), source=Source.TMDB)


@pytest.mark.parametrize("number", [None, 0, -1, 2**62, "x", 1.5, True, [603]])
def test_an_answer_without_a_number_is_refused(number: object) -> None:
    with pytest.raises(UnusableRow, match="id"):
        title_of(FILM | {"id": number}, MediaKind.MOVIE, Facts(), source=Source.DUMP)


def test_an_error_for_an_answer_is_refused() -> None:
    with pytest.raises(UnusableRow, match="neither"):
        kind_of({"success": False, "status_code": 34})
