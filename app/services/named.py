"""Titles that somebody's history names and the catalogue lacks: fetched where there is a source."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from app.domain.people_ports import Ledger, ProfileStore
from app.domain.ports import FailureStore, StateStore, TitleStore
from app.domain.progress import Report
from app.domain.titles import TitleId
from app.services.fetching import ATTEMPTS
from app.services.ingest import Ingest, SyncReport

_UNKNOWN: Final = "named:unknown"
"""State that holds the keys which the source doesn't know, so that they aren't asked for again."""

_MOST_UNKNOWN: Final = 50_000


def missing(
    profiles: ProfileStore,
    ledger: Ledger,
    titles: TitleStore,
    failures: FailureStore,
    state: StateStore,
) -> list[TitleId]:
    """TMDB's ids in anybody's ledger without a title, by ascending key.

    Without those that the source doesn't know, or that failed too often.
    """
    named = {
        TitleId(event.about.kind, event.about.tmdb_id)
        for profile in profiles.all()
        for event in ledger.events(profile.id)
        if event.about.tmdb_id is not None
    }
    unknown = _unknown(state)
    lacking = {one for one in named - titles.get_many(named).keys() if one.key not in unknown}
    tried = failures.attempts(lacking)
    return sorted((one for one in lacking if tried.get(one, 0) < ATTEMPTS), key=lambda one: one.key)


def fetch(
    ingest: Ingest, ids: Iterable[TitleId], state: StateStore, report: Report, *, embed: bool
) -> SyncReport:
    """Fetch these; what the source doesn't know is remembered, and not asked for again.

    Titles for adults come in, too: somebody watched them.
    """
    wanted = list(ids)
    done = ingest.fetch(wanted, report, embed=embed, include_adult=True)
    found = ingest.titles.get_many(wanted)
    tried = ingest.failures.attempts(wanted)
    lost = {one.key for one in wanted if one not in found and one not in tried}
    if lost:
        kept = sorted(_unknown(state) | lost)[-_MOST_UNKNOWN:]
        state.write(_UNKNOWN, json.dumps(kept))
    return done


def _unknown(state: StateStore) -> set[int]:
    try:
        return set(json.loads(state.read(_UNKNOWN) or "[]"))
    except (ValueError, TypeError):
        return set()
