"""The best known titles first."""

import numpy as np
from numpy.typing import NDArray

_FIRST_LOOK = 4096


class ByVotes:
    """Rows in falling order of votes, worked out once; equal ones in their own order.

    Takes 4 bytes a row. Immutable, so threads share it without a lock.
    """

    def __init__(self, votes: NDArray[np.int32]) -> None:
        self._order = np.argsort(-votes, kind="stable").astype(np.int32)

    def first(self, k: int, passed: NDArray[np.bool_]) -> NDArray[np.int32]:
        """The first k rows of those passed (n,); fewer only where fewer passed."""
        found = [np.empty(0, np.int32)]
        start, size = 0, max(_FIRST_LOOK, 2 * k)
        while k > 0 and start < len(self._order):
            some = self._order[start : start + size]
            some = some[passed[some]][:k]
            found.append(some)
            k -= len(some)
            start, size = start + size, 4 * size
        return np.concatenate(found)
