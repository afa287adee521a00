"""What a list is worth: figures of one person's list, and of all lists together."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.ports.vectors import Vectors

DEPTH: Final = 20
TOP: Final = 10
METRICS: Final = ("hr@10", "ndcg@10", "recall@20", "novelty@10", "diversity@10")
"""The figures of one list, in the order of `judged`; each is averaged over people."""

NOBODY: Final = -1
"""In place of a title where a list is shorter than ten."""


def judged(
    rows: Sequence[int],
    targets: Collection[int],
    shares: NDArray[np.float64],
    vectors: Vectors,
) -> tuple[float, float, float, float, float]:
    """The `METRICS` of a list of at most `DEPTH` rows of the catalogue, the best first.

    `targets` (at least one) are the rows that count, `shares` (n,) the share of people who rated
    each title, above 0.
    """
    hits = [row in targets for row in rows]
    return (
        float(any(hits[:TOP])),
        ndcg(hits[:TOP], len(targets)),
        sum(hits) / len(targets),
        novelty(shares[list(rows[:TOP])]),
        diversity(vectors[list(rows[:TOP])]),
    )


def ndcg(hits: Sequence[bool], targets: int) -> float:
    """Gain of the hits, discounted by the logarithm of their places, to the best possible.

    The best possible has its first ``min(10, targets)`` places filled.
    """
    gain = sum(1 / np.log2(place + 2) for place, hit in enumerate(hits) if hit)
    return float(gain / sum(1 / np.log2(place + 2) for place in range(min(TOP, targets))))


def novelty(shares: NDArray[np.float64]) -> float:
    """Mean of -log2 of the share of people who rated each of the titles; 0 without titles."""
    return float(-np.log2(shares).mean()) if len(shares) else 0.0


def diversity(vectors: Vectors) -> float:
    """1 minus the mean cosine between two of the titles; 0 where there are less than two."""
    count = len(vectors)
    if count < 2:  # noqa: PLR2004 -- a pair
        return 0.0
    cosines = vectors.astype(np.float64) @ vectors.T
    mean = (cosines.sum() - np.trace(cosines)) / (count * (count - 1))
    return float(1 - mean)


def rated_shares(raters: NDArray[np.int64], people: int) -> NDArray[np.float64]:
    """Share of people who rated each title (n,), with one imagined person who rated them all."""
    return (raters + 1) / (people + 1)


def coverage(tops: NDArray[np.int32]) -> tuple[int, float]:
    """Distinct titles in lists (people, 10), and the standard error of their number.

    A bootstrap would repeat people, who add no titles, and so tell too few. The error is the
    jackknife's: by how much leaving out one person changes the number.
    """
    distinct = [np.unique(top[top != NOBODY]) for top in tops]
    titles, counts = np.unique(np.concatenate(distinct), return_counts=True)
    alone = titles[counts == 1]
    lost = np.array([np.isin(some, alone).sum() for some in distinct])
    return len(titles), float(np.sqrt((len(lost) - 1) * lost.var()))
