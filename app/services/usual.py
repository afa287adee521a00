"""How genres are spread over well-known titles: what a person's own spread is held against."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final

from app.domain.features import background_of
from app.domain.filters import TitleFilter
from app.domain.index_ports import VectorIndex
from app.domain.titles import MediaKind
from app.domain.vocabulary import GENRES
from app.services.fit_co_ratings import BACKGROUND

_ANYTHING: Final = TitleFilter()


class UsualGenres:
    """Looked up once for as long as a generation is served."""

    def __init__(self, index: VectorIndex) -> None:
        self._index = index
        self._kept: dict[tuple[str, MediaKind], Mapping[str, float]] = {}
        self._lock = threading.Lock()

    def of(self, counts: Mapping[MediaKind, int]) -> dict[str, float]:
        """For each genre the share of known titles that have it, 0 to 1.

        `counts` tells how many titles of each kind there are to be compared. Raises `NotReady`.
        """
        total = sum(counts.values())
        found = dict.fromkeys(GENRES, 0.0)
        for kind, count in counts.items():
            if count:
                for genre, share in self._shares(kind).items():
                    found[genre] += share * count / total
        return found

    def _shares(self, kind: MediaKind) -> Mapping[str, float]:
        version = self._index.status().version
        with self._lock:
            kept = self._kept.get((version, kind))
        if kept is not None:
            return kept
        known = self._index.best_known(BACKGROUND, (kind,), _ANYTHING)
        shares = background_of(self._index.gathered(known)).genres.tolist()
        made = dict(zip(GENRES, shares, strict=True))
        with self._lock:
            self._kept = {key: one for key, one in self._kept.items() if key[0] == version}
            self._kept[version, kind] = made
        return made
