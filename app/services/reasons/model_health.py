"""Whether the language model's service knows the model: looked up behind the health page."""

from dataclasses import dataclass
from enum import StrEnum
from threading import Lock, Thread
from typing import Final

from app.domain.errors import NotConfigured, UpstreamUnavailable
from app.domain.ports.language_model import LanguageModel
from app.domain.ports.work import Clock

_CHECK_SECONDS: Final = 5.0
_GOOD_FOR: Final = 600.0
_BAD_FOR: Final = 60.0
"""Seconds after which it is looked up again, when somebody asks."""


class ModelState(StrEnum):
    """`OFF`: none is set up. `UNCHECKED`: the look-up is under way. `WRONG`: a setting is."""

    OFF = "off"
    UNCHECKED = "unchecked"
    OK = "ok"
    WRONG = "wrong"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is known, and a sentence where something is to be done."""

    state: ModelState
    detail: str = ""


class ModelHealth:
    """One per process; thread-safe."""

    def __init__(self, model: LanguageModel | None, clock: Clock) -> None:
        self._model, self._clock = model, clock
        self._lock = Lock()
        self._status = ModelStatus(ModelState.UNCHECKED if model else ModelState.OFF)
        self._checked = float("-inf")
        self._checking = False

    def status(self) -> ModelStatus:
        """What is known now, at once; an old answer has a new look-up started in a thread."""
        with self._lock:
            age = self._clock.now() - self._checked
            fresh = 0 <= age < (_GOOD_FOR if self._status.state is ModelState.OK else _BAD_FOR)
            if self._model is not None and not fresh and not self._checking:
                self._checking = True
                Thread(target=self.check, name="model-health", daemon=True).start()
            return self._status

    def check(self) -> ModelStatus:
        """Look it up now, within seconds."""
        if self._model is None:
            return self._status
        found = ModelStatus(ModelState.OK)
        try:
            self._model.check(within=_CHECK_SECONDS)
        except NotConfigured as error:
            found = ModelStatus(ModelState.WRONG, error.detail)
        except UpstreamUnavailable as error:
            found = ModelStatus(ModelState.UNREACHABLE, error.detail)
        with self._lock:
            self._status, self._checked, self._checking = found, self._clock.now(), False
        return found
