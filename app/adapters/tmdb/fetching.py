"""Many questions under way at once, and their answers in the order of arrival."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Generic, TypeVar

from app.adapters.upstream.stop import Stop
from app.domain.catalogue.source_answers import Answer, ExternalId, Failed, Lookup, NotLookedUp
from app.domain.catalogue.titles import TitleId
from app.domain.errors import UpstreamUnavailable

MOST_FAILED_IN_A_ROW: Final = 500
"""Failed titles with none answered between them, from which the source counts as talking nonsense.

Their reports are held back meanwhile, so this bounds the memory as well.
"""

_FEWEST_THREADS: Final = 4
_MOST_THREADS: Final = 128
_POLL: Final = 0.5
_READ_FIRST: Final = 2

Asked = TypeVar("Asked", bound=TitleId | ExternalId)
Received = TypeVar("Received", bound=Answer | Lookup)
Ask = Callable[[Asked, Stop], Received]
Confirm = Callable[[str, Stop], None]


def threads_for(per_second: float) -> int:
    """How many threads keep a rate while answers take up to a second: the rate itself, 4 to 128."""
    return min(max(math.ceil(per_second), _FEWEST_THREADS), _MOST_THREADS)


class ParallelFetch(Generic[Asked, Received]):
    """One run of questions over `threads` threads, started as they are needed.

    Up to twice as many ids as threads are read ahead of the answers given out, so that the threads
    go on while the reader of the answers is at work.
    """

    def __init__(
        self, ask: Ask[Asked, Received], confirm: Confirm, stop: Stop, threads: int
    ) -> None:
        """`ask` and `confirm` raise `Cancelled` where `stop` is set.

        `confirm` is given the reason of the last failure, and raises where the source is dead.
        """
        self._ask = ask
        self._confirm = confirm
        self._stop = stop
        self._threads = threads
        self._ahead = 2 * threads
        self._started = 0
        self._under_way = 0
        self._asked: SimpleQueue[Asked | None] = SimpleQueue()
        self._done: SimpleQueue[Received | BaseException] = SimpleQueue()

    def answers(self, ids: Iterable[Asked]) -> Iterator[Received | None]:
        """One per id, and None where none has come for a while.

        Raises what a question raised, at once; what is under way is given up.
        """
        held: list[Received] = []
        reason = ""
        for answer in self._arriving(ids):
            if answer is None:
                yield None
                continue
            if not isinstance(answer, Failed | NotLookedUp):
                yield answer
                yield from held
                held = []
                continue
            reason = answer.reason
            held.append(answer)
            if len(held) == MOST_FAILED_IN_A_ROW:
                raise UpstreamUnavailable(
                    f"TMDB gave no usable answer about {len(held)} titles in a row (the last: "
                    f"{answer.id}, {reason}). None of them is counted as failed; start this "
                    "again later"
                )
        if held:
            yield from self._confirming(held[-1], reason)
            yield from held

    def end(self) -> None:
        """Let the threads end; those that wait for an answer do so once `stop` is set."""
        for _ in range(self._started):
            self._asked.put(None)

    def _confirming(self, last: Received, reason: str) -> Iterator[None]:
        """Return once the source is known to answer; in a thread, for that may take a while."""

        def confirmed() -> Received:
            self._confirm(reason, self._stop)
            return last

        Thread(target=self._do, args=(confirmed,), name="tmdb-confirming", daemon=True).start()
        while self._next() is None:
            yield None

    def _arriving(self, ids: Iterable[Asked]) -> Iterator[Received | None]:
        to_ask = iter(ids)
        more = True
        while True:
            read = 0
            while more and self._under_way < self._ahead:
                # Ids may be slow to come: answers that wait go first, but not for ever.
                if read >= _READ_FIRST and not self._done.empty():
                    break
                asked = next(to_ask, None)
                more = asked is not None
                if asked is not None:
                    read += 1
                    self._send(asked)
            if not self._under_way:
                return
            outcome = self._next()
            if outcome is None:
                yield None
                continue
            self._under_way -= 1
            yield outcome

    def _send(self, asked: Asked) -> None:
        self._under_way += 1
        self._asked.put(asked)
        if self._started < min(self._under_way, self._threads):
            self._started += 1
            Thread(target=self._work, name=f"tmdb-{self._started}", daemon=True).start()

    def _next(self) -> Received | None:
        """The next to arrive; None where none does for a while. Raises what a question raised."""
        try:
            outcome = self._done.get(timeout=_POLL)
        except Empty:
            self._stop.check()
            return None
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            self._do(partial(self._ask, asked, self._stop))

    def _do(self, work: Callable[[], Received]) -> None:
        try:
            self._done.put(work())
        except BaseException as error:  # noqa: BLE001 - raised where the answers are read
            self._done.put(error)
