"""Words follow what changes after a generation was built."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.adapters.faiss_index.index import FaissIndex
from app.adapters.word_index.index import TantivyWords
from app.domain.catalogue.titles import Title
from app.domain.search.filters import EVERYTHING, TitleFilter
from app.services.search.search import BOTH
from tests.builders import make_title, movie, random_vectors
from tests.index_world import DIMENSION, IndexWorld

QUERY = random_vectors(1, DIMENSION, seed=5)[0]
PLAIN: dict[str, Any] = {"overview": "", "keywords": (), "genres": (), "cast": (), "makers": ()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[IndexWorld]:
    made = IndexWorld(tmp_path)
    made.fill(300, 10)
    yield made
    made.stores.close()


def described(index: FaissIndex, text: str, k: int = 500) -> list[int]:
    found = TantivyWords(index.words).described(text, k, BOTH, EVERYTHING)
    return [match.id.tmdb_id for match in found]


def scores(index: FaissIndex, text: str) -> dict[int, float]:
    found = TantivyWords(index.words).described(text, 500, BOTH, EVERYTHING)
    return {match.id.tmdb_id: match.score for match in found}


def named(index: FaissIndex, name: str, k: int = 500) -> list[int]:
    return [m.id.tmdb_id for m in TantivyWords(index.words).named(name, k, BOTH, EVERYTHING)]


def test_new_changed_and_removed_titles_before_any_rebuild(world: IndexWorld) -> None:
    world.put([make_title(1, name="Old Walrus", overview="An axolotl."), make_title(2)], seed=1)
    world.put([make_title(3, name="Gone Walrus", overview="An axolotl.")], seed=1)
    world.build()
    index, other = world.opened(), world.opened()
    assert sorted(described(index, "axolotl")) == [1, 3]
    world.put([make_title(1, name="New Quokka", overview="A wombat.")], seed=2)
    world.put([make_title(9000, name="Fresh Quokka", overview="A wombat.")], seed=3)
    world.remove([movie(3)])
    assert sorted(described(index, "axolotl")) == [1, 3], "nothing is followed by itself"
    assert index.refresh()
    assert other.refresh()
    for seen in (index, other, world.opened()):
        words = TantivyWords(seen.words)
        assert described(seen, "axolotl") == []
        assert sorted(described(seen, "wombat")) == [1, 9000]
        assert named(seen, "old walrus") == named(seen, "gone walrus") == []
        assert named(seen, "new quokka") == [1]
        assert words.completing("fres", 5, BOTH, EVERYTHING)[0].id == movie(9000)
        assert words.resembling("nwe quokka", 5, BOTH, EVERYTHING)[0].id == movie(1)
        assert words.described("wombat", 5, BOTH, EVERYTHING, [movie(1)])[0].id == movie(9000)
    world.put([make_title(9000, overview="A gibbon.")], seed=4)
    world.remove([movie(1)])
    index.refresh()
    assert described(index, "wombat") == []
    assert described(index, "gibbon") == [9000]
    world.put([make_title(1, name="Old Walrus", overview="An axolotl.")], seed=5)
    index.refresh()
    assert described(index, "axolotl") == named(index, "old walrus") == [1]


def test_a_filter_sees_changed_facts(world: IndexWorld) -> None:
    world.put([make_title(1, year=1950, votes=10, overview="An axolotl.")], seed=1)
    world.build()
    index = world.opened()
    world.put([make_title(1, year=2000, votes=900, overview="An axolotl.")], seed=1)
    index.refresh()
    words = TantivyWords(index.words)
    assert words.described("axolotl", 5, BOTH, TitleFilter(year_to=1990, include_adult=True)) == []
    assert words.described("axolotl", 5, BOTH, TitleFilter(year_from=1990))[0].votes == 900
    assert words.described("axolotl", 5, BOTH, TitleFilter(min_votes=11))[0].id == movie(1)


def test_k_titles_though_most_of_the_generation_changed(world: IndexWorld) -> None:
    world.build()
    index = world.opened()
    world.put([make_title(n, **PLAIN, name="") for n in range(1, 251)], seed=2)
    index.refresh()
    found = described(index, "harbour winter", 20)
    assert len(found) == 20
    assert {n for n in found if n <= 250} <= set(range(1, 11)), "the series, which didn't change"
    assert len(described(index, "harbour winter", 500)) <= 60


def told(tmdb_id: int, more: str) -> Title:
    """A title whose overview says more than others of the same length do."""
    return make_title(tmdb_id, overview=f"{make_title(tmdb_id).overview} {more}")


@pytest.mark.parametrize("also", [0, 30])
def test_changed_titles_rank_among_those_of_the_generation(world: IndexWorld, also: int) -> None:
    """Whether few changed, so that none of their words is rare among them, or many."""
    beasts = ("A wombat.", "A gibbon.", "An axolotl.")
    for n, beast in enumerate(beasts):
        world.put([told(1000 + 10 * n + m, beast) for m in range(5)], seed=1)
    world.put([told(1090, "A wombat and a gibbon.")], seed=1)
    world.build()
    index = world.opened()
    world.put([told(2000, " ".join(beasts)), told(2001, "A wombat.")], seed=2)
    world.put([make_title(3000 + n) for n in range(also)], seed=2)
    index.refresh()
    ranked = scores(index, "wombat gibbon axolotl")
    assert list(ranked)[:2] == [2000, 1090]
    world.build()
    index.refresh()
    built_in = scores(index, "wombat gibbon axolotl")
    assert list(built_in)[:2] == [2000, 1090]
    assert ranked[2000] == pytest.approx(built_in[2000], rel=0.3)
    assert 0 < ranked[2001] < ranked[1090]


def test_a_changed_title_keeps_its_rank_when_its_like_are_removed(world: IndexWorld) -> None:
    world.put([told(n, "A wombat.") for n in range(1000, 1010)], 1)
    world.build()
    index = world.opened()
    world.put([told(n, "A wombat.") for n in range(2000, 2010)], 2)
    index.refresh()
    world.remove([movie(n) for n in range(2001, 2010)])
    index.refresh()
    ranked = scores(index, "wombat")
    assert ranked[2000] == pytest.approx(ranked[1000], rel=0.3)


def test_equals_among_the_changed_come_by_key(world: IndexWorld) -> None:
    world.build()
    index = world.opened()
    for some in ((900, 500, 700, 600), (450, 800, 550), (400, 950)):
        same = PLAIN | {"votes": 7, "name": "Walrus", "overview": "A wombat."}
        world.put([make_title(n, **same) for n in some], seed=2)
        index.refresh()
    assert named(index, "walrus") == [400, 450, 500, 550, 600, 700, 800, 900, 950]
    assert named(index, "walrus", 3) == [400, 450, 500]
    assert described(index, "wombat", 3) == [400, 450, 500]


def test_a_new_generation_starts_clean(world: IndexWorld) -> None:
    world.build()
    index = world.opened()
    world.put([make_title(5, overview="A wombat.", name="Walrus")], seed=2)
    world.remove([movie(6)])
    index.refresh()
    assert index.words().delta.all.count == 1
    world.build()
    assert index.refresh()
    seen = index.words()
    assert (seen.delta.all.count, seen.stale) == (0, frozenset())
    assert seen.generation.all.count == 309
    assert described(index, "wombat") == named(index, "walrus") == [5]
    assert 6 not in [n for n in described(index, "winter") if n > 10]


def test_a_generation_dropped_while_it_is_served_still_answers(world: IndexWorld) -> None:
    world.put([make_title(1, name="Walrus", overview="A wombat.")], seed=2)
    first = world.build()
    index = world.opened()
    for _ in range(2):
        world.build()
    assert not (world.root / first.name).exists()
    assert described(index, "wombat") == named(index, "walrus") == [1]
