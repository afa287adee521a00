"""Which part of a history is looked at, and its form in the address bar. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Self

from streamlit_app.questions.address import Params, Reading, among, last, read, whole, written
from streamlit_app.questions.search import MAX_NAME, YEARS
from streamlit_app.questions.vocabulary import GENRES, Kinds

Show = Literal["all", "watched", "rated", "loved", "watchlisted", "dismissed"]
Sort = Literal["latest", "oldest", "name", "year", "rating", "plays"]
View = Literal["list", "import", "names"]

VIEWS: Final[dict[str, str]] = {
    "list": "My titles",
    "import": "Import a file",
    "names": "Names to settle",
}
SHOWS: Final[dict[str, str]] = {
    "all": "Everything",
    "watched": "Watched",
    "rated": "Rated",
    "loved": "Loved",
    "watchlisted": "Watchlist",
    "dismissed": "Not for me",
}
KINDS: Final[dict[Kinds, str]] = {"all": "Films and series", "movie": "Films", "tv": "Series"}
SORTS: Final[dict[str, str]] = {
    "latest": "Latest first",
    "oldest": "Oldest first",
    "name": "By name",
    "year": "Newest films first",
    "rating": "My best rated first",
    "plays": "Most played first",
}
ROWS: Final = 25

_MOST_PAGES: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """One look at a history: what passes, in which order, which page (from 1) of 25 rows."""

    view: View = "list"
    show: Show = "all"
    kind: Kinds = "all"
    genre: str = ""
    year_from: int | None = None
    year_to: int | None = None
    text: str = ""
    sort: Sort = "latest"
    page: int = 1

    @classmethod
    def from_params(cls, params: Mapping[str, Sequence[str]]) -> Self:
        """Read the query of an address. What can't be meant is left out, never an error."""
        return cls(**read(params, _PARAMS))

    def to_params(self) -> Params:
        """The shortest query of an address that reads back as this."""
        return written(self, _PARAMS)

    def to_query(self) -> dict[str, str | int]:
        """The query of `GET /history`."""
        asked: dict[str, str | int | None] = {
            "show": self.show,
            "media_type": self.kind,
            "genre": self.genre,
            "year_from": self.year_from,
            "year_to": self.year_to,
            "q": self.text,
            "sort": self.sort,
            "offset": (self.page - 1) * ROWS,
            "limit": ROWS,
        }
        return {name: value for name, value in asked.items() if value is not None}

    @property
    def is_narrowed(self) -> bool:
        """Whether something may be left out."""
        return replace(self, sort="latest", page=1) != HistoryView(view=self.view)

    def described(self) -> list[str]:
        """What the rarer filters let pass, each in words."""
        conditions = (
            (self.genre, self.genre),
            (self.year_from is not None, f"from {self.year_from}"),
            (self.year_to is not None, f"until {self.year_to}"),
        )
        return [words for holds, words in conditions if holds]


_PARAMS: Final[Reading] = {
    "view": ("view", among(VIEWS)),
    "show": ("show", among(SHOWS)),
    "kind": ("kind", among(KINDS)),
    "genre": ("genre", among(GENRES)),
    "year_from": ("from", whole(*YEARS)),
    "year_to": ("to", whole(*YEARS)),
    "text": ("q", last(lambda text: " ".join(text.split())[:MAX_NAME])),
    "sort": ("sort", among(SORTS)),
    "page": ("page", whole(1, _MOST_PAGES)),
}
