"""What is done to every text before a model sees it, and to every vector after."""

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelUnusable
from app.domain.ports.vectors import Vectors


def cleaned(text: str) -> str:
    """Make a text that every tokenizer takes: no half of a surrogate pair, no outer blanks."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def unit_rows(rows: NDArray[np.float32]) -> Vectors:
    """Scale each row to length 1; a row of zeros becomes the diagonal.

    Raises `ModelUnusable` where a model gave something that isn't a number.
    """
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    if not np.isfinite(rows).all():
        raise ModelUnusable(
            "The embedding model gives vectors with infinite or undefined parts: set "
            "EMBEDDING_MODEL to another one."
        )
    rows[~rows.any(axis=1)] = 1.0
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
