"""Titles that somebody's history names and the catalogue lacks: fetched where there is a source."""

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Final

from app.domain.catalogue.source_answers import ExternalId, Family, Found
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.ledger import FEEDBACK, About
from app.domain.ports.catalogue import FailureStore, TitleStore
from app.domain.ports.people import Ledger, ProfileStore
from app.domain.ports.work import StateStore
from app.domain.progress import Progress, Report
from app.services.catalogue.fetching import ATTEMPTS
from app.services.catalogue.ingest import Ingest, SyncReport

MissingTitle = TitleId | ExternalId
"""By what a history names a title: TMDB's number, or an id of another family."""

_UNKNOWN: Final = "named:unknown"
"""State that holds the keys which the source doesn't know, so that they aren't asked for again."""

_VAIN: Final = "named:vain"
"""State that counts, by id of another family, the attempts that led to no title.

`ATTEMPTS` stands at once where there is nothing to be hoped for: the source knows no such title, or
tells of one that doesn't bear the id itself.
"""

_MOST_KEPT: Final = 50_000


def missing(
    profiles: ProfileStore,
    ledger: Ledger,
    titles: TitleStore,
    failures: FailureStore,
    state: StateStore,
) -> list[MissingTitle]:
    """What anybody's ledger names and the catalogue lacks: TMDB's ids by key, then other ids.

    Other ids count where an entry has none of TMDB's, the first that may still lead to a title.
    Without those that the source doesn't know, or that failed too often.
    """
    abouts = {
        event.about
        for one in profiles.all()
        for event in ledger.events(one.id)
        if event.kind not in FEEDBACK
    }
    named = {TitleId(one.kind, one.tmdb_id) for one in abouts if one.tmdb_id is not None}
    unknown = _unknown(state)
    lacking = {one for one in named - titles.get_many(named).keys() if one.key not in unknown}
    tried = failures.attempts(lacking)
    numbers = [one for one in lacking if tried.get(one, 0) < ATTEMPTS]
    others = _unjoined([one for one in abouts if one.tmdb_id is None], titles, state)
    return [*sorted(numbers, key=lambda one: one.key), *others]


def fetch(
    ingest: Ingest, named: Iterable[MissingTitle], state: StateStore, report: Report, *, embed: bool
) -> SyncReport:
    """Fetch these; what the source doesn't know is remembered, and not asked for again.

    Titles for adults come in, too: somebody watched them. Ids of other families are looked up once
    the titles named by number are there.
    """
    wanted = list(named)
    numbers = [one for one in wanted if isinstance(one, TitleId)]
    others = [one for one in wanted if isinstance(one, ExternalId)]
    done = _fetch(ingest, numbers, state, report, embed=embed)
    if not others:
        return done
    found = _found(ingest, others, state, report)
    more = _fetch(ingest, sorted(set(found.values())), state, report, embed=embed)
    _settle(ingest.titles, found.keys(), state)
    told = f"{len(found):,} of {len(others):,} ids of IMDb and TVDB"
    return replace(
        more,
        ways=(*done.ways, told, *more.ways),
        tally=done.tally + more.tally,
        seconds=done.seconds + more.seconds,
    )


def _fetch(
    ingest: Ingest, ids: Collection[TitleId], state: StateStore, report: Report, *, embed: bool
) -> SyncReport:
    done = ingest.fetch(list(ids), report, embed=embed, include_adult=True)
    found = ingest.titles.get_many(ids)
    tried = ingest.failures.attempts(ids)
    lost = {one.key for one in ids if one not in found and one not in tried}
    if lost:
        kept = sorted(_unknown(state) | lost)[-_MOST_KEPT:]
        state.write(_UNKNOWN, json.dumps(kept))
    return done


def _found(
    ingest: Ingest, ids: Collection[ExternalId], state: StateStore, report: Report
) -> dict[ExternalId, TitleId]:
    """The titles that the source knows by these ids; what led to none is noted, however it ends."""
    found: dict[ExternalId, TitleId] = {}
    vain = _vain(state)
    done = 0
    try:
        with closing(ingest.source.find(ids)) as lookups:
            for one in lookups:
                report(Progress(done, len(ids), "Looking up ids of IMDb and TVDB"))
                if one is None:
                    continue
                done += 1
                if not isinstance(one, Found):
                    vain[str(one.id)] = vain.get(str(one.id), 0) + 1
                elif one.title is None:
                    vain[str(one.id)] = ATTEMPTS
                else:
                    found[one.id] = one.title
    finally:
        _note(vain, state)
    return found


def _settle(titles: TitleStore, found: Collection[ExternalId], state: StateStore) -> None:
    """Ask no more for what didn't join although its title was asked for."""
    joined = _joined(found, titles)
    _note(_vain(state) | {str(one): ATTEMPTS for one in found if one not in joined}, state)


def _unjoined(abouts: Collection[About], titles: TitleStore, state: StateStore) -> list[ExternalId]:
    """Of each entry that no title bears an id of, the first id that may lead to one; ascending."""
    vain = _vain(state)
    ids = [_ids(about) for about in abouts]
    hopeful = [some for some in ids if any(vain.get(str(one), 0) < ATTEMPTS for one in some)]
    joined = _joined({one for some in hopeful for one in some}, titles)
    wanted: dict[str, ExternalId] = {}
    for some in hopeful:
        if joined.isdisjoint(some):
            first = next(one for one in some if vain.get(str(one), 0) < ATTEMPTS)
            wanted[str(first)] = min(first, wanted.get(str(first), first))
    return sorted(wanted.values())


def _ids(about: About) -> list[ExternalId]:
    found = []
    if about.imdb_id:
        found.append(ExternalId(Family.IMDB, about.imdb_id, about.kind))
    if about.tvdb_id is not None and about.kind is MediaKind.TV:
        found.append(ExternalId(Family.TVDB, str(about.tvdb_id), MediaKind.TV))
    return found


def _joined(ids: Collection[ExternalId], titles: TitleStore) -> set[ExternalId]:
    """Those that a title of the catalogue bears."""
    imdb = titles.by_imdb({one.value for one in ids if one.family is Family.IMDB})
    tvdb = titles.by_tvdb({int(one.value) for one in ids if one.family is Family.TVDB})
    return {
        one
        for one in ids
        if (one.value in imdb if one.family is Family.IMDB else int(one.value) in tvdb)
    }


def _unknown(state: StateStore) -> set[int]:
    # Read leniently: losing it costs a few calls, while an error would stop every fetch for good.
    try:
        return set(json.loads(state.read(_UNKNOWN) or "[]"))
    except (ValueError, TypeError):
        return set()


def _vain(state: StateStore) -> dict[str, int]:
    # As leniently, for the same reason.
    try:
        told = json.loads(state.read(_VAIN) or "{}")
        return {str(name): int(attempts) for name, attempts in told.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _note(vain: Mapping[str, int], state: StateStore) -> None:
    kept = dict(list(vain.items())[-_MOST_KEPT:])
    if kept != _vain(state):
        state.write(_VAIN, json.dumps(kept))
