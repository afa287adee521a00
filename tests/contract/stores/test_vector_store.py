from itertools import pairwise

import numpy as np
import pytest

from app.domain.catalogue.titles import TitleId
from app.domain.errors import DimensionMismatch, InvalidInput
from app.domain.ports.vectors import VectorChange, VectorRow, VectorStatus, VectorStore
from tests.builders import movie, random_vectors, series, vector_rows

HASH = bytes(range(16))


def read_all(vectors: VectorStore, model: str, batch_size: int = 4096) -> dict[TitleId, bytes]:
    return {
        TitleId.from_key(int(key)): row.tobytes()
        for batch in vectors.scan(model, batch_size)
        for key, row in zip(batch.keys, batch.vectors, strict=True)
    }


def follow(vectors: VectorStore, model: str, after: int = 0, limit: int = 7) -> list[VectorChange]:
    seen: list[VectorChange] = []
    while changes := vectors.changes(model, after, limit):
        assert len(changes) <= limit
        seen += changes
        after = changes[-1].seq
    return seen


def test_vectors_come_back_bit_for_bit(vectors: VectorStore) -> None:
    tiny = np.array([1e-45, -0.0, 3.4e38, 1 / 3], np.float32)
    rows = [VectorRow(movie(1), HASH, tiny), *vector_rows([series(2**62 - 1)], 4)]
    vectors.upsert("m", rows)
    assert read_all(vectors, "m") == {row.id: row.vector.tobytes() for row in rows}
    changes = {c.id: c.vector.tobytes() for c in vectors.changes("m", 0) if c.vector is not None}
    assert changes == {row.id: row.vector.tobytes() for row in rows}
    (batch,) = vectors.scan("m")
    assert batch.keys.dtype == np.int64
    assert batch.vectors.dtype == np.float32
    assert batch.vectors.shape == (2, 4)


def test_before_any_vector_there_is_nothing(vectors: VectorStore) -> None:
    assert vectors.status("m") == VectorStatus(0, None, 0)
    assert list(vectors.scan("m")) == []
    assert vectors.changes("m", 0) == []
    assert vectors.hashes("m", [movie(1)]) == {}
    assert vectors.delete([movie(1)]) == 0
    vectors.upsert("m", [])
    assert vectors.status("m") == VectorStatus(0, None, 0)


def test_upsert_replaces_and_the_last_of_equal_ids_wins(vectors: VectorStore) -> None:
    first, second, third = (vector_rows([movie(1)], seed=seed)[0] for seed in (1, 2, 3))
    vectors.upsert("m", [first])
    vectors.upsert("m", [second, *vector_rows([movie(2)]), third])
    assert read_all(vectors, "m")[movie(1)] == third.vector.tobytes()
    assert vectors.hashes("m", [movie(1), movie(9)]) == {movie(1): third.text_hash}
    assert vectors.status("m").count == 2


def test_a_film_and_a_series_of_one_number_stay_apart(vectors: VectorStore) -> None:
    rows = vector_rows([movie(5), series(5)])
    vectors.upsert("m", rows)
    assert vectors.delete([movie(5)]) == 1
    assert read_all(vectors, "m") == {series(5): rows[1].vector.tobytes()}


def test_scan_goes_by_key_in_batches(vectors: VectorStore) -> None:
    ids = [movie(n) for n in (1000, 2, 10, 9, 2**50, 1, 99)]
    vectors.upsert("m", vector_rows(ids))
    batches = list(vectors.scan("m", batch_size=3))
    assert [len(batch.keys) for batch in batches] == [3, 3, 1]
    keys = [int(key) for batch in batches for key in batch.keys]
    assert keys == sorted(title.key for title in ids)
    with pytest.raises(InvalidInput):
        vectors.scan("m", batch_size=0)


def test_models_are_kept_apart(vectors: VectorStore) -> None:
    small, large = vector_rows([movie(1), movie(2)], 4), vector_rows([movie(1)], 8)
    names = ["a", "sentence-transformers/b \0 🎬"]
    vectors.upsert(names[0], small)
    vectors.upsert(names[1], large)
    assert [vectors.status(name).count for name in names] == [2, 1]
    assert [vectors.status(name).dimension for name in names] == [4, 8]
    assert read_all(vectors, names[1]) == {movie(1): large[0].vector.tobytes()}
    # A title is removed from every model at once.
    assert vectors.delete([movie(1)]) == 2
    assert read_all(vectors, names[0]) == {movie(2): small[1].vector.tobytes()}
    assert [c.id for c in vectors.changes(names[1], 0)] == [movie(1)]


