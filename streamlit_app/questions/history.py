"""Which part of a history is looked at, and its form in the address bar. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Self, cast, get_args

from streamlit_app.questions.search import YEARS, whole
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
KINDS: Final[dict[Kinds, str]] = {
    "all": "Films and series",
    "movie": "Films",
    "tv": "Series",
}
SORTS: Final[dict[str, str]] = {
    "latest": "Latest first",
    "oldest": "Oldest first",
    "name": "By name",
    "year": "Newest films first",
    "rating": "My best rated first",
    "plays": "Most played first",
}
ROWS: Final = 25
NOTHING_YET: Final = (
    "Nothing here yet",
    "Tell watcher what you have seen: it leaves that out, and learns from your ratings.",
)
"""What an empty history says."""
NOTHING_FOUND: Final = ("Nothing found", "No title of your history passes what you set.")
"""What a history says that holds nothing of what is looked for."""
TO_EVERYTHING: Final = "Show everything"
TO_FIRST_PAGE: Final = "Back to the first page"

_MOST_PAGES: Final = 10_000
_MAX_NAME: Final = 200


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

        def last(name: str, allowed: Sequence[str], default: str) -> str:
            values = params.get(name, ())
            return values[-1] if values and values[-1] in allowed else default

        def number(name: str, least: int, most: int) -> int | None:
            values = params.get(name, ())
            return whole(values[-1], least, most) if values else None

        return cls(
            view=cast("View", last("view", get_args(View), "list")),
            show=cast("Show", last("show", get_args(Show), "all")),
            kind=cast("Kinds", last("kind", get_args(Kinds), "all")),
            genre=last("genre", GENRES, ""),
            year_from=number("from", *YEARS),
            year_to=number("to", *YEARS),
            text=" ".join("".join(params.get("q", ())[-1:]).split())[:_MAX_NAME],
            sort=cast("Sort", last("sort", get_args(Sort), "latest")),
            page=number("page", 1, _MOST_PAGES) or 1,
        )

    def to_params(self) -> dict[str, str]:
        """The shortest query of an address that reads back as this."""
        every = {
            "view": "" if self.view == "list" else self.view,
            "show": "" if self.show == "all" else self.show,
            "kind": "" if self.kind == "all" else self.kind,
            "genre": self.genre,
            "from": "" if self.year_from is None else str(self.year_from),
            "to": "" if self.year_to is None else str(self.year_to),
            "q": self.text,
            "sort": "" if self.sort == "latest" else self.sort,
            "page": "" if self.page == 1 else str(self.page),
        }
        return {name: value for name, value in every.items() if value}

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


def past_the_end(total: int) -> tuple[str, str]:
    """What a page behind the last of `total` titles says."""
    return ("This page is empty", f"There are {total:,} titles on those before.")
