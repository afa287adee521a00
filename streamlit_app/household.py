"""Who is watching, and among whom: one choice for all pages, in the address.

The token stays in the session alone.
"""

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import loopback
from streamlit_app.api.client import ApiClient
from streamlit_app.api.people import Profile
from streamlit_app.api.transport import NOBODY, ApiError, ApiUnauthorized, Caller
from streamlit_app.questions.address import Address

TOKEN: Final = "viewer_token"  # noqa: S105 -- a place in the session
CHOSEN: Final = "viewer_profile"
"""Where a session keeps its token, and the person that was chosen last."""

Session = MutableMapping[Any, Any]
"""What is remembered while the browser's page is open."""

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

    @property
    def has_company(self) -> bool:
        """Whether there are several people, and so a choice."""
        return len(self.people) > 1


def is_at_home(headers: Mapping[str, str], client: str) -> bool:
    """Whether a visitor is on this machine, by what their browser sent and the address that asked.

    The API takes the web app for somebody at home: it must not lend that to whoever visits it. What
    the settings say of it stands in `ACCESS`, as the start puts it there.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    return os.environ.get("ACCESS") != "tokens" and loopback.is_at_home(sent, client)


def who_is_watching(
    client: ApiClient, session: Session, address: Address, *, at_home: bool
) -> Viewer:
    """Who it is by the address or, where it doesn't say, by the last choice; the address says it.

    Those whom a token may see are asked for each time: whoever was deleted elsewhere a moment ago
    would meet refusals on every page.
    """
    caller = Caller(session.get(TOKEN, ""), at_home=at_home)
    try:
        people = client.people(caller).all()
    except ApiError as error:
        who = Viewer("token" if isinstance(error, ApiUnauthorized) else "away", problem=error)
    else:
        who = _watching(people, caller, address.profile or session.get(CHOSEN, ""))
    chosen = who.profile.id if who.profile and who.has_company else ""
    if chosen:
        session[CHOSEN] = chosen
    address.set_profile(chosen)
    return who


def _watching(people: tuple[Profile, ...], caller: Caller, named: str) -> Viewer:
    """Who it is among those whom the caller may see, where the profile `named` is asked for."""
    if len(people) < 2:  # noqa: PLR2004 -- one person, or none yet, needs no choice
        own = people[0] if people else None
        return Viewer("known", caller._replace(profile=own.id if own else ""), own, people)
    chosen = next((person for person in people if person.id == named), None)
    if chosen is None:
        return Viewer("choose", caller, None, people)
    return Viewer("known", caller._replace(profile=chosen.id), chosen, people)
