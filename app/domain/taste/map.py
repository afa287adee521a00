"""A person's titles on a plane, their tastes apart, what is alike within a taste together.

Each taste has a disc, as large as it has titles. Where the discs lie tells how near the tastes are
(classical scaling of their centers: W. Torgerson, 1952), pushed apart until none covers another. In
a disc its titles lie by their own two principal components, spread evenly. Everything is turned so
that, as far as it goes, what is dark lies left of what is light, and what is real below what is
fantastic: so the map of today lies as that of yesterday did.

Principal components of all titles mix tastes and may come out mirrored; t-SNE (L. van der Maaten,
G. Hinton, 2008) keeps more of each title's nearest beside it, but mixes tastes as well, takes
seconds, and moves everything where one title is taken out.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.vocabulary import GENRES
from app.domain.taste.genres import genre_shares
from app.domain.taste.groups import Groups
from app.domain.taste.tastes import Floats

MOST_POINTS: Final = 400

_DIGITS: Final = 4
_SMALLEST: Final = 6
"""Titles' worth of room that a taste gets at least."""

_BETWEEN: Final = 1.3
_ROUNDS: Final = 200
_NOTHING: Final = 1e-9

_LIGHT: Final = {
    "Comedy": 1.0,
    "Family": 1.0,
    "Kids": 1.0,
    "Animation": 0.7,
    "Romance": 0.7,
    "Music": 0.7,
    "War": -0.7,
    "War & Politics": -0.7,
    "Mystery": -0.7,
    "Crime": -1.0,
    "Thriller": -1.0,
    "Horror": -1.0,
}
_FANTASTIC: Final = {
    "Fantasy": 1.0,
    "Science Fiction": 1.0,
    "Sci-Fi & Fantasy": 1.0,
    "Adventure": 0.7,
    "Action & Adventure": 0.7,
    "Animation": 0.7,
    "Drama": -0.7,
    "War": -0.7,
    "War & Politics": -0.7,
    "Crime": -0.7,
    "History": -1.0,
    "Documentary": -1.0,
}
_COMPASS: Final = np.array([[_LIGHT.get(g, 0.0), _FANTASTIC.get(g, 0.0)] for g in GENRES])
"""Shape (genres, 2): where on the map a genre would lie."""


@dataclass(frozen=True, slots=True, eq=False)
class _Disc:
    """One taste: its place, and what leads from a row (m,) into it."""

    middle: Floats
    radius: float
    mean: Floats
    axes: Floats
    reach: Floats
    """Distances of its own titles from its mean, ascending."""

    def points(self, rows: Floats) -> Floats:
        """Shape (n, 2): as far out as so many of its own titles are nearer, of equal area each."""
        flat = np.round((rows - self.mean) @ self.axes, 9)
        far = np.linalg.norm(flat, axis=1, keepdims=True)
        ranks = np.searchsorted(self.reach, far[:, 0] - _NOTHING) + 0.5
        out = np.sqrt(np.minimum(ranks / max(len(self.reach), 1), 1.0))
        within = np.where(far > _NOTHING, flat / np.maximum(far, _NOTHING), 0.0) * out[:, None]
        return np.asarray(self.middle + self.radius * within)


@dataclass(frozen=True, slots=True, eq=False)
class TasteMap:
    """Where any title lies; x and y from -1 to 1. Made of the person's own titles alone."""

    discs: tuple[_Disc, ...]

    @property
    def middles(self) -> Floats:
        """Shape (k, 3): x, y and radius of each taste's disc."""
        found = [[*disc.middle, disc.radius] for disc in self.discs]
        return np.asarray(np.round(np.array(found), _DIGITS), np.float64).reshape(-1, 3)

    def points(self, rows: Floats, tastes: NDArray[np.intp]) -> Floats:
        """Shape (n, 2): each row in the disc of its taste, four digits."""
        found = np.zeros((len(rows), 2))
        for number, disc in enumerate(self.discs):
            mine = tastes == number
            found[mine] = disc.points(rows[mine])
        return np.asarray(np.round(np.clip(found, -1.0, 1.0), _DIGITS) + 0.0, np.float64)


