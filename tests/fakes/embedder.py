"""An embedder that needs no model: texts that share words get vectors that are near."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from app.domain.ports.vectors import Vectors


class WordEmbedder:
    """Hashed bag of words: each word a fixed random direction, a text the scaled sum of them.

    `calls` keeps the texts of every call, so that a test can see what was embedded.
    """

    def __init__(self, model: str = "words", dimension: int = 64) -> None:
        self._model = model
        self._dimension = dimension
        self.calls: list[list[str]] = []

    @property
    def model(self) -> str:
        return self._model

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def backend(self) -> str:
        return "words"

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(list(texts))
        if not texts:
            return np.empty((0, self._dimension), np.float32)
        rows: Vectors = np.stack([self._sum(text) for text in texts])
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def _sum(self, text: str) -> Vectors:
        # Every text has the start word, so that none is without a direction.
        words = ["<start>", *re.findall(r"\w+", text.casefold())]
        total = np.zeros(self._dimension, np.float32)
        for word in words:
            total += self._direction(word)
        return total

    def _direction(self, word: str) -> Vectors:
        seed = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        random = np.random.default_rng(int.from_bytes(seed))
        return random.standard_normal(self._dimension).astype(np.float32)
