"""What is counted of a history, what a taste is called, and what is said to be missing in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.catalogue.titles import Title, TitleId
from app.domain.taste.facts import WatchedTitle, crowd_of, decades_of, genres_of, years_of
from app.domain.taste.gaps import (
    GapKind,
    admired,
    by_admired,
    is_open,
    near_to,
    next_parts,
    sagas_begun,
)
from app.domain.taste.groups import words_of
from app.domain.taste.tastes import Interaction
from tests.builders import make_title

YEAR_2020 = 1_590_000_000


def told(*titles: Title, rating: float | None = 9.0, **changes: bool) -> dict[TitleId, Interaction]:
    return {one.id: Interaction(id=one.id, at=1, rating=rating, **changes) for one in titles}


def test_genres_are_counted_with_what_was_said_of_them() -> None:
    horror = make_title(1, genres=("Horror", "Drama"))
    seen = [
        WatchedTitle(horror, rating=9),
        WatchedTitle(make_title(2, genres=("Horror",)), rating=4),
        WatchedTitle(make_title(3, genres=("Horror",)), loved=True),
        WatchedTitle(make_title(4, genres=("Horror",))),
        WatchedTitle(make_title(5, genres=())),
    ]
    first, second = genres_of(seen, {"Horror": 0.1})
    assert (first.genre, first.count, first.told, first.liked) == ("Horror", 4, 3, 2)
    assert (first.share, first.usual) == (0.8, 0.1)
    assert (second.genre, second.count, second.usual) == ("Drama", 1, 0.0)
    assert genres_of([], {}) == []


def test_decades_and_years_have_no_holes() -> None:
    seen = [
        WatchedTitle(make_title(1, year=1979, genres=("War",)), YEAR_2020, rating=8),
        WatchedTitle(
            make_title(2, year=2001, genres=("War", "Drama")), YEAR_2020 + 3 * 366 * 86_400
        ),
        WatchedTitle(make_title(3, year=None, genres=("War",)), 0),
    ]
    assert [(one.decade, one.count, one.liked) for one in decades_of(seen)] == [
        (1970, 1, 1),
        (1980, 0, 0),
        (1990, 0, 0),
        (2000, 1, 0),
    ]
    found = years_of(seen)
    assert [(one.year, one.count) for one in found] == [(2020, 1), (2021, 0), (2022, 0), (2023, 1)]
    assert found[-1].genres == (("War", 1), ("Drama", 1))
    assert found[1].genres == (("War", 0), ("Drama", 0))
    assert not years_of(seen[2:])
    assert not decades_of(seen[2:])


ratings = some.lists(
    some.tuples(some.none() | some.integers(1, 10), some.none() | some.floats(0, 10)), max_size=30
)


@given(ratings)
def test_ratings_beside_the_crowd_add_up(given_: list[tuple[int | None, float | None]]) -> None:
    seen = [
        WatchedTitle(make_title(number, rating=crowd, votes=50), rating=mine)
        for number, (mine, crowd) in enumerate(given_, 1)
    ]
    both = [(mine, crowd) for mine, crowd in given_ if mine is not None and crowd is not None]
    found = crowd_of(seen)
    assert found.count == len(found.rated) == len(both)
    if both:
        gap = sum(mine - crowd for mine, crowd in both) / len(both)
        assert found.mine is not None
        assert found.crowd is not None
        assert found.mine - found.crowd == pytest.approx(gap)
    furthest = max((abs(mine - crowd) for mine, crowd in both), default=0)
    shown = (*found.above, *found.below)
    assert max((abs(one.gap) for one in shown), default=0) == pytest.approx(furthest)
    assert all(one.gap > 0 for one in found.above)
    assert all(one.gap < 0 for one in found.below)


def test_who_agrees_with_the_crowd_is_neither_above_nor_below() -> None:
    found = crowd_of([WatchedTitle(make_title(1, rating=7.0, votes=50), rating=7)])
    assert (found.count, found.above, found.below) == (1, (), ())


def test_few_votes_are_no_crowd() -> None:
    assert crowd_of([WatchedTitle(make_title(1, rating=9.0, votes=19), rating=2)]).count == 0


def test_a_taste_is_called_by_what_sets_it_apart() -> None:
    west = [
        make_title(n, genres=("Western", "Drama"), keywords=("saloon", "woman director", "western"))
        for n in range(1, 9)
    ]
    space = [
        make_title(n, genres=("Science Fiction", "Drama"), keywords=("robot", "robot uprising"))
        for n in range(11, 19)
    ]
    other = [make_title(n, genres=("Drama",), keywords=("saloon",)) for n in range(21, 23)]
    first, second = words_of([west, space], other)
    assert first[0] == "Western"
    assert set(first) <= {"Western", "saloon"}, "not what repeats it, or tells how it was made"
    assert second[0] == "Science Fiction"
    assert len([word for word in second if "robot" in word]) == 1
    assert "Western" in words_of([west], [])[0]
    assert words_of([[make_title(1, genres=(), keywords=())]], []) == [()]


def test_the_next_part_of_a_saga_is_the_first_after_what_was_seen() -> None:
    parts = [
        make_title(n, name=f"Part {n}", collection_id=5, collection_name="Parts",
                   released=f"200{n}-01-01")
        for n in range(1, 6)
    ]  # fmt: skip
    seen = told(*parts[:2])
    begun = sagas_begun(parts[:2], seen)
    assert [one.name for one in begun] == ["Part 2"]
    (gap,) = next_parts(begun, parts[::-1], seen)
    assert (gap.title.name, gap.kind) == ("Part 3", GapKind.NEXT_PART)
    assert gap.detail == "It comes after Part 2 (you gave 9), in Parts."
    assert next_parts(begun, parts[:2], seen) == []
    assert sagas_begun(parts[:2], told(*parts[:2], rating=3.0)) == []
    assert sagas_begun(parts[:2], told(*parts[:2], dismissed=True)) == []


def test_of_somebody_liked_the_best_known_unseen_title_is_missing() -> None:
    liked = [make_title(n, name=f"Film {n}", makers=("Ann Lee",), cast=()) for n in (1, 2)]
    unseen = [
        make_title(n, name=f"Film {n}", makers=makers, cast=(), votes=votes)
        for n, makers, votes in (
            (3, ("Ann Lee",), 900),
            (4, ("Ann Lee",), 9000),
            (5, ("Ann Lee",), 400),
            (6, ("Anna Lee",), 90_000),
        )
    ]
    (gap,) = by_admired(admired(liked), unseen, told(*liked))
    assert gap.title.name == "Film 4"
    assert gap.detail == "By Ann Lee, like Film 1 (you gave 9) and Film 2 (you gave 9)."
    assert by_admired(admired(liked), [unseen[2]], told(*liked)) == [], "hardly known"
    assert admired(liked[:1]) == []


def test_who_plays_must_be_in_three_and_is_told_so() -> None:
    liked = [make_title(n, name=f"Film {n}", makers=(), cast=("Bo",)) for n in (1, 2, 3)]
    also = make_title(9, makers=(), cast=("Bo",), votes=800)
    (gap,) = by_admired(admired(liked), [also], told(*liked, rating=None, loved=True))
    assert gap.detail == "With Bo, as in Film 1 (you love it) and Film 2 (you love it)."
    assert admired(liked[:2]) == []
    minor = make_title(9, makers=(), cast=("A", "B", "C", "Bo"), votes=800)
    assert by_admired(admired(liked), [minor], told(*liked)) == []


def test_what_was_only_watched_is_not_said_to_be_rated() -> None:
    seen = make_title(1, name="Seen")
    gap = near_to(make_title(2), seen, told(seen, rating=None))
    assert gap.detail == "Near to Seen."
    low = near_to(make_title(2), seen, told(seen, rating=7.0))
    assert low.detail == "Near to Seen.", "a rating that is no praise is no reason"
    assert near_to(make_title(2, rating=7.25, votes=1204), None, {}).detail == (
        "Rated 7.2 on average, from 1,204 votes."
    )
    assert "average" not in near_to(make_title(2, rating=None, votes=0), None, {}).detail


def test_only_what_may_be_shown_is_missing() -> None:
    out = make_title(1, released="2020-01-01")
    assert is_open(out, frozenset(), "2020-01-01")
    assert not is_open(out, frozenset(), "2019-12-31")
    assert not is_open(out, frozenset({out.id}), "2021-01-01")
    assert not is_open(make_title(1, released="2020-01-01", adult=True), frozenset(), "2021-01-01")
