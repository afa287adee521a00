"""The co-rating model that is in use: the published one, noticed within a call of its coming."""

from __future__ import annotations

import logging
import threading
from typing import Final

from app.domain import co_ratings, ranker
from app.domain.co_rating_store import CoRatingStore
from app.domain.errors import WatcherError
from app.services.fit_co_ratings import Trained

_log: Final = logging.getLogger(__name__)


class TrainedInUse:
    """Loads a model when its version is published. Safe for several threads."""

    def __init__(self, store: CoRatingStore) -> None:
        self._store = store
        self._version: str | None = None
        self._trained: Trained | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Trained | None:
        """The model, None where none is published or none is sound: lists are made without it."""
        version = self._store.current_version()
        with self._lock:
            if version != self._version:
                self._trained = self._loaded() if version else None
                self._version = version
            return self._trained

    @property
    def version(self) -> str:
        """The version in use, empty without one."""
        return self._version or "" if self._trained else ""

    def _loaded(self) -> Trained | None:
        try:
            saved = self._store.load()
            if saved is None:
                return None
            names = [str(name) for name in saved.meta["ranker_names"]]
            found = ranker.ranker_of(names, saved.arrays)
            return Trained(co_ratings.model_of(saved.arrays), found)
        except (WatcherError, KeyError, ValueError) as error:
            _log.warning("The co-rating model can't be used, lists are made without it: %s", error)
            return None
