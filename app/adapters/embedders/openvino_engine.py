"""Sentence embedding with OpenVINO: imports neither torch nor transformers."""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.adapters.embedders.texts import cleaned, unit_rows
from app.domain.ports.vectors import Vectors

MODEL_FILE: Final = "model.xml"
WEIGHTS_FILE: Final = "model.bin"
TOKENIZER_FILE: Final = "tokenizer.json"

_FEW: Final = 4
"""Up to so many texts go one by one through the model that waits for single queries."""

_BATCH: Final = 12
"""Small batches pad little and keep every stream busy to the end; processors with matrix units like
16 better (by 6 %), others 8 (by 8 %)."""

_BATCH_TOKENS: Final = 4096
_MAX_STREAMS: Final = 8

Tokens = NDArray[np.int64]


def runtime() -> Any:  # noqa: ANN401 - the package carries no types
    """Import OpenVINO, without the telemetry that it would send at import and without asking."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None forbids it
    import openvino  # noqa: PLC0415 - loaded where needed, and only behind the line above

    return openvino


def fingerprint() -> dict[str, object]:
    """What a conversion and its measurements are true for: this OpenVINO on such a processor."""
    if find_spec("openvino") is None:
        return {"openvino": "", "processor": []}
    able = runtime().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return {"openvino": version("openvino"), "processor": sorted(able)}


class OpenVinoEngine:
    """A converted model in `folder`.

    `precision` is ``f32`` or ``bf16``, `max_tokens` where a text is cut, `pad_id` the token that
    fills up short texts. Two compilations share the weights on disk: one of a single thread for
    queries, and for bulk work, made at its first use, one of a stream per processor.
    """

    def __init__(self, folder: Path, precision: str, max_tokens: int, pad_id: int) -> None:
        from tokenizers import Tokenizer  # noqa: PLC0415 - loaded where a text is embedded

        self._openvino = runtime()
        self._core = self._openvino.Core()
        self._model = self._core.read_model(folder / MODEL_FILE)
        self._precision = precision
        self._pad_id = pad_id
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer_lock = threading.Lock()
        self._single = self._compiled(streams=1).create_infer_request()
        self._single_lock = threading.Lock()
        self._queue: Any = None
        self._queue_lock = threading.Lock()
        self.label = f"openvino {precision}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit row per text, in order; safe from several threads."""
        with self._tokenizer_lock:
            encoded = self._tokenizer.encode_batch_fast([cleaned(text) for text in texts])
        ids = [np.array(one.ids or [self._pad_id], dtype=np.int64) for one in encoded]
        rows = self._one_by_one(ids) if len(ids) <= _FEW else self._in_bulk(ids)
        return unit_rows(rows)

    def _one_by_one(self, ids: Sequence[Tokens]) -> NDArray[np.float32]:
        rows = []
        with self._single_lock:
            for one in ids:
                self._single.infer({0: one[None, :], 1: np.ones((1, len(one)), np.int64)})
                rows.append(self._single.get_output_tensor(0).data[0].copy())
        return np.stack(rows)

    def _in_bulk(self, ids: Sequence[Tokens]) -> NDArray[np.float32]:
        rows: list[Any] = [None] * len(ids)

        def keep(request: Any, members: Tokens) -> None:  # noqa: ANN401 - as `runtime`
            for row, vector in zip(members, request.get_output_tensor(0).data, strict=True):
                rows[row] = vector.copy()

        with self._queue_lock:
            if self._queue is None:
                streams = min(_MAX_STREAMS, _cores())
                self._queue = self._openvino.AsyncInferQueue(self._compiled(streams), streams)
            self._queue.set_callback(keep)
            for members in _batches([len(one) for one in ids]):
                self._queue.start_async(self._padded([ids[i] for i in members]), members)
            self._queue.wait_all()
        return np.stack(rows)

    def _padded(self, ids: Sequence[Tokens]) -> dict[int, Tokens]:
        longest = max(len(one) for one in ids)
        tokens = np.full((len(ids), longest), self._pad_id, np.int64)
        mask = np.zeros_like(tokens)
        for row, one in enumerate(ids):
            tokens[row, : len(one)] = one
            mask[row, : len(one)] = 1
        return {0: tokens, 1: mask}

    def _compiled(self, streams: int) -> Any:  # noqa: ANN401 - as `runtime`
        properties = {
            "INFERENCE_PRECISION_HINT": self._precision,
            "PERFORMANCE_HINT": "LATENCY" if streams == 1 else "THROUGHPUT",
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": streams,
            # Pinned threads of two processes would share one core while another idles.
            "ENABLE_CPU_PINNING": False,
        }
        return self._core.compile_model(self._model, "CPU", properties)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _batches(lengths: Sequence[int]) -> Iterator[Tokens]:
    """Group rows of like length, longest first, so that little is padding and the end is even."""
    order = np.argsort(-np.asarray(lengths), kind="stable")
    start = 0
    while start < len(order):
        size = max(1, min(_BATCH, _BATCH_TOKENS // lengths[order[start]]))
        yield order[start : start + size]
        start += size
