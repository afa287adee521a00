"""Keep the catalogue in step with its source: all of it, what changed, what grew old."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.ports.catalogue import CatalogueSource, FailureStore, TitleStore
from app.domain.ports.index import Embedder
from app.domain.ports.vectors import VectorStore
from app.domain.ports.work import Clock, StateStore
from app.domain.progress import Report
from app.services.catalogue import catalogue_scan, sync_plan
from app.services.catalogue.export_snapshot import ExportSnapshot, read_export
from app.services.catalogue.fetching import Fetching, Tally
from app.services.catalogue.rejected_ids import RejectedIds, Since
from app.services.catalogue.sync_plan import Ids, Plan
from app.services.catalogue.sync_state import read_state, write_state
from app.services.index.embed import embed_all


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a run did; `ways` tells by what the ids were found, `partial` that some are missing."""

    ways: tuple[str, ...]
    tally: Tally
    partial: bool = False
    seconds: float = 0.0

    def __str__(self) -> str:
        told = f"{self.tally.listed:,} ids by {'; '.join(self.ways) or 'nothing'}: {self.tally}"
        partial = " Coverage is partial until there is an export." if self.partial else ""
        return f"{told}, in {self.seconds:,.1f} s.{partial}"


@dataclass(frozen=True, slots=True)
class Ingest:
    """The verbs over their ports. The caller holds the lease on the catalogue.

    Each raises `UpstreamUnavailable` or `NotConfigured` as the source does; what was written until
    then stays, and the next run goes on from it.
    """

    source: CatalogueSource
    titles: TitleStore
    vectors: VectorStore
    state: StateStore
    failures: FailureStore
    embedder: Embedder
    clock: Clock

    def sync(
        self,
        kinds: Collection[MediaKind],
        report: Report,
        *,
        full: bool = False,
        embed: bool = False,
        force: bool = False,
        include_adult: bool = False,
    ) -> SyncReport:
        """Bring in all that there is the first time, and with `full`; else what changed since.

        `embed`: what is written is embedded at once. `force`: stored titles are fetched again.
        """
        started = time.monotonic()
        done: SyncReport | None = None
        while True:
            plans = [
                self._plan(kind, report, full=full, force=force, include_adult=include_adult)
                for kind in dict.fromkeys(kinds)
            ]
            latest = self._execute(plans, report, embed=embed, include_adult=include_adult)
            done = latest if done is None else _together(done, latest)
            # An interrupted window of changes ends on the day on which it was begun.
            today = sync_plan.today(self.clock.now()).isoformat()
            kinds = [plan.kind for plan in plans if plan.resumed and plan.closed.cursor < today]
            if full or force or not kinds:
                break
        return replace(done, seconds=time.monotonic() - started)

    def follow_export(
        self,
        kinds: Collection[MediaKind],
        report: Report,
        *,
        embed: bool = False,
        include_adult: bool = False,
    ) -> SyncReport:
        """Take over today's popularity, fetch what is missing, and ask for what is not listed.

        A change of popularity stands in no list of changes.
        """
        started = time.monotonic()
        exports: dict[MediaKind, ExportSnapshot] = {}
        without: list[str] = []
        for kind in kinds:
            adult = include_adult or read_state(self.state, kind).adult
            snapshot = read_export(self.source, kind, report, include_adult=adult)
            if snapshot is None:
                without.append(f"no export ({kind.value})")
            else:
                exports[kind] = snapshot
        moved, known = catalogue_scan.take_popularity(self.titles, exports, report)
        now = self.clock.now()
        plans = [
            sync_plan.difference(kind, snapshot, known[kind], read_state(self.state, kind), now)
            for kind, snapshot in exports.items()
        ]
        done = self._execute(plans, report, embed=embed, include_adult=include_adult)
        ways = (*done.ways, *without, f"{moved:,} popularities taken over")
        return replace(done, ways=ways, seconds=time.monotonic() - started)

    def refresh(
        self,
        kinds: Collection[MediaKind],
        report: Report,
        *,
        stale_after: float,
        embed: bool = False,
        include_adult: bool = False,
    ) -> SyncReport:
        """Fetch again what was fetched more than `stale_after` seconds ago, the oldest first."""
        now = self.clock.now()
        before = int(now - stale_after)
        plans = []
        stale = catalogue_scan.fetched_before(self.titles, before, kinds, report)
        for kind, numbers in stale.items():
            state = read_state(self.state, kind)
            plans.append(
                Plan(
                    kind=kind,
                    ids=Ids(kind, numbers),
                    keep=sync_plan.fetched_since(before),
                    opened=state,
                    closed=replace(state, refreshed_at=now),
                    way=f"age ({kind.value})",
                    also_set_aside=True,
                )
            )
        return self._execute(plans, report, embed=embed, include_adult=include_adult)

    def retry_failed(
        self,
        kinds: Collection[MediaKind],
        report: Report,
        *,
        embed: bool = False,
        include_adult: bool = False,
    ) -> SyncReport:
        """Try the ids again that failed; those that fail stay listed."""
        failed = [failure.id for kind in kinds for failure in self.failures.all(kind)]
        return self.fetch(
            failed, report, way="earlier failure", embed=embed, include_adult=include_adult
        )

    def fetch(
        self,
        ids: Sequence[TitleId],
        report: Report,
        *,
        way: str = "name",
        embed: bool = False,
        include_adult: bool = False,
    ) -> SyncReport:
        """Fetch these titles now, whatever is stored; `way` tells people how they were found."""
        plans = []
        for kind in MediaKind:
            numbers = [one.tmdb_id for one in ids if one.kind is kind]
            if numbers:
                state = read_state(self.state, kind)
                plans.append(
                    Plan(
                        kind=kind,
                        ids=Ids(kind, np.array(numbers, np.int64)),
                        keep=_keep_none,
                        opened=state,
                        closed=state,
                        way=f"{way} ({kind.value})",
                        also_set_aside=True,
                    )
                )
        return self._execute(plans, report, embed=embed, include_adult=include_adult)

    def _plan(
        self, kind: MediaKind, report: Report, *, full: bool, force: bool, include_adult: bool
    ) -> Plan:
        state = read_state(self.state, kind)
        now = self.clock.now()
        # Who asks for a full run decides anew on titles for adults, but it goes on as it was begun.
        anew = (full or force) and state.open is None
        adult = include_adult or (state.adult and not anew)
        # Changes are followed even where not all of what changes is there.
        missed = state.partial and self.source.export(kind) is not None
        if full or force or not state.cursor or missed:
            return sync_plan.full(
                self.source, kind, state, now, report, force=force, include_adult=adult
            )
        return sync_plan.changes(
            self.source, self.titles, kind, state, now, report, include_adult=adult
        )

    def _execute(
        self, plans: Sequence[Plan], report: Report, *, embed: bool, include_adult: bool
    ) -> SyncReport:
        """Fetch what the plans ask for, kinds mixed; their states are closed last."""
        started = time.monotonic()
        for plan in plans:
            write_state(self.state, plan.kind, plan.opened)
        adult = {plan.kind for plan in plans if include_adult or plan.closed.adult}
        spare = {
            plan.kind: Since(gone=plan.spare.gone) if plan.kind in adult else plan.spare
            for plan in plans
        }
        fetching = Fetching(
            self.source,
            self.titles,
            self.vectors,
            self.failures,
            RejectedIds(self.state, self.clock.now(), spare),
            self.embedder if embed else None,
            adult=adult,
        )
        keeps = {plan.kind: plan.keep for plan in plans}

        def keep(title: Title) -> bool:
            return keeps[title.id.kind](title)

        tally = fetching.fetch(
            _mixed(plans),
            sum(len(plan.ids) for plan in plans),
            keep,
            report,
            also_set_aside=any(plan.also_set_aside for plan in plans),
        )
        if embed and any(plan.resumed for plan in plans):
            # The run before may have been killed between writing a title and embedding it.
            done = embed_all(self.titles, self.vectors, self.embedder, report=report)
            tally.embedded += done.embedded
        for plan in plans:
            write_state(self.state, plan.kind, plan.closed)
        return SyncReport(
            ways=tuple(plan.way for plan in plans),
            tally=tally,
            partial=any(plan.closed.partial for plan in plans),
            seconds=time.monotonic() - started,
        )


def _mixed(plans: Sequence[Plan]) -> Iterator[TitleId]:
    """The ids of all plans, each plan at a pace that lets all end together."""
    queues = [(len(plan.ids), iter(plan.ids)) for plan in plans if len(plan.ids)]
    given = [0] * len(queues)
    while queues:
        place = min(range(len(queues)), key=lambda n: given[n] / queues[n][0])
        found = next(queues[place][1], None)
        if found is None:
            del queues[place], given[place]
        else:
            given[place] += 1
            yield found


def _together(one: SyncReport, other: SyncReport) -> SyncReport:
    return SyncReport(
        ways=one.ways + other.ways, tally=one.tally + other.tally, partial=other.partial
    )


def _keep_none(_title: Title) -> bool:
    return False
