"""One title's facts: `GET /titles/{movie|tv}/{id}`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from app.api.deps import PUBLIC, Program
from app.domain.titles import MediaKind, Title, TitleId

router = APIRouter(tags=["titles"])

_POSTER_SIZE = "w342"


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
