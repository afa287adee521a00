"""Where titles stand among ascending keys."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import TitleId
from app.domain.ports.vectors import Keys


def located(keys: Keys, wanted: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows (n,) of the wanted keys (n,) among ascending ones, and which of them are there.

    The row of one that isn't there means nothing.
    """
    if not len(keys):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    rows = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return rows, keys[rows] == wanted


def keys_of(ids: Collection[TitleId]) -> Keys:
    """The keys (n,) of titles, in their order."""
    return np.fromiter((title_id.key for title_id in ids), np.int64, len(ids))
