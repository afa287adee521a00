"""Connecting a person's Trakt account: by a browser that is sent there and back, or by a code."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Final

from app.domain.errors import ConnectAgain, Forbidden, InvalidInput
from app.domain.ports.accounts import DeviceCode, HistorySource, Seal
from app.domain.ports.work import Clock, StateStore
from app.services.accounts.linking import Linking

_WAY_THERE_AND_BACK: Final = 900.0
_TICKET: Final = 120.0
_AGAIN: Final = "This sign-in has expired, was used already, or was begun in another browser. "


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun: where the browser goes, and the cookie that it must bring back."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class DeviceBegun:
    """A code to be typed in elsewhere; `handle` is what the person's own program asks with."""

    code: DeviceCode
    handle: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """The verbs. What is given out is sealed: it says whose it is, and until when it is good."""

    source: HistorySource
    linking: Linking
    seal: Seal
    state: StateStore
    clock: Clock

    def ticket(self, profile_id: str) -> str:
        """What lets a browser, which sends no token, begin for this profile; good once."""
        return self._given("ticket", profile_id, secrets.token_urlsafe(16), _TICKET)

    def of_ticket(self, ticket: str) -> str:
        """Whose ticket it is; used up by this. Raises `InvalidInput`."""
        profile_id, _ = self._taken("ticket", ticket)
        self._use_up(ticket)
        return profile_id

    def begin(self, profile_id: str) -> Begun:
        """Where to send the browser. Raises `NotConfigured`."""
        cookie = secrets.token_urlsafe(32)
        state = self._given("state", profile_id, _hash(cookie), _WAY_THERE_AND_BACK)
        return Begun(self.source.sign_in_address(state), cookie)

    def finish(self, code: str, state: str, cookie: str) -> str:
        """Connect the account of whoever came back; returns the profile.

        Raises `InvalidInput` for a state that expired or was used, `Forbidden` for one that was
        begun in another browser, and what `HistorySource` raises.
        """
        profile_id, bound_to = self._taken("state", state)
        if not hmac.compare_digest(bound_to, _hash(cookie)):
            raise Forbidden(_AGAIN + "Begin again.")
        self._use_up(state)
        self.linking.connect(profile_id, lambda: self.source.exchange(code))
        return profile_id

    def begin_device(self, profile_id: str) -> DeviceBegun:
        """A code for a box without a browser. Raises what `HistorySource` raises."""
        code = self.source.device_code()
        handle = self._given("device", profile_id, code.device, code.expires_in)
        return DeviceBegun(code, handle)

    def poll_device(self, profile_id: str, handle: str) -> bool:
        """Whether the code was typed in; the account is connected then.

        Raises `Forbidden` for another profile's handle, `InvalidInput` where it expired or was
        denied, `SlowDown` where it is asked too often.
        """
        owner, device = self._taken("device", handle)
        if owner != profile_id:
            raise Forbidden(_AGAIN + "Begin again.")
        return self.linking.connect(profile_id, lambda: self.source.device_tokens(device))

    def _given(self, what: str, profile_id: str, bound_to: str, seconds: float) -> str:
        told = [what, profile_id, bound_to, self.clock.now() + seconds]
        return self.seal.sealed(json.dumps(told).encode()).decode()

    def _taken(self, what: str, given: str) -> tuple[str, str]:
        """The profile and what it is bound to. Raises `InvalidInput`."""
        try:
            kind, profile_id, bound_to, until = json.loads(self.seal.opened(given.encode()))
        except (ConnectAgain, ValueError, TypeError):
            raise InvalidInput(_AGAIN + "Begin again.") from None
        if kind != what or until < self.clock.now():
            raise InvalidInput(_AGAIN + "Begin again.")
        return str(profile_id), str(bound_to)

    def _use_up(self, given: str) -> None:
        """Make it worth nothing from now on, in every process. Raises `InvalidInput`."""
        mine = secrets.token_hex(8)
        used = f"used:{_hash(given)}"
        # Kept for longer than it is good, for clocks of processes differ.
        if self.state.acquire(used, mine, 2 * _WAY_THERE_AND_BACK) != mine:
            raise InvalidInput(_AGAIN + "Begin again.")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
