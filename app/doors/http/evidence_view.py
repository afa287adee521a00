"""Evidence as answers give it."""

from pydantic import BaseModel, Field

from app.domain.reasons.evidence import Evidence
from app.doors.shapes import KindOfId, NumberOfId, Shape


class LikedShown(Shape):
    """A title that the person likes; `rating` is theirs, 1 to 10. `near`: it is like the pick."""

    media_type: KindOfId
    tmdb_id: NumberOfId
    title: str = Field(validation_alias="name")
    year: int | None
    rating: int | None
    loved: bool
    near: bool = Field(validation_alias="is_near")


class SharedShown(BaseModel):
    """What the pick has in common with a title that the person likes."""

    trait: str
    name: str
    with_title: str


class EvidenceShown(Shape):
    """What speaks for a pick: where it was found, liked titles near or akin, what they share."""

    origins: list[str]
    liked: list[LikedShown]
    co_rated: list[LikedShown]
    recommended_by: list[LikedShown]
    after: LikedShown | None
    shared: list[SharedShown]
    genres: list[str]
    taste: list[str]


def shown(evidence: Evidence) -> EvidenceShown:
    """The evidence, for an answer."""
    names = {one.id: one.name for one in (*evidence.liked, *evidence.co_rated)}
    return EvidenceShown.made_of(
        evidence,
        shared=[
            SharedShown(trait=one.trait, name=one.name, with_title=names.get(one.with_id, ""))
            for one in evidence.shared
        ],
    )
