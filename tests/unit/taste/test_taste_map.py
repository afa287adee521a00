"""The map of a taste: every title once, always in the same place, tastes apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray

from app.domain.catalogue.vocabulary import GENRES, genre_bits
from app.domain.taste.groups import Groups, grouped, rows_of
from app.domain.taste.map import TasteMap, drawn, most_telling
from app.domain.taste.tastes import Floats

KINDS = (("Horror", "Thriller"), ("Comedy", "Romance"), ("Science Fiction", "Adventure"))


class World:
    """`count` titles around a few middles, each with the genres of its own."""

    def __init__(self, count: int, seed: int, middles: int = 3) -> None:
        draw = np.random.default_rng(seed)
        self.group = draw.integers(0, middles, count)
        around = draw.standard_normal((middles, 16))
        vectors = around[self.group] + 0.7 * draw.standard_normal((count, 16))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        named = [genre_bits(KINDS[number % len(KINDS)]) for number in self.group.tolist()]
        self.genres: NDArray[np.uint32] = np.array(named, np.uint32)
        self.keys = draw.permutation(10 * count)[:count].astype(np.int64)
        self.rows = rows_of(vectors.astype(np.float32), self.genres)
        self.weights: Floats = np.round(draw.uniform(0.1, 3, count), 2)

    def groups(self) -> Groups:
        order = np.argsort(self.keys)
        return grouped(self.rows[order], self.genres[order], self.weights[order])

    def map(self, order: NDArray[np.intp] | None = None) -> tuple[TasteMap, Floats]:
        """The map made of the titles in an order, and their points in the first order."""
        groups = self.groups()
        places = np.arange(len(self.rows)) if order is None else order
        rows = self.rows[places]
        made = drawn(groups, rows, self.genres[places], self.keys[places])
        points = np.zeros((len(rows), 2))
        points[places] = made.points(rows, groups.of(rows))
        return made, points


worlds = some.builds(World, some.integers(1, 60), some.integers(0, 2**20), some.integers(1, 3))


@settings(deadline=None)
@given(worlds, some.randoms(use_true_random=False))
def test_each_title_has_one_place_within_bounds_whatever_the_order(
    world: World, shuffle: object
) -> None:
    made, points = world.map()
    assert points.shape == (len(world.rows), 2)
    assert np.isfinite(points).all()
    assert (np.abs(points) <= 1).all()
    order = list(range(len(world.rows)))
    shuffle.shuffle(order)  # type: ignore[attr-defined]  # Hypothesis's own Random
    again, same = world.map(np.array(order, np.intp))
    assert (again.middles == made.middles).all()
    assert np.abs(same - points).max() <= 0.0002, "but for the last digit"


@settings(deadline=None)
@given(worlds)
def test_tastes_lie_apart_and_each_title_in_its_own(world: World) -> None:
    groups, (made, points) = world.groups(), world.map()
    middles, tastes = made.middles, groups.of(world.rows)
    assert len(middles) == len(groups.centers)
    far = np.linalg.norm(points - middles[tastes, :2], axis=1)
    assert (far <= middles[tastes, 2] + 0.001).all()
    for one in range(len(middles)):
        for other in range(one):
            apart = np.linalg.norm(middles[one, :2] - middles[other, :2])
            assert apart >= middles[one, 2] + middles[other, 2] - 0.001


def test_what_is_alike_lies_together() -> None:
    world = World(90, 3)
    _, points = world.map()
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = np.argsort(apart, axis=1)[:, :5]
    assert (world.group[nearest] == world.group[:, None]).mean() > 0.95


def test_another_title_moves_the_others_hardly() -> None:
    world = World(120, 5)
    _, before = world.map()
    fewer = np.arange(1, 120)
    _, moved = _of_rows(world, fewer).map()
    assert np.linalg.norm(before[fewer] - moved, axis=1).mean() < 0.05


def _of_rows(world: World, rows: NDArray[np.intp]) -> World:
    found = World(1, 0)
    for name in ("group", "genres", "keys", "rows", "weights"):
        setattr(found, name, getattr(world, name)[rows])
    return found


def test_dark_lies_left_of_light() -> None:
    world = World(90, 8)
    _, points = world.map()
    mean = [points[world.group == number].mean(axis=0) for number in range(3)]
    assert mean[0][0] < mean[1][0], "horror, comedy"
    assert mean[2][1] > mean[0][1], "science fiction above horror"


def test_titles_without_tastes_are_placed_too() -> None:
    world = World(7, 1)
    none = grouped(world.rows[:0], world.genres[:0], world.weights[:0])
    made = drawn(none, world.rows, world.genres, world.keys)
    points = made.points(world.rows, none.of(world.rows))
    assert len({tuple(one) for one in points.tolist()}) == 7


@given(some.lists(some.integers(0, 4), max_size=80), some.integers(5, 40), some.integers(0, 2**20))
def test_of_too_many_each_taste_keeps_its_strongest_and_newest(
    named: list[int], most: int, seed: int
) -> None:
    tastes = np.array(named, np.intp)
    weights = np.random.default_rng(seed).permutation(len(named)).astype(np.float64)
    chosen = most_telling(tastes, weights, most).tolist()
    assert len(chosen) <= max(most, 0)
    assert chosen == sorted(set(chosen))
    if len(named) <= most:
        assert chosen == list(range(len(named)))
        return
    for number in set(named):
        mine = np.flatnonzero(tastes == number)
        kept = [row for row in chosen if tastes[row] == number]
        assert int(mine[np.argmax(weights[mine])]) in kept
        if len(kept) > 1:
            assert int(mine[0]) in kept


@settings(deadline=None)
@given(worlds)
def test_tastes_are_worth_naming_and_share_all(world: World) -> None:
    groups = world.groups()
    assert 1 <= len(groups.centers) <= max(1, min(6, len(world.rows) // 6))
    assert groups.shares.sum() == pytest.approx(1)
    assert (np.diff(groups.shares) <= 1e-6).all()
    sizes = np.bincount(groups.of(world.rows), minlength=len(groups.centers))
    assert len(groups.centers) == 1 or sizes.min() >= 3


def test_genres_alone_can_tell_titles_apart() -> None:
    bits = np.array([genre_bits(["Horror"])] * 8 + [genre_bits(["Comedy"])] * 8, np.uint32)
    vectors = np.zeros((16, len(GENRES)), np.float32)
    vectors[:, 0] = 1
    rows = rows_of(vectors, bits)
    tastes = grouped(rows, bits, np.ones(16)).of(rows)
    assert len(set(tastes[:8].tolist())) == len(set(tastes[8:].tolist())) == 1
    assert tastes[0] != tastes[8]
