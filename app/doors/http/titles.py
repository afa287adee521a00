"""Titles: one's facts (`GET /titles/{movie|tv}/{id}`), and names completed."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import NotFound
from app.domain.people.bounds import LARGEST_ID
from app.doors.http.deps import PUBLIC, Program
from app.doors.http.gate import Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.http.openapi import raising
from app.doors.shapes import KindOrAll, TitleCard, kinds_of

router = APIRouter(route_class=Gated, tags=["titles"])

LONGEST_NAME = 200
MOST_COMPLETIONS = 50


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


class Completions(BaseModel):
    """Titles whose names go on from `q`, best known first."""

    q: str
    results: list[TitleCard]


@router.get("/titles/search", dependencies=[PUBLIC], summary="Names, completed as one types")
@ruled(Lane.SEARCH)
def complete(
    program: Program,
    q: Annotated[str, Query(max_length=LONGEST_NAME, description="What has been typed so far")],
    media_type: KindOrAll = "all",
    limit: Annotated[int, Query(ge=1, le=MOST_COMPLETIONS)] = 10,
) -> Completions:
    """Beginnings, words in any order, a typing error or two; a year at the end tells apart."""
    found = program.search.completed(q, limit, kinds_of(media_type))
    images = program.settings.tmdb_image_url
    return Completions(q=q, results=[TitleCard.of(title, images) for title in found])


@router.get(
    "/titles/{media_type}/{tmdb_id}",
    dependencies=[PUBLIC],
    summary="A title's facts",
    responses=raising(NotFound),
)
@ruled(Lane.SEARCH)
def title_facts(
    media_type: MediaKind,
    tmdb_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    program: Program,
) -> TitleFacts:
    """The facts; 404 says so where the number exists as the other kind."""
    title = program.search.title(TitleId(media_type, tmdb_id))
    card = TitleCard.of(title, program.settings.tmdb_image_url)
    return TitleFacts.made_of(
        title,
        **dict(card),
        original_title=title.original_name,
        alternative_titles=title.alternative_names,
    )
