"""What is fetched is embedded beside, and the index follows without a rebuild."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.faiss_index.build import FaissPublisher
from app.adapters.faiss_index.index import FaissIndex
from app.adapters.word_index.index import TantivyWords
from app.domain.errors import Cancelled, ModelUnusable, UpstreamUnavailable
from app.domain.index.embedding_text import embedding_text, text_hash
from app.domain.ports.vectors import Vectors
from app.domain.progress import silent
from app.domain.search.filters import EVERYTHING
from app.services.index.rebuild import rebuild
from stand_ins.tmdb.serving import LIST_FOR_OBJECT
from tests.builders import movie
from tests.contract.conftest import Place
from tests.fakes.embedder import WordEmbedder
from tests.ingest_world import BOTH, MOVIE, IngestWorld, at, ingest_world, stop

SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
PLOT = "Zeppelin beekeepers quarrel over marmalade."


@pytest.fixture
def world(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[IngestWorld]:
    with ingest_world(place, monkeypatch, movies=80, series=20) as made:
        yield made


class Failing(WordEmbedder):
    """Gives so many texts their vectors, and then an error."""

    def __init__(self, error: Exception, after: int = 0) -> None:
        super().__init__()
        self.error = error
        self.left = after

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.left -= len(texts)
        if self.left < 0:
            raise self.error
        return super().embed(texts)


class Waiting(WordEmbedder):
    """Embeds nothing until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Event()

    def embed(self, texts: Sequence[str]) -> Vectors:
        assert self.may.wait(10), "fetching waits for the embedding"
        return super().embed(texts)


def embedded(world: IngestWorld) -> list[str]:
    return [text for call in world.embedder.calls for text in call]


def check_vectors(world: IngestWorld) -> None:
    """Every stored title has a vector of its present text, and nothing else has one."""
    stored = world.stored()
    wanted = {one: text_hash(one, embedding_text(title)) for one, title in stored.items()}
    assert world.stores.vectors.hashes("words", list(wanted)) == wanted
    assert world.stores.vectors.status("words").count == len(wanted)


def embedding_threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "embedding"]


def test_what_is_written_is_embedded_once(world: IngestWorld) -> None:
    report = world.ingest().sync(BOTH, silent, embed=True)
    check_vectors(world)
    assert report.tally.embedded == len(embedded(world)) == len(world.proper())
    assert f"{report.tally.embedded} embedded" in str(report)


@SQLITE
def test_nothing_is_embedded_unless_asked_for(world: IngestWorld) -> None:
    report = world.ingest().sync(BOTH, silent)
    assert embedded(world) == []
    assert report.tally.embedded == 0


def test_only_changed_texts_are_embedded_again_and_the_gone_lose_theirs(
    world: IngestWorld,
) -> None:
    world.ingest().sync(BOTH, silent, embed=True)
    world.embedder.calls.clear()
    world.forward(1)
    retold, voted, gone = (movie(number) for number in (1, 2, 3))
    world.fake.change("movie", retold.tmdb_id, overview=PLOT)
    world.fake.change("movie", voted.tmdb_id, vote_count=99_999)
    world.fake.remove("movie", gone.tmdb_id)
    world.ingest().sync(BOTH, silent, embed=True)
    (text,) = embedded(world)
    assert text.startswith(PLOT)
    assert world.stores.vectors.hashes("words", [gone]) == {}
    check_vectors(world)


@SQLITE
@pytest.mark.parametrize("verb", ["refresh", "follow", "retry"])
def test_every_way_of_fetching_embeds(world: IngestWorld, verb: str) -> None:
    fault = world.fake.fault(LIST_FOR_OBJECT, "/3/movie/1")
    world.ingest().sync(BOTH, silent, embed=True)
    fault.clear()
    world.fake.add("movie", 9001, adult=False)
    world.fake.change("movie", 2, overview=PLOT)
    world.forward(200)
    ingest = world.ingest()
    fresh = {"refresh": movie(2), "follow": movie(9001), "retry": movie(1)}[verb]
    if verb == "refresh":
        ingest.refresh(BOTH, silent, stale_after=86_400, embed=True)
    elif verb == "follow":
        ingest.follow_export(BOTH, silent, embed=True)
    else:
        ingest.retry_failed(BOTH, silent, embed=True)
    title = world.stored()[fresh]
    wanted = {fresh: text_hash(fresh, embedding_text(title))}
    assert world.stores.vectors.hashes("words", [fresh]) == wanted


