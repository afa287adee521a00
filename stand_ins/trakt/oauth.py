"""Codes and tokens: who gave which permission, and what it is still worth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from threading import RLock
from typing import Any, Final

from stand_ins.canaries import canary
from stand_ins.trakt.person import FakePerson
from stand_ins.trakt.titles import Json

SLACK_SECONDS: Final = 0.1
"""How much too soon a client may be that waits as long as it was told."""

_MISMATCH: Final = (
    "The provided authorization grant is invalid, expired, revoked, does not match the "
    "redirection URI used in the authorization request, or was issued to another client."
)


class Denied(Exception):
    """An error of OAuth, by Trakt's HTTP status; no `error` means an empty body."""

    def __init__(self, status: int, error: str = "", description: str = "") -> None:
        super().__init__(error or str(status))
        self.status, self.error, self.description = status, error, description


@dataclass(frozen=True)
class Client:
    """The registered app. Addresses match by every letter."""

    id: str
    secret: str
    redirect_uri: str


@dataclass(eq=False)
class Grant:
    """A pair of tokens. `alive` until it is revoked, or refreshed into the next pair."""

    person: FakePerson
    created_at: int
    expires_in: int
    access: str = field(default_factory=canary)
    refresh: str = field(default_factory=canary)
    alive: bool = True

    def body(self) -> Json:
        """As Trakt answers."""
        return {
            "access_token": self.access,
            "token_type": "bearer",
            "expires_in": self.expires_in,
            "refresh_token": self.refresh,
            "scope": "public",
            "created_at": self.created_at,
        }


@dataclass(eq=False)
class _Code:
    person: FakePerson
    made_at: float
    used: bool = False


@dataclass(eq=False)
class Device:
    """A device that waits for somebody to type its code in."""

    code: str
    user_code: str
    made_at: float
    expires_in: int
    interval: int
    person: FakePerson | None = None
    denied: bool = False
    used: bool = False
    asked_at: float | None = None

    def body(self, address: str) -> Json:
        """As Trakt answers; the code is typed in at `address`."""
        return {
            "device_code": self.code,
            "user_code": self.user_code,
            "verification_url": address,
            "expires_in": self.expires_in,
            "interval": self.interval,
        }


