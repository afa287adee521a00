"""Would I like it? `GET /predict/{movie|tv}/{tmdb_id}`."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.bounds import LARGEST_ID
from app.doors.http.deps import Person, Program
from app.doors.http.evidence_view import EvidenceShown, shown
from app.doors.http.gate import Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.shapes import Shape, TitleCard

router = APIRouter(route_class=Gated, tags=["recommendations"])


class BasisShown(Shape):
    """What it was made from.

    Titles that the person liked and disliked; how many they `rated`, and how many of them 8 or
    more (`high`); how many people's `votes` the title has; whether a rating set tells of it.
    """

    liked: int
    disliked: int
    rated: int
    high: int
    votes: int
    rating_set: bool


class PredictAnswer(Shape):
    """`likely`: in percent, how likely this person rates it 8 of 10 or more once they watched it.

    `known`: they have seen or rated it; of one that they rated, `rating` is theirs and `likely` is
    100 or 0. `evidence` is null for what they know, and for what is not indexed yet.
    """

    title: TitleCard
    likely: int
    detail: str
    evidence: EvidenceShown | None
    known: bool
    rating: int | None
    basis: BasisShown


@router.get("/predict/{kind}/{tmdb_id}", summary="Would this person like it?")
@ruled(Lane.LISTS)
def predict(
    kind: MediaKind,
    tmdb_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    program: Program,
    person: Person,
) -> PredictAnswer:
    """In percent, with a true sentence by what it is told; how well that holds is measured."""
    title = program.search.title(TitleId(kind, tmdb_id))
    found = program.predict.of(person.id, title)
    return PredictAnswer.made_of(
        found,
        title=TitleCard.of(title, program.settings.tmdb_image_url),
        evidence=shown(found.evidence) if found.evidence else None,
    )
