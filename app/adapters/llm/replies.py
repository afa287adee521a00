"""What an answer of a service with language models means. Nothing of a body gets into an error.

A service may repeat the key in its refusals, and the prompt tells what people like.
"""

import re
from http import HTTPStatus
from typing import Final

import httpx2
import msgspec

from app.adapters.llm.json_text import json_in
from app.adapters.upstream.answers import (
    Paused,
    Unanswered,
    is_page,
    retry_after,
)
from app.domain.ports.language_model import Completion

NO_LIST: Final = frozenset({404, 405, 501})
"""Statuses of services that don't tell which models they have."""

_BAD_REQUEST: Final = frozenset({HTTPStatus.BAD_REQUEST, 422})
_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_SERVER_ERRORS: Final = range(500, 600)

_ABOUT_KEY: Final = re.compile(r"(?i)api.?key")
_ABOUT_MODEL: Final = re.compile(r"(?i)\bmodels?\b")
_NO_MONEY: Final = re.compile(r"(?i)insufficient_quota|billing|credits")


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chat(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


_CHAT: Final = msgspec.json.Decoder(_Chat)
_MODELS: Final = msgspec.json.Decoder(_Models)


def completion(body: bytes) -> Completion:
    """What a model said. Raises `Unanswered` where there is no answer of a model in the body."""
    try:
        chat = _CHAT.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Unanswered(_nonsense(body), again=True) from None
    usage = chat.usage or _Usage()
    tokens = (max(usage.prompt_tokens or 0, 0), max(usage.completion_tokens or 0, 0))
    content = chat.choices[0].message.content if chat.choices else None
    return Completion(json_in(content or ""), *tokens)


def model_names(body: bytes) -> frozenset[str] | None:
    """The models that a service lists, None where it lists none in the usual shape."""
    try:
        listed = _MODELS.decode(body).data
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return frozenset(one.id for one in listed) or None


def is_about_form(status: int, words: str) -> bool:
    """Whether a request was refused for how it was put, rather than for who sent it."""
    return status in _BAD_REQUEST and not _ABOUT_KEY.search(words)


def misconfigured(response: httpx2.Response, model: str) -> str:
    """What is wrong with our settings, as the end of "The service …"; empty where nothing is."""
    status, words = response.status_code, words_of(response)
    if is_page(response.content):
        return ""
    if status in _REFUSED or (status in _BAD_REQUEST and _ABOUT_KEY.search(words)):
        return "refuses the key: correct OPENAI_API_KEY"
    if status != HTTPStatus.NOT_FOUND:
        return ""
    if _ABOUT_MODEL.search(words):
        return f"knows no model '{model}': correct LLM_MODEL"
    return "has no chat completions at this address: correct LLM_BASE_URL"


def failure(response: httpx2.Response, now: float) -> Unanswered:
    """The failure that an answer stands for. `now` is in Unix seconds."""
    status = response.status_code
    said = f"HTTP {status}"
    if is_page(response.content):
        return Unanswered(f"{said}, a web page (a proxy, or a wrong address?)", again=False)
    if status == HTTPStatus.TOO_MANY_REQUESTS and _NO_MONEY.search(words_of(response)):
        return Unanswered(f"{said}, the account's quota is used up", again=False)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return Paused(status, retry_after(response.headers, now))
    return Unanswered(said, again=status in _SERVER_ERRORS)


def words_of(response: httpx2.Response) -> str:
    """What a refusal says, to be looked at and never to be shown."""
    return response.content[:4000].decode("utf-8", "replace")


def _nonsense(body: bytes) -> str:
    if is_page(body):
        return "a web page instead of an answer (a proxy, or a wrong address?)"
    return "an answer of another shape" if body.strip() else "an empty answer"
