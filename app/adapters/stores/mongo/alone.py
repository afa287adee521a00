"""One process and thread at a time: a short step that a single server can't make as one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from pymongo.errors import DuplicateKeyError

from app.adapters.stores.mongo.connection import MongoCollection
from app.domain.errors import StoreUnavailable
from app.domain.ports.work import Clock

SHORT: Final = 15.0
_LONGER: Final = 30.0
_PAUSE: Final = 0.01


@contextmanager
def alone(
    meta: MongoCollection, name: str, clock: Clock, *, seconds: float = SHORT
) -> Iterator[None]:
    """Hold the lock of that name, a document of `meta`; it expires after so many seconds.

    Raises `StoreUnavailable` where others hold it for longer than that, and some.
    """
    token = uuid4().hex
    deadline = time.monotonic() + seconds + _LONGER
    while not _taken(meta, name, token, clock.now(), seconds):
        if time.monotonic() > deadline:
            raise StoreUnavailable(
                f"Another process keeps MongoDB's database to itself ({name}): try again later"
            )
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        meta.delete_one({"_id": name, "holder": token})


def _taken(meta: MongoCollection, name: str, token: str, now: float, seconds: float) -> bool:
    meta.delete_one({"_id": name, "expires_at": {"$lte": now}})
    try:
        meta.insert_one({"_id": name, "holder": token, "expires_at": now + seconds})
    except DuplicateKeyError:
        return False
    return True
