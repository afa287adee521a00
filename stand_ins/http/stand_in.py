"""What every stand-in for a service has: its address, its faults, and a log of what came."""

from collections.abc import Callable

from stand_ins.http.faults import Effect, Fault, Faults
from stand_ins.http.request_log import Request, RequestLog


class StandIn:
    """A stand-in's state. Everything here may be used from any thread, at any time.

    Plain attributes may be set: `latency` (seconds before each answer), and `counters`.
    """

    def __init__(self, counters: RequestLog) -> None:
        self.counters = counters
        self.faults = Faults()
        self.latency = 0.0
        self.origin = ""

    def fault(
        self,
        effect: Effect,
        path: str = "*",
        *,
        times: int | None = None,
        method: str | None = None,
        after: int = 0,
    ) -> Fault:
        """Let something happen to requests whose path fits a pattern (as of `fnmatch`).

        Paths are whole ones without the query, such as ``/3/movie/603`` or ``/p/exports/*``. It
        happens `times` times, or until ``fault.clear()``, to those of a `method` if one is given;
        the first `after` that fit are let pass. The fault that was set first wins. A request that
        meets one is counted, but not refused for its rate.
        """
        made = Fault(effect, path, times, method, after)
        self.faults.add(made)
        return made

    def clear_faults(self) -> None:
        """Take all faults away; what hangs goes on."""
        self.faults.clear()

    @property
    def requests(self) -> list[Request]:
        """In order of arrival; the oldest of very many are forgotten."""
        return self.counters.requests

    def arrivals(self) -> list[float]:
        """When each API request came, refused ones too (`time.monotonic`)."""
        return self.counters.arrivals

    def reset_counters(self) -> None:
        """Forget requests, arrivals and counts."""
        self.counters.reset()

    def wait_for(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Return once it holds, looked at after each request and answer; else `TimeoutError`."""
        self.counters.wait_for(condition, seconds)
