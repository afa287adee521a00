"""What to see next: `/recommend`, and why something is or isn't in it: `/explain`."""

import time
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.bounds import LARGEST_ID
from app.domain.recommend.rules import MOST, ListRequest
from app.doors.access import allowed
from app.doors.http.deps import AnyCaller, OurLanes, Person, Program
from app.doors.http.discreet import discreet
from app.doors.http.evidence_view import EvidenceShown, shown
from app.doors.http.gate import Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.shapes import WHOLE, Filters, KindOrAll, Shape, TitleCard, kinds_of
from app.doors.waiting import in_time

router = APIRouter(route_class=Gated, tags=["recommendations"])

Seed = Annotated[int, Field(strict=True, ge=0, lt=2**31), WHOLE]


class RecommendRequest(BaseModel):
    """Whose list, how long, of what. Another seed gives another list, as good; 0 the first one."""

    model_config = ConfigDict(extra="forbid")

    profile: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="Whose; left out, the token's or the only one's"
    )
    count: Annotated[int, Field(strict=True, ge=1, le=MOST), WHOLE] = 10
    seed: Seed = 0
    filters: Filters = Filters()
    explain: bool = Field(
        default=False, strict=True, description="Evidence and parts of the score, too"
    )
    use_llm: bool = Field(
        default=False,
        strict=True,
        description="Let the language model, where one is set, choose the words",
    )


class Recommendation(TitleCard):
    """A pick. `score` compares picks of one kind in one list; `parts` are what made it."""

    score: float
    reason: str
    reason_source: str
    evidence: EvidenceShown
    parts: dict[str, float] | None = None


class RecommendAnswer(BaseModel):
    """Picks in the order to show them.

    `cold_start` says plainly that little is known of the person; `note` why there are fewer than
    asked for, or no words of a language model; both null where there is nothing to say. `list_id`
    is for `/feedback`.
    """

    results: list[Recommendation]
    cold_start: str | None
    note: str | None
    list_id: str
    seed: int
    index_version: str
    took_ms: float


class WhyAnswer(Shape):
    """Where a title fell out of the list, or its place in it.

    `step`: listed, watched, loved, dismissed, resting, filtered, not_found, outranked or dropped.
    `rank` (from 1) and `of` are of the last order that it reached. `found_by` tells its rank at
    each source that led to it.
    """

    title: TitleCard
    step: str
    detail: str
    rank: int | None
    of: int | None
    reason: str | None
    evidence: EvidenceShown | None
    found_by: dict[str, int]
    parts: dict[str, float]


@router.post("/recommend/{kind}", summary="What to see next, and why")
@ruled(None)  # its words are waited for without a turn
async def recommend(
    kind: KindOrAll, request: RecommendRequest, program: Program, caller: AnyCaller, lanes: OurLanes
) -> RecommendAnswer:
    """Titles that this person has not seen, the best first, each with a true reason.

    Never anything watched, dismissed, or shown often and ignored; always `count` of them where so
    many pass the filters.
    """
    started = time.perf_counter()
    person = await lanes.run(Lane.LISTS, partial(allowed, program, caller, request.profile))
    wanted = ListRequest(
        kinds=kinds_of(kind),
        count=request.count,
        seed=request.seed,
        where=request.filters.as_domain(),
    )
    lists, parts = program.lists, request.explain
    if request.use_llm:
        begun = await lanes.run(Lane.LISTS, partial(lists.in_words, person.id, wanted, parts=parts))
        told = begun.told(await in_time(begun.words, begun.seconds, begun.too_slow))
    else:
        told = await lanes.run(Lane.LISTS, partial(lists.of, person.id, wanted, parts=parts))
    images = program.settings.tmdb_image_url
    return RecommendAnswer(
        results=[
            Recommendation.of(
                pick.candidate.title,
                images,
                score=round(pick.candidate.score, 4),
                reason=pick.reason,
                reason_source=pick.source,
                evidence=shown(pick.candidate.evidence),
                parts=dict(pick.candidate.parts) if request.explain else None,
            )
            for pick in told.picks
        ],
        cold_start=told.cold or None,
        note=discreet(told.note, program.settings) or None,
        list_id=told.list_id,
        seed=request.seed,
        index_version=told.index_version,
        took_ms=round((time.perf_counter() - started) * 1000, 2),
    )


@router.get("/explain/{kind}/{tmdb_id}", summary="Why a title is, or isn't, recommended")
@ruled(Lane.LISTS)
def explain(
    kind: MediaKind,
    tmdb_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    program: Program,
    person: Person,
    seed: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    count: Annotated[int, Query(ge=1, le=MOST)] = 10,
) -> WhyAnswer:
    """At which step and rank the title fell out of that list, or why it is in it."""
    wanted = ListRequest(kinds=(kind,), count=count, seed=seed)
    why = program.lists.why_not(person.id, TitleId(kind, tmdb_id), wanted)
    return WhyAnswer.made_of(
        why,
        title=TitleCard.of(why.title, program.settings.tmdb_image_url),
        evidence=shown(why.candidate.evidence) if why.candidate else None,
        found_by=dict(why.origins),
        parts=dict(why.parts),
    )
