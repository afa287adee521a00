"""The co-rating model that is in use: the published one, noticed within a call of its coming."""

import logging
import threading
from typing import Final

from app.domain.errors import WatcherError
from app.domain.ports.collaborative_models import CoRatingStore
from app.domain.recommend import item_item_model, ranker
from app.services.recommend.collaborative_model import CollaborativeModel

_log: Final = logging.getLogger(__name__)


_UNREADABLE: Final = "?"
_REMEDY: Final = (
    "Lists are made without what others liked together: train again "
    "(python -m scripts.train_co_ratings)."
)
_OLDER: Final = "The model before it is used: train again (python -m scripts.train_co_ratings)."


class ModelLoader:
    """Loads a model when its version is published. Safe for several threads."""

    def __init__(self, store: CoRatingStore) -> None:
        self._store = store
        self._published: str | None = None
        self._trained: CollaborativeModel | None = None
        self._version = ""
        self._problem = ""
        self._lock = threading.Lock()

    def __call__(self) -> CollaborativeModel | None:
        """The model, None where none is published or none is sound: lists are made without it."""
        fault: WatcherError | None = None
        try:
            published = self._store.current_version()
        except WatcherError as error:
            published, fault = _UNREADABLE, error
        with self._lock:
            if published != self._published:
                self._trained, self._version, self._problem = None, "", ""
                if fault:
                    self._refuse(fault)
                elif published:
                    self._load()
                self._published = published
            return self._trained

    @property
    def version(self) -> str:
        """The version in use, empty without one."""
        return self._version

    @property
    def problem(self) -> str:
        """What is wrong with the published model and what to do; empty where nothing is."""
        return self._problem

    def _load(self) -> None:
        try:
            saved = self._store.load()
            if saved is None:
                return
            kept = [str(name) for name in saved.meta["ranker_names"]]
            names = [item_item_model.FORMER_NAMES.get(name, name) for name in kept]
            found = ranker.ranker_of(names, saved.arrays)
            self._trained = CollaborativeModel(item_item_model.model_of(saved.arrays), found)
            self._version = saved.version
        except (WatcherError, KeyError, ValueError) as error:
            self._refuse(error)
            return
        if refused := self._store.status().refused:
            self._problem = (
                f"The newest co-rating model is damaged ({'; '.join(refused)}). {_OLDER}"
            )
            _log.warning("%s", self._problem)

    def _refuse(self, error: Exception) -> None:
        self._problem = f"The co-rating model can't be used ({error}). {_REMEDY}"
        _log.warning("%s", self._problem)
