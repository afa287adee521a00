"""Embeds titles in a thread of its own, while more of them are fetched."""

import queue
import threading
from collections.abc import Collection
from typing import Final

from app.domain.catalogue.titles import TitleId
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import Embedder
from app.domain.ports.vectors import VectorStore
from app.services.index.embed import embed_titles

_EMBEDDED: Final = 128


class BackgroundEmbedding:
    """Embeds in batches as large as have come together. Its thread runs until `stop`."""

    def __init__(self, titles: TitleStore, vectors: VectorStore, embedder: Embedder) -> None:
        self._titles = titles
        self._vectors = vectors
        self._embedder = embedder
        self._waiting: queue.SimpleQueue[TitleId | None] = queue.SimpleQueue()
        self._embedded = 0
        self._error: BaseException | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="embedding", daemon=True)
        self._thread.start()

    def take(self, ids: Collection[TitleId]) -> None:
        """Embed these soon. Raises what embedding earlier ones raised."""
        if self._error is not None:
            raise self._error
        for title_id in ids:
            self._waiting.put(title_id)

    def finished(self) -> int:
        """Wait for the last; returns how many vectors were made. Raises as `take` does."""
        self._waiting.put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._embedded

    def stop(self) -> None:
        """End after the batch under way; without effect where it has finished."""
        self._stopped = True
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            last = False
            while not last and not self._stopped:
                batch, last = self._batch()
                if batch and not self._stopped:
                    done = embed_titles(self._titles, self._vectors, self._embedder, batch)
                    self._embedded += done.embedded
        except Exception as error:  # noqa: BLE001 -- raised again in the thread that fetches
            self._error = error

    def _batch(self) -> tuple[list[TitleId], bool]:
        """What waits, at least one; and whether the end is reached."""
        batch: list[TitleId] = []
        while len(batch) < _EMBEDDED:
            try:
                one = self._waiting.get(block=not batch)
            except queue.Empty:
                break
            if one is None:
                return batch, True
            batch.append(one)
        return batch, False
