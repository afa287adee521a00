from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import Cancelled, InvalidInput
from app.domain.ports.vectors import VectorRow
from app.domain.progress import Progress, silent
from app.services.index.embed import embed_all, embed_titles
from tests.fakes.embedder import WordEmbedder


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_sqlite(tmp_path / "watcher.db", SystemClock())
    yield opened
    opened.close()


def film(number: int, overview: str = "") -> Title:
    return Title(id=TitleId(MediaKind.MOVIE, number), name=f"Film {number}", overview=overview)


def films(count: int) -> list[Title]:
    return [film(n, overview="word " * (n * 7 % 50)) for n in range(1, count + 1)]


def embedded(embedder: WordEmbedder) -> list[str]:
    return [text for call in embedder.calls for text in call]


def test_everything_is_embedded_once_and_then_nothing(stores: Stores) -> None:
    stores.titles.upsert(films(50))
    embedder = WordEmbedder()
    first = embed_all(stores.titles, stores.vectors, embedder, batch_size=8)
    assert (first.checked, first.embedded, first.removed) == (50, 50, 0)
    assert stores.vectors.status("words").count == 50
    again = embed_all(stores.titles, stores.vectors, embedder, batch_size=8)
    assert (again.checked, again.embedded) == (50, 0)
    assert len(embedded(embedder)) == 50


def test_each_vector_stands_at_its_own_title(stores: Stores) -> None:
    stores.titles.upsert(films(30))
    embedder = WordEmbedder()
    embed_all(stores.titles, stores.vectors, embedder, batch_size=7)
    (batch,) = stores.vectors.scan("words")
    for key, vector in zip(batch.keys.tolist(), batch.vectors, strict=True):
        title = stores.titles.get(TitleId.from_key(key))
        assert title is not None
        words = f"{title.name}. {title.overview.strip()}".strip()
        again = embedder.embed([words + "." if title.overview.strip() else words])[0]
        assert vector == pytest.approx(again, abs=1e-6)


def test_only_the_changed_text_is_embedded_again(stores: Stores) -> None:
    stores.titles.upsert(films(20))
    embed_all(stores.titles, stores.vectors, WordEmbedder())
    stores.titles.upsert([replace(film(5), overview="A new plot"), replace(film(6), votes=99)])
    stores.titles.upsert([replace(films(20)[6], popularity=12.0)])
    embedder = WordEmbedder()
    report = embed_all(stores.titles, stores.vectors, embedder)
    assert report.embedded == 2
    assert sorted(embedded(embedder)) == ["A new plot. Film 5.", "Film 6."]


def test_another_model_embeds_all_anew_beside_the_first(stores: Stores) -> None:
    stores.titles.upsert(films(10))
    embed_all(stores.titles, stores.vectors, WordEmbedder())
    report = embed_all(stores.titles, stores.vectors, WordEmbedder("other", dimension=32))
    assert report.embedded == 10
    assert stores.vectors.status("words").dimension == 64
    assert stores.vectors.status("other").dimension == 32


def test_vectors_of_vanished_titles_go(stores: Stores) -> None:
    stores.titles.upsert(films(10))
    embed_all(stores.titles, stores.vectors, WordEmbedder())
    stores.titles.delete([film(3).id, film(4).id])
    report = embed_all(stores.titles, stores.vectors, WordEmbedder())
    assert (report.embedded, report.removed) == (0, 2)
    assert stores.vectors.hashes("words", [film(3).id, film(4).id]) == {}
    assert stores.vectors.status("words").count == 8


def test_progress_counts_what_is_due(stores: Stores) -> None:
    stores.titles.upsert(films(20))
    embed_titles(stores.titles, stores.vectors, WordEmbedder(), [film(n).id for n in range(1, 6)])
    seen: list[Progress] = []
    embed_all(stores.titles, stores.vectors, WordEmbedder(), batch_size=4, report=seen.append)
    done = [(p.done, p.total) for p in seen if p.message == "Embedding"]
    assert done == [(0, 15), (4, 15), (8, 15), (12, 15), (15, 15)]


def test_stopped_in_the_middle_it_goes_on_where_it_was(stores: Stores) -> None:
    stores.titles.upsert(films(40))

    def stop(progress: Progress) -> None:
        if progress.message == "Embedding" and progress.done >= 16:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        embed_all(stores.titles, stores.vectors, WordEmbedder(), batch_size=8, report=stop)
    assert stores.vectors.status("words").count == 16
    report = embed_all(stores.titles, stores.vectors, WordEmbedder(), batch_size=8)
    assert report.embedded == 24


def test_a_batch_holds_texts_of_like_length(stores: Stores) -> None:
    stores.titles.upsert(films(64))
    embedder = WordEmbedder()
    embed_all(stores.titles, stores.vectors, embedder, batch_size=8)
    spreads = [max(map(len, call)) - min(map(len, call)) for call in embedder.calls]
    assert max(spreads) < 60  # of 245 over all texts


@pytest.mark.parametrize("size", [0, -1, 10_001, True])
def test_a_batch_size_that_cannot_be_changes_nothing(stores: Stores, size: int) -> None:
    stores.titles.upsert(films(3))
    with pytest.raises(InvalidInput, match="batch_size"):
        embed_all(stores.titles, stores.vectors, WordEmbedder(), batch_size=size)
    assert stores.vectors.status("words").count == 0


def test_an_empty_catalogue_is_no_error(stores: Stores) -> None:
    report = embed_all(stores.titles, stores.vectors, WordEmbedder(), report=silent)
    assert (report.checked, report.embedded, report.removed) == (0, 0, 0)


def test_named_titles_are_embedded_and_unknown_ones_told(stores: Stores) -> None:
    stores.titles.upsert(films(5))
    gone = film(77).id
    old = WordEmbedder().embed(["old"])[0]
    stores.vectors.upsert("words", [VectorRow(gone, bytes(16), old)])
    report = embed_titles(stores.titles, stores.vectors, WordEmbedder(), [film(2).id, gone])
    assert (report.embedded, report.removed, report.unknown) == (1, 1, (gone,))
    again = embed_titles(stores.titles, stores.vectors, WordEmbedder(), [film(2).id])
    assert again.embedded == 0
