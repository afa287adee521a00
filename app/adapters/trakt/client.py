"""Asks Trakt's API."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar, Unpack

from app.adapters.trakt.access import TraktAccess
from app.adapters.trakt.replies import good
from app.adapters.upstream.answers import Paused, Reply, Unanswered
from app.adapters.upstream.connections import Connections, Request, Timeouts
from app.adapters.upstream.retry import ONCE, Retry
from app.domain.errors import UpstreamUnavailable
from app.domain.ports.accounts import Tokens
from app.domain.ports.work import Clock

LONGEST_PAUSE: Final = 330.0
"""Seconds. Trakt counts over five minutes and asks for so long at most."""

_T = TypeVar("_T")


class TraktClient:
    """Thread-safe. Ids, secrets and tokens are in no log, error or `repr`.

    Trakt limits each account for itself, so that a pause holds for the request that was refused.
    """

    def __init__(
        self, access: TraktAccess, clock: Clock, patience: float, timeouts: Timeouts
    ) -> None:
        self._access = access
        self._clock = clock
        # Who waited as told is let in after the first pause; three in a row are another's doing.
        self._reading = Retry(
            patience=patience, pauses=3, longest_pause=LONGEST_PAUSE, unsaid_pause=10.0
        )
        self._connections = Connections("Trakt", "TRAKT_API_URL", access.api_url, timeouts)

    def close(self) -> None:
        """Give up all that is under way, and close the connections. Later calls are refused."""
        self._connections.close()

    def get(
        self, path: str, tokens: Tokens, read: Callable[[Reply], _T], **params: str | int
    ) -> _T:
        """What `read` makes of a good answer; it may raise `Unanswered`.

        Raises `UpstreamUnavailable`, `ConnectAgain`, `AccountLimited`, `NotConfigured` and
        `Cancelled`.
        """

        def read_good(reply: Reply) -> _T:
            return read(good(reply, self._clock.now()))

        return self._sent(
            "GET", path, read_good, self._reading, bearer=tokens.access, params=params
        )

    def post(self, path: str, body: Mapping[str, str], read: Callable[[Reply], _T]) -> _T:
        """As `get`, but sent once: a lost answer doesn't tell whether it was done."""
        return self._sent("POST", path, read, ONCE, json=body)

    def _sent(
        self,
        method: str,
        path: str,
        read: Callable[[Reply], _T],
        retry: Retry,
        **request: Unpack[Request],
    ) -> _T:
        request["headers"] = self._access.headers()
        try:
            return self._connections.send(method, path, read, retry=retry, **request)
        except Paused as asked:
            raise UpstreamUnavailable(
                f"{self._connections.name} asks for a pause of {asked.seconds or 0:.0f} s, the "
                f"{asked.tries}. in a row: see what else uses the account or the network, and try "
                "again later"
            ) from None
        except Unanswered as failure:
            times = f" {failure.tries} times," if failure.tries > 1 else ""
            raise UpstreamUnavailable(
                f"{self._connections.name} gave no usable answer,{times} for {failure.spent:.0f} s "
                f"({failure}). Check the network, and TRAKT_API_URL where it is set; then try "
                "again later"
            ) from None
