"""How near a conversion is to plain torch: on texts of every kind and length."""

from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

import numpy as np

from app.domain.ports.vectors import Vectors

MEAN_FLOOR: Final = 0.999
WORST_FLOOR: Final = 0.995

_STORY: Final = (
    "A retired clockmaker follows the tide to an island where nobody ages, and finds that her "
    "brother has been writing letters to the lighthouse for forty years. Space freighter, heist, "
    "courtroom; a quiet comedy about two bakers who disagree over bread, weather and the war."
)

_SHORT: Final = (
    "",
    "?",
    "Heat (1995)",
    "space opera",
    "mind-bending thriller with a twist ending",
    "LA CASA DE LAS FLORES",
    "فيلم عن عائلة تعود إلى قريتها القديمة",
    "七人の船乗りと海の物語",
    "Город, который забыл зиму",
    "🚀🎬 robots in love 💔",
    "a\x00b\tc\nd",
    "1984 2001 3000 12:08 13%",
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cosines between two embeddings of the same texts: their mean and the worst."""

    mean: float
    worst: float

    @property
    def is_enough(self) -> bool:
        """True where nobody would notice the difference in a search."""
        return self.mean >= MEAN_FLOOR and self.worst >= WORST_FLOOR


def sample_texts() -> list[str]:
    """Thirty-two texts of 0 to 400 words, in several scripts, the same ones every time."""
    lengths = np.unique(np.geomspace(2, 400, 20).astype(int))
    lengths = np.concatenate([lengths, np.arange(401, 421)])[: 32 - len(_SHORT)]
    return [
        *_SHORT,
        *(" ".join(islice(cycle(_STORY.split()), n, 2 * int(n))) for n in lengths.tolist()),
    ]


def agreement(ours: Vectors, plain: Vectors) -> Agreement:
    """Compare row by row; both have unit rows."""
    cosines = np.einsum("ij,ij->i", ours.astype(np.float64), plain.astype(np.float64))
    return Agreement(mean=float(cosines.mean()), worst=float(cosines.min()))