def drawn(
    groups: Groups, rows: Floats, genres: NDArray[np.uint32], keys: NDArray[np.int64]
) -> TasteMap:
    """The map of the titles with these rows (n, m), genres (n,) and keys (n,), in any order."""
    order = np.argsort(keys, kind="stable")
    rows, compass = rows[order], genre_shares(genres[order]) @ _COMPASS
    tastes = groups.of(rows)
    count = max(len(groups.centers), 1)
    sizes = np.bincount(tastes, minlength=count)
    radii = np.sqrt(np.maximum(sizes, _SMALLEST).astype(np.float64))
    leans = np.zeros((count, 2))
    for number in np.flatnonzero(sizes).tolist():
        leans[number] = compass[tastes == number].mean(axis=0)
    middles = _apart(_turned(_scaled(groups.centers, count), leans), radii)
    low, high = (middles - radii[:, None]).min(axis=0), (middles + radii[:, None]).max(axis=0)
    size = float((high - low).max()) / 2
    middles, radii = (middles - (low + high) / 2) / size, radii / size
    return TasteMap(
        tuple(
            _disc(rows[tastes == number], compass[tastes == number], middle, radius)
            for number, (middle, radius) in enumerate(zip(middles, radii.tolist(), strict=True))
        )
    )


def _disc(rows: Floats, compass: Floats, middle: Floats, radius: float) -> _Disc:
    if not len(rows):
        nowhere = np.zeros(rows.shape[1])
        return _Disc(middle, radius, nowhere, np.zeros((rows.shape[1], 2)), np.zeros(0))
    mean = rows.mean(axis=0)
    centered = rows - mean
    axes = _components(centered)
    axes = axes @ _turn(centered @ axes, compass - compass.mean(axis=0))
    reach = np.sort(np.linalg.norm(np.round(centered @ axes, 9), axis=1))
    return _Disc(middle, radius, mean, axes, reach)


def _components(centered: Floats) -> Floats:
    """Shape (m, 2): the first two principal components, each so that its longer tail is ahead."""
    values, vectors = np.linalg.eigh(centered @ centered.T)
    found = np.zeros((centered.shape[1], 2))
    for place, number in enumerate(np.argsort(-values, kind="stable")[:2].tolist()):
        if values[number] > _NOTHING:
            axis = centered.T @ vectors[:, number] / np.sqrt(values[number])
            tail = float(((centered @ axis) ** 3).sum())
            found[:, place] = axis if tail >= 0 else -axis
    return found


def _turned(points: Floats, leans: Floats) -> Floats:
    middle = points - points.mean(axis=0)
    return np.asarray(middle @ _turn(middle, leans - leans.mean(axis=0)))


def _turn(points: Floats, wanted: Floats) -> Floats:
    """The turn, or turn and reflection, that brings points (n, 2) nearest to the wanted ones.

    Orthogonal Procrustes (P. Schönemann, 1966).
    """
    left, strengths, right = np.linalg.svd(points.T @ wanted)
    return np.eye(2) if strengths[0] < _NOTHING else np.asarray(left @ right)


def _scaled(centers: Floats, count: int) -> Floats:
    """Shape (count, 2): classical scaling of the distances between centers."""
    found = np.zeros((count, 2))
    if len(centers) > 1:
        middle = centers - centers.mean(axis=0)
        values, vectors = np.linalg.eigh(middle @ middle.T)
        for place, number in enumerate(np.argsort(-values, kind="stable")[:2].tolist()):
            found[:, place] = vectors[:, number] * np.sqrt(max(float(values[number]), 0.0))
    return found


def _apart(middles: Floats, radii: Floats) -> Floats:
    """The middles, spread over the discs' room and pushed until no disc covers another."""
    extent = float(np.linalg.norm(middles, axis=1).max())
    if extent < _NOTHING:
        return middles
    middles = middles / extent * float(np.sqrt((radii**2).sum()))
    for _ in range(_ROUNDS):
        moved = 0.0
        for one in range(len(radii)):
            for other in range(one):
                between = middles[one] - middles[other]
                length = float(np.linalg.norm(between))
                short = _BETWEEN * float(radii[one] + radii[other]) - length
                if short > _NOTHING:
                    way = between / length if length > _NOTHING else np.array([1.0, 0.0])
                    middles[one] += way * short / 2
                    middles[other] -= way * short / 2
                    moved += short
        if moved < _NOTHING:
            break
    return middles


def most_telling(
    tastes: NDArray[np.intp], weights: Floats, most: int = MOST_POINTS
) -> NDArray[np.intp]:
    """Rows to draw where there are more than `most`; they are given the latest first.

    Each taste keeps its part of the places, at least one, and gives them by turns to its weightiest
    title and to its newest.
    """
    if len(tastes) <= most:
        return np.arange(len(tastes))
    chosen: list[int] = []
    present = np.unique(tastes)
    for number in present.tolist():
        mine = np.flatnonzero(tastes == number)
        places = 1 + int((most - len(present)) * len(mine) / len(tastes))
        strong = mine[np.argsort(-weights[mine], kind="stable")]
        turns = np.stack([strong, mine], axis=1).ravel().tolist()
        chosen += list(dict.fromkeys(turns))[:places]
    return np.sort(np.array(chosen, np.intp))
