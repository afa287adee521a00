"""The candidates: all films of the store, each with its vector."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from app.bootstrap import open_services
from app.domain.catalogue.keys import keys_of, located
from app.domain.catalogue.titles import MediaKind, Title
from app.domain.errors import NotReady
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.vectors import Keys, Vectors, VectorStore

_KEYS: Final = "catalogue_keys.npy"
_VECTORS: Final = "catalogue_vectors.npy"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`keys` (n,) are `TitleId.key`, ascending; `vectors` (n, d) belong to them."""

    keys: Keys
    vectors: Vectors

    def rows_of(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """For keys (m,) their rows (m,), and which of them (m,) are here at all."""
        return located(self.keys, keys)

    def save(self, folder: Path) -> None:
        """Write it for `opened`."""
        np.save(folder / _KEYS, self.keys)
        np.save(folder / _VECTORS, self.vectors)

    @classmethod
    def opened(cls, folder: Path) -> Self:
        """What `save` wrote, mapped: processes share the memory."""
        return cls(
            np.load(folder / _KEYS, mmap_mode="r"), np.load(folder / _VECTORS, mmap_mode="r")
        )


def of_the_store() -> tuple[Catalogue, list[Title]]:
    """The films of the store in the data folder, and their facts in the same order.

    Raises `NotReady` where there are none or not all are embedded, and what the store raises.
    """
    with closing(open_services()) as services:
        return loaded(services.titles, services.vectors, services.embedder.model)


def loaded(titles: TitleStore, vectors: VectorStore, model: str) -> tuple[Catalogue, list[Title]]:
    """As `of_the_store`, of these stores."""
    films = [t for some in titles.scan() for t in some if t.id.kind is MediaKind.MOVIE]
    if not films:
        raise NotReady(
            "The store in WATCHER_DATA_DIR holds no films. Run: "
            "python -m scripts.import_catalogue FILE, or sync_tmdb; then python -m scripts.embed"
        )
    wanted = keys_of([film.id for film in films])
    found_keys, found = list[Keys](), list[Vectors]()
    for batch in vectors.scan(model):
        mine = np.isin(batch.keys, wanted, assume_unique=True)
        found_keys.append(batch.keys[mine])
        found.append(batch.vectors[mine])
    keys = np.concatenate([np.empty(0, np.int64), *found_keys])
    if len(keys) < len(wanted):
        raise NotReady(
            f"{len(wanted) - len(keys):,} of {len(wanted):,} films have no vector of {model}. "
            "Run: python -m scripts.embed"
        )
    return Catalogue(keys, np.concatenate(found)), films
