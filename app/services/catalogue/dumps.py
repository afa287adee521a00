"""Bring records of titles into the catalogue, so that nothing known is lost."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from app.domain.catalogue.dumps import Dump, LeftOut, Record, Refusal
from app.domain.catalogue.merging import merge
from app.domain.catalogue.titles import Title, TitleId
from app.domain.errors import Damaged
from app.domain.ports.catalogue import TitleStore
from app.domain.progress import Progress, Report

CHUNK: Final = 5000
"""Rows that are merged and written together: one transaction, one step of the progress."""

_WHOLE_SAMPLE: Final = 50_000
"""The sample goes in as one write, so that a store never holds half of it and looks filled."""

REFUSALS_KEPT: Final = 1000
EXAMPLES_KEPT: Final = 20


@dataclass(slots=True)
class CatalogueImport:
    """What became of a file's rows: `read` is `written` + `unchanged` + `refused`.

    A row is `unchanged` where the catalogue holds all that it says; it counts as `kept_richer`
    too where the catalogue says something else or more. `refusals` are the first of them.
    `left_out` counts single values that could not be used, by kind; `examples` shows some of each.
    `failed` says why the file was not read to its end, or that none of its rows is of use.
    """

    name: str = ""
    layout: str = ""
    read: int = 0
    written: int = 0
    unchanged: int = 0
    kept_richer: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    failed: str = ""

    def refuse(self, refusal: Refusal) -> None:
        """Count a refused row, and keep it while there is room."""
        self.refused += 1
        if len(self.refusals) < REFUSALS_KEPT:
            self.refusals.append(refusal)

    def leave_out(self, values: Iterable[LeftOut]) -> None:
        """Count values that were left out of a row."""
        for value in values:
            self.left_out[value.what] += 1
            shown = self.examples.setdefault(value.what, [])
            if len(shown) < EXAMPLES_KEPT and value.value not in shown:
                shown.append(value.value)


def _unknown(_rows: int) -> int | None:
    return None


def import_records(
    store: TitleStore,
    records: Iterable[Record | Refusal],
    report: Report,
    *,
    rows_expected: Callable[[int], int | None] = _unknown,
    at_once: int = CHUNK,
) -> CatalogueImport:
    """Merge the records into the store, in chunks; memory does not grow with their number.

    Each chunk is written as a whole before `report` hears of it, so that a stop between two loses
    nothing; what was imported can be imported again. `rows_expected` tells, from the rows read so
    far, how many there may be in all. A file that breaks off gives its rows up to there, and
    `failed` in the report. Raises `StoreUnavailable`, and whatever `report` raises.
    """
    outcome = CatalogueImport()
    rows = iter(records)
    more = True
    while more:
        chunk: list[Record | Refusal] = []
        try:
            chunk.extend(islice(rows, at_once))  # what comes before an error stays in the chunk
        except Damaged as error:
            outcome.failed = error.detail
        more = len(chunk) == at_once and not outcome.failed
        if not chunk and outcome.read:
            break
        _import_chunk(store, chunk, outcome)
        total = rows_expected(outcome.read) if more else outcome.read
        report(Progress(outcome.read, total, f"{outcome.written:,} written"))
    if outcome.read and outcome.refused == outcome.read and not outcome.failed:
        outcome.failed = "none of its rows can be used"
    return outcome


def import_dump(store: TitleStore, dump: Dump, report: Report) -> CatalogueImport:
    """As `import_records`, of a file; how many rows it may have is told by the bytes read."""

    def rows_expected(rows: int) -> int | None:
        if not dump.total_bytes or not dump.bytes_read:
            return None
        return max(rows, round(rows * dump.total_bytes / dump.bytes_read))

    outcome = import_records(store, dump, report, rows_expected=rows_expected)
    outcome.name, outcome.layout = dump.name, dump.layout
    return outcome


def load_sample_if_empty(
    store: TitleStore, sample: Callable[[], Iterable[Record | Refusal]], report: Report
) -> CatalogueImport | None:
    """Import the sample into a store without titles; None where there are some already.

    Raises `Damaged` where the sample can't be read, `StoreUnavailable`.
    """
    if any(store.count().values()):
        return None
    outcome = import_records(store, sample(), report, at_once=_WHOLE_SAMPLE)
    if outcome.failed:
        raise Damaged(f"The sample catalogue can't be loaded: {outcome.failed}")
    return outcome


def _import_chunk(
    store: TitleStore, chunk: list[Record | Refusal], outcome: CatalogueImport
) -> None:
    stored = store.get_many({row.title.id for row in chunk if isinstance(row, Record)})
    changed: dict[TitleId, Title] = {}
    for row in chunk:
        outcome.read += 1
        if isinstance(row, Refusal):
            outcome.refuse(row)
            continue
        outcome.leave_out(row.left_out)
        known = changed.get(row.title.id) or stored.get(row.title.id)
        title = merge(known, row.title) if known else row.title
        if title == known:
            outcome.unchanged += 1
            outcome.kept_richer += title != row.title
        else:
            outcome.written += 1
            changed[title.id] = title
    if changed:
        store.upsert(list(changed.values()))
