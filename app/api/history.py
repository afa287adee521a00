"""A person's history: `/history`, `/ratings`, `/marks`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Program
from app.api.knn import TitleRef
from app.api.people_access import Person
from app.api.titles import TitleCard, card_of
from app.domain.errors import InvalidInput
from app.domain.ledger import About, EventKind
from app.domain.progress import silent
from app.domain.titles import MediaKind, TitleId
from app.services.history import HistoryQuery, Row, Show, Sort, Undo
from app.services.import_history import Unmatched
from app.services.profiles import events_of
from app.wiring import Services

router = APIRouter(tags=["history"])

MOST_ROWS = 200
MOST_EPISODES = 1000
MOST_UNMATCHED = 200


class Episode(BaseModel):
    """Season 0 holds specials."""

    model_config = ConfigDict(extra="forbid")

    season: Annotated[int, Field(strict=True, ge=0, le=10_000)]
    episode: Annotated[int, Field(strict=True, ge=0, le=100_000)]


class WatchedNow(TitleRef):
    """That a title was watched: `at` in Unix seconds, now where left out."""

    at: Annotated[int, Field(strict=True, ge=0)] | None = None
    episodes: list[Episode] = Field([], max_length=MOST_EPISODES)


class Rating(TitleRef):
    """1 to 10; null takes it back."""

    rating: Annotated[int, Field(strict=True, ge=1, le=10)] | None


class Mark(TitleRef):
    """Love it, put it on the watchlist, or dismiss it; `on: false` takes that back."""

    mark: Literal["loved", "watchlisted", "dismissed"]
    on: bool = True


class UndoToken(BaseModel):
    """What an answer gave as `undo`, given back to bring back what was before."""

    model_config = ConfigDict(extra="forbid")

    remove: list[Annotated[str, Field(max_length=500)]] = Field([], max_length=5000)
    put: list[dict[str, Any]] = Field([], max_length=5000)


class Done(BaseModel):
    """A change that was made; send `undo` to `POST /history/undo` to take it back."""

    undo: UndoToken


class HistoryFilter(BaseModel):
    """Which rows, in what order, which of them. `q` is a part of the name."""

    show: Show = "all"
    media_type: Literal["movie", "tv", "all"] = "all"
    genre: Annotated[str, Field(max_length=60)] = ""
    year_from: Annotated[int, Field(ge=1800, le=2200)] | None = None
    year_to: Annotated[int, Field(ge=1800, le=2200)] | None = None
    q: Annotated[str, Field(max_length=200)] = ""
    sort: Sort = "latest"
    offset: Annotated[int, Field(ge=0, le=10**6)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 50

    def as_query(self) -> HistoryQuery:
        """The same, as the service takes it."""
        return HistoryQuery(
            show=self.show,
            kind=None if self.media_type == "all" else MediaKind(self.media_type),
            genre=self.genre,
            year_from=self.year_from,
            year_to=self.year_to,
            text=self.q,
            sort=self.sort,
            offset=self.offset,
            limit=self.limit,
        )


class HistoryRow(BaseModel):
    """One title of a history. `title` is null where the catalogue lacks it.

    `rating` is the person's own, 1 to 10. `last_at` is in Unix seconds, 0 where unknown.
    """

    media_type: MediaKind
    tmdb_id: int | None
    imdb_id: str
    name: str
    year: int | None
    watched: bool
    plays: int
    episodes: int
    rating: int | None
    loved: bool
    watchlisted: bool
    dismissed: bool
    last_at: int
    sources: tuple[str, ...]
    title: TitleCard | None


class HistoryPage(BaseModel):
    """Some rows of `total`."""

    profile: str
    total: int
    offset: int
    rows: list[HistoryRow]


class ImportAsked(BaseModel):
    """How to take a file: its `name` helps where contents are alike; `user_id` for MovieLens."""

    name: Annotated[str, Field(max_length=200)] = "history"
    user_id: Annotated[str, Field(max_length=40)] = ""
    preview: bool = False


class Suggested(BaseModel):
    """A title that a name may mean; `score` from 0 to 1."""

    score: float
    title: TitleCard


class UnmatchedName(BaseModel):
    """A name without a sure title, how many entries bear it, what it may mean."""

    media_type: MediaKind
    name: str
    year: int | None
    entries: int
    suggestions: list[Suggested]


class RefusedLine(BaseModel):
    """A line that went in not at all, or not wholly, and why."""

    line: int
    reason: str


class ImportReport(BaseModel):
    """What a file held and what became of it; nothing was written where `preview`."""

    source: str
    preview: bool
    used: list[str]
    ignored: list[str]
    events: int
    added: int
    replaced: int
    refused: int
    refusals: list[RefusedLine]
    matched: dict[str, int]
    unmatched: list[UnmatchedName]
    unmatched_total: int


class Match(BaseModel):
    """A name as `GET /history/unmatched` tells it, and the title that it means."""

    model_config = ConfigDict(extra="forbid")

    media_type: MediaKind
    name: Annotated[str, Field(min_length=1, max_length=500)]
    year: Annotated[int, Field(ge=1800, le=2200)] | None = None
    tmdb_id: Annotated[int, Field(ge=1, lt=2**62)] | None


class Matched(BaseModel):
    """How many entries were joined to the title."""

    entries: int


@router.get("/history", summary="What a person watched, rated, marked")
def listed(
    program: Program, person: Person, asked: Annotated[HistoryFilter, Query()]
) -> HistoryPage:
    """The latest first, unless sorted otherwise."""
    page = program.history.listed(person.id, asked.as_query())
    rows = [_row(row, program.settings.tmdb_image_url) for row in page.rows]
    return HistoryPage(profile=person.id, total=page.total, offset=asked.offset, rows=rows)


@router.post("/history", summary="Note that a title was watched")
def watched(asked: WatchedNow, program: Program, person: Person) -> Done:
    """A series by its episodes, or as a whole."""
    episodes = {(one.season, one.episode) for one in asked.episodes}
    if episodes and asked.media_type is MediaKind.MOVIE:
        raise InvalidInput("episodes: a film has none.")
    about = _about(program, asked.as_id())
    return _done(program.history.add(person.id, about, asked.at, episodes))


@router.delete("/history", summary="Note that a title was not watched")
def not_watched(
    program: Program,
    person: Person,
    tmdb_id: Annotated[int, Query(ge=1, lt=2**62)],
    media_type: MediaKind,
) -> Done:
    """Whatever any source told until now; what is watched later counts again."""
    about = _about(program, TitleId(media_type, tmdb_id))
    return _done(program.history.take_back(person.id, about))


@router.post("/ratings", summary="Rate a title")
def rate(asked: Rating, program: Program, person: Person) -> Done:
    """1 to 10, or null."""
    return _done(program.history.rate(person.id, _about(program, asked.as_id()), asked.rating))


@router.post("/marks", summary="Love, watchlist or dismiss a title")
def mark(asked: Mark, program: Program, person: Person) -> Done:
    """Marking twice is marking once."""
    about = _about(program, asked.as_id())
    return _done(program.history.mark(person.id, about, EventKind(asked.mark), on=asked.on))


@router.post("/history/undo", summary="Bring back what was before a change")
def undo(asked: UndoToken, program: Program, person: Person) -> Done:
    """Its answer's `undo` makes the change again."""
    change = Undo(tuple(asked.remove), tuple(events_of(asked.put)))
    return _done(program.history.undo(person.id, change))


