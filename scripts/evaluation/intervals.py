"""How sure the figures are: bootstrap over people, with the same draws for every method."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

DRAWS: Final = 1000
_AT_ONCE: Final = 50
_BOUNDS: Final = (2.5, 97.5)

Interval = tuple[float, float]
"""Bounds of 95 %."""


def drawn_means(values: NDArray[np.float64], seed: int, draws: int = DRAWS) -> NDArray[np.float64]:
    """Means (draws, m) of figures (people, m), over as many people drawn with replacement."""
    people = len(values)
    random = np.random.default_rng(seed)
    means = list[NDArray[np.float64]]()
    for start in range(0, draws, _AT_ONCE):
        some = random.integers(people, size=(min(_AT_ONCE, draws - start), people))
        times = np.stack([np.bincount(one, minlength=people) for one in some])
        means.append(times @ values / people)
    return np.concatenate(means)


def interval(drawn: NDArray[np.float64]) -> Interval | None:
    """Bounds of 95 % of what was drawn (draws,); None where some of it is no number."""
    if not np.isfinite(drawn).all():
        return None
    low, high = np.percentile(drawn, _BOUNDS)
    return float(low), float(high)


def ratio(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quotients (draws,) of two means that were drawn together; not finite where theirs is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return ours / theirs
