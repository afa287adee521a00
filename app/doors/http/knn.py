"""Search by a title, by several, or by words: `POST /mcp/knn`."""

import time
from dataclasses import replace
from typing import Annotated, Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.domain.catalogue.titles import Title
from app.domain.errors import Forbidden, NotFound, Unauthorized
from app.doors.access import allowed
from app.doors.http.deps import PUBLIC, Program, caller
from app.doors.http.gate import Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.http.openapi import raising
from app.doors.shapes import WHOLE, Filters, KindOrAll, TitleCard, TitleRef, TmdbId, kinds_of
from app.services.search.questions import Question
from app.services.search.text_search import Mode

router = APIRouter(route_class=Gated, tags=["search"])

LONGEST_TEXT = 2000
MOST_RESULTS = 200
MOST_LIKED = 20


class KnnRequest(BaseModel):
    """By `tmdb_id` with `input_media_type`, by `text`, or by several titles in `like`.

    Exactly one of the three, but a text may go with `like`: "like these, but funnier".
    `media_type` is the older name of both type fields: it fills those that are left out.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "tmdb_id": 603,
                    "input_media_type": "movie",
                    "results_media_type": "movie",
                    "k": 10,
                },
                {
                    "text": "mind-bending thriller with a twist ending",
                    "results_media_type": "all",
                    "k": 10,
                },
            ]
        },
    )

    text: str | None = Field(None, max_length=LONGEST_TEXT)
    tmdb_id: TmdbId | None = None
    input_media_type: KindOrAll | None = None
    results_media_type: KindOrAll | None = None
    media_type: KindOrAll | None = Field(None, description="Older name of both type fields")
    like: list[TitleRef] = Field(
        [], max_length=MOST_LIKED, description="Titles to find others like, each with its share"
    )
    unlike: list[TitleRef] = Field(
        [], max_length=MOST_LIKED, description="With like: titles to keep away from"
    )
    mode: Mode | None = Field(
        None, description="With text: words and meaning together (hybrid, the default), or one"
    )
    explain: Annotated[bool, Field(strict=True, description="Show the parts of each score")] = False
    k: Annotated[int, Field(strict=True, ge=1, le=MOST_RESULTS), WHOLE] = 10
    filters: Filters = Filters()
    exclude: list[TitleRef] = Field([], max_length=1000)
    exclude_watched_of: str | None = Field(
        None, min_length=1, max_length=100, description="A profile whose watched titles stay out"
    )

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        """Refused here, before it takes a thread."""
        self.as_question()
        return self

    def as_question(self) -> Question:
        """The same, as the service takes it. Raises `InvalidInput`."""
        asked = self.input_media_type or self.media_type
        wanted = self.results_media_type or self.media_type
        return Question(
            tmdb_id=self.tmdb_id,
            asked_kinds=kinds_of(asked) if asked else (),
            text=self.text,
            mode=self.mode,
            like=tuple(ref.as_id() for ref in self.like),
            unlike=tuple(ref.as_id() for ref in self.unlike),
            wanted=kinds_of(wanted) if wanted else (),
            k=self.k,
            where=self.filters.as_domain(),
            exclude=frozenset(ref.as_id() for ref in self.exclude),
        )


class KnnResult(TitleCard):
    """A title found.

    `score` is the cosine with the query, -1 to 1, by id and with mode meaning. Otherwise it
    compares the results of one answer: the sum of `parts`, which `explain` shows.
    """

    score: float
    parts: dict[str, float] | None = None


class KnnAnswer(BaseModel):
    """Results, best first, ties by id. `query` repeats how the question was understood."""

    results: list[KnnResult]
    query: dict[str, object]
    index_version: str
    took_ms: float


@router.post(
    "/mcp/knn",
    dependencies=[PUBLIC],
    summary="Similar titles, by a title or by words",
    responses=raising(Unauthorized, Forbidden, NotFound),
)
@ruled(Lane.SEARCH)
def knn(request: KnnRequest, program: Program, asking: Request) -> KnnAnswer:
    """The k nearest titles that pass the filters; never the asked title itself.

    `exclude_watched_of` needs that profile's token, where the server isn't asked at home.
    """
    started = time.perf_counter()
    question = request.as_question()
    if request.exclude_watched_of is not None:
        person = allowed(program, caller(asking, program), request.exclude_watched_of)
        question = replace(question, unseen_by=person.id)
    found = program.questions.answered(question)
    images = program.settings.tmdb_image_url
    results = [
        KnnResult.of(
            hit.title,
            images,
            score=round(hit.score, 6),
            parts=dict(hit.parts) if request.explain else None,
        )
        for hit in found.hits
    ]
    return KnnAnswer(
        results=results,
        query=_understood(request, question, found.asked),
        index_version=found.index_version,
        took_ms=round((time.perf_counter() - started) * 1000, 2),
    )


def _understood(request: KnnRequest, asked: Question, title: Title | None) -> dict[str, object]:
    query: dict[str, object] = {
        "results_media_type": asked.kinds[0] if len(asked.kinds) == 1 else "all",
        "k": asked.k,
        "filters": asked.where.described(),
    }
    if asked.title_id is not None:
        name = title.name if title else None
        kind = asked.title_id.kind
        return query | {"tmdb_id": asked.tmdb_id, "input_media_type": kind, "title": name}
    if asked.like:
        liked: dict[str, object] = {"like": request.like, "unlike": request.unlike}
        return query | liked | {"text": asked.words or None}
    return query | {"text": asked.words, "mode": asked.ranked_by}
