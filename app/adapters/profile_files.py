"""A person's data as one file of JSON: written and read part by part, for it may be large."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import msgspec

from app.domain.errors import InvalidInput
from app.domain.people.ledger import Event

_AT_ONCE: Final = 1_000


class _File(msgspec.Struct):
    """What the file holds; the events stay bytes until each is asked for."""

    watcher_profile: object = None
    events: list[msgspec.Raw] | None = None


class JsonProfileFiles:
    """`app.domain.ports.people.ProfileFiles`."""

    def written(
        self, version: int, name: str, events: Iterable[Event], left_out: int
    ) -> Iterator[bytes]:
        """The file in parts."""
        encode = msgspec.json.Encoder().encode
        head = {"watcher_profile": version, "name": name, "left_out": left_out}
        yield encode(head)[:-1] + b',"events":['
        waiting, before = iter(events), b""
        while some := list(islice(waiting, _AT_ONCE)):
            yield before + encode(some)[1:-1]
            before = b","
        yield b"]}"

    def read(self, file: bytes) -> tuple[object, Iterator[object]]:
        """What it says of its version, and what stands where its events are, one at a time."""
        try:
            told = msgspec.json.decode(file, type=_File)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidInput(f"This is no profile that watcher exported ({error}).") from error
        if told.events is None:
            raise InvalidInput("This is no profile that watcher exported.")
        return told.watcher_profile, _values(told.events)


def _values(parts: Iterable[msgspec.Raw]) -> Iterator[object]:
    decode = msgspec.json.Decoder().decode
    for place, part in enumerate(parts):
        try:
            yield decode(part)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidInput(f"events.{place}: this can't be read ({error}).") from error
