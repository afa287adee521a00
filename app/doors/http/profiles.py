"""The people of the household: `/profiles`."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, Field

from app.domain.people.ledger import Profile
from app.doors.access import allowed
from app.doors.http.deps import HOUSEHOLD, AnyCaller, Person, Program
from app.doors.http.gate import LARGEST_EXPORT, Gated, ruled
from app.doors.http.lanes import Lane
from app.doors.shapes import Shape
from app.services.people.profiles import LONGEST_NAME

router = APIRouter(route_class=Gated, prefix="/profiles", tags=["people"])

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
    """422 where the name is taken."""
    mine = allowed(program, caller, profile_id)
    return _card(program, program.people.rename(mine.id, asked.name))


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


@router.get("/{profile_id}/export", summary="Everything of a person, as one JSON file")
@ruled(Lane.EXPORT)
def export(profile_id: ProfileId, program: Program, caller: AnyCaller) -> dict[str, Any]:
    """What `import` takes, here or elsewhere."""
    return program.people.export(allowed(program, caller, profile_id).id)


@router.post("/import", summary="Bring an exported file into a profile")
@ruled(Lane.IMPORT, largest=LARGEST_EXPORT)
def bring_in(
    told: Annotated[dict[str, Any], Body()], program: Program, person: Person
) -> BroughtIn:
    """All of its events or none; those that are there already change nothing."""
    changed = program.people.bring_in(person.id, told)
    return BroughtIn.made_of(changed)


def _card(program: Program, profile: Profile) -> ProfileCard:
    linked = program.accounts.get(profile.id, "trakt") is not None
    return ProfileCard.made_of(profile, trakt=linked)


def _with_token(program: Program, profile: Profile, token: str) -> ProfileToken:
    return ProfileToken.made_of(_card(program, profile), token=token)
