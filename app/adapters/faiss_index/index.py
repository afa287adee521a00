"""The serving side: one snapshot of generation and delta, replaced as a whole."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.adapters.faiss_index.delta import Delta
from app.adapters.faiss_index.generation_files import GenerationFolder
from app.adapters.faiss_index.part import OpenPart, Stale, open_part
from app.adapters.word_index.index import WordView
from app.adapters.word_index.part import WordDelta, WordParts, open_words
from app.domain.errors import Damaged, DimensionMismatch, NotReady, StoreUnavailable
from app.domain.filters import TitleFilter
from app.domain.generations import IndexStatus, Manifest
from app.domain.index_ports import Compared, Neighbour
from app.domain.ports import Keys, TitleStore, Vector, VectorChange, VectorStore
from app.domain.titles import MediaKind, Title, TitleId

_log = logging.getLogger(__name__)
_CHANGES: Final = 4096
_LARGEST_DELTA: Final = 150_000
"""Beyond it (230 MB at 384 dimensions) new titles wait for the rebuild, which is long due: it is an
eighth of TMDB, and a rebuild begins at a twentieth."""

_LOOK_AGAIN: Final = 30.0
_POINTER: Final = "CURRENT"
_REBUILD: Final = "Run: python -m scripts.rebuild_index"


@dataclass(frozen=True)
class _Snapshot:
    """What a search sees from its first to its last step. `stale` is to be skipped, per kind."""

    manifest: Manifest
    parts: dict[MediaKind, OpenPart]
    words: WordParts
    delta: Delta
    seq: int
    word_delta: WordDelta
    words_seen: WordView
    stale: dict[MediaKind, Stale | None] = field(default_factory=dict)

    def after(self, changes: Sequence[VectorChange], titles: dict[TitleId, Title]) -> _Snapshot:
        """The same generation with these changes on top."""
        delta = self.delta.after(changes, titles)
        gone = delta.stale_keys()
        stale = {kind: part.stale_of(gone) for kind, part in self.parts.items()}
        touched = {change.id for change in changes}
        fresh = [titles[i] for i in sorted(touched) if i in titles and i.key not in delta.removed]
        self.word_delta.replace({i.key for i in touched}, fresh)
        seen = WordView(self.words, self.word_delta.parts, gone)
        seq = changes[-1].seq
        return replace(self, delta=delta, seq=seq, stale=stale, words_seen=seen)

    def votes_of(self, keys: Keys) -> NDArray[np.int32]:
        """Votes (n,) of titles (n,) that are here, those of the delta before the generation's."""
        votes = np.zeros(len(keys), np.int32)
        for kind, part in self.parts.items():
            mine = (keys & 1) == (kind is MediaKind.TV)
            if mine.any():
                votes[mine] = part.votes_of(keys[mine])
        if len(self.delta.keys):
            rows, here = self.delta.rows_at(keys)
            votes[here] = self.delta.rows["votes"][rows]
        return votes


class FaissIndex:
    """See `app.domain.index_ports.VectorIndex`."""

    def __init__(self, root: Path, model: str, vectors: VectorStore, titles: TitleStore) -> None:
        self._folder = GenerationFolder(root)
        self._model = model
        self._vectors = vectors
        self._titles = titles
        self._refreshing = threading.Lock()
        self._snapshot: _Snapshot | None = None
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
        snapshot = self._serving()
        if vector.shape != (snapshot.manifest.dimension,):
            raise DimensionMismatch(
                f"The query has {vector.shape[0]} dimensions, the index "
                f"{snapshot.manifest.dimension}. {_REBUILD}"
            )
        keys_out = {title_id.key for title_id in exclude}
        keys, scores = list[Keys](), list[NDArray[np.float32]]()
        for kind in kinds:
            part = snapshot.parts.get(kind)
            if part is not None:
                banned = part.rows_of(keys_out)
                found = part.search(vector, k, where, banned, snapshot.stale.get(kind))
                keys.append(found[0])
                scores.append(found[1])
            if len(snapshot.delta.keys):
                found = snapshot.delta.search(vector, k, kind, where, keys_out)
                keys.append(found[0])
                scores.append(found[1])
        if not keys:
            return []
        best_keys, best_scores = keys[0], scores[0]
        if len(keys) > 1:
            all_keys, all_scores = np.concatenate(keys), np.concatenate(scores)
            order = np.lexsort((all_keys, -all_scores))[:k]
            best_keys, best_scores = all_keys[order], all_scores[order]
        votes = snapshot.votes_of(best_keys)
        return [
            Neighbour(TitleId.from_key(key), score, known)
            for key, score, known in zip(
                best_keys.tolist(), best_scores.tolist(), votes.tolist(), strict=True
            )
        ]

    def vector(self, title_id: TitleId) -> Vector | None:
        """The title's vector, or None."""
        snapshot = self._serving()
        key = title_id.key
        row = snapshot.delta.row_of(key)
        if row is not None:
            fresh: Vector = snapshot.delta.vectors[row]
            return fresh
        part = snapshot.parts.get(title_id.kind)
        if part is None or key in snapshot.delta.removed:
            return None
        row = part.row_of(key)
        return None if row is None else part.vectors.take(np.array([row]))[0]

    def compared(self, vector: Vector, ids: Sequence[TitleId]) -> dict[TitleId, Compared]:
        """Those of the titles that the index has, with their exact cosine and their votes."""
        snapshot = self._serving()
        found: dict[TitleId, Compared] = {}
        old: dict[MediaKind, list[TitleId]] = {kind: [] for kind in snapshot.parts}
        changed = len(snapshot.delta.keys) > 0
        for title_id in ids:
            fresh = snapshot.delta.compared(vector, title_id.key) if changed else None
            if fresh is not None:
                found[title_id] = fresh
            elif title_id.kind in old and title_id.key not in snapshot.delta.removed:
                old[title_id.kind].append(title_id)
        for kind, some in old.items():
            known = {one.key: one for one in some}
            compared = snapshot.parts[kind].compared(vector, list(known))
            found |= {known[key]: one for key, one in compared.items()}
        return found

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

    def _serving(self) -> _Snapshot:
        snapshot = self._snapshot
        if snapshot is None:
            raise NotReady(self._reason)
        return snapshot

    def _followed(self) -> _Snapshot | None:
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
        names = [name for name in (pointer.current, pointer.previous) if name]
        self._refused = {name: why for name, why in self._refused.items() if name in names}
        for name in names:
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

    def _opened(self, name: str) -> _Snapshot | None:
        try:
            manifest = self._folder.manifest(name)
            if manifest.model != self._model:
                self._reason = (
                    f"The index was built with the model {manifest.model}, but EMBEDDING_MODEL is "
                    f"{self._model}. Run: python -m scripts.embed, "
                    "then: python -m scripts.rebuild_index"
                )
                return None
            self._folder.verify(manifest)
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
        return _Snapshot(
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

    def _caught_up(self, snapshot: _Snapshot | None) -> _Snapshot | None:
        """The snapshot with all changes on top: what is served never goes back in time."""
        while snapshot is not None and len(snapshot.delta.keys) < _LARGEST_DELTA:
            changes = self._vectors.changes(self._model, snapshot.seq, _CHANGES)
            if not changes:
                break
            titles = self._titles.get_many([c.id for c in changes if c.vector is not None])
            snapshot = snapshot.after(changes, titles)
        return snapshot
