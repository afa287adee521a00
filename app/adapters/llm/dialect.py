"""What a service understands of a request, learnt from what it refuses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Self

from app.domain.ports.language_model import Schema


class Rung(IntEnum):
    """How an answer in JSON is asked for, the most exact way first."""

    SCHEMA = 0
    OBJECT = 1
    TEXT = 2


_LIMITS: Final = ("max_tokens", "max_completion_tokens", "")
"""Names that the limit on tokens goes by: older services know the first, newer models of OpenAI
the second."""

_ABOUT_LIMIT: Final = re.compile(r"(?i)max_(?:completion_)?tokens")
_ABOUT_FORM: Final = re.compile(
    r"(?i)response_?format|response_?schema|json|schema|unknown (?:name|field|parameter)"
    r"|unrecognized|unexpected|extra (?:inputs|fields)|not (?:supported|permitted|allowed)"
    r"|unsupported|cannot find field"
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to ask one model at one service; `limit` is the name of the limit on tokens, or empty."""

    rung: Rung = Rung.SCHEMA
    limit: str = _LIMITS[0]
    refused: frozenset[str] = frozenset()
    """The names of the limit that were refused."""

    def fields(self, schema: Schema, most_tokens: int) -> Mapping[str, object]:
        """The fields of a request beside the model and the messages: the fewest that will do."""
        fields: dict[str, object] = {self.limit: most_tokens} if self.limit else {}
        if self.rung is Rung.SCHEMA:
            named = {"name": "answer", "schema": schema}
            fields["response_format"] = {"type": "json_schema", "json_schema": named}
        elif self.rung is Rung.OBJECT:
            fields["response_format"] = {"type": "json_object"}
        return fields

    def after(self, refusal: str) -> Self | None:
        """How to ask next where a request was refused with these words; None: it won't help."""
        if self.limit and _ABOUT_LIMIT.search(refusal):
            refused = self.refused | {self.limit}
            return replace(
                self, limit=next(name for name in _LIMITS if name not in refused), refused=refused
            )
        if self.rung is not Rung.TEXT and _ABOUT_FORM.search(refusal):
            return replace(self, rung=Rung(self.rung + 1))
        return None


def first_dialect(host: str) -> Dialect:
    """How to begin: OpenAI's own newer models refuse the older name of the limit."""
    return Dialect(limit=_LIMITS[1] if host.endswith("api.openai.com") else _LIMITS[0])
