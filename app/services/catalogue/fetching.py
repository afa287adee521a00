"""Fetch titles from the source and bring them into the store, surely and once."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields
from typing import Final

from app.domain.catalogue.source_answers import Answer, Failed, Fetched, Gone
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import UpstreamUnavailable, WatcherError
from app.domain.ports.catalogue import CatalogueSource, FailureStore, TitleStore
from app.domain.ports.index import Embedder
from app.domain.ports.vectors import VectorStore
from app.domain.progress import Progress, Report
from app.services.catalogue.rejected_ids import RejectedIds
from app.services.index.background_embedding import BackgroundEmbedding

ATTEMPTS: Final = 3
"""Failed attempts after which an id is set aside."""

_LOOKED_UP: Final = 500
_WRITTEN: Final = 64
_LONGEST_UNWRITTEN: Final = 0.2
"""Seconds that an answer waits for others to be written with it: what is lost at a kill."""

_MOST_GONE: Final = 100
"""Titles that may be gone before one is there: beyond it the source itself is a wrong one."""


Keep = Callable[[Title], bool]
"""Whether a stored title is fresh enough not to be fetched."""


@dataclass(slots=True)
class Tally:
    """What became of the ids: `asked` are those not kept; `embedded` counts new vectors.

    `spared` had been answered before without a title to keep. `again` are to be tried once more;
    `doubted` the source said it doesn't know, before it was seen to know any. `set_aside` are ids
    that failed for the third time, in this run or before.
    """

    listed: int = 0
    kept: int = 0
    spared: int = 0
    asked: int = 0
    written: int = 0
    adult: int = 0
    gone: int = 0
    failed: int = 0
    set_aside: int = 0
    embedded: int = 0
    again: list[TitleId] = field(default_factory=list)
    doubted: list[TitleId] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Ids that need no more work."""
        return self.kept + self.spared + self.written + self.adult + self.gone + self.set_aside

    def __add__(self, other: "Tally") -> "Tally":
        """Of two runs, one after the other."""
        both = {
            one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)
        }
        return Tally(**both)

    def __str__(self) -> str:
        parts = [f"{self.written:,} fetched"]
        for count, what in (
            (self.kept, "fresh already"),
            (self.spared, "left out before"),
            (self.gone, "gone"),
            (self.adult, "for adults left out"),
            (self.set_aside, "set aside"),
            (self.embedded, "embedded"),
        ):
            if count:
                parts.append(f"{count:,} {what}")
        return ", ".join(parts)


