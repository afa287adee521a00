"""Who is judged, by what: the last fifth of each person's ratings is held out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from app.domain.ports.vectors import Keys
from app.domain.recommend.rating_sets import RatingSet
from scripts.evaluation.methods import PersonTrain

HELD_OUT: Final = 0.2
LIKED: Final = 8.0
"""Four of five stars."""

FEWEST_LIKED: Final = 3
_TRAINING: Final = "training_{}.npy"
_SPLIT: Final = "split_{}.npy"


@dataclass(frozen=True, slots=True)
class Split:
    """`training` is all that a fit may see: everybody's first part.

    `people` (p,) are all of them, ascending; the ratings of the i-th are `training`'s rows
    ``starts[i]`` to ``starts[i + 1]``, the keys of what was liked later ``targets`` at
    ``target_starts[i]`` to ``target_starts[i + 1]``. `judged` holds the places in `people` of
    those who can be judged.
    """

    training: RatingSet
    people: NDArray[np.int64]
    starts: NDArray[np.int64]
    targets: Keys
    target_starts: NDArray[np.int64]
    judged: NDArray[np.intp]

    def person(self, place: int) -> PersonTrain:
        """What is known of the i-th of `people` before the held-out part."""
        rows = slice(self.starts[place], self.starts[place + 1])
        known = self.training
        return PersonTrain(
            known.keys[rows],
            known.ratings[rows],
            known.times[rows],
            int(known.times[rows][-1]) if rows.stop > rows.start else 0,
        )

    def targets_of(self, place: int) -> Keys:
        """What the i-th of `people` liked later."""
        return self.targets[self.target_starts[place] : self.target_starts[place + 1]]

    def only(self, people: Collection[int]) -> Self:
        """The same, with none but these people judged; the training part stays everybody's."""
        chosen = np.isin(self.people[self.judged], np.array(sorted(people), np.int64))
        return replace(self, judged=self.judged[chosen])

    def save(self, folder: Path) -> None:
        """Write it for `opened`."""
        for field in fields(self.training):
            np.save(folder / _TRAINING.format(field.name), getattr(self.training, field.name))
        for field in fields(self)[1:]:
            np.save(folder / _SPLIT.format(field.name), getattr(self, field.name))

    @classmethod
    def opened(cls, folder: Path) -> Self:
        """What `save` wrote, mapped: processes share the memory."""

        def mapped(pattern: str, names: Iterable[str]) -> dict[str, Any]:
            return {n: np.load(folder / pattern.format(n), mmap_mode="r") for n in names}

        training = RatingSet(**mapped(_TRAINING, (field.name for field in fields(RatingSet))))
        return cls(training, **mapped(_SPLIT, (field.name for field in fields(cls)[1:])))


def split(ratings: RatingSet, catalogue: Keys) -> Split:
    """Hold out the last fifth of each person's ratings, rounded, at least one.

    Targets are the liked ones of these that are in the catalogue. Judged are people with a target
    and at least three liked titles of the catalogue before. What was held out and not liked is
    forgotten: it remains a candidate.
    """
    people, first, counts = np.unique(ratings.people, return_index=True, return_counts=True)
    held_out = np.maximum(1, np.rint(counts * HELD_OUT).astype(np.int64))
    owner = np.repeat(np.arange(len(people)), counts)
    place = np.arange(len(owner)) - np.repeat(first, counts)
    known = place < (counts - held_out)[owner]
    liked = (ratings.ratings >= LIKED) & np.isin(ratings.keys, catalogue)
    wanted = liked & ~known
    likes = np.bincount(owner[liked & known], minlength=len(people))
    targets = np.bincount(owner[wanted], minlength=len(people))
    return Split(
        training=ratings.of_rows(known),
        people=people,
        starts=_starts(counts - held_out),
        targets=ratings.keys[wanted],
        target_starts=_starts(targets),
        judged=np.flatnonzero((likes >= FEWEST_LIKED) & (targets > 0)),
    )


def _starts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
