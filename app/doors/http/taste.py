"""What a person's taste looks like: `GET /taste`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AliasChoices, AliasPath, BeforeValidator, Field

from app.domain.catalogue.titles import MediaKind
from app.domain.recommend.rules import MOST, ListRequest
from app.domain.taste.gaps import GapKind
from app.doors.http.deps import Person, Program
from app.doors.http.gate import Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.shapes import KindOrAll, Shape, kinds_of, rounded
from app.services.recommend.taste_page import What

router = APIRouter(route_class=Gated, tags=["recommendations"])


def _of_title(*path: str) -> Any:  # noqa: ANN401 -- as `Field`
    """What a title tells, or the title of what is told."""
    return Field(validation_alias=AliasChoices(AliasPath("title", *path), AliasPath(*path)))


class Named(Shape):
    """A title by its number and its name."""

    tmdb_id: int = _of_title("id", "tmdb_id")
    media_type: MediaKind = _of_title("id", "kind")
    title: str = _of_title("name")
    year: int | None = _of_title("year")


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

    reason: GapKind = Field(validation_alias="kind")
    detail: str


class TasteFacts(Shape):
    """One taste: the words that tell it from the others, its share of all liked (0 to 1).

    `liked` titles are of it; `x`, `y` and `radius` are its place on the map. Without words it has
    no genre and no keyword.
    """

    words: tuple[str, ...]
    share: Annotated[float, rounded(4)]
    liked: int = Field(validation_alias="count")
    x: float
    y: float
    radius: float
    examples: list[Named]
    missing: list[Missing] = Field(validation_alias="gaps")


class GenreFacts(Shape):
    """Titles seen of a genre: `told` were rated or loved, `liked` of these 8 or more, or loved.

    `share` is its part of all seen (0 to 1), `usual` its part of the catalogue's known titles.
    """

    genre: str
    count: int
    told: int
    liked: int
    share: Annotated[float, rounded(4)]
    usual: Annotated[float, rounded(4)]


class DecadeFacts(Shape):
    """Titles seen that came out from `decade` on, ten years long."""

    decade: int
    count: int
    liked: int


class YearFacts(Shape):
    """Titles last watched in a year (UTC); `genres` counts those of the genres seen most."""

    year: int
    count: int
    genres: Annotated[dict[str, int], BeforeValidator(dict)]


class RatedBeside(Named):
    """The person's rating and TMDB's mean, both of 10."""

    mine: int
    crowd: Annotated[float, rounded(1)]


class CrowdFacts(Shape):
    """Means over `count` rated titles, null where there are none; `difference` is mine - crowd.

    `rated` are the latest of them, `above` and `below` those that differ most, the furthest first.
    """

    count: int
    mine: Annotated[float | None, rounded(2)]
    crowd: Annotated[float | None, rounded(2)]
    difference: Annotated[float | None, rounded(2)]
    rated: list[RatedBeside]
    above: list[RatedBeside]
    below: list[RatedBeside]


class TasteAnswer(Shape):
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
@ruled(Lane.LISTS)
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
    request = ListRequest(kinds=kinds_of(kind), count=count, seed=seed)
    page = program.taste_page.of(person.id, request)
    return TasteAnswer.made_of(page, profile=person.id, kind=kind)