@router.post("/history/import", summary="Bring in a file: Trakt, Letterboxd, IMDb, MovieLens, CSV")
async def bring_in(  # the body is bytes of any length, which only an async route can take in
    request: Request, program: Program, person: Person, asked: Annotated[ImportAsked, Query()]
) -> ImportReport:
    """Send the file itself as the body (`Content-Type: application/octet-stream`), packed or not.

    With `preview` nothing is written. It goes in whole, but for the lines that the report names.
    """
    data = await request.body()
    if not data:
        raise InvalidInput("body: send the file itself.")
    return await to_thread.run_sync(_brought_in, program, person.id, data, asked)


@router.get("/history/unmatched", summary="Names that no title was found for")
def unmatched(program: Program, person: Person) -> list[UnmatchedName]:
    """Those of most entries first, each with what it may mean."""
    return [_unmatched(one, program) for one in program.import_history.unmatched(person.id)]


@router.post("/history/match", summary="Say which title a name means")
def match(asked: Match, program: Program, person: Person) -> Matched:
    """Remembered for later imports; `tmdb_id: null` says that it is none of them."""
    about = About(asked.media_type, name=asked.name, year=asked.year)
    title_id = None if asked.tmdb_id is None else TitleId(asked.media_type, asked.tmdb_id)
    return Matched(entries=program.import_history.settle(person.id, about, title_id))


def _brought_in(
    program: Services, profile_id: str, data: bytes, asked: ImportAsked
) -> ImportReport:
    file = program.open_history(data, asked.name, None, asked.user_id or None)
    done = program.import_history.bring_in(profile_id, file, silent, preview=asked.preview)
    return ImportReport(
        source=done.source,
        preview=done.preview,
        used=[one.name for one in file.used],
        ignored=[f"{one.name}: {one.reason}" for one in file.ignored],
        events=done.events,
        added=done.added,
        replaced=done.replaced,
        refused=done.refused,
        refusals=[RefusedLine(line=one.line, reason=one.reason) for one in done.refusals],
        matched=done.matched,
        unmatched=[_unmatched(one, program) for one in done.unmatched[:MOST_UNMATCHED]],
        unmatched_total=len(done.unmatched),
    )


def _unmatched(one: Unmatched, program: Services) -> UnmatchedName:
    images = program.settings.tmdb_image_url
    return UnmatchedName(
        media_type=one.about.kind,
        name=one.about.name,
        year=one.about.year,
        entries=one.entries,
        suggestions=[
            Suggested(score=round(s.score, 3), title=TitleCard(**card_of(s.title, images)))
            for s in one.suggestions
        ],
    )


def _about(program: Services, title_id: TitleId) -> About:
    """The title with all that the catalogue knows of its ids. Raises `NotFound`."""
    title = program.search.title(title_id)
    return About(
        kind=title.id.kind,
        tmdb_id=title.id.tmdb_id,
        imdb_id=title.imdb_id,
        tvdb_id=title.tvdb_id,
        name=title.name,
        year=title.year,
    )


def _done(undo: Undo) -> Done:
    return Done(undo=UndoToken(remove=list(undo.remove), put=[asdict(event) for event in undo.put]))


def _row(row: Row, images: str) -> HistoryRow:
    standing = row.standing
    title = row.title
    return HistoryRow(
        media_type=standing.about.kind,
        tmdb_id=title.id.tmdb_id if title else standing.about.tmdb_id,
        imdb_id=standing.about.imdb_id or (title.imdb_id if title else ""),
        name=row.name,
        year=row.year,
        watched=standing.watched.seen,
        plays=standing.watched.plays,
        episodes=len(standing.watched.episodes),
        rating=standing.rating,
        loved=standing.loved,
        watchlisted=standing.watchlisted,
        dismissed=standing.dismissed,
        last_at=standing.last_at,
        sources=standing.sources,
        title=TitleCard(**card_of(title, images)) if title else None,
    )
