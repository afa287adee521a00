"""What a person's taste looks like: `GET /taste`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.domain.catalogue.titles import MediaKind, Title
from app.domain.recommend.rules import MOST, ListRequest
from app.domain.taste.facts import Beside
from app.domain.taste.gaps import GapKind
from app.doors.http.deps import Program
from app.doors.http.knn import KindOrAll
from app.doors.http.people_access import Person
from app.services.recommend.taste_page import Point, ShownTaste, TasteReport, What
from app.services.search.search import BOTH

router = APIRouter(tags=["recommendations"])


class Named(BaseModel):
    """A title by its number and its name."""

    tmdb_id: int
    media_type: MediaKind
    title: str
    year: int | None


class PointShown(Named):
    """A title on the map, x and y from -1 to 1.

    `taste` counts from 0 in the order of `tastes`, null where there are none. `what` is liked
    (rated 8 or more, or loved), disliked (rated below 6, or put aside), watched (neither) or pick
    (in the list that `/recommend` gives). `rating` is the person's, 1 to 10.
    """

    x: float
    y: float
    taste: int | None
    what: What
    rating: int | None


class Missing(Named):
    """A title that the person hasn't seen, with a true sentence why it is missing.

    `reason`: next_part (it follows a film that they saw), person (by somebody whose titles they
    like) or near (near to what they like).
    """

    reason: GapKind
    detail: str


class TasteFacts(BaseModel):
    """One taste: the words that tell it from the others, its share of all liked (0 to 1).

    `liked` titles are of it; `x`, `y` and `radius` are its place on the map. Without words it has
    no genre and no keyword.
    """

    words: tuple[str, ...]
    share: float
    liked: int
    x: float
    y: float
    radius: float
    examples: list[Named]
    missing: list[Missing]


class GenreFacts(BaseModel):
    """Titles seen of a genre: `told` were rated or loved, `liked` of these 8 or more, or loved.

    `share` is its part of all seen (0 to 1), `usual` its part of the catalogue's known titles.
    """

    genre: str
    count: int
    told: int
    liked: int
    share: float
    usual: float


class DecadeFacts(BaseModel):
    """Titles seen that came out from `decade` on, ten years long."""

    decade: int
    count: int
    liked: int


class YearFacts(BaseModel):
    """Titles last watched in a year (UTC); `genres` counts those of the genres seen most."""

    year: int
    count: int
    genres: dict[str, int]


class RatedBeside(Named):
    """The person's rating and TMDB's mean, both of 10."""

    mine: int
    crowd: float


class CrowdFacts(BaseModel):
    """Means over `count` rated titles, null where there are none; `difference` is mine - crowd.

    `rated` are the latest of them, `above` and `below` those that differ most, the furthest first.
    """

    count: int
    mine: float | None
    crowd: float | None
    difference: float | None
    rated: list[RatedBeside]
    above: list[RatedBeside]
    below: list[RatedBeside]


class TasteAnswer(BaseModel):
    """A person's taste. While `needed` isn't 0, so many titles more must be told, and all is empty.

    `known` titles could be on the map, `drawn` of them are, the tastes' strongest and newest, and
    the picks besides. `seen` titles were counted for genres, decades, years and the crowd.
    """

    profile: str
    kind: KindOrAll
    known: int
    needed: int
    drawn: int
    seen: int
    points: list[PointShown]
    tastes: list[TasteFacts]
    genres: list[GenreFacts]
    decades: list[DecadeFacts]
    years: list[YearFacts]
    crowd: CrowdFacts


@router.get("/taste", summary="A map of what this person likes, its tastes, and what they lack")
def taste(
    program: Program,
    person: Person,
    kind: KindOrAll = "all",
    count: Annotated[int, Query(ge=1, le=MOST, description="Picks on the map")] = 10,
    seed: Annotated[int, Query(ge=0, lt=2**31, description="The list's number")] = 0,
) -> TasteAnswer:
    """Of films, of series, or of both; the picks are the list of `/recommend` with this seed.

    The same history gives the same map; a title more moves the others hardly at all.
    """
    kinds = BOTH if kind == "all" else (MediaKind(kind),)
    page = program.taste_page.of(person.id, ListRequest(kinds=kinds, count=count, seed=seed))
    return TasteAnswer(
        profile=person.id,
        kind=kind,
        known=page.known,
        needed=page.needed,
        drawn=page.drawn,
        seen=page.seen,
        points=[_point(one) for one in page.points],
        tastes=[_taste(one) for one in page.tastes],
        genres=[
            GenreFacts(
                genre=one.genre,
                count=one.count,
                told=one.told,
                liked=one.liked,
                share=round(one.share, 4),
                usual=round(one.usual, 4),
            )
            for one in page.genres
        ],
        decades=[
            DecadeFacts(decade=one.decade, count=one.count, liked=one.liked) for one in page.decades
        ],
        years=[
            YearFacts(year=one.year, count=one.count, genres=dict(one.genres)) for one in page.years
        ],
        crowd=_crowd(page),
    )


def _point(one: Point) -> PointShown:
    named = _named(one.title)
    return PointShown(
        **named.model_dump(), x=one.x, y=one.y, taste=one.taste, what=one.what, rating=one.rating
    )


def _taste(one: ShownTaste) -> TasteFacts:
    return TasteFacts(
        words=one.words,
        share=round(one.share, 4),
        liked=one.count,
        x=one.x,
        y=one.y,
        radius=one.radius,
        examples=[_named(title) for title in one.examples],
        missing=[
            Missing(**_named(gap.title).model_dump(), reason=gap.kind, detail=gap.detail)
            for gap in one.gaps
        ],
    )


def _crowd(page: TasteReport) -> CrowdFacts:
    crowd = page.crowd
    gap = None if crowd.mine is None or crowd.crowd is None else crowd.mine - crowd.crowd
    return CrowdFacts(
        count=crowd.count,
        mine=None if crowd.mine is None else round(crowd.mine, 2),
        crowd=None if crowd.crowd is None else round(crowd.crowd, 2),
        difference=None if gap is None else round(gap, 2),
        rated=[_beside(one) for one in crowd.rated],
        above=[_beside(one) for one in crowd.above],
        below=[_beside(one) for one in crowd.below],
    )


def _beside(one: Beside) -> RatedBeside:
    return RatedBeside(**_named(one.title).model_dump(), mine=one.mine, crowd=round(one.crowd, 1))


def _named(title: Title) -> Named:
    return Named(
        tmdb_id=title.id.tmdb_id, media_type=title.id.kind, title=title.name, year=title.year
    )
