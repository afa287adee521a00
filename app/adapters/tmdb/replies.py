"""What an answer of TMDB's means, by its status and its body."""

from http import HTTPStatus
from typing import Final

import msgspec

from app.adapters.upstream.answers import (
    ELSEWHERE,
    REDIRECTS,
    REFUSALS,
    Reply,
    Unanswered,
    is_hopeless,
    parsed,
    pause_of,
)
from app.domain.errors import NotConfigured

LONGEST_PAUSE: Final = 120.0
"""Seconds; TMDB asks for a few. Who asks for more doesn't want to be asked today."""

_GONE_CODES: Final = frozenset({6, 34})
"""TMDB's own `status_code`s for an id that it doesn't have."""


class _Refusal(msgspec.Struct):
    status_code: int = 0
    status_message: str = ""


_OBJECT: Final = msgspec.json.Decoder(dict[str, object])
_REFUSAL: Final = msgspec.json.Decoder(_Refusal)


def found(reply: Reply, now: float) -> bytes | None:
    """The body of a good answer, None where TMDB says that there is no such thing.

    `now` is in Unix seconds. Raises `Paused`, `Unanswered`, and `NotConfigured` where the key is
    refused.
    """
    if reply.status == HTTPStatus.OK:
        return reply.body
    refusal = _refusal(reply.body)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        raise NotConfigured(
            f"TMDB refuses the key ({refusal.status_message or 'HTTP 401'}): correct TMDB_API_KEY"
        )
    if reply.status == HTTPStatus.NOT_FOUND and refusal.status_code in _GONE_CODES:
        return None
    pause = pause_of(reply.status, reply.headers, now)
    if pause is not None:
        raise pause
    said = f"HTTP {reply.status}"
    if refusal.status_message:
        said += f", {refusal.status_message}"
    elif reply.status in REDIRECTS:
        said += f", {ELSEWHERE}"
    elif reply.status in REFUSALS:
        said += ", not in TMDB's words (a proxy, or a wrong address?)"
    raise Unanswered(said, again=not is_hopeless(reply.status))


def parsed_object(body: bytes) -> dict[str, object]:
    """The body as a JSON object. Raises `Unanswered`."""
    return parsed(body, _OBJECT)


def _refusal(body: bytes) -> _Refusal:
    try:
        refusal = _REFUSAL.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Refusal()
    refusal.status_message = " ".join(refusal.status_message.split())[:160]
    return refusal