def test_numbers_grow_over_all_models(vectors: VectorStore) -> None:
    last = 0
    for number in range(6):
        model = "ab"[number % 2]
        vectors.upsert(model, vector_rows([movie(number + 1), movie(100)], seed=number))
        new = [change.seq for change in vectors.changes(model, last)]
        assert len(new) == 2
        assert min(new) > last
        last = max(new)
        assert vectors.status(model).last_seq == last
    vectors.delete([movie(100)])
    assert min(c.seq for m in "ab" for c in vectors.changes(m, last)) > last


def test_the_log_shows_each_row_once_at_its_latest_change(vectors: VectorStore) -> None:
    ids = [movie(n) for n in range(1, 31)]
    vectors.upsert("m", vector_rows(ids))
    read = vectors.status("m").last_seq
    again = vector_rows(ids[10:20], seed=9)
    vectors.upsert("m", again)
    vectors.delete(ids[5:12])
    log = follow(vectors, "m")
    assert sorted(c.id for c in log) == ids
    assert all(one.seq < two.seq for one, two in pairwise(log))
    new = {c.id: c.vector for c in follow(vectors, "m", read)}
    assert {title for title, vector in new.items() if vector is None} == set(ids[5:12])
    for row in again[2:]:
        vector = new[row.id]
        assert vector is not None
        assert vector.tobytes() == row.vector.tobytes()
    assert vectors.changes("m", vectors.status("m").last_seq) == []
    with pytest.raises(InvalidInput):
        vectors.changes("m", 0, limit=0)


def test_a_removed_title_leaves_a_removal_and_can_come_back(vectors: VectorStore) -> None:
    ids = [movie(n) for n in range(1, 2501)]
    vectors.upsert("m", vector_rows(ids, 4))
    assert vectors.delete([*ids[:1500], movie(9999)]) == 1500
    assert vectors.delete(ids[:1500]) == 0  # a removal is no vector
    assert vectors.status("m").count == 1000
    assert vectors.hashes("m", ids[:2000]) == dict.fromkeys(ids[1500:2000], bytes(16))
    assert len(read_all(vectors, "m", 64)) == 1000
    read = vectors.status("m").last_seq
    back = vector_rows([movie(1)], 4, seed=3)
    vectors.upsert("m", back)
    (change,) = vectors.changes("m", read)
    assert change.vector is not None
    assert change.vector.tobytes() == back[0].vector.tobytes()
    assert vectors.status("m").count == 1001


def test_other_lengths_are_refused_and_change_nothing(vectors: VectorStore) -> None:
    rows = vector_rows([movie(1), movie(2)], 8)
    vectors.upsert("m", rows)
    before = vectors.status("m"), read_all(vectors, "m"), vectors.changes("m", 0)[0].seq
    with pytest.raises(DimensionMismatch, match="8"):
        vectors.upsert("m", vector_rows([movie(1), movie(3)], 4))
    with pytest.raises(DimensionMismatch):
        vectors.upsert("m", [*vector_rows([movie(1)], 8, 5), *vector_rows([movie(3)], 4)])
    with pytest.raises(DimensionMismatch):
        vectors.upsert("new", [*vector_rows([movie(1)], 8), *vector_rows([movie(3)], 4)])
    after = vectors.status("m"), read_all(vectors, "m"), vectors.changes("m", 0)[0].seq
    assert after == before
    assert vectors.status("new") == VectorStatus(0, None, 0)


def test_a_model_without_vectors_may_change_its_length(vectors: VectorStore) -> None:
    vectors.upsert("m", vector_rows([movie(1), movie(2)], 8))
    vectors.delete([movie(1), movie(2)])
    assert vectors.status("m").dimension is None
    vectors.upsert("m", vector_rows([movie(2)], 4))
    assert vectors.status("m").dimension == 4
    assert vectors.status("m").count == 1
    assert [c.vector is None for c in vectors.changes("m", 0)] == [True, False]


@pytest.mark.parametrize(
    "row",
    [
        VectorRow(movie(2), HASH, np.array([1, np.nan], np.float32)),
        VectorRow(movie(2), HASH, np.array([1, np.inf], np.float32)),
        VectorRow(movie(2), HASH[:8], np.array([1, 0], np.float32)),
        VectorRow(movie(2), HASH, random_vectors(2, 2)),
        VectorRow(movie(2), HASH, np.empty(0, np.float32)),
        VectorRow(movie(0), HASH, np.array([1, 0], np.float32)),
    ],
    ids=["nan", "infinite", "short hash", "two rows", "no numbers", "id 0"],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_batch(
    vectors: VectorStore, row: VectorRow
) -> None:
    kept = VectorRow(movie(1), HASH, np.array([1, 0], np.float32))
    vectors.upsert("m", [kept])
    with pytest.raises(InvalidInput):
        vectors.upsert("m", [*vector_rows([movie(1)], 2, seed=4), row])
    assert read_all(vectors, "m") == {movie(1): kept.vector.tobytes()}
    assert vectors.status("m").count == 1
