"""Files of histories for tests, and what reading them gives."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.adapters.history_files import OpenedHistory, open_history
from app.domain.catalogue.dumps import Refusal
from app.domain.people.ledger import Event
from tests.fakes.clock import MovedClock

NOW = 1_750_000_000.0
"""15 June 2025."""

DIARY = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date"
FILMS = "Date,Name,Year,Letterboxd URI"
RATINGS = "Date,Name,Year,Letterboxd URI,Rating"


def opened(
    content: str | bytes,
    name: str,
    links: bytes | Path | None = None,
    user_id: str | None = None,
) -> OpenedHistory:
    data = content.encode() if isinstance(content, str) else content
    return open_history(data, name, links, user_id, clock=MovedClock(NOW))


def read(
    content: str | bytes,
    name: str = "history.csv",
    links: bytes | Path | None = None,
    user_id: str | None = None,
) -> tuple[list[Event], list[Refusal]]:
    told = list(opened(content, name, links, user_id))
    events = [each for each in told if isinstance(each, Event)]
    return events, [each for each in told if isinstance(each, Refusal)]


def events_of(
    content: str | bytes,
    name: str = "history.csv",
    links: bytes | Path | None = None,
    user_id: str | None = None,
) -> list[Event]:
    """All of them; none of the file's lines may be refused."""
    events, refusals = read(content, name, links, user_id)
    assert refusals == []
    return events


def table(header: str, *rows: Sequence[object], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue()


def archive(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as writer:
        for path, content in members.items():
            writer.writestr(path, content)
    return packed.getvalue()


def json_list(*entries: object) -> str:
    return json.dumps(entries, indent=1)
