"""Requests for long work in MongoDB."""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Final
from uuid import uuid4

import msgspec
from pymongo import ASCENDING, DESCENDING, ReturnDocument
from pymongo.errors import DuplicateKeyError

from app.adapters.stores.common.portions import checked_size
from app.adapters.stores.mongo.connection import Document, MongoDatabase, reported
from app.domain.errors import Damaged, NotFound, StoreUnavailable
from app.domain.jobs import ENDED, KEPT, Job, JobState
from app.domain.ports.work import Clock

_ATTEMPTS: Final = 20
_WAITING: Final = JobState.WAITING.value
_RUNNING: Final = JobState.RUNNING.value
_ENDED: Final = [state.value for state in ENDED]


class MongoJobStore:
    """`JobStore` over one collection.

    A waiting job carries `waiting_as`, a hash of its kind and arguments under a unique index, so
    that of two equal requests made at once only one is recorded.
    """

    def __init__(self, database: MongoDatabase, address: str, clock: Clock) -> None:
        self._jobs = database["jobs"]
        self._meta = database["meta"]
        self._address = address
        self._clock = clock

    def submit(self, kind: str, arguments: Mapping[str, str]) -> Job:
        pairs = tuple(sorted(arguments.items()))
        waiting_as = _waiting_as(kind, pairs)
        with reported(self._address):
            for _ in range(_ATTEMPTS):
                same = self._jobs.find_one({"waiting_as": waiting_as})
                if same:
                    return _job(same)
                self._forget_old()
                job = Job(
                    id=uuid4().hex, kind=kind, arguments=pairs, submitted_at=self._clock.now()
                )
                document = _fields(job) | {
                    "_id": job.id,
                    "kind": kind,
                    "arguments": [list(pair) for pair in pairs],
                    "submitted_at": job.submitted_at,
                    "cancel_requested": False,
                    "place": self._next_place(),
                    "waiting_as": waiting_as,
                }
                try:
                    self._jobs.insert_one(document)
                except DuplicateKeyError:
                    continue
                return job
        raise StoreUnavailable("The request could not be recorded in MongoDB: try again")

    def claim(self, owner: str, kinds: Collection[str] | None = None) -> Job | None:
        wanted: Document = {"state": _WAITING}
        if kinds is not None:
            wanted["kind"] = {"$in": list(kinds)}
        now = self._clock.now()
        begun = {"state": _RUNNING, "owner": owner, "started_at": now, "heartbeat_at": now}
        with reported(self._address):
            found = self._jobs.find_one_and_update(
                wanted,
                {"$set": begun, "$unset": {"waiting_as": ""}},
                sort=[("place", ASCENDING)],
                return_document=ReturnDocument.AFTER,
            )
        return _job(found) if found else None

    def save(self, job: Job) -> Job:
        fields = _fields(job) | ({"cancel_requested": True} if job.cancel_requested else {})
        with reported(self._address):
            found = self._changed(job.id, {"$set": fields}, state=_RUNNING, owner=job.owner)
        return _job(found) if found else self._existing(job.id)

    def requeue(self, job: Job, message: str) -> Job:
        held = {"state": _RUNNING, "owner": job.owner}
        ended = {
            "state": JobState.CANCELLED.value,
            "ended_at": self._clock.now(),
            "outcome": "Cancelled on request, while its worker ended",
        }
        waiting = _fields(Job(id=job.id, kind=job.kind, message=message))
        waiting_as = {"waiting_as": _waiting_as(job.kind, job.arguments)}
        going_on = {"cancel_requested": False, **held}
        with reported(self._address):
            found = None
            with suppress(DuplicateKeyError):
                found = self._changed(job.id, {"$set": waiting | waiting_as}, **going_on)
            if found is None:  # where an equal one waits already, this one waits beside it
                found = self._changed(job.id, {"$set": waiting}, **going_on)
            if found is None:  # last, for until now it could still be asked to stop
                found = self._changed(job.id, {"$set": ended}, cancel_requested=True, **held)
        return _job(found) if found else self._existing(job.id)

    def cancel(self, job_id: str) -> Job | None:
        ended = {
            "cancel_requested": True,
            "state": JobState.CANCELLED.value,
            "ended_at": self._clock.now(),
            "outcome": "Cancelled before it began",
        }
        for _ in range(_ATTEMPTS):
            with reported(self._address):
                found = self._changed(
                    job_id, {"$set": ended, "$unset": {"waiting_as": ""}}, state=_WAITING
                ) or self._changed(job_id, {"$set": {"cancel_requested": True}}, state=_RUNNING)
            if found:
                return _job(found)
            job = self.get(job_id)
            if job is None or job.state in ENDED:
                return job
            # Between the two looks it was taken, or given back.
        raise StoreUnavailable("The job changes too fast to be stopped: try again")

    def get(self, job_id: str) -> Job | None:
        with reported(self._address):
            found = self._jobs.find_one({"_id": job_id})
        return _job(found) if found else None

    def recent(self, limit: int = 50, state: JobState | None = None) -> list[Job]:
        checked_size("limit", limit)
        wanted = {} if state is None else {"state": state.value}
        with reported(self._address):
            found = list(self._jobs.find(wanted, limit=limit).sort("place", DESCENDING))
        return [_job(document) for document in found]

    def _existing(self, job_id: str) -> Job:
        found = self.get(job_id)
        if found is None:
            raise NotFound(f"There is no job {job_id}")
        return found

    def _forget_old(self) -> None:
        """Drop the ended jobs before the newest `KEPT`."""
        newest = self._jobs.find({"state": {"$in": _ENDED}}, {"place": 1})
        for first in newest.sort("place", DESCENDING).skip(KEPT).limit(1):
            old = {"state": {"$in": _ENDED}, "place": {"$lte": first["place"]}}
            self._jobs.delete_many(old)

    def _changed(self, job_id: str, update: Document, **only: object) -> Document | None:
        return self._jobs.find_one_and_update(
            {"_id": job_id, **only}, update, return_document=ReturnDocument.AFTER
        )

    def _next_place(self) -> int:
        counter = self._meta.find_one_and_update(
            {"_id": "job_counter"},
            {"$inc": {"last": 1}},
            return_document=ReturnDocument.AFTER,
        )
        if counter is None:
            raise StoreUnavailable("The counter of jobs is missing from MongoDB: restart watcher")
        return int(counter["last"])


def _waiting_as(kind: str, arguments: tuple[tuple[str, str], ...]) -> str:
    return sha256(json.dumps([kind, arguments]).encode()).hexdigest()


def _fields(job: Job) -> Document:
    """What `save` may change."""
    return {
        "state": job.state.value,
        "owner": job.owner,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "heartbeat_at": job.heartbeat_at,
        "done": job.done,
        "total": job.total,
        "message": job.message,
        "outcome": job.outcome,
    }


def _job(document: Document) -> Job:
    own = {"id": document["_id"], "cancel_requested": bool(document["cancel_requested"])}
    try:
        return msgspec.convert(document | own, Job)
    except msgspec.ValidationError as error:
        raise Damaged(f"A stored job can't be read: {error}") from error
