"""How good chances are: Brier score, log loss, calibration error, AUC, each with an interval."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scripts.evaluation.intervals import DRAWS, Interval, interval

METRICS: Final = ("brier", "log_loss", "ece", "auc")
BINS: Final = 10
_LEAST: Final = 1e-9

Chances = NDArray[np.float64]
Liked = NDArray[np.bool_]


def scored(
    chances: Chances, liked: Liked, weights: NDArray[np.float64] | None = None
) -> dict[str, float]:
    """The `METRICS` of chances (n,), above 0 and below 1; each counts as its weight (n,), or 1.

    `ece` is the expected calibration error over ten bins of equal width (M. Naeini et al., 2015).
    AUC is NaN where all or none were liked.
    """
    counted = np.ones(len(chances)) if weights is None else weights
    sure = np.clip(chances, _LEAST, 1 - _LEAST)
    loss = -np.where(liked, np.log(sure), np.log(1 - sure))
    gaps = sum(abs(told - true) * share for _, share, told, true in _bins(chances, liked, counted))
    return {
        "brier": float(np.average((chances - liked) ** 2, weights=counted)),
        "log_loss": float(np.average(loss, weights=counted)),
        "ece": float(gaps),
        "auc": _auc(chances, liked, counted),
    }


def intervals(
    chances: Chances, liked: Liked, people: NDArray[np.int64], seed: int, draws: int = DRAWS
) -> dict[str, Interval | None]:
    """Bounds of 95 % of each metric: a bootstrap over people; a seed draws the same people."""
    owners = np.unique(people, return_inverse=True)[1]
    count = int(owners.max(initial=-1)) + 1
    random = np.random.default_rng(seed)
    found = np.empty((draws, len(METRICS)))
    for draw in range(draws):
        times = np.bincount(random.integers(count, size=count), minlength=count)
        values = scored(chances, liked, times[owners].astype(np.float64))
        found[draw] = [values[name] for name in METRICS]
    return {name: interval(found[:, place]) for place, name in enumerate(METRICS)}


def calibration_table(chances: Chances, liked: Liked) -> list[dict[str, float | int | str]]:
    """For each tenth that was told: how many, the mean told, and the share that was liked."""
    counted = np.ones(len(chances))
    return [
        {
            "told": f"{100 * place // BINS}-{100 * (place + 1) // BINS} %",
            "ratings": round(share * len(chances)),
            "mean_told": round(told, 4),
            "liked": round(true, 4),
        }
        for place, share, told, true in _bins(chances, liked, counted)
    ]


def _bins(
    chances: Chances, liked: Liked, weights: NDArray[np.float64]
) -> list[tuple[int, float, float, float]]:
    """Of each bin that isn't empty: its number, share of all, mean told, share liked."""
    places = np.minimum((chances * BINS).astype(np.int64), BINS - 1)
    sizes = np.bincount(places, weights, minlength=BINS)
    told = np.bincount(places, weights * chances, minlength=BINS)
    true = np.bincount(places, weights * liked, minlength=BINS)
    return [
        (b, float(sizes[b] / sizes.sum()), float(told[b] / sizes[b]), float(true[b] / sizes[b]))
        for b in np.flatnonzero(sizes).tolist()
    ]


def _auc(chances: Chances, liked: Liked, weights: NDArray[np.float64]) -> float:
    """The chance that a liked one stands above one that wasn't; of equal ones half."""
    values, places = np.unique(chances, return_inverse=True)
    high = np.bincount(places, weights * liked, minlength=len(values))
    low = np.bincount(places, weights * ~liked, minlength=len(values))
    pairs = float(high.sum() * low.sum())
    if not pairs:
        return float("nan")
    below = np.cumsum(low) - low
    return float((high * (below + low / 2)).sum() / pairs)