@SQLITE
def test_fetching_goes_on_while_the_model_is_at_work(world: IngestWorld) -> None:
    slow = world.embedder = Waiting()
    world.ingest().sync(BOTH, at(60, slow.may.set), embed=True)
    check_vectors(world)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99], ids=["at once", "midway", "at the end"])
def test_an_error_in_embedding_ends_the_run_which_is_then_resumed(
    world: IngestWorld, share: float
) -> None:
    after = int(share * len(world.proper()))
    world.embedder = Failing(ModelUnusable("The model is no model."), after)
    with pytest.raises(ModelUnusable, match="no model"):
        world.ingest().sync(BOTH, silent, embed=True)
    assert world.state().open is not None
    assert world.state().cursor == ""
    assert embedding_threads() == []
    had = world.stored()
    first = embedded(world)
    assert len(first) < len(had)
    world.embedder = WordEmbedder()
    world.forget()
    report = world.ingest().sync(BOTH, silent, embed=True)
    check_vectors(world)
    # Those of before that had no vector, too, and none of those that had one.
    assert not had.keys() & set(world.asked())
    assert len(first) + len(embedded(world)) == len(world.proper())
    assert report.tally.embedded == len(embedded(world))
    assert world.state().open is None


@SQLITE
def test_an_error_that_nobody_foresaw_ends_the_run_too(world: IngestWorld) -> None:
    world.embedder = Failing(RuntimeError("out of luck"))
    with pytest.raises(RuntimeError, match="out of luck"):
        world.ingest().sync(BOTH, silent, embed=True)
    assert world.state().open is not None
    assert embedding_threads() == []


@pytest.mark.parametrize("way", ["full", "changes"])
def test_a_resumed_run_embeds_what_was_written_and_not_embedded(
    world: IngestWorld, way: str
) -> None:
    if way == "changes":
        world.ingest().sync(BOTH, silent, embed=True)
        world.forward(1)
        for one in world.proper([MOVIE]):
            world.fake.change("movie", one.tmdb_id, overview=f"{PLOT} {one.tmdb_id}")
    # As a run leaves it that is killed before anything is embedded.
    with pytest.raises(Cancelled):
        world.ingest().sync(BOTH, at(30, stop))
    world.ingest().sync(BOTH, silent, embed=True)
    check_vectors(world)


@SQLITE
@pytest.mark.parametrize("how", ["cancelled", "the source dies"])
def test_a_run_that_ends_midway_leaves_no_embedding_behind(world: IngestWorld, how: str) -> None:
    end = stop if how == "cancelled" else world.die
    with pytest.raises((Cancelled, UpstreamUnavailable)):
        world.ingest().sync(BOTH, at(30, end), embed=True)
    assert embedding_threads() == []
    world.fake.clear_faults()
    world.ingest().sync(BOTH, silent, embed=True)
    check_vectors(world)


def test_the_index_follows_what_came_changed_and_went(world: IngestWorld, tmp_path: Path) -> None:
    stores = world.stores
    world.ingest().sync(BOTH, silent, embed=True)
    publisher = FaissPublisher(tmp_path / "index", SystemClock())
    rebuild(
        stores.titles,
        stores.vectors,
        publisher,
        model="words",
        factory="auto",
        recall_target=0.99,
    )
    index = FaissIndex(tmp_path / "index", "words", stores.vectors, stores.titles)
    index.refresh()
    retold, gone, new = movie(1), movie(2), movie(9001)
    gone_vector = index.vector(gone)
    assert gone_vector is not None

    world.forward(1)
    world.fake.change("movie", retold.tmdb_id, overview=PLOT)
    world.fake.add("movie", new.tmdb_id, adult=False, overview=f"{PLOT} Again.")
    world.fake.remove("movie", gone.tmdb_id)
    world.ingest().sync(BOTH, silent, embed=True)
    index.refresh()
    for one in (retold, new):
        (query,) = world.embedder.embed([embedding_text(world.stored()[one])])
        (nearest,) = index.search(query, 1, BOTH, EVERYTHING)
        assert nearest.id == one
        assert nearest.score == pytest.approx(1.0, abs=1e-3)
    assert index.vector(gone) is None
    assert gone not in [one.id for one in index.search(gone_vector, 200, BOTH, EVERYTHING)]
    matches = TantivyWords(index.words).described("zeppelin marmalade", 2, BOTH, EVERYTHING)
    assert matches is not None
    assert {match.id for match in matches} == {retold, new}