class Authority:
    """Gives codes and tokens, by a clock in Unix seconds. Safe between threads.

    Plain attributes may be set, and hold for what is given from then on: `expires_in` of access
    tokens, `code_seconds`, `device_seconds` and `device_interval`. `invalid_grant_status` is 400,
    as Trakt documents now; until 2026 it was 401. A refresh ends the old access token as well.
    """

    def __init__(self, client: Client, now: Callable[[], float]) -> None:
        self.client = client
        self.expires_in = 7 * 24 * 3600
        self.code_seconds = 600
        self.device_seconds = 600
        self.device_interval = 5
        self.invalid_grant_status = 400
        self.issued = self.refreshed = self.revoked = 0
        self._now = now
        self._lock = RLock()
        self._codes: dict[str, _Code] = {}
        self._grants: list[Grant] = []
        self._by_access: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self._devices: dict[str, Device] = {}

    def code(self, person: FakePerson) -> str:
        """A code for the callback, good for one exchange."""
        with self._lock:
            made = canary()
            self._codes[made] = _Code(person, self._now())
            return made

    def tokens(self, person: FakePerson) -> Grant:
        """A pair of tokens without any signing in."""
        with self._lock:
            self.issued += 1
            return self._grant(person)

    def exchange(self, asked: Mapping[str, Any]) -> Grant:
        """``POST /oauth/token``. Raises `Denied`."""
        self.check_client(asked)
        with self._lock:
            if asked.get("redirect_uri") != self.client.redirect_uri:
                raise Denied(400, "invalid_request", "redirect_uri mismatch")
            kind = asked.get("grant_type")
            if kind == "authorization_code":
                return self._by_code(asked.get("code"))
            if kind == "refresh_token":
                return self._refreshed(asked.get("refresh_token"))
            raise Denied(400, "unsupported_grant_type", "The grant type is not supported.")

    def revoke(self, asked: Mapping[str, Any]) -> None:
        """``POST /oauth/revoke`` with either token of a pair; an unknown one is no error."""
        self.check_client(asked)
        with self._lock:
            token = asked.get("token")
            grant = self._by_access.get(str(token)) or self._by_refresh.get(str(token))
            if grant is not None and grant.alive:
                self._end(grant)

    def disconnect(self, person: FakePerson) -> None:
        """End every pair of somebody."""
        with self._lock:
            for grant in self._grants:
                if grant.person is person and grant.alive:
                    self._end(grant)

    def device(self, asked: Mapping[str, Any]) -> Device:
        """``POST /oauth/device/code``. Raises `Denied`."""
        self.check_client(asked, secret=False)
        with self._lock:
            made = Device(
                canary(),
                token_hex(4).upper(),
                self._now(),
                self.device_seconds,
                self.device_interval,
            )
            self._devices[made.code] = made
            return made

    def waiting(self, user_code: str) -> Device | None:
        """The device with that code, where it still waits for an answer."""
        with self._lock:
            typed = user_code.strip().upper()
            found = [one for one in self._devices.values() if one.user_code == typed]
            return next((one for one in found if self._waits(one)), None)

    def device_tokens(self, asked: Mapping[str, Any]) -> Grant:
        """``POST /oauth/device/token``: raises `Denied` with Trakt's statuses until allowed."""
        self.check_client(asked)
        with self._lock:
            device = self._devices.get(str(asked.get("code")))
            if device is None:
                raise Denied(404)
            if device.used:
                raise Denied(409)
            if self._now() >= device.made_at + device.expires_in:
                raise Denied(410)
            if device.denied:
                raise Denied(418)
            before, device.asked_at = device.asked_at, self._now()
            if before is not None and device.asked_at - before < device.interval - SLACK_SECONDS:
                raise Denied(429)
            if device.person is None:
                raise Denied(400)
            device.used = True
            return self.tokens(device.person)

    def person_of(self, access: str) -> FakePerson | None:
        """Whose token it is, while it is good."""
        with self._lock:
            grant = self._by_access.get(access)
            if grant is None or not grant.alive:
                return None
            fresh = self._now() < grant.created_at + grant.expires_in
            return grant.person if fresh else None

    def secrets(self) -> set[str]:
        """All that must never be seen in a log: the client's secret, every code and token."""
        with self._lock:
            tokens = {token for grant in self._grants for token in (grant.access, grant.refresh)}
            return {self.client.secret, *self._codes, *self._devices, *tokens}

    def check_client(self, asked: Mapping[str, Any], *, secret: bool = True) -> None:
        """Raises `Denied` where id or secret are not those of the app."""
        known = asked.get("client_id") == self.client.id
        if not known or (secret and asked.get("client_secret") != self.client.secret):
            raise Denied(401, "invalid_client", "Client authentication failed.")

    def _by_code(self, sent: object) -> Grant:
        code = self._codes.get(str(sent))
        if code is None or code.used or self._now() >= code.made_at + self.code_seconds:
            raise Denied(self.invalid_grant_status, "invalid_grant", _MISMATCH)
        code.used = True
        return self.tokens(code.person)

    def _refreshed(self, sent: object) -> Grant:
        grant = self._by_refresh.get(str(sent))
        if grant is None or not grant.alive:
            raise Denied(self.invalid_grant_status, "invalid_grant", "session not found")
        grant.alive = False
        self.refreshed += 1
        return self._grant(grant.person)

    def _grant(self, person: FakePerson) -> Grant:
        made = Grant(person, int(self._now()), self.expires_in)
        self._grants.append(made)
        self._by_access[made.access] = self._by_refresh[made.refresh] = made
        return made

    def _end(self, grant: Grant) -> None:
        grant.alive = False
        self.revoked += 1

    def _waits(self, device: Device) -> bool:
        fresh = self._now() < device.made_at + device.expires_in
        return fresh and not device.denied and not device.used and device.person is None
