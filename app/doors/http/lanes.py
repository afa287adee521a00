"""Whose turn it is: kinds of work that can't hold one another up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from anyio import to_thread

from app.domain.errors import Busy

_Result = TypeVar("_Result")


class Lane(StrEnum):
    """Kinds of work, each with threads of its own."""

    LOOK = "look"
    """Health and figures."""

    SEARCH = "search"
    LISTS = "lists"
    READ = "read"
    WRITE = "write"
    IMPORT = "import"
    EXPORT = "export"

    TOKEN = "token"  # noqa: S105 -- no token
    """Finding out whose token it is, before anything else of a request is looked at."""

    UPLOAD = "upload"
    """Bodies of more than a few kilobytes, from their first byte until they are dealt with."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many of a kind run at once, how many wait, and for how many seconds at most."""

    slots: int
    waiting: int
    seconds: float


ROOMS: Final = {
    Lane.LOOK: Room(2, 64, 5),
    # Threads share one interpreter, each the same: who has more slots has more of it. A list costs
    # as much as twenty searches, and whoever types a search waits for it.
    Lane.SEARCH: Room(4, 256, 30),
    Lane.LISTS: Room(1, 128, 30),
    Lane.READ: Room(2, 128, 30),
    # What holds them up is the store's lock, whoever has it.
    Lane.WRITE: Room(2, 128, 2),
    Lane.IMPORT: Room(1, 8, 120),
    Lane.EXPORT: Room(1, 8, 120),
    Lane.TOKEN: Room(2, 256, 30),
    Lane.UPLOAD: Room(4, 8, 60),
}
THREADS: Final = sum(room.slots for lane, room in ROOMS.items() if lane is not Lane.UPLOAD)
"""Enough that whoever has a turn has a thread."""


class _Queue:
    def __init__(self, lane: Lane, room: Room) -> None:
        self._lane, self._room = lane, room
        self._free = asyncio.Semaphore(room.slots)
        self.waiting = 0
        self.refused = 0

    async def come_in(self) -> None:
        """Wait for a turn, first come first served. Raises `Busy`."""
        if self._free.locked() and self.waiting >= self._room.waiting:
            raise self._busy()
        self.waiting += 1
        try:
            async with asyncio.timeout(self._room.seconds):
                await self._free.acquire()
        except TimeoutError:
            raise self._busy() from None
        finally:
            self.waiting -= 1

    def go_out(self) -> None:
        self._free.release()

    def _busy(self) -> Busy:
        self.refused += 1
        return Busy(
            f"Too much of this kind is going on ({self._lane}): {self._room.slots} at once are "
            "worked on, and as many as may wait do. Ask again in a few seconds."
        )


class Lanes:
    """The queues of one application; for use in its event loop."""

    def __init__(self) -> None:
        self._queues = {lane: _Queue(lane, room) for lane, room in ROOMS.items()}

    @asynccontextmanager
    async def turn(self, lane: Lane) -> AsyncIterator[None]:
        """A turn for as long as the block lasts. Raises `Busy` where too many wait already."""
        queue = self._queues[lane]
        await queue.come_in()
        try:
            yield
        finally:
            queue.go_out()

    async def run(self, lane: Lane, work: Callable[[], _Result]) -> _Result:
        """What `work` gives, which may block: it runs in a thread, when it is its turn."""
        async with self.turn(lane):
            return await to_thread.run_sync(work)

    def waiting(self) -> dict[Lane, int]:
        """How many wait in each lane now."""
        return {lane: queue.waiting for lane, queue in self._queues.items()}

    def refused(self) -> dict[Lane, int]:
        """How many were sent away from each lane since the start."""
        return {lane: queue.refused for lane, queue in self._queues.items()}
