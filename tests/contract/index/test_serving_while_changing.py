"""What is served stays true while the store, the index and the worker change under it."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from app.adapters.token_file import kept_token
from app.adapters.word_index.index import TantivyWords
from app.bootstrap import Services
from app.domain.errors import StoreUnavailable
from app.domain.index.generations import Calibration
from app.domain.jobs import JobState
from app.domain.ports.index import Neighbour
from app.domain.search.filters import EVERYTHING, TitleFilter
from app.doors.worker.kind import Lane
from app.doors.worker.runner import Runner
from app.services.index.embed import embed_all
from app.services.index.rebuild import is_due
from app.services.search.search import BOTH, Search
from app.services.search.text_search import Scope
from tests.builders import make_title, movie, random_vectors
from tests.fakes.embedder import WordEmbedder
from tests.index_world import DIMENSION, MODEL, IndexWorld
from tests.world import open_world

QUERY = random_vectors(1, DIMENSION, seed=5)[0]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[IndexWorld]:
    made = IndexWorld(tmp_path)
    made.fill(300, 5)
    yield made
    made.stores.close()


def test_a_swap_never_brings_back_what_was_removed(
    world: IndexWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.build()
    index = world.opened()
    world.remove([movie(n) for n in range(1, 51)])
    index.refresh()
    older = world.publisher.current()
    assert older is not None
    world.build()
    world.publisher.roll_back()

    def away(*_: object) -> NoReturn:
        raise StoreUnavailable("away")

    with monkeypatch.context() as broken:
        broken.setattr(type(world.stores.vectors), "changes", away)
        with pytest.raises(StoreUnavailable):
            index.refresh()
        found = index.search(QUERY, 200, BOTH, EVERYTHING)
        assert not {n.id for n in found} & {movie(n) for n in range(1, 51)}
    index.refresh()
    assert [n.id for n in index.search(QUERY, 30, BOTH, EVERYTHING)] == world.nearest(QUERY, 30)


def test_a_filter_is_checked_against_the_title_as_it_is_now(world: IndexWorld) -> None:
    world.build()
    index = world.opened()
    search = Search(
        world.stores.titles, index, TantivyWords(index.words), WordEmbedder(dimension=DIMENSION)
    )
    first = search.by_text("winter", 1, Scope(BOTH, EVERYTHING)).hits[0].title
    world.stores.titles.upsert([replace(first, adult=True, votes=0)])
    hits = search.by_text("winter", 305, Scope(BOTH, EVERYTHING)).hits
    assert first.id not in {hit.title.id for hit in hits}
    assert len(hits) == 304
    voted = search.by_text(
        "winter", 300, Scope(BOTH, TitleFilter(min_votes=1, include_adult=True))
    ).hits
    assert first.id not in {hit.title.id for hit in voted}


def test_a_store_that_was_emptied_costs_few_rounds(
    world: IndexWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.build()
    index = world.opened()
    world.stores.titles.delete(list(world.truth))
    search = Search(
        world.stores.titles, index, TantivyWords(index.words), WordEmbedder(dimension=DIMENSION)
    )
    rounds, real = [0], index.search

    def counted(*arguments: Any) -> list[Neighbour]:  # noqa: ANN401  # handed through
        rounds[0] += 1
        return real(*arguments)

    monkeypatch.setattr(index, "search", counted)
    assert search.by_text("winter", 10, Scope(BOTH, EVERYTHING)).hits == ()
    assert rounds[0] <= 6


def test_another_store_makes_a_rebuild_due(world: IndexWorld, tmp_path: Path) -> None:
    world.build()
    assert is_due(world.stores.vectors, world.publisher, MODEL) == ""
    fresh = IndexWorld(tmp_path / "fresh")
    fresh.fill(20, 0)
    assert "another store" in is_due(fresh.stores.vectors, world.publisher, MODEL)
    fresh.stores.close()


def test_what_was_rolled_back_to_is_kept_until_a_rebuild_is_asked_for(world: IndexWorld) -> None:
    world.build()
    world.put([make_title(n) for n in range(1000, 1100)], seed=3)
    world.build()
    world.publisher.roll_back()
    assert is_due(world.stores.vectors, world.publisher, MODEL) == ""
    world.build()
    world.put([make_title(n) for n in range(2000, 2100)], seed=3)
    assert "changes since" in is_due(world.stores.vectors, world.publisher, MODEL)


def test_a_refusal_ends_with_its_cause(world: IndexWorld) -> None:
    world.build()
    bad = world.build()
    (world.root / bad.name / "movie.keys.npy").rename(world.root / bad.name / "away")
    index = world.opened()
    assert index.status().refused
    (world.root / bad.name / "away").rename(world.root / bad.name / "movie.keys.npy")
    index._again_at.clear()
    index.refresh()
    assert index.status().version == bad.name
    assert not index.status().refused


def test_an_index_that_cannot_be_read_says_so(world: IndexWorld) -> None:
    world.build()
    (world.root / "CURRENT").unlink()
    (world.root / "CURRENT").mkdir()
    assert "CURRENT" in world.opened().status().reason


def test_a_filter_that_nearly_all_pass_is_owed_no_less_than_none(world: IndexWorld) -> None:
    world.build()
    part = world.opened()._snapshot.parts[movie(1).kind]  # type: ignore[union-attr]  # just built
    part._lists = 1000
    part._calibration = [
        Calibration(share=0.25, nprobe=90, refine=60, recall=0.99, microseconds=1),
        Calibration(share=0.5, nprobe=10, refine=60, recall=0.99, microseconds=1),
        Calibration(share=1.0, nprobe=40, refine=100, recall=0.998, microseconds=1),
    ]
    assert part._effort(1.0, 10, thorough=True) == (40, 100)
    # As where a few titles are marked adult:
    assert part._effort(0.99, 10, thorough=True) == (40, 100)
    assert part._effort(0.3, 10, thorough=True) == (90, 100)
    assert part._effort(0.01, 10, thorough=True) == (90, 100)
    assert part._effort(1.0, 160, thorough=True) == (160, 400)
    assert part._effort(1.0, 10, thorough=False) == (10, 25)
    assert part._effort(0.01, 160, thorough=False) == (128, 400)


def test_an_empty_token_file_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "data" / "admin_token"
    first = kept_token(path, "ADMIN_TOKEN")
    assert len(first) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_token(path, "ADMIN_TOKEN") == first
    path.write_text("")
    assert len(kept_token(path, "ADMIN_TOKEN")) >= 32
    assert list(path.parent.iterdir()) == [path]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    titles = [make_title(n) for n in range(1, 30)]
    made = open_world(tmp_path, titles=titles, vector_index_factory="nonsense")
    embed_all(made.titles, made.vectors, made.embedder)
    yield made
    made.close()


def test_a_rebuild_that_fails_is_not_tried_again_at_once(services: Services) -> None:
    stop = threading.Event()
    worker = threading.Thread(target=Runner(services, stop).watch)
    worker.start()
    time.sleep(3)
    stop.set()
    worker.join(10)
    failed = [job for job in services.jobs.recent() if job.state is JobState.FAILED]
    assert [job.kind for job in failed] == ["rebuild_index"]
    assert "VECTOR_INDEX_FACTORY" in failed[0].outcome


def test_a_job_that_the_worker_must_leave_is_asked_for_again(services: Services) -> None:
    stop = threading.Event()
    runner = Runner(services, stop)
    services.jobs.submit("embed_full", {})
    stop.set()
    runner._run_next(Lane.EMBED)
    states = {job.state for job in services.jobs.recent() if job.kind == "embed_full"}
    assert JobState.WAITING in states or JobState.DONE in states
