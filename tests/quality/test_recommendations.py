"""Floors for lists, in a world whose people's tastes are known."""

from collections import Counter
from itertools import combinations

import pytest
from fastapi.testclient import TestClient

from tests import taste_world
from tests.taste_world import (
    GROUPS,
    SAGA,
    SHORT_LIVED,
    asked,
    explained,
    groups_in,
    likes,
    mark,
    number,
    numbers_of,
    rate,
    somebody,
)

SEEDS = range(5)

services = taste_world.services
client = taste_world.client
who = taste_world.who


@pytest.mark.parametrize(("one", "other"), list(combinations(["horror", "romance", "west"], 2)))
def test_who_has_two_unlike_tastes_gets_both(
    client: TestClient, who: str, one: str, other: str
) -> None:
    likes(client, who, one, range(3, 11))
    likes(client, who, other, range(3, 7))
    for seed in SEEDS:
        found = Counter(groups_in(asked(client, who, seed=seed)))
        assert found[one] >= 3
        assert found[other] >= 2
        assert found[one] + found[other] >= 8


def test_a_small_taste_beside_a_big_one_is_not_lost(client: TestClient, who: str) -> None:
    likes(client, who, "crime", range(20))
    likes(client, who, "family", range(3))
    for seed in SEEDS:
        assert "family" in groups_in(asked(client, who, seed=seed))


def test_the_next_part_of_a_saga_comes_before_the_fourth(client: TestClient, who: str) -> None:
    likes(client, who, "space", range(4))
    sagas = [SAGA + part for part in range(1, 5)]
    for seen in range(3):
        listed = set()
        for seed in SEEDS:
            found = numbers_of(asked(client, who, seed=seed, count=20))
            listed |= {one for one in found if one in sagas}
        assert listed == {sagas[seen]}
        rate(client, who, sagas[seen], 9)


@pytest.mark.parametrize("kind", ["movie", "tv", "all"])
def test_a_fan_of_horror_without_children_gets_no_cartoons(
    client: TestClient, who: str, kind: str
) -> None:
    likes(client, who, "horror", range(8))
    for seed in SEEDS:
        answer = asked(client, who, kind, seed=seed)
        assert groups_in(answer).count("horror") >= 7
        assert "family" not in groups_in(answer)
    asking = asked(client, who, kind, filters={"genres": ["Animation"]})
    assert groups_in(asking) == ["family"] * 10


@pytest.mark.parametrize("group", ["west", "romance", "war"])
def test_nor_does_anybody_else_who_likes_none(client: TestClient, who: str, group: str) -> None:
    likes(client, who, group, range(6))
    for seed in SEEDS:
        assert "family" not in groups_in(asked(client, who, seed=seed))


def test_what_disappointed_keeps_its_like_away(client: TestClient, who: str) -> None:
    likes(client, who, "west", range(5))
    likes(client, who, "war", range(5), rating=2)
    for seed in SEEDS:
        assert "war" not in groups_in(asked(client, who, seed=seed))


def test_a_newcomer_gets_what_many_know_and_like_of_several_sorts(
    client: TestClient, who: str
) -> None:
    for kind in ("movie", "tv"):
        answer = asked(client, who, kind)
        assert answer["cold_start"]
        assert len(set(groups_in(answer))) >= len(GROUPS) - 2
        for one in answer["results"]:
            assert one["votes"] >= 7000
            assert one["rating"] >= 7.5


def test_a_list_is_not_all_of_one_maker(client: TestClient, who: str) -> None:
    likes(client, who, "crime", range(4))
    for seed in SEEDS:
        answer = asked(client, who, seed=seed)
        makers = Counter(maker for one in answer["results"] for maker in one["makers"])
        assert 1 <= makers["Makercrime 0"] <= 3
        assert max(makers.values()) <= 3


def test_the_first_three_are_of_a_usual_genre_and_one_of_ten_looks_beyond(
    client: TestClient, who: str
) -> None:
    likes(client, who, "romance", range(6))
    for seed in SEEDS:
        answer = asked(client, who, seed=seed)
        groups = groups_in(answer)
        assert set(groups[:3]) == {"romance"}
        elsewhere = [one for one in answer["results"] if "elsewhere" in one["evidence"]["origins"]]
        assert 1 <= len(elsewhere) <= 4
        assert "outside your usual genres" in elsewhere[0]["reason"]


def test_the_list_is_another_after_what_was_rated(client: TestClient, who: str) -> None:
    likes(client, who, "west", range(4))
    before = groups_in(asked(client, who))
    likes(client, who, "space", range(4), rating=10)
    after = groups_in(asked(client, who))
    assert before.count("space") <= 1
    assert after.count("space") >= 3
    assert number("west", 0) not in numbers_of(asked(client, who))


def test_who_put_a_saga_s_first_part_aside_gets_none_of_the_others(
    client: TestClient, who: str
) -> None:
    likes(client, who, "space", range(4))
    sagas = [SAGA + part for part in range(1, 5)]
    mark(client, who, sagas[0], "dismissed")
    for seed in SEEDS:
        assert not set(numbers_of(asked(client, who, seed=seed, count=20))) & set(sagas)
    rate(client, who, sagas[1], 9)
    assert sagas[2] in numbers_of(asked(client, who, count=20))


def test_a_child_is_shown_nothing_that_is_not_for_children(client: TestClient, who: str) -> None:
    likes(client, who, "family", range(6))
    for seed in SEEDS:
        answer = asked(client, who, seed=seed)
        assert set(groups_in(answer)) == {"family"}
        assert len(answer["results"]) == 10


def test_who_likes_a_rare_language_gets_more_of_it(client: TestClient, who: str) -> None:
    other = somebody(client, "Another")
    for place in range(3):
        rate(client, who, SHORT_LIVED + place)
        rate(client, other, number("space", 5 + place))
    for person in (who, other):
        likes(client, person, "war", [2, 3])
    film = SHORT_LIVED + 10
    mine, theirs = (explained(client, one, film)["rank"] for one in (who, other))
    assert mine <= theirs / 2
