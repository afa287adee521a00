"""Sentence embedding: any sentence-transformers model, by OpenVINO or by torch."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from app.adapters.embedders.conversion import Engine, open_engine
from app.adapters.embedders.sources import ModelSource, find_source
from app.domain.errors import ModelUnusable
from app.domain.ports.index import Embedder
from app.domain.ports.vectors import Vectors

_RETRY_AFTER: Final = 30.0
"""Seconds: trying again takes some itself, and every query in a queue would do so in turn."""


def open_embedder(model: str, cache: Path) -> Embedder:
    """The embedder for the setting EMBEDDING_MODEL; nothing is loaded until it is used.

    `cache` is a folder for converted models; it is made if need be. Raises `ModelUnusable` where
    `model` is a folder that doesn't exist or holds no model.
    """
    return SentenceEmbedder(find_source(model), cache)


class SentenceEmbedder:
    """Loads its model at first use, once, whichever thread comes first; see `Embedder`."""

    def __init__(self, source: ModelSource, cache: Path) -> None:
        self._source = source
        self._cache = cache
        self._lock = threading.Lock()
        self._loaded: tuple[Engine, int] | None = None
        self._failed: tuple[float, ModelUnusable] | None = None

    @property
    def model(self) -> str:
        """The name that vectors are kept under."""
        return self._source.name

    @property
    def dimension(self) -> int:
        """Length of a vector; loads the model."""
        return self._load()[1]

    @property
    def backend(self) -> str:
        """What computes; loads the model."""
        return self._load()[0].label

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 per text, in order."""
        engine, dimension = self._load()
        return engine.encode(texts) if texts else np.empty((0, dimension), np.float32)

    def _load(self) -> tuple[Engine, int]:
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = self._first_load()
        return self._loaded

    def _first_load(self) -> tuple[Engine, int]:
        if self._failed and time.monotonic() - self._failed[0] < _RETRY_AFTER:
            raise ModelUnusable(self._failed[1].detail) from self._failed[1]
        try:
            engine = open_engine(self._source, self._cache)
            # One text tells the dimension, and takes the first call's delay off a query.
            return engine, int(engine.encode(["watcher"]).shape[1])
        except ModelUnusable as error:
            self._failed = time.monotonic(), error
            raise
