"""Which list of recommendations is asked for, and its form in the address bar. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Self

from streamlit_app.questions.address import Params, Reading, last, read, whole, written
from streamlit_app.questions.search import Search
from streamlit_app.questions.vocabulary import Kinds

MAX_COUNT: Final = 20
DEFAULT_COUNT: Final = 12
_TODAY: Final = 6
MAX_SEED: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
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
        conditions = {name: values for name, values in params.items() if name not in _QUESTIONS}
        return cls(of=Search.from_params(conditions), **read(params, _PARAMS))

    def to_params(self) -> Params:
        """The shortest query of an address that reads back as this wish."""
        return {**self.of.to_params(), **written(self, _PARAMS)}

    def to_request(self) -> dict[str, object]:
        """The body of `POST /recommend`, without whose it is."""
        body: dict[str, object] = {"count": self.count, "seed": self.seed}
        return body | {"filters": self.of.filters} if self.of.filters else body

    @property
    def kinds(self) -> Kinds:
        """Films, series, or both."""
        return self.of.results

    @property
    def unworded(self) -> Self:
        """The same list in plain words."""
        return replace(self, worded=False)

    def another(self) -> Self:
        """The next list for the same wishes."""
        return replace(self, seed=self.seed + 1 if self.seed < MAX_SEED else 0)

    def without_filters(self) -> Self:
        """The same list with every condition taken off but the kind."""
        return replace(self, of=Search(results=self.of.results))


def _seed(text: str) -> int | None:
    return min(int(text), MAX_SEED) if text.isascii() and text.isdigit() else None


_QUESTIONS: Final = frozenset({"q", "title", "like", "unlike", "unseen", "k"})
_PARAMS: Final[Reading] = {
    "count": ("count", whole(1, MAX_COUNT)),
    "seed": ("seed", last(_seed)),
    "worded": ("worded", last("1".__eq__)),
}


def today() -> ListRequest:
    """Today's picks, on Home and on the map of the taste: the same all day, others tomorrow."""
    # By the clock on the wall where the program runs.
    return ListRequest(count=_TODAY, seed=datetime.now().astimezone().date().toordinal())
