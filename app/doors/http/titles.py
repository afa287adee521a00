"""Titles: one's facts (`GET /titles/{movie|tv}/{id}`), and names completed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.doors.http.deps import PUBLIC, Program
from app.services.search.search import BOTH

router = APIRouter(tags=["titles"])

_POSTER_SIZE = "w342"
LONGEST_NAME = 200
MOST_COMPLETIONS = 50


class TitleCard(BaseModel):
    """What a list shows of a title. `rating` is 0 to 10, `runtime` in minutes."""

    tmdb_id: int
    media_type: MediaKind
    title: str
    year: int | None
    genres: tuple[str, ...]
    overview: str
    poster_url: str | None
    rating: float | None
    votes: int
    runtime: int | None
    makers: tuple[str, ...]


class TitleFacts(TitleCard):
    """All that is known of a title."""

    original_title: str
    alternative_titles: tuple[str, ...]
    released: str
    keywords: tuple[str, ...]
    cast: tuple[str, ...]
    companies: tuple[str, ...]
    networks: tuple[str, ...]
    countries: tuple[str, ...]
    original_language: str
    spoken_languages: tuple[str, ...]
    certification: str
    status: str
    popularity: float
    imdb_id: str
    tvdb_id: int | None
    tagline: str


def card_of(title: Title, images: str) -> dict[str, Any]:
    """Fields of a `TitleCard`; `images` is the address that posters are linked from."""
    poster = f"{images}/{_POSTER_SIZE}{title.poster_path}" if title.poster_path else None
    return {
        "tmdb_id": title.id.tmdb_id,
        "media_type": title.id.kind,
        "title": title.name,
        "year": title.year,
        "genres": title.genres,
        "overview": title.overview,
        "poster_url": poster,
        "rating": title.rating,
        "votes": title.votes,
        "runtime": title.runtime,
        "makers": title.makers,
    }


class Completions(BaseModel):
    """Titles whose names go on from `q`, best known first."""

    q: str
    results: list[TitleCard]


@router.get("/titles/search", dependencies=[PUBLIC], summary="Names, completed as one types")
def complete(
    program: Program,
    q: Annotated[str, Query(max_length=LONGEST_NAME, description="What has been typed so far")],
    media_type: Literal["movie", "tv", "all"] = "all",
    limit: Annotated[int, Query(ge=1, le=MOST_COMPLETIONS)] = 10,
) -> Completions:
    """Beginnings, words in any order, a typing error or two; a year at the end tells apart."""
    kinds = BOTH if media_type == "all" else (MediaKind(media_type),)
    found = program.search.completed(q, limit, kinds)
    images = program.settings.tmdb_image_url
    return Completions(q=q, results=[TitleCard(**card_of(title, images)) for title in found])


@router.get("/titles/{media_type}/{tmdb_id}", dependencies=[PUBLIC], summary="A title's facts")
def title_facts(
    media_type: MediaKind,
    tmdb_id: Annotated[int, Path(ge=1, lt=2**62)],
    program: Program,
) -> TitleFacts:
    """The facts; 404 says so where the number exists as the other kind."""
    title = program.search.title(TitleId(media_type, tmdb_id))
    same = {
        name: getattr(title, name)
        for name in TitleFacts.model_fields
        if name in Title.__dataclass_fields__
    }
    return TitleFacts(
        **same | card_of(title, program.settings.tmdb_image_url),
        original_title=title.original_name,
        alternative_titles=title.alternative_names,
    )
