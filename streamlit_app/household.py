"""Who is watching, and among whom. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from streamlit_app.api.people import Profile
from streamlit_app.api.transport import NOBODY, ApiError, Caller

State = Literal["known", "choose", "token", "away"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is watching, as far as it is known.

    `choose`: there are several people and none was chosen. `token`: the API wants one first.
    `away`: the API could not be asked, for the `problem`. `profile` is None for a person alone
    without a profile yet.
    """

    state: State
    caller: Caller = NOBODY
    profile: Profile | None = None
    people: tuple[Profile, ...] = ()
    problem: ApiError | None = None

    @property
    def is_known(self) -> bool:
        """Whether a history can be shown and written."""
        return self.state == "known"


def watching(people: tuple[Profile, ...], given: str, named: str) -> Viewer:
    """Who it is among those whom a token may see, where the profile `named` is asked for."""
    if len(people) < 2:  # noqa: PLR2004 -- one person, or none yet, needs no choice
        own = people[0] if people else None
        return Viewer("known", Caller(given, own.id if own else ""), own, people)
    chosen = next((person for person in people if person.id == named), None)
    if chosen is None:
        return Viewer("choose", Caller(given), None, people)
    return Viewer("known", Caller(given, chosen.id), chosen, people)
