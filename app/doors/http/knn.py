"""Search by a title, by several, or by words: `POST /mcp/knn`."""

from __future__ import annotations

import time
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.catalogue.vocabulary import GENRES, LANGUAGES, genre_named
from app.domain.search.filters import TitleFilter
from app.doors.http.deps import PUBLIC, Program
from app.doors.http.people_access import allowed, caller_of
from app.doors.http.titles import TitleCard, card_of
from app.services.search.search import BOTH
from app.services.search.text_search import Mode

router = APIRouter(tags=["search"])

KindOrAll = Literal["movie", "tv", "all"]
TmdbId = Annotated[int, Field(strict=True, ge=1, lt=2**62)]
Year = Annotated[int, Field(strict=True, ge=1800, le=2200)]
Minutes = Annotated[
    int, Field(strict=True, ge=1, le=100_000, description="Of one episode, for a series")
]
LONGEST_TEXT = 2000
MOST_RESULTS = 200
MOST_LIKED = 20


class TitleRef(BaseModel):
    """A title by its id and kind."""

    model_config = ConfigDict(extra="forbid")

    tmdb_id: TmdbId
    media_type: MediaKind

    def as_id(self) -> TitleId:
        """The same, as the program names it."""
        return TitleId(self.media_type, self.tmdb_id)


class Filters(BaseModel):
    """All of them must hold.

    A title whose year, runtime or rating is unknown passes no condition on it.
    """

    model_config = ConfigDict(extra="forbid")

    year_from: Year | None = None
    year_to: Year | None = None
    runtime_from: Minutes | None = None
    runtime_to: Minutes | None = None
    genres: list[str] = Field([], max_length=30, description="At least one of them")
    without_genres: list[str] = Field([], max_length=30, description="None of them")
    languages: list[str] = Field(
        [], max_length=50, description="Original language, ISO 639-1, at least one of them"
    )
    min_votes: int = Field(0, strict=True, ge=0, le=10**9)
    min_rating: float = Field(0, ge=0, le=10)

    @field_validator("genres", "without_genres")
    @classmethod
    def _known_genres(cls, names: list[str]) -> list[str]:
        unknown = [name for name in names if genre_named(name) is None]
        if unknown:
            shown = ", ".join(repr(name[:40]) for name in unknown[:5])
            raise ValueError(f"unknown genre {shown}; known are {', '.join(GENRES)}")
        return [known for name in names if (known := genre_named(name))]

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, codes: list[str]) -> list[str]:
        folded = [code.strip().lower() for code in codes]
        unknown = [code for code in folded if code not in LANGUAGES]
        if unknown:
            shown = ", ".join(repr(code[:20]) for code in unknown[:5])
            raise ValueError(f"unknown language {shown}; use ISO 639-1 codes such as en, fr, ja")
        return folded

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.year_from and self.year_to and self.year_from > self.year_to:
            raise ValueError("year_from is after year_to")
        if self.runtime_from and self.runtime_to and self.runtime_from > self.runtime_to:
            raise ValueError("runtime_from is above runtime_to")
        return self

    def as_domain(self) -> TitleFilter:
        """The same, as the index takes it."""
        return TitleFilter(
            year_from=self.year_from,
            year_to=self.year_to,
            runtime_from=self.runtime_from,
            runtime_to=self.runtime_to,
            genres=frozenset(self.genres),
            without_genres=frozenset(self.without_genres),
            languages=frozenset(self.languages),
            min_votes=self.min_votes,
            min_rating=self.min_rating,
        )


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
    k: int = Field(10, strict=True, ge=1, le=MOST_RESULTS)
    filters: Filters = Filters()
    exclude: list[TitleRef] = Field([], max_length=1000)
    exclude_watched_of: str | None = Field(
        None, min_length=1, max_length=100, description="A profile whose watched titles stay out"
    )

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if self.like and self.tmdb_id is not None:
            raise ValueError("give either tmdb_id or like, and not both; like may hold that title")
        if not self.like and (self.text is None) == (self.tmdb_id is None):
            raise ValueError("give either tmdb_id or text, and not both; or several titles in like")
        if self.unlike and not self.like:
            raise ValueError("unlike: it needs at least one title in like")
        if self.mode is not None and (self.like or self.text is None):
            raise ValueError("mode: it goes with a text alone")
        if self.text is not None and not self.meaning():
            raise ValueError("text: it is empty; describe what you would like to see")
        if self.tmdb_id is not None:
            if self.asked_kind() is None:
                raise ValueError(
                    "input_media_type: say movie or tv with tmdb_id, "
                    "for the same number can be a film and a series"
                )
            if self.asked_kind() == "all":
                raise ValueError(
                    "input_media_type: 'all' can't go with tmdb_id, for the same number can be "
                    "a film and a series; say movie or tv"
                )
        return self

    def meaning(self) -> str:
        """The text without control characters (NUL among them) and surrounding space."""
        spoken = (c if c.isprintable() or c == "\u200d" else " " for c in self.text or "")
        return "".join(spoken).strip()

    def asked_kind(self) -> KindOrAll | None:
        """The kind of `tmdb_id`."""
        return self.input_media_type or self.media_type

    def result_kind(self) -> KindOrAll:
        """The kind of the results: as asked, else that of the title, else all."""
        inherited = self.input_media_type if self.tmdb_id is not None else None
        return self.results_media_type or self.media_type or inherited or "all"


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


@router.post("/mcp/knn", dependencies=[PUBLIC], summary="Similar titles, by a title or by words")
def knn(request: KnnRequest, program: Program, asking: Request) -> KnnAnswer:
    """The k nearest titles that pass the filters; never the asked title itself.

    `exclude_watched_of` needs that profile's token, where the server isn't asked at home.
    """
    started = time.perf_counter()
    wanted = request.result_kind()
    kinds = BOTH if wanted == "all" else (MediaKind(wanted),)
    where = request.filters.as_domain()
    exclude = {ref.as_id() for ref in request.exclude}
    if request.exclude_watched_of is not None:
        person = allowed(program, caller_of(asking, program), request.exclude_watched_of)
        exclude |= program.person_views.of(person.id).left_out.watched
    query: dict[str, object] = {
        "results_media_type": wanted,
        "k": request.k,
        "filters": where.described(),
    }
    if request.tmdb_id is not None:
        asked = TitleId(MediaKind(str(request.asked_kind())), request.tmdb_id)
        found = program.search.by_id(asked, request.k, kinds, where, exclude)
        title = found.asked.name if found.asked else None
        query |= {"tmdb_id": asked.tmdb_id, "input_media_type": asked.kind, "title": title}
    elif request.like:
        liked = [ref.as_id() for ref in request.like]
        unliked = [ref.as_id() for ref in request.unlike]
        text = request.meaning()
        found = program.search.by_several(liked, unliked, text, request.k, kinds, where, exclude)
        query |= {"like": request.like, "unlike": request.unlike, "text": text or None}
    else:
        text = request.meaning()
        mode = request.mode or Mode.HYBRID
        found = program.search.by_text(text, request.k, kinds, where, exclude, mode)
        query |= {"text": text, "mode": mode}
    images = program.settings.tmdb_image_url
    results = [
        KnnResult(
            **card_of(hit.title, images),
            score=round(hit.score, 6),
            parts=dict(hit.parts) if request.explain else None,
        )
        for hit in found.hits
    ]
    return KnnAnswer(
        results=results,
        query=query,
        index_version=found.index_version,
        took_ms=round((time.perf_counter() - started) * 1000, 2),
    )
