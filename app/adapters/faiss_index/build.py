"""Writing a generation: vectors to files, training, adding, calibrating, publishing."""

import errno
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from app.adapters.faiss_index.calibrate import calibrated
from app.adapters.faiss_index.columns import ROW, Languages, rows_of
from app.adapters.faiss_index.factory import by_list, chosen, filled, inner_ivf, made, training_rows
from app.adapters.faiss_index.generation_files import FORMAT, generations
from app.adapters.faiss_index.part import OpenPart, file_names
from app.adapters.faiss_index.vectors_file import VectorsFile, VectorsWriter
from app.adapters.word_index.part import FOLDER, WordWriter
from app.domain.catalogue.titles import MediaKind, Title
from app.domain.errors import DimensionMismatch, InvalidInput, NotReady
from app.domain.index.generations import BuildSpec, GenerationPart, Manifest
from app.domain.ports.vectors import Keys, VectorBatch
from app.domain.ports.work import Clock
from app.domain.progress import Progress, Report

_SLAB: Final = 16_384


@dataclass
class _Collected:
    """The rows of one kind while they come in; the vectors go to the file at once."""

    stream: BinaryIO
    writer: VectorsWriter = field(init=False)
    keys: list[Keys] = field(default_factory=list)
    rows: list[NDArray[np.void]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.writer = VectorsWriter(self.stream)

    @property
    def count(self) -> int:
        return sum(map(len, self.keys))


class FaissPublisher:
    """The building side of the index; see `app.domain.ports.index.IndexPublisher`."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._folder = generations(root)
        self._clock = clock

    def current(self) -> Manifest | None:
        """The published generation's manifest, or None."""
        pointer = self._folder.pointer()
        return None if pointer is None else self._folder.manifest(pointer.current)

    def held(self) -> bool:
        """Whether the published generation was gone back to by hand."""
        pointer = self._folder.pointer()
        return pointer is not None and pointer.held

    def roll_back(self) -> Manifest:
        """Publish the previous generation again."""
        return self._folder.roll_back()

    def build(
        self,
        spec: BuildSpec,
        batches: Iterator[VectorBatch],
        titles: Iterator[list[Title]],
        report: Report,
    ) -> Manifest:
        """Write, check and publish a generation."""
        started = time.monotonic()
        if spec.factory != "auto":
            made(spec.factory, spec.dimension)
        now = self._clock.now()
        name = self._folder.fresh_name(now)
        with self._folder.writing(name) as aside:
            languages = Languages()
            counts = _collect(aside, spec, batches, titles, languages, report)
            if not sum(counts.values()):
                raise NotReady(
                    "There is nothing to index: load a catalogue and embed it first "
                    "(python -m scripts.embed)."
                )
            parts = tuple(
                _finish(aside, spec, kind, languages, report)
                for kind, count in counts.items()
                if count
            )
            manifest = Manifest(
                name=name,
                format=FORMAT,
                model=spec.model,
                dimension=spec.dimension,
                recipe=spec.recipe,
                requested_factory=spec.factory,
                recall_target=spec.recall_target,
                as_of_seq=spec.as_of_seq,
                built_at=now,
                build_seconds=round(time.monotonic() - started, 1),
                languages=languages.codes,
                parts=parts,
            )
            report(Progress(0, None, "Writing checksums"))
            sealed = self._folder.seal(name, manifest)
            report(Progress(0, None, "Publishing"))
            self._folder.publish(name)
        return sealed


def _collect(
    aside: Path,
    spec: BuildSpec,
    batches: Iterator[VectorBatch],
    titles: Iterator[list[Title]],
    languages: Languages,
    report: Report,
) -> dict[MediaKind, int]:
    """Write vectors, keys and columns of both kinds; returns how many of each."""
    done = 0
    words = WordWriter(aside / FOLDER)
    names = {kind: file_names(kind) for kind in MediaKind}
    with (
        (aside / names[MediaKind.MOVIE]["vectors"]).open("wb") as movies,
        (aside / names[MediaKind.TV]["vectors"]).open("wb") as series,
    ):
        kinds = {MediaKind.MOVIE: _Collected(movies), MediaKind.TV: _Collected(series)}
        for keys, vectors, found in _joined(batches, titles):
            if vectors.shape[1] != spec.dimension:
                raise DimensionMismatch(
                    f"A stored vector has {vectors.shape[1]} dimensions, not {spec.dimension}: "
                    "embed the catalogue again (python -m scripts.embed)."
                )
            words.add(found)
            rows = rows_of(found, languages)
            for is_series, kind in enumerate((MediaKind.MOVIE, MediaKind.TV)):
                mine = (keys & 1) == is_series
                kinds[kind].keys.append(keys[mine])
                kinds[kind].rows.append(rows[mine])
                kinds[kind].writer.append(vectors[mine])
            done += len(keys)
            report(Progress(done, None, "Reading vectors"))
    report(Progress(done, None, "Writing words"))
    words.close()
    for kind, kept in kinds.items():
        np.save(aside / names[kind]["keys"], np.concatenate([*kept.keys, np.empty(0, np.int64)]))
        np.save(aside / names[kind]["columns"], np.concatenate([*kept.rows, np.empty(0, ROW)]))
        np.save(aside / names[kind]["scales"], kept.writer.scales())
        if not kept.count:
            for file in names[kind].values():
                (aside / file).unlink(missing_ok=True)
    return {kind: kept.count for kind, kept in kinds.items()}


def _joined(
    batches: Iterator[VectorBatch], titles: Iterator[list[Title]]
) -> Iterator[tuple[Keys, NDArray[np.float32], list[Title]]]:
    """Rows that have both a vector and a title; both streams ascend by key."""
    waiting: dict[int, Title] = {}
    highest = -1
    for batch in batches:
        last = int(batch.keys[-1])
        wanted = set(batch.keys.tolist())
        while highest < last and (some := next(titles, None)) is not None:
            found_keys = ((title.id.key, title) for title in some)
            waiting.update((key, title) for key, title in found_keys if key in wanted or key > last)
            highest = some[-1].id.key
        found = [waiting.get(int(key)) for key in batch.keys]
        both = np.fromiter((title is not None for title in found), np.bool_, len(found))
        if both.any():
            yield batch.keys[both], batch.vectors[both], [t for t in found if t is not None]
        waiting = {key: title for key, title in waiting.items() if key > last}


def _finish(
    aside: Path, spec: BuildSpec, kind: MediaKind, languages: Languages, report: Report
) -> GenerationPart:
    """Train and fill the kind's index from its files, and measure it."""
    names = {what: aside / name for what, name in file_names(kind).items()}
    keys = np.load(names["keys"])
    vectors = VectorsFile(names["vectors"], np.load(names["scales"]), spec.dimension)
    factory = chosen(spec.factory, len(keys), spec.dimension)
    index = _filled(made(factory, spec.dimension), vectors, kind, report)
    try:
        faiss.write_index(index, str(names["index"]))
    except RuntimeError as error:
        raise OSError(errno.ENOSPC, f"{names['index']} can't be written ({error})") from error
    vectors = _laid_by_list(index, vectors, names, spec.dimension)
    ivf = inner_ivf(index)
    part = GenerationPart(
        kind=kind,
        count=len(keys),
        factory=factory,
        nlist=0 if ivf is None else ivf.nlist,
        calibration=(),
    )
    opened = OpenPart(part, index, keys, np.load(names["columns"]), vectors, languages)
    if factory != "Flat":

        def beat() -> None:
            report(Progress(0, None, f"Measuring recall ({kind})"))

        try:
            found = calibrated(index, vectors, spec.aim, spec.recall_target, beat)
        except RuntimeError as error:
            raise _unusable(factory, error) from error
        part = replace(part, calibration=found)
    try:
        opened.self_test()
    except RuntimeError as error:
        raise _unusable(factory, error) from error
    return part


def _laid_by_list(
    index: Any,  # noqa: ANN401 -- faiss carries no types
    vectors: VectorsFile,
    names: dict[str, Path],
    dimension: int,
) -> VectorsFile:
    """Put vectors of one list next to each other in the file: a query then reads few pages."""
    order = by_list(index)
    if order is None:
        return vectors
    fresh = names["vectors"].with_suffix(".fresh")
    with fresh.open("wb") as stream:
        places = vectors.reordered(order, stream)
    fresh.replace(names["vectors"])
    np.save(names["places"], places)
    return VectorsFile(names["vectors"], vectors.scales, dimension, places)


def _filled(index: Any, vectors: VectorsFile, kind: MediaKind, report: Report) -> Any:  # noqa: ANN401 -- faiss carries no types
    count = len(vectors)
    report(Progress(0, None, f"Training ({kind})"))
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    sample = np.random.default_rng(0).choice(count, training_rows(index, count), replace=False)
    try:
        index.train(vectors.take(np.sort(sample)))
        for start in range(0, count, _SLAB):
            index.add(vectors.take(np.arange(start, min(start + _SLAB, count))))
            report(Progress(min(start + _SLAB, count), count, f"Building ({kind})"))
    except RuntimeError as error:
        raise _unusable(f"{type(index).__name__} of {count} vectors", error) from error
    filled(index)
    return index


def _unusable(what: str, error: RuntimeError) -> InvalidInput:
    return InvalidInput(f"VECTOR_INDEX_FACTORY: FAISS can't train or search {what} ({error}).")
