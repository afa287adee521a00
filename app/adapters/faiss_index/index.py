"""The serving side: one snapshot of generation and delta, replaced as a whole."""

import logging
import threading
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from app.adapters.faiss_index.delta import Delta
from app.adapters.faiss_index.generation_files import generations
from app.adapters.faiss_index.part import open_part
from app.adapters.faiss_index.snapshot import Snapshot
from app.adapters.word_index.index import WordView
from app.adapters.word_index.part import WordDelta, open_words
from app.domain.catalogue.keys import keys_of
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import Damaged, DimensionMismatch, NotReady, StoreUnavailable
from app.domain.index.generations import IndexStatus
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import Compared, Gathered, Neighbour
from app.domain.ports.vectors import Vector, Vectors, VectorStore
from app.domain.search.filters import TitleFilter

_log = logging.getLogger(__name__)
_CHANGES: Final = 4096
_LARGEST_DELTA: Final = 150_000
"""Beyond it (230 MB at 384 dimensions) new titles wait for the rebuild, which is long due: it is an
eighth of TMDB, and a rebuild begins at a twentieth."""

_LOOK_AGAIN: Final = 30.0
_POINTER: Final = "CURRENT"
_REBUILD: Final = "Run: python -m scripts.rebuild_index"


class FaissIndex:
    """See `app.domain.ports.index.VectorIndex`."""

    def __init__(self, root: Path, model: str, vectors: VectorStore, titles: TitleStore) -> None:
        self._folder = generations(root)
        self._model = model
        self._vectors = vectors
        self._titles = titles
        self._refreshing = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._reason = "The index is being opened: try again in a moment."
        self._refused: dict[str, str] = {}
        self._again_at: dict[str, float] = {}

    def search(
        self,
        vector: Vector,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId] = (),
    ) -> list[Neighbour]:
        """The k nearest titles that pass, best first, ties by key."""
        return self.search_many(vector[None], k, kinds, where, exclude)[0]

    def search_many(
        self,
        vectors: Vectors,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId] = (),
        *,
        thorough: bool = True,
    ) -> list[list[Neighbour]]:
        """As `search`, for each of the vectors (m, d); see the port for `thorough`."""
        snapshot = self._serving()
        if vectors.shape[1:] != (snapshot.manifest.dimension,):
            raise DimensionMismatch(
                f"The query has {vectors.shape[-1]} dimensions, the index "
                f"{snapshot.manifest.dimension}. {_REBUILD}"
            )
        return snapshot.search(vectors, k, kinds, where, keys_of(exclude), thorough=thorough)

    def best_known(
        self,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId] = (),
    ) -> list[TitleId]:
        """The k titles with most votes that pass, ties by key."""
        return self._serving().best_known(k, kinds, where, keys_of(exclude))

    def gathered(self, ids: Sequence[TitleId]) -> Gathered:
        """Vectors and facts of those titles that the index has, in the order asked."""
        return self._serving().gathered(ids)

    def vector(self, title_id: TitleId) -> Vector | None:
        """The title's vector, or None."""
        return self._serving().vector(title_id)

    def compared(self, vector: Vector, ids: Sequence[TitleId]) -> dict[TitleId, Compared]:
        """Those of the titles that the index has, with their exact cosine and their votes."""
        return self._serving().compared(vector, ids)

    def words(self) -> WordView:
        """What the word index serves now. Raises `NotReady`."""
        return self._serving().words_seen

    def refresh(self) -> bool:
        """Follow the published generation and the log of changes."""
        with self._refreshing:
            before = self._snapshot
            latest = self._caught_up(self._followed())
            self._snapshot = latest
            return latest is not before

    def status(self) -> IndexStatus:
        """What is served now."""
        snapshot = self._snapshot
        refused = tuple(f"{name}: {why}" for name, why in self._refused.items())
        if snapshot is None:
            return IndexStatus(ready=False, reason=self._reason, refused=refused)
        return IndexStatus(
            ready=True,
            version=snapshot.manifest.name,
            manifest=snapshot.manifest,
            delta=len(snapshot.delta.keys),
            removed=len(snapshot.delta.removed),
            seq=snapshot.seq,
            refused=refused,
        )

    def _serving(self) -> Snapshot:
        snapshot = self._snapshot
        if snapshot is None:
            raise NotReady(self._reason)
        return snapshot

    def _followed(self) -> Snapshot | None:
        """The snapshot served now, or one of a generation published since."""
        snapshot = self._snapshot
        try:
            pointer = self._folder.pointer()
        except (Damaged, StoreUnavailable) as error:
            self._refuse(_POINTER, error.detail)
            return snapshot
        if pointer is None:
            self._reason = f"No index has been built yet. {_REBUILD}"
            return snapshot
        self._refused = {name: why for name, why in self._refused.items() if name in pointer.names}
        for name in pointer.names:
            if snapshot is not None and name == snapshot.manifest.name:
                return snapshot
            if time.monotonic() < self._again_at.get(name, 0):
                continue
            opened = self._opened(name)
            if opened is not None:
                self._refused.pop(name, None)
                return opened
            if snapshot is not None:
                return snapshot
        return snapshot

    def _opened(self, name: str) -> Snapshot | None:
        try:
            manifest = self._folder.manifest(name)
            if manifest.model != self._model:
                self._reason = (
                    f"The index was built with the model {manifest.model}, but EMBEDDING_MODEL is "
                    f"{self._model}. Run: python -m scripts.embed, "
                    "then: python -m scripts.rebuild_index"
                )
                return None
            self._folder.verify(name, manifest)
            folder = self._folder.root / name
            parts = {
                MediaKind(part.kind): open_part(
                    folder, part, manifest.dimension, manifest.languages
                )
                for part in manifest.parts
            }
            for part in parts.values():
                part.self_test()
            words = open_words(folder, manifest.count)
        except Damaged as error:
            self._refuse(name, error.detail)
            return None
        changed = WordDelta()
        return Snapshot(
            manifest,
            parts,
            words,
            Delta.empty(manifest.dimension),
            manifest.as_of_seq,
            changed,
            WordView(words, changed.parts, frozenset()),
        )

    def _refuse(self, name: str, why: str) -> None:
        if self._refused.get(name) != why:
            _log.error("The generation %s is refused: %s", name, why)
        self._refused = {**self._refused, name: why}
        # What can't be read may only be out of reach for now: rights, open files, a tired disk.
        self._again_at[name] = time.monotonic() + _LOOK_AGAIN
        self._reason = f"The published index is damaged ({why}). {_REBUILD}"

    def _caught_up(self, snapshot: Snapshot | None) -> Snapshot | None:
        """The snapshot with all changes on top: what is served never goes back in time."""
        while snapshot is not None and len(snapshot.delta.keys) < _LARGEST_DELTA:
            changes = self._vectors.changes(self._model, snapshot.seq, _CHANGES)
            if not changes:
                break
            titles = self._titles.get_many([c.id for c in changes if c.vector is not None])
            snapshot = snapshot.after(changes, titles)
        return snapshot
