"""The people of the household: `/profiles`."""

from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.domain.people.ledger import Profile
from app.doors.access import allowed
from app.doors.http.deps import HOUSEHOLD, AnyCaller, OurLanes, Person, Program
from app.doors.http.gate import LARGEST_EXPORT, Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.shapes import Shape
from app.services.people.profiles import LONGEST_NAME

router = APIRouter(route_class=Gated, prefix="/profiles", tags=["people"])

_ANY_OBJECT: Final = {"schema": {"type": "object"}}
ProfileId = Annotated[str, Path(max_length=64)]


class ProfileName(BaseModel):
    """A person's name, as the household calls them."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class ProfileCard(Shape):
    """A person. `created_at` in Unix seconds."""

    id: str
    name: str
    created_at: float
    trakt: bool


class ProfileToken(ProfileCard):
    """A person, and the token that opens their routes: it is told only this once."""

    token: str


class BroughtIn(Shape):
    """What an import did to the ledger."""

    added: int
    replaced: int


@router.get("", summary="The people one may see")
def everybody(program: Program, caller: AnyCaller) -> list[ProfileCard]:
    """All of them for the admin and at home; with a profile's token only that one."""
    if caller.own is not None:
        return [_card(program, caller.own)]
    return [_card(program, profile) for profile in program.profiles.all()]


@router.post("", status_code=201, dependencies=[HOUSEHOLD], summary="Add a person")
def add(asked: ProfileName, program: Program) -> ProfileToken:
    """Makes the profile and its token."""
    profile, token = program.people.make(asked.name)
    return _with_token(program, profile, token)


@router.patch("/{profile_id}", summary="Give another name")
def rename(
    profile_id: ProfileId, asked: ProfileName, program: Program, caller: AnyCaller
) -> ProfileCard:
    """422 where the name is taken.

    With a profile's own token any valid name is taken on, also one that somebody else has: who
    doesn't see the others must not learn what they are called.
    """
    mine = allowed(program, caller, profile_id)
    may_share = caller.own is not None
    return _card(program, program.people.rename(mine.id, asked.name, may_share=may_share))


@router.delete("/{profile_id}", status_code=204, summary="Delete a person with all their data")
def delete(profile_id: ProfileId, program: Program, caller: AnyCaller) -> None:
    """Events, accounts and token: nothing of them stays."""
    mine = allowed(program, caller, profile_id)
    program.forget(mine.id)


@router.post("/{profile_id}/token", summary="Give a new token")
def renew_token(profile_id: ProfileId, program: Program, caller: AnyCaller) -> ProfileToken:
    """The former one is worth nothing from then on."""
    mine = allowed(program, caller, profile_id)
    profile, token = program.people.renew_token(mine.id)
    return _with_token(program, profile, token)


@router.get(
    "/{profile_id}/export",
    summary="Everything of a person, as one JSON file",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/json": _ANY_OBJECT}}},
)
@ruled(Lane.EXPORT)
def export(profile_id: ProfileId, program: Program, caller: AnyCaller) -> StreamingResponse:
    """What `import` takes, here or elsewhere. `left_out` counts entries that can't be read."""
    parts = program.people.export(allowed(program, caller, profile_id).id)
    return StreamingResponse(parts, media_type="application/json")


@router.post(
    "/import",
    summary="Bring an exported file into a profile",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": _ANY_OBJECT}}},
)
@ruled(None, largest=LARGEST_EXPORT, reads=True)
async def bring_in(  # the bytes themselves: as objects they would take ten times the room
    request: Request, program: Program, person: Person, lanes: OurLanes
) -> BroughtIn:
    """All of its events or none; those that are there already change nothing."""
    work = partial(program.people.bring_in, person.id, await request.body())
    changed = await lanes.run(Lane.IMPORT, work)
    return BroughtIn.made_of(changed)


def _card(program: Program, profile: Profile) -> ProfileCard:
    linked = program.accounts.get(profile.id, "trakt") is not None
    return ProfileCard.made_of(profile, trakt=linked)


def _with_token(program: Program, profile: Profile, token: str) -> ProfileToken:
    return ProfileToken.made_of(_card(program, profile), token=token)
