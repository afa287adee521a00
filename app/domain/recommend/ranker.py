"""From features to a score: weights that were fitted once, and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.recommend.features import ALL
from app.domain.taste.tastes import Floats

_FAR: Final = 6.0
_GELU: Final = float(np.sqrt(2 / np.pi))


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """A small network over standardised features: one hidden layer, or none.

    `names` are the f features in order; `mean` and `scale` have shape (f,). Where `inner` (f, h),
    `bias` (h,) and `outer` (h,) are given, the score is ``gelu(x @ inner + bias) @ outer``; with
    `inner` None it is ``x @ outer``. Scores compare titles for one person only.
    """

    names: tuple[str, ...]
    mean: Floats
    scale: Floats
    outer: Floats
    inner: Floats | None = None
    bias: Floats | None = None

    def scores(self, rows: NDArray[np.float32]) -> Floats:
        """Shape (n,), from rows of `features.ALL`."""
        return self._of(self._standardised(rows))

    def parts(self, rows: NDArray[np.float32]) -> list[Mapping[str, float]]:
        """For each row what each feature does: the score less that of an average feature."""
        given = self._standardised(rows)
        whole = self._of(given)
        columns = {}
        for place, name in enumerate(self.names):
            without = given.copy()
            without[:, place] = 0.0
            columns[name] = whole - self._of(without)
        return [
            {name: round(float(column[row]), 4) for name, column in columns.items()}
            for row in range(len(rows))
        ]

    def _standardised(self, rows: NDArray[np.float32]) -> Floats:
        chosen = rows[:, [ALL.index(name) for name in self.names]].astype(np.float64)
        return np.asarray(np.clip((chosen - self.mean) / self.scale, -_FAR, _FAR))

    def _of(self, given: Floats) -> Floats:
        if self.inner is None or self.bias is None:
            return np.asarray(given @ self.outer)
        hidden = given @ self.inner + self.bias
        return np.asarray(_gelu(hidden) @ self.outer)


def _gelu(x: Floats) -> Floats:
    """D. Hendrycks, K. Gimpel: Gaussian Error Linear Units, 2016, by its approximation."""
    return np.asarray(0.5 * x * (1 + np.tanh(_GELU * (x + 0.044715 * x * x * x))))


Example = tuple[NDArray[np.float32], NDArray[np.bool_]]
"""Features of the titles of one list, (n, f), and which of them were liked later, (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Lists of examples of one length, filled up: `real` is False where there is no title.

    `rows` (lists, n, features); `targets` and `real` (lists, n).
    """

    rows: NDArray[np.float32]
    targets: NDArray[np.bool_]
    real: NDArray[np.bool_]


def samples_from(examples: Sequence[Example]) -> Samples:
    """The examples side by side."""
    length = max(len(targets) for _, targets in examples)
    found = Samples(
        np.zeros((len(examples), length, len(ALL)), np.float32),
        np.zeros((len(examples), length), bool),
        np.zeros((len(examples), length), bool),
    )
    for place, (rows, targets) in enumerate(examples):
        found.rows[place, : len(rows)] = rows
        found.targets[place, : len(rows)] = targets
        found.real[place, : len(rows)] = True
    return found


class RankerFitter(Protocol):
    """Makes a ranker from examples."""

    def __call__(self, samples: Samples, names: Sequence[str]) -> Ranker:
        """A ranker over these of `features.ALL`, the same for the same samples."""
        ...


def linear(weights: Mapping[str, tuple[float, float, float]]) -> Ranker:
    """A ranker without a hidden layer, from name to (mean, scale, weight)."""
    given = np.array(list(weights.values()), np.float64)
    return Ranker(tuple(weights), given[:, 0], given[:, 1], given[:, 2])


CONTENT_RANKER: Final = linear(
    {
        "near": (0.384, 0.094, 0.27),
        "nearest": (0.4375, 0.119, 0.14),
        "latest": (0.3665, 0.1025, 0.11),
        "unlike": (0.2833, 0.1623, -0.19),
        "genres": (-0.2674, 0.6269, 0.39),
        "years": (-1.2348, 1.5062, 0.82),
        "known": (7.8972, 0.9605, 0.56),
        "quality": (6.8984, 0.7323, 0.51),
        "new": (0.1133, 0.317, 0.11),
    }
)
"""For people and titles of whom no rating set tells: mean, scale and weight of each feature, found
with `scripts.fit_content_ranker`."""


def arrays_of(ranker: Ranker) -> dict[str, NDArray[np.generic]]:
    """The ranker's arrays, for keeping beside its names."""
    found: dict[str, NDArray[np.generic]] = {
        "ranker_mean": ranker.mean,
        "ranker_scale": ranker.scale,
        "ranker_outer": ranker.outer,
    }
    if ranker.inner is not None and ranker.bias is not None:
        found |= {"ranker_inner": ranker.inner, "ranker_bias": ranker.bias}
    return found


def ranker_of(names: Sequence[str], arrays: Mapping[str, NDArray[np.generic]]) -> Ranker:
    """The inverse of `arrays_of`. Raises `KeyError` where an array is missing."""

    def given(name: str) -> Floats:
        return np.asarray(arrays[name], np.float64)

    inner = given("ranker_inner") if "ranker_inner" in arrays else None
    bias = given("ranker_bias") if "ranker_bias" in arrays else None
    return Ranker(
        names=tuple(names),
        mean=given("ranker_mean"),
        scale=given("ranker_scale"),
        outer=given("ranker_outer"),
        inner=inner,
        bias=bias,
    )
