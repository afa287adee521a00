"""A person's history: `/history`, `/ratings`, `/marks`."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import InvalidInput
from app.domain.people.bounds import (
    BEST_RATING,
    HIGHEST_EPISODE,
    HIGHEST_SEASON,
    LARGEST_ID,
    LONGEST_KEY,
)
from app.domain.people.ledger import EventKind
from app.domain.people.resolution import Row
from app.doors.http.deps import Person, Program
from app.doors.http.gate import LARGEST_FILE, Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.shapes import WHOLE, AnyYear, KindOrAll, Shape, TitleCard, TitleRef
from app.services.catalogue.lookup import about_of
from app.services.people.history import HistoryQuery, Show, Sort, Undo
from app.services.people.told_events import events_of

router = APIRouter(route_class=Gated, tags=["history"])

MOST_ROWS = 200
MOST_EPISODES = 1000


class Episode(BaseModel):
    """Season 0 holds specials."""

    model_config = ConfigDict(extra="forbid")

    season: Annotated[int, Field(strict=True, ge=0, le=HIGHEST_SEASON), WHOLE]
    episode: Annotated[int, Field(strict=True, ge=0, le=HIGHEST_EPISODE), WHOLE]


class Titles(BaseModel):
    """Which titles."""

    model_config = ConfigDict(extra="forbid")

    titles: list[TitleRef] = Field(max_length=MOST_ROWS)


class WatchedNow(TitleRef):
    """That a title was watched: `at` in Unix seconds, now where left out."""

    at: Annotated[int, Field(strict=True, ge=0), WHOLE] | None = None
    episodes: list[Episode] = Field([], max_length=MOST_EPISODES)


class Rating(TitleRef):
    """1 to 10; null takes it back."""

    rating: Annotated[int, Field(strict=True, ge=1, le=BEST_RATING), WHOLE] | None


class Mark(TitleRef):
    """Love it, put it on the watchlist, or dismiss it; `on: false` takes that back."""

    mark: Literal["loved", "watchlisted", "dismissed"]
    on: bool = True


class UndoToken(BaseModel):
    """What an answer gave as `undo`, given back to bring back what was before."""

    model_config = ConfigDict(extra="forbid")

    remove: list[Annotated[str, Field(max_length=LONGEST_KEY)]] = Field([], max_length=5000)
    put: list[dict[str, Any]] = Field([], max_length=5000)


class Done(BaseModel):
    """A change that was made; send `undo` to `POST /history/undo` to take it back."""

    undo: UndoToken


class HistoryFilter(BaseModel):
    """Which rows, in what order, which of them. `q` is a part of the name."""

    show: Show = "all"
    media_type: KindOrAll = "all"
    genre: Annotated[str, Field(max_length=60)] = ""
    year_from: AnyYear | None = None
    year_to: AnyYear | None = None
    q: Annotated[str, Field(max_length=200)] = ""
    sort: Sort = "latest"
    offset: Annotated[int, Field(ge=0, le=10**6)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 50

    def as_query(self) -> HistoryQuery:
        """The same, as the service takes it."""
        return HistoryQuery(
            kind=None if self.media_type == "all" else MediaKind(self.media_type),
            text=self.q,
            **self.model_dump(exclude={"media_type", "q"}),
        )


class HistoryRow(Shape):
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


@router.get("/history", summary="What a person watched, rated, marked")
def listed(
    program: Program, person: Person, asked: Annotated[HistoryFilter, Query()]
) -> HistoryPage:
    """The latest first, unless sorted otherwise."""
    page = program.history.listed(person.id, asked.as_query())
    rows = [_row(row, program.settings.tmdb_image_url) for row in page.rows]
    return HistoryPage(profile=person.id, total=page.total, offset=asked.offset, rows=rows)


@router.post("/history/standings", summary="Where a person stands with some titles")
def standings(asked: Titles, program: Program, person: Person) -> list[HistoryRow]:
    """Rows of those titles that the history knows; the others are left out."""
    wanted = {ref.as_id() for ref in asked.titles}
    images = program.settings.tmdb_image_url
    return [_row(row, images) for row in program.history.of(person.id, wanted)]


@router.post("/history", summary="Note that a title was watched")
def watched(asked: WatchedNow, program: Program, person: Person) -> Done:
    """A series by its episodes, or as a whole."""
    episodes = {(one.season, one.episode) for one in asked.episodes}
    if episodes and asked.media_type is MediaKind.MOVIE:
        raise InvalidInput("episodes: a film has none.")
    about = about_of(program.titles, asked.as_id())
    return _done(program.history.add(person.id, about, asked.at, episodes))


@router.delete("/history", summary="Note that a title was not watched")
def not_watched(
    program: Program,
    person: Person,
    tmdb_id: Annotated[int, Query(ge=1, le=LARGEST_ID)],
    media_type: MediaKind,
) -> Done:
    """Whatever any source told until now; what is watched later counts again."""
    about = about_of(program.titles, TitleId(media_type, tmdb_id))
    return _done(program.history.take_back(person.id, about))


@router.post("/ratings", summary="Rate a title")
def rate(asked: Rating, program: Program, person: Person) -> Done:
    """1 to 10, or null."""
    return _done(
        program.history.rate(person.id, about_of(program.titles, asked.as_id()), asked.rating)
    )


@router.post("/marks", summary="Love, watchlist or dismiss a title")
def mark(asked: Mark, program: Program, person: Person) -> Done:
    """Marking twice is marking once."""
    about = about_of(program.titles, asked.as_id())
    return _done(program.history.mark(person.id, about, EventKind(asked.mark), on=asked.on))


@router.post("/history/undo", summary="Bring back what was before a change")
@ruled(Lane.WRITE, largest=LARGEST_FILE)
def undo(asked: UndoToken, program: Program, person: Person) -> Done:
    """Its answer's `undo` makes the change again."""
    change = Undo(tuple(asked.remove), tuple(events_of(asked.put, program.clock.now())))
    return _done(program.history.undo(person.id, change))


def _done(undo: Undo) -> Done:
    return Done(undo=UndoToken(remove=list(undo.remove), put=[asdict(event) for event in undo.put]))


def _row(row: Row, images: str) -> HistoryRow:
    standing = row.standing
    return HistoryRow.made_of(
        standing,
        media_type=row.kind,
        tmdb_id=row.title_id.tmdb_id if row.title_id else None,
        imdb_id=standing.about.imdb_id or (row.title.imdb_id if row.title else ""),
        name=row.name,
        year=row.year,
        watched=standing.watched.seen,
        plays=standing.watched.plays,
        episodes=len(standing.watched.episodes),
        title=TitleCard.of(row.title, images) if row.title else None,
    )
