"""How often a call is tried, and how long is waited between the tries."""

import math
import random
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from app.adapters.upstream.answers import Paused, Unanswered

_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 30.0
_SHORTEST_PAUSE: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Seconds, and numbers of times.

    What failed is sent `tries` times in all, within `patience`, pauses not counted. A pause that
    the service asks for is no failure: so many are kept, none of more than `longest_pause`, none
    after `pause_patience`. Where the service doesn't say for how long, the first is `unsaid_pause`,
    and each twice the one before. `until` is by `time.monotonic`.
    """

    tries: float = 4
    patience: float = math.inf
    pauses: float = math.inf
    longest_pause: float = 120.0
    pause_patience: float = math.inf
    unsaid_pause: float = 1.0
    until: float = math.inf

    def keeps(self, asked: Paused) -> bool:
        """Whether it is a pause. What must be sent once may have been done unless 429 says no."""
        return self.tries > 1 or asked.status == HTTPStatus.TOO_MANY_REQUESTS

    def pause(self, asked: Paused) -> float:
        """Seconds to wait, at the pause's own number of tries. Raises it where it is too much."""
        if asked.seconds is None:
            asked.seconds = min(self.unsaid_pause * 2.0 ** (asked.tries - 1), _LONGEST_WAIT)
        if (
            asked.tries > self.pauses
            or asked.seconds > self.longest_pause
            or asked.spent > self.pause_patience
        ):
            raise asked
        return self._in_time(asked, max(asked.seconds, _SHORTEST_PAUSE))

    def wait(self, failure: Unanswered) -> float:
        """Seconds to wait, longer with each try. Raises the failure where another is no use."""
        if not failure.again or failure.tries >= self.tries or failure.spent > self.patience:
            raise failure
        seconds = min(_FIRST_WAIT * 2.0 ** (failure.tries - 1), _LONGEST_WAIT)
        return self._in_time(failure, seconds * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the load, hides nothing

    def _in_time(self, failure: Unanswered, seconds: float) -> float:
        if time.monotonic() + seconds > self.until:
            raise Unanswered(f"{failure}; no time was left to ask again", again=True) from None
        return seconds


ONCE: Final = Retry(tries=1, pauses=3)
"""For what must not be done twice: sent again only where 429 says that it wasn't done."""
