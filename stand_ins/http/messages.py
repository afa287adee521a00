"""What a stand-in is asked over HTTP, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

JSON: Final = "application/json;charset=utf-8"
HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """A request as it came: header `fields` by lower-case name, the path without the query."""

    method: str
    path: str
    query: Mapping[str, str]
    fields: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What is sent: a body in memory, or a file."""

    status: int
    content: bytes | Path
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def length(self) -> int:
        """Of the body, in bytes."""
        if isinstance(self.content, bytes):
            return len(self.content)
        return self.content.stat().st_size
