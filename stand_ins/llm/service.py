"""The stand-in's state: what a test looks at and changes while it runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

import msgspec

from stand_ins.http.request_log import RequestLog
from stand_ins.http.stand_in import StandIn
from stand_ins.llm.minds import Mind, well

API_PATH: Final = "/v1"
CHAT_PATH: Final = "/v1/chat/completions"
MODELS_PATH: Final = "/v1/models"

_MANY_KEYWORDS: Final = frozenset(
    {
        *("type", "properties", "items", "required", "additionalProperties", "description"),
        *("enum", "const", "minimum", "maximum", "minItems", "maxItems", "anyOf", "$schema"),
    }
)


@dataclass(frozen=True)
class Manner:
    """What a service takes and how it refuses; see `OPENAI`, `GEMINI`, `LM_STUDIO`, `PLAIN`."""

    fields: frozenset[str]
    """The fields of a request that are known; any other is refused."""

    formats: frozenset[str]
    """The types of `response_format` that are known."""

    keywords: frozenset[str] = _MANY_KEYWORDS
    """Those of a JSON schema that are known."""

    refusal: str = "openai"
    """The shape of errors: ``openai`` an object, ``gemini`` a list of one, ``lm_studio`` a text."""


_USUAL: Final = frozenset({"model", "messages"})
OPENAI: Final = Manner(
    _USUAL | {"response_format", "max_completion_tokens"},
    frozenset({"json_schema", "json_object", "text"}),
)
"""As a newer model of OpenAI's: it refuses ``max_tokens``."""

GEMINI: Final = Manner(
    _USUAL | {"response_format", "max_tokens", "max_completion_tokens"},
    frozenset({"json_schema", "json_object", "text"}),
    frozenset({"type", "properties", "items", "required", "description", "enum", "nullable"}),
    "gemini",
)
LM_STUDIO: Final = Manner(
    _USUAL | {"response_format", "max_tokens"},
    frozenset({"json_schema", "text"}),
    refusal="lm_studio",
)
OBJECTS_ONLY: Final = Manner(
    _USUAL | {"response_format", "max_tokens"}, frozenset({"json_object", "text"})
)
PLAIN: Final = Manner(_USUAL, frozenset())
"""It knows a model and messages, and nothing else."""


@dataclass
class _Minds:
    """The minds of the next requests in order; the last one stays."""

    lock: Lock = field(default_factory=Lock)
    next: list[Mind] = field(default_factory=lambda: [well])

    def take(self) -> Mind:
        with self.lock:
            return self.next.pop(0) if len(self.next) > 1 else self.next[0]


class FakeLlm(StandIn):
    """A running stand-in. Everything here may be used from any thread, at any time.

    Plain attributes may be set: `key` (None: none is asked for), `manner`, `models` (names; None:
    they are not told), `latency`.
    """

    def __init__(self, key: str | None, models: Iterable[str], manner: Manner) -> None:
        super().__init__(RequestLog())
        self.key = key
        self.models: tuple[str, ...] | None = tuple(models)
        self.manner = manner
        self._minds = _Minds()

    @property
    def base_url(self) -> str:
        """In place of ``https://api.openai.com/v1``."""
        return self.origin + API_PATH

    def think(self, *minds: Mind) -> None:
        """Answer the next questions with these minds in turn, and all later ones with the last."""
        with self._minds.lock:
            self._minds.next = list(minds)

    def next_mind(self) -> Mind:
        """The mind for a question that came now."""
        return self._minds.take()

    def questions(self) -> list[dict[str, Any]]:
        """The bodies of all questions that came, refused ones too."""
        return [
            msgspec.json.decode(request.body)
            for request in self.requests
            if request.path == CHAT_PATH
        ]
