"""The people of the household, and their Trakt accounts."""

import json
from typing import Any, Final

import httpx2
from pydantic import TypeAdapter

from streamlit_app.api.transport import Answer, Caller, Transport


class Profile(Answer):
    """A person. `created_at` in Unix seconds; `trakt`: an account is connected."""

    id: str
    name: str
    created_at: float = 0.0
    trakt: bool = False


class NewToken(Profile):
    """A person, and the token that the API tells this once."""

    token: str


class Taken(Answer):
    """How many entries an import added, and how many it replaced."""

    added: int
    replaced: int


class TraktState(Answer):
    """How a person's Trakt account stands. `synced_at` in Unix seconds, 0 for never.

    `problem` is empty where it works; `server` is the API's address as browsers reach it.
    """

    connected: bool
    configured: bool
    synced_at: float = 0.0
    problem: str = ""
    server: str = ""


class DeviceCode(Answer):
    """A code to type in at `address`, to be asked after every `interval` seconds."""

    code: str
    address: str
    interval: float
    expires_in: float
    handle: str


class _Ticket(Answer):
    address: str


class _DeviceState(Answer):
    state: str


_PROFILES: Final = TypeAdapter(tuple[Profile, ...])
_PROFILE: Final = TypeAdapter(Profile)
_NEW_TOKEN: Final = TypeAdapter(NewToken)
_NOTHING: Final = TypeAdapter(None)
_FILE_TIMEOUT: Final = httpx2.Timeout(120.0, connect=2.0)
_EXPORT: Final = TypeAdapter(dict[str, Any])
_TAKEN: Final = TypeAdapter(Taken)
_TRAKT: Final = TypeAdapter(TraktState)
_TICKET: Final = TypeAdapter(_Ticket)
_DEVICE: Final = TypeAdapter(DeviceCode)
_DEVICE_STATE: Final = TypeAdapter(_DeviceState)


class People:
    """The household's people, as one caller may see and change them."""

    def __init__(self, transport: Transport, caller: Caller) -> None:
        self._transport = transport
        self._token = caller._replace(profile="")

    def all(self) -> tuple[Profile, ...]:
        """Everybody for the admin and at home, else the token's own."""
        return self._transport.ask(_PROFILES, "GET", "/profiles", self._token)

    def add(self, name: str) -> NewToken:
        """Make a profile."""
        return self._transport.ask(
            _NEW_TOKEN, "POST", "/profiles", self._token, json={"name": name}, again=False
        )

    def rename(self, profile: str, name: str) -> Profile:
        """Give another name."""
        path = f"/profiles/{profile}"
        return self._transport.ask(_PROFILE, "PATCH", path, self._token, json={"name": name})

    def delete(self, profile: str) -> None:
        """Delete a person with all their data."""
        path = f"/profiles/{profile}"
        self._transport.ask(_NOTHING, "DELETE", path, self._token, again=False)

    def new_token(self, profile: str) -> NewToken:
        """Give a new token; the former one is worth nothing from then on."""
        path = f"/profiles/{profile}/token"
        return self._transport.ask(_NEW_TOKEN, "POST", path, self._token, again=False)

    def export(self, profile: str) -> bytes:
        """Everything of a person, as a JSON file."""
        path = f"/profiles/{profile}/export"
        told = self._transport.ask(_EXPORT, "GET", path, self._token, timeout=_FILE_TIMEOUT)
        return json.dumps(told, ensure_ascii=False).encode()

    def bring_in(self, profile: str, file: bytes) -> Taken:
        """Bring an exported file into a profile. Raises `ValueError` where it is no JSON object."""
        told = json.loads(file)
        if not isinstance(told, dict):
            raise ValueError(told)  # noqa: TRY004 -- one error for a file of the wrong kind
        caller = self._token._replace(profile=profile)
        path = "/profiles/import"
        return self._transport.ask(_TAKEN, "POST", path, caller, json=told, timeout=_FILE_TIMEOUT)


class Trakt:
    """One person's Trakt account."""

    def __init__(self, transport: Transport, caller: Caller) -> None:
        self._transport = transport
        self._caller = caller

    def state(self) -> TraktState:
        """Whether it is connected, and how it is."""
        return self._transport.ask(_TRAKT, "GET", "/auth/trakt", self._caller)

    def ticket(self) -> str:
        """Where on the API's server a browser begins to sign in: good once, for two minutes."""
        path = "/auth/trakt/ticket"
        return self._transport.ask(_TICKET, "POST", path, self._caller, again=False).address

    def device(self) -> DeviceCode:
        """A code to type in elsewhere."""
        path = "/auth/trakt/device"
        return self._transport.ask(_DEVICE, "POST", path, self._caller, again=False)

    def poll(self, handle: str) -> bool:
        """Whether the code was typed in."""
        asked = {"handle": handle}
        path = "/auth/trakt/device/poll"
        told = self._transport.ask(_DEVICE_STATE, "POST", path, self._caller, json=asked)
        return told.state == "connected"

    def log_out(self) -> TraktState:
        """Disconnect."""
        return self._transport.ask(_TRAKT, "POST", "/auth/trakt/logout", self._caller)
