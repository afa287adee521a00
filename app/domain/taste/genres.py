"""Genres of many titles at once, as numbers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.vocabulary import GENRES
from app.domain.taste.tastes import Floats

_BITS: Final = np.arange(len(GENRES), dtype=np.uint32)


def genre_shares(genres: NDArray[np.uint32]) -> Floats:
    """Shape (n, genres): each title's genres, adding up to 1."""
    bits = genre_matrix(genres)
    shares: Floats = bits / np.maximum(bits.sum(axis=1, keepdims=True), 1.0)
    return shares


def genre_matrix(genres: NDArray[np.uint32]) -> Floats:
    """Shape (n, genres): 1 where a title has the genre."""
    return np.asarray((genres[:, None] >> _BITS[None, :]) & 1, np.float64)
