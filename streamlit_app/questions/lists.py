"""Which list of recommendations is asked for, and its form in the address bar. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

from streamlit_app.questions.search import Search, whole
from streamlit_app.questions.vocabulary import Kinds

MAX_COUNT: Final = 20
DEFAULT_COUNT: Final = 12
MAX_SEED: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One list: 1 to 20 titles under the conditions of `of`, a search that asks no question.

    Another `seed` gives another list, as good. `worded`: a language model's words are wished for.
    """

    of: Search = field(default_factory=Search)
    count: int = DEFAULT_COUNT
    seed: int = 0
    worded: bool = False

    @classmethod
    def from_params(cls, params: Mapping[str, Sequence[str]]) -> Self:
        """Read the query of an address. What can't be meant is left out, never an error."""

        def last(name: str) -> str:
            values = params.get(name, ())
            return values[-1] if values else ""

        conditions = {name: values for name, values in params.items() if name not in _QUESTIONS}
        seed = last("seed")
        return cls(
            of=Search.from_params(conditions),
            count=whole(last("count"), 1, MAX_COUNT) or DEFAULT_COUNT,
            seed=min(int(seed), MAX_SEED) if seed.isascii() and seed.isdigit() else 0,
            worded=last("worded") == "1",
        )

    def to_params(self) -> dict[str, str | list[str]]:
        """The shortest query of an address that reads back as this wish."""
        own = {
            "count": str(self.count) if self.count != DEFAULT_COUNT else None,
            "seed": str(self.seed) if self.seed else None,
            "worded": "1" if self.worded else None,
        }
        return self.of.to_params() | {name: value for name, value in own.items() if value}

    def to_request(self) -> dict[str, object]:
        """The body of `POST /recommend`, without whose it is."""
        body: dict[str, object] = {"count": self.count, "seed": self.seed}
        return body | {"filters": self.of.filters} if self.of.filters else body

    @property
    def kinds(self) -> Kinds:
        """Films, series, or both."""
        return self.of.results

    @property
    def unworded(self) -> Wish:
        """The same list in plain words."""
        return replace(self, worded=False)

    def another(self) -> Wish:
        """The next list for the same wishes."""
        return replace(self, seed=self.seed + 1 if self.seed < MAX_SEED else 0)

    def without_filters(self) -> Wish:
        """The same list with every condition taken off but the kind."""
        return replace(self, of=Search(results=self.of.results))


_QUESTIONS: Final = frozenset({"q", "title", "like", "unlike", "unseen", "k"})
