"""The order of what a text finds: words, meaning and popularity put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import DamerauLevenshtein

from app.domain.catalogue.names import compact, spellings
from app.domain.catalogue.titles import Title, TitleId


@dataclass(frozen=True, slots=True)
class SearchWeights:
    """What each part of a score is worth; chosen with `scripts.evaluate_search`.

    `meaning` and `words` multiply scores standardised over the candidates, `known` the decimal
    logarithm of 1 + votes, `name` a name's likeness from 0 to 1.
    """

    meaning: float = 1.0
    words: float = 1.0
    known: float = 1.3
    name: float = 100.0


WEIGHTS: Final = SearchWeights()

KNOWN_FROM: Final = 100
"""Votes from which a title counts as known: it is of the few in a hundred that most descriptions
and nearly all mistyped names mean, and gets candidates of its own. Among a million titles hundreds
share more words with a text than the one that was meant."""

EXACT: Final = 1.0
_FAR: Final = 8.0
"""Deviations that count: one that stands out from hundreds would else outweigh an equal name."""

_FEWEST_KNOWN: Final = 20
_LIKE_ENOUGH: Final = 0.7
_POPULARITY_OF_SIMILAR: Final = 0.04
_POPULARITY_OF_EQUAL: Final = 0.5


@dataclass(frozen=True, slots=True)
class SearchCandidate:
    """A title that may answer: `cosine` with the text, BM25 for its words, votes.

    `name` is how like one of its names is to the text: 1 where equal, 0 where not alike.
    """

    id: TitleId
    cosine: float
    bm25: float
    votes: int
    name: float = 0.0


@dataclass(frozen=True, slots=True)
class RankedTitle:
    """A title and its score; `parts` are the weighted terms that the score is the sum of."""

    id: TitleId
    score: float
    parts: Mapping[str, float]


def fused(
    candidates: Sequence[SearchCandidate],
    wanted: int | None = None,
    weights: SearchWeights = WEIGHTS,
) -> list[RankedTitle]:
    """The candidates, or the best `wanted` of them, best first, ties by key."""
    if not candidates:
        return []
    known = np.array([c.votes >= KNOWN_FROM for c in candidates])
    parts = {
        "meaning": weights.meaning * _standardised([c.cosine for c in candidates], known),
        "words": weights.words * _standardised([c.bm25 for c in candidates], known),
        "known": weights.known * _popularity([c.votes for c in candidates]),
        "name": weights.name * _names(candidates),
    }
    scores: NDArray[np.float64] = np.sum(list(parts.values()), axis=0)
    keys = np.array([c.id.key for c in candidates])
    return [
        RankedTitle(
            candidates[place].id,
            float(scores[place]),
            {name: round(float(part[place]), 4) for name, part in parts.items()},
        )
        for place in np.lexsort((keys, -scores))[:wanted].tolist()
    ]


def likeness(name: str, title: Title) -> float:
    """How like the folded name is to the nearest of the title's: 1 less typing errors per letter.

    0 where they are so far apart that another name was meant. Damerau and Levenshtein count as
    errors: a letter missing, too many, wrong, or two of them swapped.
    """
    typed = compact(name)
    best = 0.0
    for spelling in spellings(title):
        known = compact(spelling)
        best = max(best, DamerauLevenshtein.normalized_similarity(typed, known))
    return best if best >= _LIKE_ENOUGH else 0.0


def _names(candidates: Sequence[SearchCandidate]) -> NDArray[np.float64]:
    """Likeness of names: of several that are equal, or nearly, the best known comes first."""
    likeness_of = np.array([c.name for c in candidates])
    popularity = _popularity([c.votes for c in candidates])
    similar = (likeness_of >= _LIKE_ENOUGH) * _POPULARITY_OF_SIMILAR * popularity
    # An equal name comes before every other one, however much better known.
    equal = (likeness_of >= EXACT) * (1 + _POPULARITY_OF_EQUAL * popularity)
    return np.asarray(likeness_of + similar + equal, np.float64)


def _popularity(votes: Sequence[int]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log10(1 + np.array(votes, np.float64))
    return found


def _standardised(scores: Sequence[float], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Less their mean, in standard deviations, at most some of them.

    Mean and deviation are those of the known titles: however many others a catalogue has that
    resemble the one meant, a difference then weighs as much as in a small one.
    """
    values = np.array(scores, np.float64)
    basis = values[known] if np.count_nonzero(known) >= _FEWEST_KNOWN else values
    return np.asarray(np.clip((values - basis.mean()) / (basis.std() + 1e-9), -_FAR, _FAR))


@dataclass(frozen=True, slots=True)
class LikedTitle:
    """What one liked title brings: candidates with their cosine to it, each cosine -1 to 1."""

    liked: TitleId
    cosines: Mapping[TitleId, float]


def shared_out(
    tastes: Sequence[LikedTitle], disliked: Mapping[TitleId, float], wanted: int
) -> list[RankedTitle]:
    """Up to `wanted` titles, each taste in turn giving its nearest that is still free.

    So each liked title keeps its share, where one mean vector would lie between all of them and
    near to none. `disliked` is a candidate's highest cosine with an unliked title: it loses half of
    that, and goes altogether where it is no nearer to what is liked.
    """
    queues = [_liked_first(taste, disliked) for taste in tastes]
    taken: dict[TitleId, RankedTitle] = {}
    while len(taken) < wanted and any(queues):
        for queue in queues:
            while queue and queue[-1].id in taken:
                queue.pop()
            if queue and len(taken) < wanted:
                best = queue.pop()
                taken[best.id] = best
    return sorted(taken.values(), key=lambda ranked: (-ranked.score, ranked.id.key))


def _liked_first(taste: LikedTitle, disliked: Mapping[TitleId, float]) -> list[RankedTitle]:
    """A taste's candidates, the best last."""
    found = []
    for title_id, cosine in taste.cosines.items():
        against = disliked.get(title_id)
        if against is None or against < cosine:
            lost = max(against or 0.0, 0.0) / 2
            parts = {"like": round(cosine, 4), "unlike": round(0.0 - lost, 4)}
            found.append(RankedTitle(title_id, cosine - lost, parts))
    return sorted(found, key=lambda ranked: (ranked.score, -ranked.id.key))
