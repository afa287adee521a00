"""Sentence embedding with sentence-transformers on plain torch: the fallback and the yardstick."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.adapters.embedders.texts import cleaned, unit_rows
from app.domain.errors import ModelUnusable
from app.domain.ports.vectors import Vectors

_BATCH: Final = 32


def load_sentence_transformer(name: str, folder: Path) -> Any:  # noqa: ANN401 - carries no types
    """Load from a folder, in fp32 on the processor, never from the network.

    Raises `ModelUnusable` where the folder holds no model that sentence-transformers can load.
    """
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds

    try:
        model = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": "float32"}
        )
    except Exception as error:
        raise ModelUnusable(
            f"EMBEDDING_MODEL {name}: {folder} holds no model that sentence-transformers can load "
            f"({type(error).__name__}: {str(error)[:300]})."
        ) from error
    # A model's own prompt would be put before titles and queries alike.
    model.default_prompt_name = None
    return model.eval()


class TorchEngine:
    """A model in `folder`, by torch."""

    label = "torch fp32"

    def __init__(self, name: str, folder: Path) -> None:
        self._model = load_sentence_transformer(name, folder)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit row per text, in order; safe from several threads."""
        with self._lock:
            rows = self._model.encode(
                [cleaned(text) for text in texts],
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return unit_rows(np.array(rows, dtype=np.float32))
