"""Evidence as answers give it."""

from __future__ import annotations

from pydantic import BaseModel

from app.domain.catalogue.titles import MediaKind
from app.domain.reasons.evidence import Evidence, Liked


class LikedShown(BaseModel):
    """A title that the person likes; `rating` is theirs, 1 to 10. `near`: it is like the pick."""

    media_type: MediaKind
    tmdb_id: int
    title: str
    year: int | None
    rating: int | None
    loved: bool
    near: bool


class SharedShown(BaseModel):
    """What the pick has in common with a title that the person likes."""

    trait: str
    name: str
    with_title: str


class EvidenceShown(BaseModel):
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
    return EvidenceShown(
        origins=[origin.value for origin in evidence.origins],
        liked=[_liked(one) for one in evidence.liked],
        co_rated=[_liked(one) for one in evidence.co_rated],
        recommended_by=[_liked(one) for one in evidence.recommended_by],
        after=_liked(evidence.after) if evidence.after else None,
        shared=[
            SharedShown(trait=one.trait, name=one.name, with_title=names.get(one.with_id, ""))
            for one in evidence.shared
        ],
        genres=list(evidence.genres),
        taste=list(evidence.taste),
    )


def _liked(one: Liked) -> LikedShown:
    return LikedShown(
        media_type=one.id.kind,
        tmdb_id=one.id.tmdb_id,
        title=one.name,
        year=one.year,
        rating=one.rating,
        loved=one.loved,
        near=one.is_near,
    )
