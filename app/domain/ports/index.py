"""What embeds and what finds: the model and the index, each port with its contract.

See `app.domain.ports.work` for what holds of all of them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.index.generations import BuildSpec, IndexStatus, Manifest
from app.domain.ports.vectors import Vector, VectorBatch, Vectors
from app.domain.progress import Report
from app.domain.search.filters import TitleFilter


class Embedder(Protocol):
    """A sentence-embedding model, loaded on first use."""

    @property
    def model(self) -> str:
        """The name that vectors are kept under."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector. May load the model; raises `ModelUnusable`."""
        ...

    @property
    def backend(self) -> str:
        """What computes, for people: ``openvino bf16``, ``torch fp32``. May load the model."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order; any text is accepted, an empty one too.

        Raises `ModelUnusable` where the model can't be loaded.
        """
        ...


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A found title, the cosine of its vector with the query's, -1 to 1, and its votes."""

    id: TitleId
    score: float
    votes: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """The cosine of a title's vector with a query's, -1 to 1, and its number of votes."""

    cosine: float
    votes: int


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What the index holds of n titles: row i of each array is of ``ids[i]``.

    `vectors` (n, d) are of length 1. `years` and `runtimes` (minutes) are 0 where unknown,
    `ratings` (0 to 10) -1. `genres` has a bit for each genre, `vocabulary.genre_bits` says which.
    `languages` are codes of the original language, empty where unknown.
    """

    ids: tuple[TitleId, ...]
    vectors: Vectors
    years: NDArray[np.int16]
    runtimes: NDArray[np.int32]
    votes: NDArray[np.int32]
    ratings: NDArray[np.float32]
    genres: NDArray[np.uint32]
    languages: tuple[str, ...]
    adult: NDArray[np.bool_]

    def of_rows(self, rows: NDArray[np.intp]) -> "Gathered":
        """Some of the titles, in the order of the rows."""
        places = rows.tolist()
        return Gathered(
            ids=tuple(self.ids[place] for place in places),
            vectors=self.vectors[rows],
            years=self.years[rows],
            runtimes=self.runtimes[rows],
            votes=self.votes[rows],
            ratings=self.ratings[rows],
            genres=self.genres[rows],
            languages=tuple(self.languages[place] for place in places),
            adult=self.adult[rows],
        )


@dataclass(frozen=True, slots=True)
class Match:
    """A title found by words, and how many people voted on it.

    `score` is BM25's for a description (above 0, comparable within one answer), the votes for a
    name.
    """

    id: TitleId
    score: float
    votes: int


class VectorIndex(Protocol):
    """The serving side: the published generation plus the delta since, in memory."""

    def search(
        self,
        vector: Vector,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId] = (),
    ) -> list[Neighbour]:
        """The k nearest titles that pass, best first, ties by key; fewer only if fewer pass.

        Raises `NotReady` where nothing is published for this model, `DimensionMismatch` where the
        vector's length isn't the index's.
        """
        ...

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
        """As `search`, for each of the vectors (m, d): filter and `exclude` are prepared once.

        Where it needn't be `thorough`, a few of the nearest may be missed for others that are
        nearly as near, in half the time: good enough to find candidates.
        """
        ...

    def best_known(
        self,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId] = (),
    ) -> list[TitleId]:
        """The k titles with most votes that pass, ties by key; fewer only if fewer pass.

        Raises `NotReady`.
        """
        ...

    def gathered(self, ids: Sequence[TitleId]) -> Gathered:
        """Vectors and facts of those titles that the index has, in the order asked.

        A title that is asked for twice comes twice. Raises `NotReady`.
        """
        ...

    def vector(self, title_id: TitleId) -> Vector | None:
        """The title's vector, or None where the index has none. Raises `NotReady`."""
        ...

    def compared(self, vector: Vector, ids: Sequence[TitleId]) -> dict[TitleId, Compared]:
        """Those of the titles that the index has, with their exact cosine and their votes."""
        ...

    def refresh(self) -> bool:
        """Follow the published generation and the log of changes; True where something changed.

        A damaged generation is refused, noted in `status`, and the one before it served.
        """
        ...

    def status(self) -> IndexStatus:
        """What is served now."""
        ...


class WordIndex(Protocol):
    """Names and descriptions, of the generation that `VectorIndex` serves and the delta since.

    Names are given folded (`catalogue.names.fold`); what they find comes the best known first, ties
    by key. Raises `NotReady` where nothing is published.
    """

    def described(
        self,
        text: str,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId] = (),
    ) -> list[Match]:
        """The k titles that pass and share most with the text, best first; any text is accepted.

        None where the text has no word that tells anything: only stop words, only signs.
        """
        ...

    def named(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """Titles one of whose names is this, with or without article and blanks."""
        ...

    def resembling(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """Titles with a name a few typing errors away: none in short words, two in long ones.

        Known ones (`KNOWN_FROM` votes) where there are any, else others.
        """
        ...

    def completing(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """Titles with a name that begins like this, then those that have all its words.

        Up to k of each, and a title may come twice.
        """
        ...

    def nearly_completing(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """As `completing`, with typing errors, or blanks missing or added; known ones first."""
        ...


class IndexPublisher(Protocol):
    """The building side. One builder at a time (the caller holds the lease)."""

    def build(
        self,
        spec: BuildSpec,
        batches: Iterator[VectorBatch],
        titles: Iterator[list[Title]],
        report: Report,
    ) -> Manifest:
        """Write, check and publish a generation, then drop those before the previous one.

        Both iterators ascend by key; a vector without a title is left out. Until the last step
        nothing that is served changes. Raises `NotReady` where there are no vectors,
        `InvalidInput` for a factory that can't be used, `StoreUnavailable` on a full disk.
        """
        ...

    def current(self) -> Manifest | None:
        """The published generation's manifest, or None."""
        ...

    def held(self) -> bool:
        """Whether the published one was gone back to: then no rebuild is due by itself."""
        ...

    def roll_back(self) -> Manifest:
        """Publish the previous generation again, and hold it. Raises `NotFound` without one."""
        ...
