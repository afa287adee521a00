"""The Embedder port over OpenVINO, plain torch and the word embedder that other tests use."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.embedders import conversion, open_embedder
from app.domain.ports.index import Embedder
from tests.fakes.embedder import WordEmbedder

MODEL = "all-MiniLM-L6-v2"

HOSTILE = (
    "",
    " \t\n",
    "\x00",
    "a\x00b",
    "🎬🚀",
    "فيلم عن البحر",
    "\ud800 half a pair \udfff",
    "x" * 100_000,
    "word " * 20_000,
    "[CLS] [SEP] [PAD] <s> </s>",
    "‮right to left‬",  # noqa: PLE2502 - the point of this text
    "ﷺ" * 300,
)


@pytest.fixture(scope="module")
def openvino(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return open_embedder(MODEL, tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def torch(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    embedder = open_embedder(MODEL, tmp_path_factory.mktemp("models"))
    with mock.patch.object(conversion, "_make", return_value=None):
        assert embedder.backend == "torch fp32"
    return embedder


@pytest.fixture(params=["openvino", "torch", "words"])
def embedder(request: pytest.FixtureRequest) -> Iterator[Embedder]:
    if request.param == "words":
        yield WordEmbedder()
    else:
        yield request.getfixturevalue(request.param)


def test_a_row_of_length_one_per_text_in_order(embedder: Embedder) -> None:
    texts = [f"a film number {n} about " + "ships and storms " * (n * 5 % 13) for n in range(40)]
    rows = embedder.embed(texts)
    assert rows.dtype == np.float32
    assert rows.shape == (40, embedder.dimension)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(40), abs=1e-5)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert (rows * alone).sum(axis=1).min() > 0.999
    # Another text's vector is farther: rows aren't exchanged.
    assert ((rows @ alone.T).argmax(axis=1) == np.arange(40)).all()


def test_no_texts_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_the_same_text_gives_the_same_vector(embedder: Embedder) -> None:
    assert np.array_equal(embedder.embed(["twice"]), embedder.embed(["twice"]))


def test_near_in_meaning_is_near(embedder: Embedder) -> None:
    query, near, far = embedder.embed(
        ["robots on a spaceship", "a spaceship crew of robots", "two bakers fall in love in Paris"]
    )
    assert query @ near > query @ far + 0.1


def test_any_text_is_accepted(embedder: Embedder) -> None:
    rows = embedder.embed(HOSTILE)
    assert np.isfinite(rows).all()
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(HOSTILE)), abs=1e-5)
    for text in HOSTILE:
        assert np.linalg.norm(embedder.embed([text])) == pytest.approx(1, abs=1e-5)


def test_threads_get_what_one_alone_gets(embedder: Embedder) -> None:
    texts = [[f"{n} ghosts in house {m}" for m in range(1 + n % 7)] for n in range(24)]
    alone = [embedder.embed(one) for one in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(embedder.embed, texts))
    for one, other in zip(alone, together, strict=True):
        assert (one * other).sum(axis=1).min() > 0.9999


def test_it_says_what_it_is(embedder: Embedder) -> None:
    assert embedder.model
    assert embedder.backend


@settings(max_examples=12, deadline=None)
@given(texts=st.lists(st.text(max_size=200), min_size=1, max_size=6))
def test_openvino_agrees_with_torch_on_any_text(
    openvino: Embedder, torch: Embedder, texts: list[str]
) -> None:
    cosines = (openvino.embed(texts) * torch.embed(texts)).sum(axis=1)
    assert cosines.min() >= 0.995


def test_openvino_agrees_with_sentence_transformers(openvino: Embedder) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds

    from app.adapters.embedders.sources import packaged_folder  # noqa: PLC0415 - as above

    story = "An old pilot teaches her granddaughter to fly before the valley is flooded".split()  # noqa: SIM905 - reads better
    texts = [" ".join((story * 30)[n : n + n * n // 4 + 1]) for n in range(40)]
    plain = SentenceTransformer(str(packaged_folder()), device="cpu")
    expected = plain.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    cosines = (openvino.embed(texts) * expected).sum(axis=1)
    assert openvino.backend.startswith("openvino")
    assert cosines.mean() >= 0.999
    assert cosines.min() >= 0.995


def test_loading_waits_for_the_first_use(tmp_path: Path) -> None:
    embedder = open_embedder(MODEL, tmp_path / "models")
    assert embedder.model == MODEL
    assert not (tmp_path / "models").exists()
