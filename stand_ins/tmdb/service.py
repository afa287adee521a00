"""The stand-in's state: what a test looks at and changes while it runs."""

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, Final

from stand_ins.http.stand_in import StandIn
from stand_ins.tmdb.bodies import Json
from stand_ins.tmdb.catalogue import Catalogue, Spoilt
from stand_ins.tmdb.counters import Counters

API_PATH: Final = "/3"
EXPORTS_PATH: Final = "/p/exports"
_LINES_AT_ONCE: Final = 5_000


@dataclass
class Limits:
    """`rate` + `burst` API requests may come in any one second; `rate` None turns it off."""

    rate: float | None
    burst: int


class FakeTmdb(StandIn):
    """A running stand-in. Everything here may be used from any thread, at any time.

    Kinds are ``"movie"`` and ``"tv"``. Plain attributes may be set: `limits`, `latency` (seconds
    before each answer), `today`, `exports` (the days whose exports exist, at first yesterday),
    and `missing_export_status` (404; the real bucket may say 403).
    """

    counters: Counters

    def __init__(self, catalogue: Catalogue, key: str, limits: Limits, folder: Path) -> None:
        super().__init__(Counters())
        self.catalogue = catalogue
        self.key = key
        self.limits = limits
        self.today = datetime.now(UTC).date()
        self.exports = {self.today - timedelta(days=1)}
        self.missing_export_status = 404
        self._folder = folder
        self._making_export = Lock()

    @property
    def api_url(self) -> str:
        """In place of ``https://api.themoviedb.org/3``."""
        return self.origin + API_PATH

    @property
    def export_url(self) -> str:
        """In place of ``https://files.tmdb.org/p/exports``."""
        return self.origin + EXPORTS_PATH

    @property
    def rate(self) -> float | None:
        """API requests allowed per second, above which (with the burst) 429 is answered."""
        return self.limits.rate

    @rate.setter
    def rate(self, rate: float | None) -> None:
        self.limits.rate = rate

    def ids(self, kind: str) -> list[int]:
        """The numbers of all titles that are there now, ascending."""
        return self.catalogue.numbers(kind)

    def body(self, kind: str, number: int) -> Json:
        """What details with everything appended answer now. Raises `KeyError` if unknown."""
        found = self.catalogue.body(kind, number)
        if found is None:
            raise KeyError(f"{kind}/{number}")
        return found

    def add(self, kind: str, number: int, on: date | None = None, **fields: Any) -> None:  # noqa: ANN401 - any JSON
        """A new title on a day (today), made except for the `fields` given; listed in changes.

        Exports of earlier days don't list it. Raises `ValueError` if it is there already.
        """
        self.catalogue.add(kind, number, on or self.today, fields)

    def change(self, kind: str, number: int, on: date | None = None, **fields: Any) -> None:  # noqa: ANN401 - any JSON
        """Set top-level fields of a title, appended parts too, and list it in that day's changes.

        Exports tell the new popularity and name whatever their day. Raises `KeyError` if unknown.
        """
        self.catalogue.change(kind, number, on or self.today, fields)

    def remove(self, kind: str, number: int, on: date | None = None) -> None:
        """Answer 404 from now on, and list it in that day's changes (`adult` null).

        Exports of that day and later ones don't list it. Raises `KeyError` if unknown.
        """
        self.catalogue.remove(kind, number, on or self.today)

    def spoil(
        self,
        kind: str,
        number: int,
        *,
        missing: Iterable[str] = (),
        null: Iterable[str] = (),
        wrong: Mapping[str, Any] | None = None,
    ) -> None:
        """Field faults in a title's details: fields left out, null, or of a wrong type.

        Replaces earlier ones; changes don't list it. Raises `KeyError` if unknown.
        """
        spoilt = Spoilt(tuple(missing), tuple(null), dict(wrong or {}))
        self.catalogue.spoil(kind, number, spoilt)

    def mend(self, kind: str, number: int) -> None:
        """Take a title's field faults away."""
        self.catalogue.mend(kind, number)

    def busiest_second(self) -> int:
        """The most API requests that came within any one second, refused ones too."""
        return self.counters.busiest_second

    def detail_counts(self) -> Counter[tuple[str, int]]:
        """How many times each (kind, number) was answered in full, with 200 or 404."""
        return self.counters.details

    def export_file(self, kind: str, on: date) -> Path:
        """The gzipped export of a day as things stand now, made once and kept on disk."""
        path = self._folder / f"{kind}-{on.isoformat()}-{self.catalogue.version}.json.gz"
        with self._making_export:
            if not path.exists():
                part = path.with_suffix(".part")
                with gzip.open(part, "wb", compresslevel=1) as file:
                    for lines in _batches(self.catalogue.export_lines(kind, on)):
                        file.write(lines)
                part.rename(path)
        return path


def _batches(lines: Iterator[bytes]) -> Iterator[bytes]:
    while batch := list(islice(lines, _LINES_AT_ONCE)):
        yield b"\n".join(batch) + b"\n"
