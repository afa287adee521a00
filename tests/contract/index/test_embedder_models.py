"""Which models are taken, what is kept of them, and what is refused; in real processes."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

from app.adapters.embedders import conversion, open_embedder, sources
from app.domain.errors import ModelUnusable

MODEL = "all-MiniLM-L6-v2"
ROOT = Path(__file__).resolve().parents[3]

EMBED_ONE = """
import json, socket, sys
from pathlib import Path
asked = []
socket.getaddrinfo = socket.socket.connect = lambda *a, **k: asked.append(str(a)) or 1 / 0
from app.adapters.embedders import open_embedder
embedder = open_embedder(sys.argv[1], Path(sys.argv[2]))
row = embedder.embed(["a heist on the moon"])[0]
pages = int(Path("/proc/self/statm").read_text().split()[1])
heavy = sorted(
    name for name in ("torch", "transformers", "sentence_transformers", "openvino_telemetry")
    if sys.modules.get(name)
)
print(json.dumps({"row": row.tolist(), "backend": embedder.backend, "heavy": heavy,
                  "mb": pages * 4096 >> 20, "asked": asked}))
"""


def start(cache: Path, model: str = MODEL) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", EMBED_ONE, model, str(cache)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the packaged model, made by two processes that started together."""
    cache = tmp_path_factory.mktemp("models")
    first, second = [answer(process) for process in (start(cache), start(cache))]
    assert first["row"] == pytest.approx(second["row"], abs=1e-4)
    return cache


def folders(cache: Path) -> list[Path]:
    return [path for path in cache.iterdir() if path.is_dir()]


def meta_of(cache: Path) -> dict[str, Any]:
    (folder,) = folders(cache)
    found: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    return found


def test_two_processes_at_once_leave_one_conversion(warm: Path) -> None:
    (folder,) = folders(warm)
    names = {path.name for path in folder.iterdir()}
    assert names == {"model.xml", "model.bin", "tokenizer.json", "meta.json"}


def test_the_conversion_was_measured(warm: Path) -> None:
    meta = meta_of(warm)
    assert meta["backend"] == "openvino"
    assert (meta["dimension"], meta["max_tokens"]) == (384, 256)
    measured = meta["agreement"][meta["precision"]]
    assert 0.999 <= measured["mean"] <= 1.0001
    assert 0.995 <= measured["worst"] <= measured["mean"]
    able = meta["made_with"]["processor"]
    assert meta["precision"] == "f32" or "BF16" in able


def test_serving_is_light_quick_and_silent(warm: Path) -> None:
    started = time.monotonic()
    found = answer(start(warm))
    assert time.monotonic() - started < 10  # about 1 on a quiet machine
    assert found["heavy"] == []
    assert found["mb"] < 350
    assert found["asked"] == []


def truncate(folder: Path) -> None:
    with (folder / "model.bin").open("r+b") as file:
        file.truncate(1000)


def flip(folder: Path) -> None:
    data = bytearray((folder / "tokenizer.json").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "tokenizer.json").write_bytes(data)


def scribble(folder: Path) -> None:
    (folder / "meta.json").write_text('{"format": 1, "model"', encoding="utf-8")


def empty(folder: Path) -> None:
    (folder / "meta.json").write_text("[]", encoding="utf-8")


def lose(folder: Path) -> None:
    (folder / "model.xml").unlink()


