"""What becomes of lists: `/feedback`, `/insights`."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import InvalidInput
from app.domain.people.feedback import KEPT_DAYS
from app.domain.people.insights import Step
from app.doors.access import allowed
from app.doors.http.deps import AnyCaller, Person, Program
from app.doors.http.gate import Gated
from app.doors.shapes import KindOfId, NumberOfId, Shape, TitleRef
from app.services.catalogue.lookup import about_of

router = APIRouter(route_class=Gated, tags=["recommendations"])

MOST_TITLES = 100


class ListFeedback(BaseModel):
    """What of a list was shown, and what of it was opened; `list_id` as the list's answer gave it.

    `profile` may be named here or in the address.
    """

    model_config = ConfigDict(extra="forbid")

    profile: Annotated[str, Field(max_length=64)] | None = None
    list_id: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    shown: list[TitleRef] = Field([], max_length=MOST_TITLES)
    opened: list[TitleRef] = Field([], max_length=MOST_TITLES)


class Noted(BaseModel):
    """How much of it was new: the same title of the same list counts once a day (UTC)."""

    noted: int


class Figures(Shape):
    """Numbers of titles, each counted once: shown, and what came of them from then on.

    `watched_in_time`: within 30 days after a showing. Who rated a title has seen it. `mean_rating`
    is 1 to 10, null where none of them was rated.
    """

    shown: int
    opened: int
    watched: int
    watched_in_time: int
    rated: int
    mean_rating: float | None
    dismissed: int


class FiguresOf(Figures):
    """Those of the titles first shown in one week or month; `first_day` in UTC."""

    first_day: date


class WatchedPick(Shape):
    """A title that was shown and then watched; moments in Unix seconds.

    `watched_at` is a day's midnight where only the day is known. `lists` showed it.
    """

    media_type: KindOfId
    tmdb_id: NumberOfId
    title: str = Field(validation_alias="name")
    year: int | None
    shown_at: int
    opened_at: int | None
    watched_at: int
    in_time: bool
    rating: int | None
    lists: int


class InsightsAnswer(Shape):
    """What lists were worth from `since` to `until` (Unix seconds).

    `since` is later than asked where older feedback was forgotten. `rows` are by `step`, without
    those in which nothing was shown; `watched` is the latest first.
    """

    profile: str
    since: int
    until: int
    step: Step
    total: Figures
    rows: list[FiguresOf]
    watched: list[WatchedPick]


@router.post("/feedback", summary="What of a list was shown and opened")
def feedback(
    asked: ListFeedback,
    program: Program,
    caller: AnyCaller,
    profile: Annotated[str | None, Query(max_length=64, description="Whose")] = None,
) -> Noted:
    """A title that is shown in three lists and ignored rests for a while."""
    if asked.profile and profile and asked.profile != profile:
        raise InvalidInput("profile: the body and the address name different ones.")
    person = allowed(program, caller, asked.profile or profile)
    shown = [about_of(program.titles, ref.as_id()) for ref in asked.shown]
    opened = [about_of(program.titles, ref.as_id()) for ref in asked.opened]
    return Noted(noted=program.feedback.note(person.id, asked.list_id, shown, opened))


@router.get("/insights", summary="What was shown against what was watched afterwards")
def insights(
    program: Program,
    person: Person,
    days: Annotated[int, Query(ge=1, le=KEPT_DAYS)] = 90,
) -> InsightsAnswer:
    """Of the last `days`. Only what happened after a title's showing counts."""
    back = program.feedback.look_back(person.id, days)
    return InsightsAnswer.made_of(
        back.found,
        profile=person.id,
        since=back.since,
        until=back.until,
        rows=[FiguresOf.made_of(row, first_day=day) for day, row in back.found.rows],
    )
