"""Every error that watcher raises on purpose.

An error carries a stable ``code`` (what a program reads), a sentence (what a person reads: what
happened and what to do) and whether the same call may work later. HTTP numbers are not known here;
``app/doors/http/errors.py`` holds the one table.
"""

from typing import ClassVar


class WatcherError(Exception):
    """Base of all of them; raise one of its children."""

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class InvalidInput(WatcherError):
    """The caller asked for something that can't be: says which field and why."""

    code = "invalid_input"


class NotFound(WatcherError):
    """The thing named does not exist here."""

    code = "not_found"


class Unauthorized(WatcherError):
    """No token, or a wrong one, on a route that needs one."""

    code = "unauthorized"


class TooLarge(WatcherError):
    """The request's body is over the limit."""

    code = "too_large"


class Stalled(WatcherError):
    """The request's body stopped coming before its end."""

    code = "stalled"
    retryable = True


class Busy(WatcherError):
    """Too much of the same kind is going on: nothing was done, and later it will be."""

    code = "busy"
    retryable = True


class WrongBody(WatcherError):
    """The request's body is of a type that isn't taken here: says which is."""

    code = "unsupported_media_type"


class NotConfigured(WatcherError):
    """A setting is missing or contradicts another: names the setting."""

    code = "not_configured"


class NotReady(WatcherError):
    """Something must be built or loaded first: says what to run."""

    code = "not_ready"
    retryable = True


class StoreUnavailable(WatcherError):
    """The store can't be reached, is locked for too long, or its disk is full."""

    code = "store_unavailable"
    retryable = True


class UpstreamUnavailable(WatcherError):
    """A service outside can't be reached, or answers nonsense: says which, and since when."""

    code = "upstream_unavailable"
    retryable = True


class ConnectAgain(WatcherError):
    """An account's tokens are no good any more: the person must sign in again."""

    code = "connect_again"


class AccountLimited(WatcherError):
    """The provider's account doesn't allow this (limit of the plan, or paid plans only)."""

    code = "account_limited"


class SlowDown(WatcherError):
    """It was asked too soon: says when to ask again."""

    code = "slow_down"
    retryable = True


class Forbidden(WatcherError):
    """The token is good, but not for this; nothing is told about what it was asked for."""

    code = "forbidden"


class LeaseHeld(WatcherError):
    """Another process does this work now: says who, and since when."""

    code = "lease_held"
    retryable = True


class LeaseLost(WatcherError):
    """This process stalled so long that another took its work over: it must stop."""

    code = "lease_lost"
    retryable = True


class Cancelled(WatcherError):
    """The work was asked to stop, and did so at a safe point."""

    code = "cancelled"


class Damaged(WatcherError):
    """A file fails its checksum, its size or its self-test: says which."""

    code = "damaged"


class ModelUnusable(WatcherError):
    """The embedding model can't be loaded, or isn't the one it claims to be."""

    code = "model_unusable"


class DimensionMismatch(WatcherError):
    """Vectors of different length, or of different models, were about to meet."""

    code = "dimension_mismatch"
