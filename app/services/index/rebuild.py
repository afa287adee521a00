"""Build the index from the stored vectors, and tell when that is due."""

from collections.abc import Callable
from typing import Final

from app.domain.errors import Damaged, DimensionMismatch, NotReady
from app.domain.index.embedding_text import RECIPE_VERSION
from app.domain.index.generations import BuildSpec, Manifest
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import IndexPublisher
from app.domain.ports.vectors import VectorStatus, VectorStore
from app.domain.progress import Progress, Report, silent

REBUILD_SHARE: Final = 0.05
"""Share of changed titles from which the exact delta is worth building in."""


def rebuild(  # noqa: PLR0913 -- the ports it works over, and the operator's two choices
    titles: TitleStore,
    vectors: VectorStore,
    publisher: IndexPublisher,
    *,
    model: str,
    factory: str,
    recall_target: float,
    dimension: int | None = None,
    report: Report = silent,
) -> Manifest:
    """Build a generation of everything that `model` embedded, and publish it.

    The caller holds the lease. Raises `NotReady` where nothing is embedded, `DimensionMismatch`
    where `dimension` contradicts the stored vectors, and what `IndexPublisher.build` raises.
    """
    status = vectors.status(model)
    if status.dimension is None:
        raise NotReady(
            f"No title has been embedded with {model} yet: run python -m scripts.embed first."
        )
    if dimension is not None and dimension != status.dimension:
        raise DimensionMismatch(
            f"dim={dimension} contradicts the stored vectors: {model} gives "
            f"{status.dimension} dimensions. Leave dim out, or set EMBEDDING_MODEL to a model of "
            f"{dimension} dimensions and run python -m scripts.embed."
        )
    spec = BuildSpec(
        model=model,
        dimension=status.dimension,
        factory=factory,
        recall_target=recall_target,
        as_of_seq=status.last_seq,
        recipe=RECIPE_VERSION,
    )
    return publisher.build(spec, vectors.scan(model), titles.scan(), _of(status.count, report))


def is_due(vectors: VectorStore, publisher: IndexPublisher, model: str) -> str:
    """Why a rebuild is due, as a sentence; empty where it isn't."""
    status = vectors.status(model)
    if not status.count:
        return ""
    try:
        manifest = publisher.current()
        held = publisher.held()
    except Damaged as error:
        return f"The published index is damaged: {error.detail}"
    if manifest is None:
        return "There is no index yet."
    if manifest.model != model:
        return f"The index is of another model, {manifest.model}."
    return "" if held else _drift(manifest, status)


def _drift(manifest: Manifest, status: VectorStatus) -> str:
    """Whether too much changed since the index was built."""
    changed = status.last_seq - manifest.as_of_seq
    if changed < 0:
        return "The index was built from another store, or from a later state of this one."
    if changed > REBUILD_SHARE * max(manifest.count, 1):
        return f"{changed:,} changes since the index of {manifest.count:,} titles was built."
    return ""


def _of(total: int, report: Report) -> Callable[[Progress], None]:
    """Fill in how many vectors there are, which the publisher can't know while it reads."""

    def filled(progress: Progress) -> None:
        known = progress.total is None and progress.done > 0
        report(Progress(progress.done, total, progress.message) if known else progress)

    return filled
