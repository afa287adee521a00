"""Files of a history, and names without a title: `/history/import`, `…/unmatched`, `…/match`."""

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import InvalidInput
from app.domain.people.bounds import LARGEST_ID, LONGEST_NAME
from app.domain.people.ledger import About
from app.domain.progress import silent
from app.doors.http.deps import OurLanes, Person, Program
from app.doors.http.gate import LARGEST_FILE, Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.shapes import AnyYear, Shape, TitleCard
from app.services.people.import_history import MOST_SUGGESTED_FOR
from app.services.people.told_events import events_of
from app.services.people.unmatched_names import Unmatched

router = APIRouter(route_class=Gated, tags=["history"])

MOST_NAMES = 100
FILES: Final = (
    *("application/octet-stream", "text/csv", "application/csv", "application/json"),
    *("application/zip", "application/x-zip-compressed", "application/gzip", "application/x-gzip"),
)
"""What a file may be sent as: no type that any site's page can send as it likes."""

_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}


class ImportAsked(BaseModel):
    """How to take a file: its `name` helps where contents are alike; `user_id` for MovieLens."""

    name: Annotated[str, Field(max_length=200)] = "history"
    user_id: Annotated[str, Field(max_length=40)] = ""
    preview: bool = False


class Suggested(BaseModel):
    """A title that a name may mean; `score` from 0 to 1."""

    score: float
    title: TitleCard


class UnmatchedName(Shape):
    """A name without a sure title, how many entries bear it, what it may mean."""

    media_type: MediaKind
    name: str
    year: int | None
    entries: int
    suggestions: list[Suggested]


class UnmatchedNamesPage(BaseModel):
    """Some names of `total`."""

    profile: str
    total: int
    offset: int
    rows: list[UnmatchedName]


class RefusedLine(Shape):
    """A line that went in not at all, or not wholly, and why."""

    line: int
    reason: str


class ImportReport(Shape):
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


class Name(BaseModel):
    """A name as `GET /history/unmatched` tells it."""

    model_config = ConfigDict(extra="forbid")

    media_type: MediaKind
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    year: AnyYear | None = None

    @property
    def about(self) -> About:
        """The same without an id."""
        return About(self.media_type, name=self.name, year=self.year)


class Match(Name):
    """A name, and the title that it means."""

    tmdb_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None


class Unmatch(Name):
    """What the answer to a match gave as `undo`, to be given back."""

    put: list[dict[str, Any]] = Field([], max_length=5000)


class Matched(BaseModel):
    """How many entries were joined; send `undo` to `POST /history/match/undo` to part them."""

    entries: int
    undo: Unmatch


class Parted(BaseModel):
    """How many entries are without a title again."""

    entries: int


@router.post(
    "/history/import",
    summary="Bring in a file: Trakt, Letterboxd, IMDb, MovieLens, CSV",
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(FILES, _BYTES)}},
)
@ruled(None, largest=LARGEST_FILE, reads=True)
async def bring_in(  # the body is bytes of any length, which only an async route can take in
    request: Request,
    program: Program,
    person: Person,
    asked: Annotated[ImportAsked, Query()],
    lanes: OurLanes,
) -> ImportReport:
    """Send the file itself as the body (`Content-Type: application/octet-stream`), packed or not.

    With `preview` nothing is written. It goes in whole, but for the lines that the report names.
    """
    data = await request.body()
    if not data:
        raise InvalidInput("body: send the file itself.")
    work = partial(_brought_in, program, person.id, data, asked)
    return await lanes.run(Lane.IMPORT, work)


@router.get("/history/unmatched", summary="Names that no title was found for")
@ruled(Lane.IMPORT)
def unmatched(
    program: Program,
    person: Person,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_NAMES)] = 20,
) -> UnmatchedNamesPage:
    """Those of most entries first, each with what it may mean."""
    page = program.unmatched_names.listed(person.id, offset, limit)
    rows = [_unmatched(one, program) for one in page.rows]
    return UnmatchedNamesPage(profile=person.id, total=page.total, offset=offset, rows=rows)


@router.post("/history/match", summary="Say which title a name means")
def match(asked: Match, program: Program, person: Person) -> Matched:
    """Remembered for later imports; `tmdb_id: null` says that it is none of them."""
    title_id = None if asked.tmdb_id is None else TitleId(asked.media_type, asked.tmdb_id)
    before = program.unmatched_names.settle(person.id, asked.about, title_id)
    undo = Unmatch(**asked.model_dump(exclude={"tmdb_id"}), put=[asdict(event) for event in before])
    return Matched(entries=len(before), undo=undo)


@router.post("/history/match/undo", summary="Forget which title a name means")
@ruled(Lane.WRITE, largest=LARGEST_FILE)
def unmatch(asked: Unmatch, program: Program, person: Person) -> Parted:
    """Its entries are without a title again, and the name is listed to be settled."""
    put = events_of(asked.put, program.clock.now())
    return Parted(entries=program.unmatched_names.unsettle(person.id, asked.about, put))


def _brought_in(
    program: Services, profile_id: str, data: bytes, asked: ImportAsked
) -> ImportReport:
    file = program.adapters.open_history(data, asked.name, None, asked.user_id or None)
    done = program.import_history.bring_in(profile_id, file, silent, preview=asked.preview)
    return ImportReport.made_of(
        done,
        used=[one.name for one in file.used],
        ignored=[f"{one.name}: {one.reason}" for one in file.ignored],
        unmatched=[_unmatched(one, program) for one in done.unmatched[:MOST_SUGGESTED_FOR]],
        unmatched_total=len(done.unmatched),
    )


def _unmatched(one: Unmatched, program: Services) -> UnmatchedName:
    images = program.settings.tmdb_image_url
    return UnmatchedName.made_of(
        one.about,
        media_type=one.about.kind,
        entries=one.entries,
        suggestions=[
            Suggested(score=round(s.score, 3), title=TitleCard.of(s.title, images))
            for s in one.suggestions
        ],
    )