def move_elsewhere(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    meta["made_with"]["processor"] = ["FP32", "SOMETHING ELSE"]
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")


@pytest.mark.parametrize("spoil", [flip, scribble, empty, lose, move_elsewhere])
def test_what_does_not_fit_is_not_served(
    warm: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    shutil.copytree(warm, tmp_path / "models")
    (folder,) = folders(tmp_path / "models")
    spoil(folder)
    with mock.patch.object(conversion, "_make", side_effect=InterruptedError("made again")):
        embedder = open_embedder(MODEL, tmp_path / "models")
        with pytest.raises(ModelUnusable, match="made again"):
            embedder.embed(["x"])


def test_a_damaged_conversion_is_made_again(warm: Path, tmp_path: Path) -> None:
    shutil.copytree(warm, tmp_path / "models")
    (folder,) = folders(tmp_path / "models")
    truncate(folder)
    litter = tmp_path / "models" / f".{folder.name}.killed"
    litter.mkdir()
    good, again = answer(start(warm)), answer(start(tmp_path / "models"))
    assert again["backend"] == good["backend"]
    assert again["row"] == pytest.approx(good["row"], abs=1e-4)
    assert meta_of(tmp_path / "models")["files"] == meta_of(warm)["files"]
    assert not litter.exists()


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(sources.packaged_folder(), folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"\x00\x01\x02\x03")
    with mock.patch.object(sources, "packaged_folder", return_value=folder):
        embedder = open_embedder(MODEL, tmp_path / "models")
        by_torch = open_embedder(MODEL, tmp_path / "models")
    with pytest.raises(ModelUnusable, match=r"EMBEDDING_MODEL .*SHA-256"):
        embedder.embed(["x"])
    with (
        mock.patch.object(conversion, "_make", return_value=None),
        pytest.raises(ModelUnusable, match="SHA-256"),
    ):
        by_torch.embed(["x"])
    assert folders(tmp_path / "models") == []


@pytest.fixture
def silent_hub() -> Iterator[str]:
    """A hub that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def closed_hub() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("hub", ["silent_hub", "closed_hub"])
def test_a_name_that_cannot_be_had_is_told_soon(
    hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", request.getfixturevalue(hub))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    started = time.monotonic()
    with pytest.raises(ModelUnusable, match="EMBEDDING_MODEL all-mpnet-base-v2 can't be had"):
        open_embedder("all-mpnet-base-v2", tmp_path / "models").embed(["x"])
    assert time.monotonic() - started < 20


def test_a_name_that_cannot_be_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelUnusable, match="EMBEDDING_MODEL no such! name can't be had"):
        open_embedder("no such! name", tmp_path / "models").embed(["x"])


@pytest.mark.parametrize("path", ["/no/such/folder", "./no-such", "~/no/such"])
def test_a_folder_that_does_not_exist_is_told_at_once(path: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="EMBEDDING_MODEL names a folder"):
        open_embedder(path, tmp_path)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("no model")
    with pytest.raises(ModelUnusable, match="EMBEDDING_MODEL names a folder"):
        open_embedder(str(tmp_path / "mine"), tmp_path / "models")
    (tmp_path / "mine" / "config.json").write_text("{}")
    embedder = open_embedder(str(tmp_path / "mine"), tmp_path / "models")
    with pytest.raises(ModelUnusable, match="EMBEDDING_MODEL mine@"):
        embedder.embed(["x"])


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(ModelUnusable, match="WATCHER_DATA_DIR"):
        open_embedder(MODEL, tmp_path / "models").embed(["x"])


@pytest.fixture(scope="module")
def own_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model with a further layer behind the pooling."""
    import torch  # noqa: PLC0415 - takes seconds
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - as above
    from sentence_transformers.base.modules import Dense, Transformer  # noqa: PLC0415 - as above
    from sentence_transformers.sentence_transformer.modules import Pooling  # noqa: PLC0415 - as above
    from transformers import BertConfig, BertModel  # noqa: PLC0415 - as above

    torch.manual_seed(7)
    folder = tmp_path_factory.mktemp("own")
    config = BertConfig(
        hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128
    )
    BertModel(config).save_pretrained(folder / "bert")
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(sources.packaged_folder() / name, folder / "bert" / name)
    words = Transformer(str(folder / "bert"), max_seq_length=64)
    model = SentenceTransformer(
        modules=[words, Pooling(64), Dense(in_features=64, out_features=24)],
        prompts={"query": "find: "},
        default_prompt_name="query",
        device="cpu",
    )
    model.save(str(folder / "mine"), create_model_card=False)
    return folder / "mine"


def test_an_own_model_is_taken_whole(own_model: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds

    embedder = open_embedder(str(own_model), tmp_path / "models")
    texts = ["a quiet war", "storm over the farm " * 30, ""]
    rows = embedder.embed(texts)
    plain = SentenceTransformer(str(own_model), device="cpu")
    expected = plain.encode(texts, prompt="", normalize_embeddings=True, show_progress_bar=False)
    assert embedder.dimension == 24
    assert embedder.backend.startswith("openvino")
    assert (rows * expected).sum(axis=1).min() > 0.995


def test_another_model_at_the_same_path_has_another_name(own_model: Path, tmp_path: Path) -> None:
    here = tmp_path / "mine"
    shutil.copytree(own_model, here)
    first = open_embedder(str(here), tmp_path / "models").model
    assert first == open_embedder(f"{here}/", tmp_path / "other").model
    (here / "README.md").write_text("a note changes nothing")
    assert first == open_embedder(str(here), tmp_path / "models").model
    weights = next(here.rglob("model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-4] + np.float32(1.5).tobytes())
    assert first != open_embedder(str(here), tmp_path / "models").model


def test_the_packaged_model_has_one_name() -> None:
    assert sources.find_source("sentence-transformers/all-MiniLM-L6-v2").name == MODEL
    assert sources.find_source("all-mpnet-base-v2").name == "all-mpnet-base-v2"
    assert sources.find_source("someone/their-model").repositories == ("someone/their-model",)
