"""Sentence embedding: any sentence-transformers model, by OpenVINO or by torch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.adapters.embedders.conversion import Engine, open_engine
from app.adapters.embedders.sources import ModelSource, find_source
from app.domain.ports import Embedder, Vectors


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
                    engine = open_engine(self._source, self._cache)
                    # One text tells the dimension, and takes the first call's delay off a query.
                    self._loaded = engine, int(engine.encode(["watcher"]).shape[1])
        return self._loaded
