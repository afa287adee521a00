"""Give every title a vector: only where its text, the recipe or the model changed."""

import time
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.catalogue.titles import Title, TitleId
from app.domain.errors import InvalidInput
from app.domain.index.embedding_text import embedding_text, text_hash
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import Embedder
from app.domain.ports.vectors import VectorRow, VectorStore
from app.domain.progress import Progress, Report, silent

LARGEST_BATCH: Final = 10_000

_SCAN: Final = 1000
_WINDOW: Final = 4096
"""Texts that are sorted by length together, so that a batch holds texts of like length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedReport:
    """What was done. `removed` counts vectors of titles that no longer exist.

    `unknown` are asked titles that don't exist (only where titles were named). `seconds` is wall
    time, the counting included.
    """

    model: str
    checked: int = 0
    embedded: int = 0
    removed: int = 0
    unknown: tuple[TitleId, ...] = ()
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.embedded:,} of {self.checked:,} titles embedded with {self.model}, "
            f"{self.removed:,} vectors removed, in {self.seconds:,.1f} s"
        )


@dataclass(frozen=True, slots=True)
class _Due:
    """A text to be embedded."""

    id: TitleId
    text: str
    hash: bytes


def check_batch_size(batch_size: int) -> None:
    """Raise `InvalidInput` for a batch size that can't be."""
    whole = isinstance(batch_size, int) and not isinstance(batch_size, bool)
    if not whole or not 1 <= batch_size <= LARGEST_BATCH:
        raise InvalidInput(
            f"batch_size must be a whole number of 1 to {LARGEST_BATCH:,}, not {batch_size!r}"
        )


def embed_all(
    titles: TitleStore,
    vectors: VectorStore,
    embedder: Embedder,
    batch_size: int = 128,
    report: Report = silent,
) -> EmbedReport:
    """Embed what has no vector or an outdated one, and drop the vectors of vanished titles.

    `batch_size` (1 to 10,000) texts are embedded and then stored durably; an interrupted run is
    resumed by the next, which repeats at most the batch in flight. Memory: 8 bytes per due title.
    Raises `InvalidInput` for a batch size out of range, and whatever stores and model raise.
    """
    check_batch_size(batch_size)
    started = time.monotonic()
    checked, due, kept = _count(titles, vectors, embedder.model, report)
    removed = 0
    if vectors.status(embedder.model).count > kept:
        removed = _drop_vanished(titles, vectors, embedder.model)
    embedded = 0
    if due:
        report(Progress(0, len(due), "Loading the model"))
        _ = embedder.dimension
    report(Progress(0, len(due), "Embedding"))
    for window in _windows(titles, due, max(_WINDOW, batch_size)):
        changed = _outdated(vectors, embedder.model, window)
        changed.sort(key=lambda one: len(one.text), reverse=True)
        for start in range(0, len(changed), batch_size):
            batch = changed[start : start + batch_size]
            _embed(vectors, embedder, batch)
            embedded += len(batch)
            report(Progress(embedded, len(due), "Embedding"))
    return EmbedReport(
        model=embedder.model,
        checked=checked,
        embedded=embedded,
        removed=removed,
        seconds=time.monotonic() - started,
    )


def embed_titles(
    titles: TitleStore, vectors: VectorStore, embedder: Embedder, ids: Collection[TitleId]
) -> EmbedReport:
    """Embed these titles where their text changed; the vectors of unknown ones are removed."""
    started = time.monotonic()
    found = titles.get_many(ids)
    unknown = tuple(sorted(set(ids) - found.keys(), key=lambda one: one.key))
    changed = _outdated(vectors, embedder.model, list(found.values()))
    if changed:
        _embed(vectors, embedder, changed)
    return EmbedReport(
        model=embedder.model,
        checked=len(found),
        embedded=len(changed),
        removed=vectors.delete(unknown) if unknown else 0,
        unknown=unknown,
        seconds=time.monotonic() - started,
    )


def _count(
    titles: TitleStore, vectors: VectorStore, model: str, report: Report
) -> tuple[int, "array[int]", int]:
    """Titles read; keys of those to embed; how many titles have a vector, outdated or not."""
    total = sum(titles.count().values())
    checked = kept = 0
    due = array("q")
    for batch in titles.scan(_SCAN):
        known = vectors.hashes(model, [title.id for title in batch])
        kept += len(known)
        due.extend(one.id.key for one in _differing(batch, known))
        checked += len(batch)
        report(Progress(checked, total, "Looking for changed texts"))
    return checked, due, kept


def _windows(titles: TitleStore, keys: Sequence[int], size: int) -> Iterator[list[Title]]:
    """The titles of these keys, read when they are needed; vanished ones are left out."""
    for start in range(0, len(keys), size):
        ids = [TitleId.from_key(key) for key in keys[start : start + size]]
        yield list(titles.get_many(ids).values())


def _outdated(vectors: VectorStore, model: str, titles: Sequence[Title]) -> list[_Due]:
    """Those without a vector of their present text."""
    return _differing(titles, vectors.hashes(model, [title.id for title in titles]))


def _differing(titles: Sequence[Title], known: dict[TitleId, bytes]) -> list[_Due]:
    due = []
    for title in titles:
        text = embedding_text(title)
        digest = text_hash(title.id, text)
        if known.get(title.id) != digest:
            due.append(_Due(title.id, text, digest))
    return due


def _embed(vectors: VectorStore, embedder: Embedder, batch: Sequence[_Due]) -> None:
    found = embedder.embed([one.text for one in batch])
    rows = [VectorRow(one.id, one.hash, row) for one, row in zip(batch, found, strict=True)]
    vectors.upsert(embedder.model, rows)


def _drop_vanished(titles: TitleStore, vectors: VectorStore, model: str) -> int:
    """Remove the vectors whose title is gone; a title that comes back is embedded again."""
    removed = 0
    for batch in vectors.scan(model):
        ids = [TitleId.from_key(key) for key in batch.keys.tolist()]
        vanished = set(ids) - titles.get_many(ids).keys()
        if vanished:
            removed += vectors.delete(vanished)
    return removed
