"""Keeping a running API up to date: it follows the published index and the log of changes."""

import logging
import threading
from typing import Final

from app.bootstrap import Services
from app.domain.errors import WatcherError

_EVERY: Final = 1.0
_log = logging.getLogger(__name__)


class Follower:
    """A thread that refreshes the index once a second, and loads the model once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow, name="follow-index", daemon=True),
            threading.Thread(target=self._warm, name="warm-model", daemon=True),
        ]

    def start(self) -> None:
        """Begin; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the step that is under way."""
        self._ended.set()
        self._threads[0].join()

    def _follow(self) -> None:
        failing = ""
        while not self._ended.is_set():
            try:
                if self._services.index.refresh():
                    status = self._services.index.status()
                    _log.info(
                        "Serving %s, %d new or changed, %d removed",
                        status.version or "no index",
                        status.delta,
                        status.removed,
                    )
                if failing:
                    _log.info("Following the index works again")
                    failing = ""
            except WatcherError as error:
                # The first failure is worth a line, its repetitions aren't.
                if error.detail != failing:
                    _log.error("The index can't be followed: %s", error.detail)
                    failing = error.detail
            except Exception:  # noqa: BLE001 -- the thread must go on; the log has it
                if failing != "fault":
                    _log.exception("The index can't be followed, through a fault of ours")
                    failing = "fault"
            self._ended.wait(_EVERY)

    def _warm(self) -> None:
        try:
            _log.info("Embedding model ready (%s)", self._services.embedder.backend)
        except WatcherError as error:
            _log.error("The embedding model can't be loaded: %s", error.detail)
