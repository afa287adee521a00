"""The numbers of the vector log in MongoDB, given out so that no reader misses a change.

One document holds the log's state. A writer holds it as a lock for the length of a call, takes
numbers beyond every number given before, writes its rows, and only then, in one step, moves
`committed` forward and lets go. Readers look no further than `committed`, so they never pass over
a row that is still on its way. The lock expires: a writer that was stopped for longer finds, when
it wants to commit, that another took over, and writes its rows again under new numbers.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import uuid4

from pymongo import ReturnDocument

from app.adapters.stores.mongo.connection import Document, MongoCollection, MongoDatabase
from app.domain.errors import StoreUnavailable
from app.domain.ports.work import Clock

HOLD_SECONDS: Final = 20.0
_WAIT_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.02
_ATTEMPTS: Final = 5
_LOG: Final = {"_id": "vector_log"}

T = TypeVar("T")


class _TakenOverError(Exception):
    """The lock expired and another writer has it."""


@dataclass(slots=True)
class Model:
    """What the log knows of one model; `number` names its collection."""

    number: int
    name: str
    dimension: int
    count: int
    last_seq: int

    def document(self) -> Document:
        """As it is stored."""
        return {slot: getattr(self, slot) for slot in self.__slots__}


class VectorLog:
    """The log's document."""

    def __init__(self, database: MongoDatabase, clock: Clock) -> None:
        self._database = database
        self._meta: MongoCollection = database["meta"]
        self._clock = clock

    def read(self) -> tuple[int, list[Model]]:
        """The last number that readers may see, and the models."""
        found = self._meta.find_one(_LOG)
        if found is None:
            raise StoreUnavailable("The vector log is missing from MongoDB: restart watcher")
        return found["committed"], [Model(**model) for model in found["models"]]

    def collection(self, model: Model) -> MongoCollection:
        """Where the model's rows are."""
        return self._database[f"vectors_{model.number}"]

    def write(self, work: "Callable[[WriteTurn], T]") -> T:
        """Run `work` as the only writer, and commit what it did; it is repeated if interrupted."""
        interrupted = False
        for _ in range(_ATTEMPTS):
            turn, left_open = self._begin()
            try:
                if interrupted or left_open:
                    turn.recount()
                result = work(turn)
                turn.commit()
            except _TakenOverError:
                interrupted = True
                continue
            except BaseException:
                turn.abandon()
                raise
            return result
        raise StoreUnavailable(
            "Vectors can't be written to MongoDB: other processes took over each time"
        )

    def _begin(self) -> "tuple[WriteTurn, bool]":
        """Wait for the lock; also tells if a writer before left without committing."""
        token = uuid4().hex
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            now = self._clock.now()
            before = self._meta.find_one_and_update(
                {**_LOG, "$or": [{"holder": ""}, {"expires_at": {"$lte": now}}]},
                {"$set": {"holder": token, "expires_at": now + HOLD_SECONDS, "uncounted": True}},
                return_document=ReturnDocument.BEFORE,
            )
            if before is not None:
                models = [Model(**model) for model in before["models"]]
                return WriteTurn(self, token, models), bool(before["uncounted"])
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    "Another process has been writing vectors to MongoDB for more than "
                    f"{_WAIT_SECONDS:.0f} s: try again later"
                )
            time.sleep(_PAUSE_SECONDS)

    def change(self, token: str, update: dict[str, Any]) -> Document:
        """Update the log's document if `token` still holds it; returns it as it is then."""
        after = self._meta.find_one_and_update(
            {**_LOG, "holder": token}, update, return_document=ReturnDocument.AFTER
        )
        if after is None:
            raise _TakenOverError
        return dict(after)

    def expiry(self) -> float:
        """When a lock taken now ends."""
        return self._clock.now() + HOLD_SECONDS


class WriteTurn:
    """One writer's time with the log. Its models are changed in place and stored by `commit`."""

    def __init__(self, log: VectorLog, token: str, models: list[Model]) -> None:
        self._log = log
        self._token = token
        self._last = 0
        self.models = models

    def take_numbers(self, count: int) -> int:
        """Reserve `count` new numbers, and hold the lock for its whole length again.

        Returns the first.
        """
        after = self._log.change(
            self._token,
            {"$inc": {"allocated": count}, "$set": {"expires_at": self._log.expiry()}},
        )
        self._last = after["allocated"]
        return int(self._last) - count + 1

    def recount(self) -> None:
        """Count the rows anew, after a writer that did not commit."""
        for model in self.models:
            rows = self._log.collection(model)
            model.count = rows.count_documents({"vector": {"$exists": True}})
        self.save_models()

    def save_models(self) -> None:
        """Store the models as they are now: before rows are written for a new one."""
        self._log.change(
            self._token,
            {"$set": {"models": self._documents(), "expires_at": self._log.expiry()}},
        )

    def commit(self) -> None:
        """Show readers the rows, store the counts and let go."""
        done = {"models": self._documents(), "holder": "", "uncounted": False}
        if self._last:
            done["committed"] = self._last
        self._log.change(self._token, {"$set": done})

    def abandon(self) -> None:
        """Let go after a failure. The next writer counts anew, as rows may have been written."""
        try:
            self._log.change(self._token, {"$set": {"holder": ""}})
        except _TakenOverError:
            return

    def _documents(self) -> list[Document]:
        return [model.document() for model in self.models]
