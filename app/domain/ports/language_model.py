"""The port to a language model: it is given facts and answers in JSON, or it fails in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

Schema = Mapping[str, object]
"""A JSON schema of `type`, `properties`, `items` and `required` alone: all services know these."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model said: the JSON `value` in it, None where there is none, and what it cost.

    `calls` is how many requests it took; tokens are 0 where the service doesn't count them.
    """

    value: object
    prompt_tokens: int = 0
    completion_tokens: int = 0
    calls: int = 1


class LanguageModel(Protocol):
    """One model at one service. What it says is not to be trusted: check it."""

    @property
    def name(self) -> str:
        """The model's name, as the service knows it."""
        ...

    def complete(
        self, system: str, user: str, schema: Schema, *, within: float, most_tokens: int
    ) -> Completion:
        """An answer to `user` under the rules of `system`, asked for in the schema's shape.

        Ends within so many seconds, whatever the service does; it is asked again only while they
        last. An answer that is no JSON has the value None. Raises `NotConfigured` where the key or
        the model's name is refused, `UpstreamUnavailable` for everything else.
        """
        ...

    def check(self, *, within: float) -> None:
        """Return where the service can be reached and knows the model, or doesn't tell.

        Raises as `complete` does.
        """
        ...

    def close(self) -> None:
        """Give back the connections; calls under way fail."""
        ...