class Fetching:
    """Fetches ids over the source and keeps what it tells."""

    def __init__(
        self,
        source: CatalogueSource,
        titles: TitleStore,
        vectors: VectorStore,
        failures: FailureStore,
        rejected_ids: RejectedIds,
        embedder: Embedder | None,
        *,
        adult: Collection[MediaKind] = (),
    ) -> None:
        """`adult` are the kinds of which titles for adults are kept, too."""
        self._source = source
        self._titles = titles
        self._vectors = vectors
        self._failures = failures
        self._rejected_ids = rejected_ids
        self._embedder = embedder
        self._adult = adult

    def fetch(
        self,
        ids: Iterable[TitleId],
        total: int,
        keep: Keep,
        report: Report,
        *,
        also_set_aside: bool = False,
    ) -> Tally:
        """Fetch what isn't kept, in order; ids that failed are tried again at the end.

        An id that failed `ATTEMPTS` times is left out, unless `also_set_aside`. With an embedder,
        what is written is embedded beside. What was written when an error ends it stays.
        """
        tally = Tally()
        with self._following(tally) as written, self._remembering():

            def told() -> None:
                report(Progress(min(tally.done, total), total, str(tally)))

            due = self._due(ids, keep, tally, told, also_set_aside=also_set_aside)
            self._run(due, tally, told, written)
            while tally.again:
                repeated, tally.again = tally.again, []
                self._run(iter(repeated), tally, told, written)
            self._remove(self._believed(tally))
            told()
        return tally

    def _due(
        self,
        ids: Iterable[TitleId],
        keep: Keep,
        tally: Tally,
        told: Callable[[], None],
        *,
        also_set_aside: bool,
    ) -> Iterator[TitleId]:
        for some in _in_chunks(ids, _LOOKED_UP):
            stored = self._titles.get_many(some)
            tried = {} if also_set_aside else self._failures.attempts(some)
            for title_id in some:
                tally.listed += 1
                known = stored.get(title_id)
                if known is not None and keep(known):
                    tally.kept += 1
                elif known is None and self._rejected_ids.spares(title_id):
                    tally.spared += 1
                elif tried.get(title_id, 0) >= ATTEMPTS:
                    tally.set_aside += 1
                else:
                    tally.asked += 1
                    yield title_id
            told()

    def _run(
        self,
        due: Iterator[TitleId],
        tally: Tally,
        told: Callable[[], None],
        written: Callable[[Collection[TitleId]], None],
    ) -> None:
        with closing(self._source.details(due)) as answered:
            for some in _soon(answered):
                if some:
                    written(self._write(some, tally))
                told()

    def _write(self, answers: Sequence[Answer], tally: Tally) -> list[TitleId]:
        """Bring the answers into the stores; the ids whose titles were written."""
        fetched = [one.title for one in answers if isinstance(one, Fetched)]
        wanted = [one for one in fetched if not one.adult or one.id.kind in self._adult]
        unwanted = [one.id for one in fetched if one.adult and one.id.kind not in self._adult]
        gone = [one.id for one in answers if isinstance(one, Gone)]
        failed = [one for one in answers if isinstance(one, Failed)]
        if wanted:
            self._titles.upsert(wanted)
            self._rejected_ids.forget([one.id for one in wanted])
        tally.written += len(wanted)
        tally.adult += len(unwanted)
        self._rejected_ids.note_adult(unwanted)
        tally.doubted += gone
        if tally.written or tally.adult:
            unwanted += self._believed(tally)
        elif len(tally.doubted) > _MOST_GONE:
            raise UpstreamUnavailable(
                f"TMDB knows none of the first {_MOST_GONE} titles that were asked for. Nothing "
                "was removed for that: see whether TMDB_API_URL is right."
            )
        self._remove(unwanted)
        if fetched:
            self._failures.clear([title.id for title in fetched])
        if failed:
            self._note(failed, tally)
        return [title.id for title in wanted]

    def _believed(self, tally: Tally) -> list[TitleId]:
        """Those that the source doesn't know, now that it is known to know some."""
        gone, tally.doubted = tally.doubted, []
        tally.gone += len(gone)
        self._rejected_ids.note_gone(gone)
        return gone

    def _remove(self, ids: Collection[TitleId]) -> None:
        if ids:
            # The title first: where a crash parts them, the vector's title is missing, and a
            # search leaves it out until the next run completes this.
            self._titles.delete(ids)
            self._vectors.delete(ids)
            self._failures.clear(ids)

    def _note(self, failed: Sequence[Failed], tally: Tally) -> None:
        tally.failed += len(failed)
        for title_id, attempts in self._failures.note(failed).items():
            if attempts < ATTEMPTS:
                tally.again.append(title_id)
            else:
                tally.set_aside += 1

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._rejected_ids.save()

    @contextmanager
    def _following(self, tally: Tally) -> Iterator[Callable[[Collection[TitleId]], None]]:
        """What takes written ids and embeds them in a thread of its own: fetching goes on."""
        if self._embedder is None:
            yield lambda _ids: None
            return
        embedding = BackgroundEmbedding(self._titles, self._vectors, self._embedder)
        try:
            yield embedding.take
            tally.embedded = embedding.finished()
        finally:
            embedding.stop()


def _soon(answers: Iterator[Answer | None]) -> Iterator[list[Answer]]:
    """The answers in small lists, empty ones where none came for a while.

    Many a time one write is for several, and none of them is long unwritten.
    """
    some: list[Answer] = []
    since = 0.0
    try:
        for answer in answers:
            if answer is None:
                yield some
                some = []
                continue
            if not some:
                since = time.monotonic()
            some.append(answer)
            if len(some) >= _WRITTEN or time.monotonic() - since >= _LONGEST_UNWRITTEN:
                yield some
                some = []
    except WatcherError:
        # What came before the source died is as good as ever.
        if some:
            yield some
        raise
    if some:
        yield some


def _in_chunks(ids: Iterable[TitleId], size: int) -> Iterator[list[TitleId]]:
    chunk: list[TitleId] = []
    for title_id in ids:
        chunk.append(title_id)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
