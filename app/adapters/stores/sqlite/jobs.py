"""Requests for long work in SQLite."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from app.adapters.stores.common.portions import checked_size
from app.adapters.stores.sqlite.database import Database
from app.domain.errors import NotFound
from app.domain.jobs import KEPT, Job, JobState
from app.domain.ports.work import Clock

_ALL: Final = """SELECT id, kind, arguments, state, owner, submitted_at, started_at, ended_at,
    heartbeat_at, done, total, message, outcome, cancel_requested FROM jobs"""
_INSERT: Final = """INSERT INTO jobs (id, kind, arguments, state, owner, submitted_at, started_at,
    ended_at, heartbeat_at, done, message, outcome, cancel_requested)
    VALUES (?, ?, ?, 'waiting', '', ?, 0, 0, 0, 0, '', '', 0)"""
_ONE: Final = f"{_ALL} WHERE id = ?"
_SAME_WAITING: Final = f"{_ALL} WHERE state = 'waiting' AND kind = ? AND arguments = ? LIMIT 1"
_OLDEST_WAITING: Final = "SELECT id FROM jobs WHERE state = 'waiting' ORDER BY place LIMIT 1"
_OLDEST_OF_KINDS: Final = """SELECT id FROM jobs WHERE state = 'waiting'
    AND kind IN (SELECT value FROM json_each(?)) ORDER BY place LIMIT 1"""
_RECENT: Final = f"{_ALL} ORDER BY place DESC LIMIT ?"
_RECENT_IN: Final = f"{_ALL} WHERE state = ? ORDER BY place DESC LIMIT ?"
_SAVE: Final = """UPDATE jobs SET state = ?, owner = ?, started_at = ?, ended_at = ?,
    heartbeat_at = ?, done = ?, total = ?, message = ?, outcome = ?,
    cancel_requested = max(cancel_requested, ?)
    WHERE id = ? AND state = 'running' AND owner = ?"""
_END_CANCELLED: Final = """UPDATE jobs SET state = 'cancelled', ended_at = ?, outcome = ?
    WHERE id = ? AND state = 'running' AND owner = ? AND cancel_requested"""
_REQUEUE: Final = """UPDATE jobs SET state = 'waiting', owner = '', started_at = 0,
    heartbeat_at = 0, done = 0, total = NULL, message = ?
    WHERE id = ? AND state = 'running' AND owner = ?"""
_CANCELLED: Final = "Cancelled on request, while its worker ended"
_FORGET: Final = """DELETE FROM jobs WHERE state IN ('done', 'failed', 'cancelled') AND place <= (
    SELECT place FROM jobs WHERE state IN ('done', 'failed', 'cancelled')
    ORDER BY place DESC LIMIT 1 OFFSET ?)"""


class SqliteJobStore:
    """`JobStore` over one file."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def submit(self, kind: str, arguments: Mapping[str, str]) -> Job:
        pairs = json.dumps(sorted(arguments.items()))
        with self._database.transaction() as connection:
            same = connection.execute(_SAME_WAITING, (kind, pairs)).fetchone()
            if same:
                return _job(same)
            connection.execute(_FORGET, (KEPT,))
            job_id = uuid4().hex
            connection.execute(_INSERT, (job_id, kind, pairs, self._clock.now()))
            return _stored(connection, job_id)

    def claim(self, owner: str, kinds: Collection[str] | None = None) -> Job | None:
        with self._database.transaction() as connection:
            if kinds is None:
                oldest = connection.execute(_OLDEST_WAITING).fetchone()
            else:
                named = json.dumps(list(kinds))
                oldest = connection.execute(_OLDEST_OF_KINDS, (named,)).fetchone()
            if oldest is None:
                return None
            now = self._clock.now()
            connection.execute(
                "UPDATE jobs SET state = 'running', owner = ?, started_at = ?, heartbeat_at = ? "
                "WHERE id = ?",
                (owner, now, now, *oldest),
            )
            return _stored(connection, *oldest)

    def save(self, job: Job) -> Job:
        values = (
            *(job.state.value, job.owner, job.started_at, job.ended_at, job.heartbeat_at),
            *(job.done, job.total, job.message, job.outcome, job.cancel_requested),
            *(job.id, job.owner),
        )
        with self._database.transaction() as connection:
            connection.execute(_SAVE, values)
            return _stored(connection, job.id)

    def requeue(self, job: Job, message: str) -> Job:
        now = self._clock.now()
        with self._database.transaction() as connection:
            connection.execute(_END_CANCELLED, (now, _CANCELLED, job.id, job.owner))
            connection.execute(_REQUEUE, (message, job.id, job.owner))
            return _stored(connection, job.id)

    def cancel(self, job_id: str) -> Job | None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE jobs SET cancel_requested = 1 WHERE id = ? AND state = 'running'",
                (job_id,),
            )
            connection.execute(
                "UPDATE jobs SET cancel_requested = 1, state = 'cancelled', ended_at = ?, "
                "outcome = 'Cancelled before it began' WHERE id = ? AND state = 'waiting'",
                (self._clock.now(), job_id),
            )
            row = connection.execute(_ONE, (job_id,)).fetchone()
        return _job(row) if row else None

    def get(self, job_id: str) -> Job | None:
        for row in self._database.rows(_ONE, (job_id,)):
            return _job(row)
        return None

    def recent(self, limit: int = 50, state: JobState | None = None) -> list[Job]:
        checked_size("limit", limit)
        if state is None:
            rows = self._database.rows(_RECENT, (limit,))
        else:
            rows = self._database.rows(_RECENT_IN, (state.value, limit))
        return [_job(row) for row in rows]


def _stored(connection: sqlite3.Connection, job_id: str) -> Job:
    row = connection.execute(_ONE, (job_id,)).fetchone()
    if row is None:
        raise NotFound(f"There is no job {job_id}")
    return _job(row)


def _job(row: Sequence[Any]) -> Job:
    job_id, kind, pairs, state, owner, submitted_at, started_at, ended_at, *rest = row
    heartbeat_at, done, total, message, outcome, cancel_requested = rest
    return Job(
        id=job_id,
        kind=kind,
        arguments=tuple((name, value) for name, value in json.loads(pairs)),
        state=JobState(state),
        owner=owner,
        submitted_at=submitted_at,
        started_at=started_at,
        ended_at=ended_at,
        heartbeat_at=heartbeat_at,
        done=done,
        total=total,
        message=message,
        outcome=outcome,
        cancel_requested=bool(cancel_requested),
    )
