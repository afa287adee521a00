"""Where titles stand among ascending keys (see `TitleId.key`)."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import TitleId

_Keys = NDArray[np.int64]


def located(keys: _Keys, wanted: _Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows (n,) of the wanted keys (n,) among ascending ones, and which of them are there.

    The row of one that isn't there means nothing.
    """
    if not len(keys):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    rows = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return rows, keys[rows] == wanted


def keys_of(ids: Collection[TitleId]) -> _Keys:
    """The keys (n,) of titles, in their order."""
    return np.fromiter((title_id.key for title_id in ids), np.int64, len(ids))


class ByKey:
    """Rows that are found by `keys` (n,), which ascend."""

    keys: _Keys

    def row_of(self, key: int) -> int | None:
        """The row of a key, or None."""
        row = int(np.searchsorted(self.keys, key))
        return row if row < len(self.keys) and self.keys[row] == key else None

    def rows_at(self, keys: _Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Rows (n,) of the keys (n,), and which of them are here."""
        return located(self.keys, keys)
