"""One process at a time: holding a lease while work lasts."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from app.domain.errors import LeaseHeld, LeaseLost, WatcherError
from app.domain.ports.work import Processes, StateStore
from app.domain.progress import Progress, Report

CATALOGUE: Final = "catalogue"
EMBED: Final = "embed"
INDEX: Final = "index"
CO_RATINGS: Final = "co_ratings"

_TTL: Final = 30.0
_log = logging.getLogger(__name__)


class Lease:
    """A lease that is being renewed in the background."""

    def __init__(self, name: str, ttl: float) -> None:
        self._name = name
        self._ttl = ttl
        self._renewed_at = time.monotonic()
        self._taken_by = ""

    def renewed(self) -> None:
        """Note that it is ours for another `ttl` seconds."""
        self._renewed_at = time.monotonic()

    def lost_to(self, holder: str) -> None:
        """Note that somebody else holds it now."""
        self._taken_by = holder

    def check(self) -> None:
        """Raise `LeaseLost` where another process took over, or may have by now."""
        if time.monotonic() - self._renewed_at > self._ttl:
            self._taken_by = self._taken_by or "nobody or somebody else"
        if self._taken_by:
            raise LeaseLost(
                f"The lease '{self._name}' was taken over by {self._taken_by}, for this process "
                "stood still too long. What was written so far is kept; run it again."
            )

    def guarding(self, report: Report) -> Report:
        """The same report, which also stops the work once the lease is lost."""

        def guarded(progress: Progress) -> None:
            self.check()
            report(progress)

        return guarded


@contextmanager
def held(
    state: StateStore, name: str, processes: Processes, *, ttl: float = _TTL
) -> Iterator[Lease]:
    """Hold the lease until the block ends; it expires `ttl` seconds after this process dies.

    A lease of a process of this machine that is dead is taken over at once. Raises `LeaseHeld`,
    naming the holder.
    """
    owner = f"{processes.name}#{threading.get_ident()}"
    holder = state.acquire(name, owner, ttl)
    if holder != owner and processes.is_dead(holder.partition("#")[0]):
        holder = state.acquire(name, owner, ttl, steal_from=holder)
    if holder != owner:
        raise LeaseHeld(
            f"Another process does this now (lease '{name}', held by {holder}). "
            "Wait until it has ended, or end it."
        )
    lease, ended = Lease(name, ttl), threading.Event()

    def renew() -> None:
        while not ended.wait(ttl / 3):
            try:
                now_held_by = state.acquire(name, owner, ttl)
            except WatcherError:
                _log.warning("The lease '%s' could not be renewed; trying again", name)
                continue
            if now_held_by != owner:
                lease.lost_to(now_held_by)
                return
            lease.renewed()

    renewing = threading.Thread(target=renew, name=f"lease-{name}", daemon=True)
    renewing.start()
    try:
        yield lease
        lease.check()
    finally:
        ended.set()
        renewing.join()
        try:
            state.release(name, owner)
        except WatcherError:  # it expires by itself; the work's own error matters more
            _log.warning("The lease '%s' could not be given back", name)
