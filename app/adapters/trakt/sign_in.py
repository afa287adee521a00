"""Signing in at Trakt: what is sent to its token routes, and what their answers mean."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final, TypeVar
from urllib.parse import urlencode

import msgspec

from app.adapters.trakt.access import TraktAccess
from app.adapters.trakt.client import LONGEST_PAUSE, TraktClient
from app.adapters.trakt.replies import APP_REFUSED, refusal
from app.adapters.upstream.answers import (
    Reply,
    Unanswered,
    is_page,
    parsed,
    retry_after,
)
from app.domain.errors import ConnectAgain, InvalidInput, NotConfigured, SlowDown
from app.domain.ports.accounts import DeviceCode, Tokens
from app.domain.ports.work import Clock

_OTHERS: Final = 5.0
_BEGIN: Final = "Begin signing in again."
_DEVICE: Final = {
    404: f"Trakt never gave this device code. {_BEGIN}",
    409: f"This device code was used already. {_BEGIN}",
    410: f"The device code has expired. {_BEGIN}",
    418: f"The permission was denied at Trakt. {_BEGIN}",
}
_SIGNED_OUT: Final = (
    "Trakt takes the account's tokens no more (it was disconnected there, or an answer of Trakt's "
    "was lost): connect the account again"
)

_T = TypeVar("_T")
_Positive = Annotated[float, msgspec.Meta(gt=0, lt=1e12)]
_Token = Annotated[str, msgspec.Meta(pattern=r"^[!-~]+\Z")]


class _Given(msgspec.Struct):
    access_token: _Token
    refresh_token: _Token
    expires_in: _Positive
    created_at: _Positive


class _Device(msgspec.Struct):
    device_code: _Token
    user_code: _Token
    verification_url: Annotated[str, msgspec.Meta(pattern=r"^https?://[!-~]+\Z")]
    expires_in: _Positive
    interval: _Positive = _OTHERS


class _Refusal(msgspec.Struct):
    error: str = ""


_GIVEN: Final = msgspec.json.Decoder(_Given)
_DEVICES: Final = msgspec.json.Decoder(_Device)
_REFUSED: Final = msgspec.json.Decoder(_Refusal)


class SigningIn:
    """See `app.domain.ports.accounts.HistorySource`, whose verbs for tokens these are."""

    def __init__(self, access: TraktAccess, client: TraktClient, clock: Clock) -> None:
        self._access = access
        self._client = client
        self._clock = clock

    def sign_in_address(self, state: str) -> str:
        """See `HistorySource.sign_in_address`. Raises `NotConfigured`."""
        self._access.app_secret  # noqa: B018 - nobody should sign in where the code can't be exchanged
        query = {
            "response_type": "code",
            "client_id": self._access.app_id,
            "redirect_uri": self._access.redirect_uri,
            "state": state,
        }
        return f"{self._access.site_url.rstrip('/')}/oauth/authorize?{urlencode(query)}"

    def exchange(self, code: str) -> Tokens:
        """See `HistorySource.exchange`."""
        spent = InvalidInput(f"Trakt's code has expired or was used already. {_BEGIN}")
        return self._granted(spent, grant_type="authorization_code", code=code)

    def refresh(self, tokens: Tokens) -> Tokens:
        """See `HistorySource.refresh`.

        Sent once, for the first answer uses the pair up: where it is lost, this raises
        `UpstreamUnavailable`, and the next refresh `ConnectAgain`, unless Trakt did nothing.
        """
        spent = ConnectAgain(_SIGNED_OUT)
        return self._granted(spent, grant_type="refresh_token", refresh_token=tokens.refresh)

    def revoke(self, tokens: Tokens) -> None:
        """See `HistorySource.revoke`."""

        def read(reply: Reply) -> None:
            if reply.status != HTTPStatus.OK or is_page(reply.body):
                raise self._refused(reply)

        self._asked("/oauth/revoke", read, token=tokens.access)

    def device_code(self) -> DeviceCode:
        """See `HistorySource.device_code`."""
        app = {"client_id": self._access.app_id}
        given = self._client.post("/oauth/device/code", app, partial(self._read, _DEVICES))
        return DeviceCode(
            code=given.user_code,
            address=given.verification_url,
            device=given.device_code,
            interval=given.interval,
            expires_in=given.expires_in,
        )

    def device_tokens(self, device: str) -> Tokens | None:
        """See `HistorySource.device_tokens`."""

        def read(reply: Reply) -> Tokens | None:
            if not is_page(reply.body):
                if reply.status == HTTPStatus.BAD_REQUEST and _error_of(reply) != "invalid_request":
                    return None
                if reply.status in _DEVICE:
                    raise InvalidInput(_DEVICE[reply.status])
            return self._tokens(reply)

        return self._asked("/oauth/device/token", read, code=device)

    def _granted(self, spent: Exception, **sent: str) -> Tokens:
        """The tokens for a grant. Raises `spent` where it is good no more."""

        def read(reply: Reply) -> Tokens:
            if _error_of(reply) == "invalid_grant":
                raise spent
            return self._tokens(reply)

        return self._asked("/oauth/token", read, redirect_uri=self._access.redirect_uri, **sent)

    def _asked(self, path: str, read: Callable[[Reply], _T], **sent: str) -> _T:
        app = {"client_id": self._access.app_id, "client_secret": self._access.app_secret}
        return self._client.post(path, app | sent, read)

    def _tokens(self, reply: Reply) -> Tokens:
        given = self._read(_GIVEN, reply)
        until = given.created_at + given.expires_in
        return Tokens(given.access_token, given.refresh_token, until)

    def _read(self, decoder: msgspec.json.Decoder[_T], reply: Reply) -> _T:
        if reply.status != HTTPStatus.OK:
            raise self._refused(reply)
        return parsed(reply.body, decoder)

    def _refused(self, reply: Reply) -> Exception:
        """The error for an answer that isn't the one hoped for."""
        error, now = _error_of(reply), self._clock.now()
        if error == "invalid_request":
            return NotConfigured(
                "Trakt refuses the request to sign in: TRAKT_REDIRECT_URI must be one of those "
                "that stand at https://trakt.tv/oauth/applications, letter by letter"
            )
        if error in ("invalid_client", "unauthorized_client"):
            return NotConfigured(APP_REFUSED)
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = retry_after(reply.headers, now)
            wait = "a little" if seconds is None else f"{min(seconds, LONGEST_PAUSE):.0f} s"
            return SlowDown(f"Trakt was asked too soon: ask again in {wait}")
        if reply.status == HTTPStatus.OK:
            return Unanswered("a web page", again=False)
        return refusal(reply, now)


def _error_of(reply: Reply) -> str:
    """OAuth's name of an error; empty where there is none."""
    if reply.status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED):
        return ""
    try:
        return _REFUSED.decode(reply.body).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
