"""What is held out, from whom, and that a fit never sees it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.domain.progress import silent
from app.domain.recommend.rating_sets import RatingSet
from scripts.evaluation.baselines import BASELINES
from scripts.evaluation.methods import Training
from scripts.evaluation.running import fit, outcomes
from scripts.evaluation.split import Split, split
from tests.builders import make_title
from tests.rating_worlds import FILMS, keys_of, made_catalogue, made_ratings


def of_one(stars: Sequence[float], person: int = 1, first_film: int = 1) -> RatingSet:
    count = len(stars)
    return RatingSet(
        np.full(count, person, np.int64),
        keys_of(list(range(first_film, first_film + count))),
        np.array(stars, np.float32),
        np.arange(count, dtype=np.int64),
    )


def joined(*sets: RatingSet) -> RatingSet:
    return RatingSet(
        *(np.concatenate([getattr(one, name) for one in sets]) for name in ("people", "keys")),
        *(np.concatenate([getattr(one, name) for one in sets]) for name in ("ratings", "times")),
    )


ALL = keys_of(list(range(1, 100)))


def test_the_last_fifth_is_held_out_and_only_what_was_liked_of_it_wanted() -> None:
    found = split(of_one([8, 9, 3, 10, 8, 2, 8, 7, 7.5, 8]), ALL)
    assert found.person(0).keys.tolist() == keys_of(list(range(1, 9))).tolist()
    assert found.person(0).now == 7
    assert found.targets_of(0).tolist() == keys_of([10]).tolist()
    assert found.judged.tolist() == [0]


def test_a_fifth_is_rounded_and_at_least_one() -> None:
    for count, held_out in ((1, 1), (2, 1), (7, 1), (8, 2), (12, 2), (13, 3), (100, 20)):
        found = split(of_one([8] * count), ALL)
        assert len(found.training.people) == count - held_out, count


def test_people_are_judged_by_what_the_catalogue_has() -> None:
    stars = [8, 8, 8, 3, 9]
    assert split(of_one(stars), ALL).judged.tolist() == [0]
    assert split(of_one(stars), keys_of([2, 3, 4, 5])).judged.tolist() == []  # two liked before
    assert split(of_one(stars), keys_of([1, 2, 3, 4])).judged.tolist() == []  # no target
    assert split(of_one([8, 8, 8, 3, 7]), ALL).judged.tolist() == []
    assert split(of_one([8, 8, 7, 3, 9]), ALL).judged.tolist() == []


def test_titles_out_of_the_catalogue_count_for_the_fifth_and_stay_known() -> None:
    found = split(of_one([8] * 10), keys_of([1, 2, 3, 9]))
    assert len(found.person(0).keys) == 8
    assert found.targets_of(0).tolist() == keys_of([9]).tolist()


def test_only_restricts_whom_is_judged_not_what_is_fitted() -> None:
    ratings = joined(of_one([8] * 10, person=3), of_one([8] * 10, person=5))
    found = split(ratings, ALL)
    chosen = found.only({5, 77})
    assert [int(chosen.people[place]) for place in chosen.judged] == [5]
    assert chosen.training is found.training


def test_a_split_comes_back_from_its_files(tmp_path: Path) -> None:
    found = split(made_ratings(), made_catalogue().keys)
    found.save(tmp_path)
    again = Split.opened(tmp_path)
    assert again.judged.tolist() == found.judged.tolist()
    for place in found.judged.tolist():
        assert again.person(place).titles == found.person(place).titles
        assert again.person(place).ratings.tolist() == found.person(place).ratings.tolist()
        assert again.targets_of(place).tolist() == found.targets_of(place).tolist()


@given(
    st.lists(st.lists(st.integers(1, 10), min_size=1, max_size=30), min_size=1, max_size=6),
    st.sets(st.integers(1, 40)),
)
def test_nobody_s_later_ratings_are_among_the_earlier(
    stars: list[list[int]], catalogue: set[int]
) -> None:
    ratings = joined(*(of_one(some, person) for person, some in enumerate(stars)))
    found = split(ratings, keys_of(sorted(catalogue)))
    for place, some in enumerate(stars):
        person = found.person(place)
        held_out = max(1, round(len(some) * 0.2))
        assert len(person.keys) == len(some) - held_out
        assert not set(person.keys.tolist()) & set(found.targets_of(place).tolist())
        assert set(found.targets_of(place).tolist()) <= set(keys_of(sorted(catalogue)).tolist())


def test_other_later_ratings_change_no_list(tmp_path: Path) -> None:
    catalogue, ratings = made_catalogue(), made_ratings()
    first = split(ratings, catalogue.keys)
    later = ~np.isin(
        ratings.people * 10_000 + ratings.keys,
        first.training.people * 10_000 + first.training.keys,
    )
    assert later.any()
    turned = np.where(later, 11 - ratings.ratings, ratings.ratings).astype(np.float32)
    second = split(replace(ratings, ratings=turned), catalogue.keys)
    everybody = np.arange(len(first.people))
    titles = [make_title(number) for number in range(1, FILMS + 1)]
    tops = []
    for name, found in (("first", first), ("second", second)):
        # Everybody is judged, whatever is held out, for the lists to be the same people's.
        parts = replace(
            found,
            judged=everybody,
            targets=catalogue.keys[: len(everybody)],
            target_starts=np.arange(len(everybody) + 1),
        )
        folder = tmp_path / name
        folder.mkdir()
        fit(BASELINES, Training(catalogue, titles, parts.training), folder, silent)
        tops.append(outcomes(BASELINES, catalogue, parts, folder, 1, silent))
    for method in BASELINES:
        assert np.array_equal(tops[0][method.name].tops, tops[1][method.name].tops)
