"""The operator's routes: what is there, and long work. All of them need the admin token."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from app import __version__
from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import NotConfigured, NotFound
from app.domain.jobs import EMBED_ITEM, KEPT, SYNC_TMDB, Job, JobState
from app.doors.http.deps import ADMIN, Program
from app.doors.http.errors_view import ErrorShown, errors_view
from app.doors.http.gate import Gated
from app.doors.http.jobs import JobAnswer, all_shown, ask_for, worker
from app.doors.http.openapi import raising
from app.doors.http.settings_view import SettingShown, settings_view
from app.doors.shapes import KindOfId, NumberOfId, Shape, TmdbId
from app.doors.worker.kind import AdminRoute, JobKind
from app.doors.worker.registry import KINDS, kind_named
from app.services.catalogue.fetching import ATTEMPTS
from app.services.catalogue.sync_state import read_state

router = APIRouter(route_class=Gated, prefix="/admin", tags=["admin"], dependencies=[ADMIN])

_ASKS = "Records the request and answers at once; the worker does it."


class EmbedItem(BaseModel):
    """Which title to embed."""

    model_config = ConfigDict(extra="forbid")

    tmdb_id: TmdbId
    media_type: MediaKind


class SyncTmdb(BaseModel):
    """What to bring up to TMDB, with the switches of `sync_tmdb`."""

    model_config = ConfigDict(extra="forbid")

    media_type: Literal["movie", "tv", "all"] = "all"
    full_sync: bool = False
    embed_updated: bool = True
    force_refresh: bool = False
    include_adult: bool = False


class FailedId(Shape):
    """An id that is set aside; `last_at` in Unix seconds."""

    media_type: KindOfId
    tmdb_id: NumberOfId
    reason: str
    attempts: int
    last_at: float


class Coverage(Shape):
    """How much of TMDB is here, and how far it was followed.

    `listed` counts the titles of the last export read (`exported` is its date), 0 before any.
    `cursor` is the date up to which changes are in; `running_since` is 0 where no run is open.
    """

    stored: int
    listed: int
    exported: str
    cursor: str
    partial: bool
    running_since: int
    synced_at: float
    set_aside: int


class CoRatings(Shape):
    """The co-rating model in use, and what is wrong with the published one, empty for nothing."""

    version: str
    problem: str


class UnreadableShown(BaseModel):
    """Whose history has how many entries that can't be read: they are left out of everything."""

    profile: str
    name: str
    entries: int


class Status(BaseModel):
    """What there is, what is served, and the newest job of each kind in each state."""

    version: str
    store: str
    titles: dict[str, int]
    vectors: int
    model: str
    index: dict[str, Any]
    co_ratings: CoRatings
    tmdb: dict[str, Coverage]
    unreadable: list[UnreadableShown]
    worker: str
    jobs: list[JobAnswer]


@router.get("/status", summary="Counts, index, recall, jobs")
def status(program: Program) -> Status:
    """Everything at a glance."""
    served = program.index.status()
    index: dict[str, Any] = {
        "ready": served.ready,
        "version": served.version,
        "reason": served.reason if not served.ready else "",
        "delta": served.delta,
        "removed": served.removed,
        "refused": list(served.refused),
    }
    if served.manifest is not None:
        manifest = served.manifest
        index |= {
            "count": manifest.count,
            "model": manifest.model,
            "dimension": manifest.dimension,
            "recall_at_10": manifest.recall,
            "recall_target": manifest.recall_target,
            "built_at": manifest.built_at,
            "build_seconds": manifest.build_seconds,
            "parts": [asdict(part) for part in manifest.parts],
        }
    model = program.embedder.model
    _ = program.model_loader()  # a model that was published a moment ago is taken into use
    titles = program.titles.count()
    return Status(
        version=__version__,
        store=program.stores.name,
        titles={kind.value: count for kind, count in titles.items()},
        vectors=program.vectors.status(model).count,
        model=model,
        index=index,
        co_ratings=program.model_loader,
        tmdb={kind.value: _coverage(program, kind, titles[kind]) for kind in MediaKind},
        unreadable=[
            UnreadableShown(profile=one.profile.id, name=one.profile.name, entries=one.entries)
            for one in program.unreadable.of_everybody()
        ],
        worker=worker(program),
        jobs=all_shown(program, _newest_of_each(program.jobs.recent(KEPT))),
    )


@router.post(
    "/embed/item",
    status_code=202,
    summary="Embed one title, in the worker",
    responses=raising(NotFound),
)
def embed_item(asked: EmbedItem, program: Program) -> JobAnswer:
    """Records the request and answers at once. 404 for a title that the catalogue lacks."""
    title = program.search.title(TitleId(asked.media_type, asked.tmdb_id))
    arguments = {"media_type": title.id.kind.value, "tmdb_id": str(title.id.tmdb_id)}
    return ask_for(program, EMBED_ITEM, arguments)


@router.post(
    "/sync/tmdb",
    status_code=202,
    summary="Bring the catalogue up to TMDB",
    responses=raising(NotConfigured),
)
def sync(program: Program, asked: SyncTmdb | None = None) -> JobAnswer:
    """Records the request and answers at once; the worker does it. 501 without a TMDB key."""
    kind_named(SYNC_TMDB).check(program)
    wanted = asked or SyncTmdb()
    switches = wanted.model_dump(exclude={"media_type"})
    arguments = {name: "true" for name, on in switches.items() if on}
    if wanted.media_type != "all":
        arguments["media_type"] = wanted.media_type
    return ask_for(program, SYNC_TMDB, arguments)


@router.get("/failed", summary="Ids that could not be fetched")
def failed(program: Program) -> list[FailedId]:
    """Those set aside after three attempts, with the reason of each."""
    return [
        FailedId.model_validate(one) for one in program.failures.all() if one.attempts >= ATTEMPTS
    ]


@router.get("/settings", summary="Settings in force")
def settings(program: Program) -> list[SettingShown]:
    """Names and values; of secrets only whether they are set."""
    return settings_view(program.settings)


@router.get("/errors", summary="What went wrong of late")
def errors(request: Request, program: Program) -> list[ErrorShown]:
    """Warnings and errors of this process since its start, and failed jobs, the newest first."""
    return errors_view(request, program)


def _offer(kind: JobKind, route: AdminRoute) -> None:
    def ask(program: Program) -> JobAnswer:
        kind.check(program)
        return ask_for(program, kind.name, kind.arguments)

    router.add_api_route(
        route.path,
        ask,
        methods=["POST"],
        status_code=202,
        name=kind.name,
        summary=route.summary,
        description=f"{_ASKS} {route.note}".rstrip(),
        responses=raising(NotConfigured),
    )


for _kind in KINDS.values():
    if _kind.route is not None:
        _offer(_kind, _kind.route)


def _coverage(program: Services, kind: MediaKind, stored: int) -> Coverage:
    state = read_state(program.state, kind)
    return Coverage.made_of(
        state,
        stored=stored,
        running_since=state.open.began if state.open else 0,
        set_aside=sum(one.attempts >= ATTEMPTS for one in program.failures.all(kind)),
    )


def _newest_of_each(newest_first: Iterable[Job]) -> list[Job]:
    """The newest of each kind in each state: a long crawl isn't hidden by what ran since."""
    found: dict[tuple[str, JobState], Job] = {}
    for one in newest_first:
        found.setdefault((one.kind, one.state), one)
    return list(found.values())
