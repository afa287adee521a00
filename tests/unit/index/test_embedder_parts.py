from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters import embedders
from app.adapters.embedders.agreement import sample_texts
from app.adapters.embedders.openvino_engine import _batches
from app.adapters.embedders.texts import cleaned, unit_rows
from app.domain.errors import ModelUnusable


@given(st.lists(st.integers(1, 8192), max_size=200))
def test_every_row_is_in_one_batch_and_no_batch_is_too_large(lengths: list[int]) -> None:
    batches = [batch.tolist() for batch in _batches(lengths)]
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= 4096
    longest = [max(lengths[row] for row in batch) for batch in batches]
    assert longest == sorted(longest, reverse=True)


@given(st.text(alphabet=st.characters(), max_size=50))
def test_a_cleaned_text_can_be_written_in_utf_8(text: str) -> None:
    clean = cleaned(text)
    clean.encode("utf-8")
    assert clean == clean.strip()
    if all(not 0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        assert clean == text.strip()


def test_a_row_without_direction_gets_one() -> None:
    rows = unit_rows(np.array([[0, 0, 0, 0], [3, 0, 4, 0]], np.float32))
    assert rows[0] == pytest.approx([0.5, 0.5, 0.5, 0.5])
    assert rows[1] == pytest.approx([0.6, 0, 0.8, 0])


def test_a_row_that_is_no_number_is_refused() -> None:
    with pytest.raises(ModelUnusable):
        unit_rows(np.array([[1, np.nan]], np.float32))


def test_the_measuring_texts_are_of_very_different_lengths() -> None:
    lengths = [len(text.split()) for text in sample_texts()]
    assert len(lengths) == 32
    assert min(lengths) == 0
    assert max(lengths) >= 400
    assert len(set(lengths)) >= 18


def test_a_model_that_cannot_be_loaded_is_not_tried_by_every_query(tmp_path: Path) -> None:
    embedder = embedders.open_embedder("all-MiniLM-L6-v2", tmp_path)

    def query(_turn: int) -> str:
        with pytest.raises(ModelUnusable) as refused:
            embedder.embed(["x"])
        return refused.value.detail

    with mock.patch.object(embedders, "open_engine", side_effect=ModelUnusable("no")) as tried:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(query, range(12))) == ["no"] * 12
        assert tried.call_count == 1
        with mock.patch("time.monotonic", return_value=1e9):
            query(0)
        assert tried.call_count == 2


def test_the_model_is_loaded_once_whichever_thread_comes_first(tmp_path: Path) -> None:
    embedder = embedders.open_embedder("all-MiniLM-L6-v2", tmp_path)
    engine = mock.Mock(label="test")
    engine.encode.side_effect = lambda texts: np.ones((len(texts), 1), np.float32)
    with (
        mock.patch.object(embedders, "open_engine", return_value=engine) as opened,
        ThreadPoolExecutor(8) as pool,
    ):
        assert list(pool.map(lambda _: embedder.dimension, range(32))) == [1] * 32
    assert opened.call_count == 1
