"""What a language model was used for since the start, and whether to ask it now."""

import logging
from collections import Counter
from enum import StrEnum
from threading import Lock
from typing import Final

from app.domain.errors import WatcherError
from app.domain.ports.work import Clock

PAUSE_SECONDS: Final = 30.0
"""So long a model that failed is not asked."""

_log = logging.getLogger(__name__)


class Count(StrEnum):
    """What is counted. Tokens are those that the service says it counted."""

    CALLS = "calls"
    FAILURES = "failures"
    CORRECTIONS = "corrections"
    CACHE_HITS = "cache_hits"
    REFUSED_BUSY = "refused_busy"
    REASONS_LLM = "reasons_llm"
    REASONS_EVIDENCE = "reasons_evidence"
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"


class Counts:
    """Counts since the start; thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[Count] = Counter()

    def add(self, what: Count, by: int = 1) -> None:
        """Count."""
        with self._lock:
            self._counts[what] += by

    def now(self) -> dict[Count, int]:
        """All counts, zeros too."""
        with self._lock:
            return {what: self._counts[what] for what in Count}


class Circuit:
    """Open for `PAUSE_SECONDS` after a failure. The first is logged, and the recovery."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._until = 0.0
        self._failing = ""

    @property
    def trouble(self) -> str:
        """Why the model is not to be asked now; empty where it may be."""
        with self._lock:
            # A clock that was set back must not keep it open for longer.
            wait = self._until - self._clock.now()
            return self._failing if 0 < wait <= PAUSE_SECONDS else ""

    def failed(self, error: WatcherError) -> None:
        """Note a failure."""
        with self._lock:
            first = not self._failing
            self._failing = error.detail
            self._until = self._clock.now() + PAUSE_SECONDS
        if first:
            _log.warning("%s", error.detail)

    def worked(self) -> None:
        """Note an answer."""
        with self._lock:
            recovered, self._failing = bool(self._failing), ""
        if recovered:
            _log.info("The language model answers again")
