"""What is being looked for, and its form in the address bar. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Self, cast

from streamlit_app.vocabulary import GENRES, KINDS_NAMES, LANGUAGES, Kind, Kinds

MAX_TEXT: Final = 2000
MAX_NAME: Final = 200
MAX_RESULTS: Final = 200
DEFAULT_RESULTS: Final = 20
MAX_TMDB_ID: Final = 2**31 - 1
YEARS: Final = (1870, 2100)


class TitleRef(NamedTuple):
    """A title by its kind and TMDB number; written `movie-603` in an address."""

    kind: Kind
    tmdb_id: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.tmdb_id}"

    @property
    def other_kind(self) -> TitleRef:
        """The title of the other kind that has the same number."""
        return TitleRef("tv" if self.kind == "movie" else "movie", self.tmdb_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search: by `title` if there is one, else by `text`; neither on a first visit.

    Years are inclusive; `rating` is 0 to 10; `k` is 1 to 200.
    """

    text: str = ""
    title: TitleRef | None = None
    results: Kinds = "all"
    k: int = DEFAULT_RESULTS
    year_from: int | None = None
    year_to: int | None = None
    genres: tuple[str, ...] = ()
    without_genres: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    min_votes: int = 0
    min_rating: float = 0.0

    @classmethod
    def from_params(cls, params: Mapping[str, Sequence[str]]) -> Self:
        """Read the query of an address. What can't be meant is left out, never an error."""

        def last(name: str) -> str:
            values = params.get(name, ())
            return values[-1] if values else ""

        title = parse_title(last("title"))
        results = last("show")
        return cls(
            text="" if title else " ".join(last("q").split())[:MAX_TEXT],
            title=title,
            results=cast("Kinds", results) if results in {"movie", "tv"} else "all",
            k=_whole(last("k"), 1, MAX_RESULTS) or DEFAULT_RESULTS,
            year_from=_whole(last("from"), *YEARS),
            year_to=_whole(last("to"), *YEARS),
            genres=_known_genres(params.get("genre", ())),
            without_genres=_known_genres(params.get("not", ())),
            languages=tuple(
                dict.fromkeys(v for v in params.get("lang", ()) if re.fullmatch("[a-z]{2}", v))
            ),
            min_votes=_whole(last("votes"), 0, 10**7) or 0,
            min_rating=_rating(last("rating")),
        )

    def to_params(self) -> dict[str, str | list[str]]:
        """The shortest query of an address that reads back as this search."""
        params: dict[str, str | list[str] | None] = {
            "title": str(self.title) if self.title else None,
            "q": self.text or None,
            "show": None if self.results == "all" else self.results,
            "k": None if self.k == DEFAULT_RESULTS else str(self.k),
            "from": str(self.year_from) if self.year_from is not None else None,
            "to": str(self.year_to) if self.year_to is not None else None,
            "genre": list(self.genres) or None,
            "not": list(self.without_genres) or None,
            "lang": list(self.languages) or None,
            "votes": str(self.min_votes) if self.min_votes else None,
            "rating": f"{self.min_rating:g}" if self.min_rating else None,
        }
        return {name: value for name, value in params.items() if value is not None}

    def to_request(self) -> dict[str, object]:
        """The body of `POST /mcp/knn`; only for a search with a title or a text."""
        asked: dict[str, object] = (
            {"tmdb_id": self.title.tmdb_id, "input_media_type": self.title.kind}
            if self.title
            else {"text": self.text}
        )
        body = asked | {"results_media_type": self.results, "k": self.k}
        return body | {"filters": self.filters} if self.filters else body

    @property
    def is_empty(self) -> bool:
        """True where nothing is asked for yet."""
        return not self.text and self.title is None

    @property
    def filters(self) -> dict[str, object]:
        """The conditions that are set, by the API's names."""
        every: dict[str, object] = {
            "year_from": self.year_from,
            "year_to": self.year_to,
            "genres": list(self.genres),
            "without_genres": list(self.without_genres),
            "languages": list(self.languages),
            "min_votes": self.min_votes,
            "min_rating": self.min_rating,
        }
        return {name: value for name, value in every.items() if value}

    def described(self) -> list[str]:
        """What narrows the search, each condition in words."""
        languages = [LANGUAGES.get(code, code) for code in self.languages]
        conditions = (
            (self.results != "all", f"{KINDS_NAMES[self.results].lower()} only"),
            (self.year_from is not None, f"from {self.year_from}"),
            (self.year_to is not None, f"until {self.year_to}"),
            (self.genres, " or ".join(self.genres)),
            (self.without_genres, f"no {' or '.join(self.without_genres)}"),
            (languages, f"in {' or '.join(languages)}"),
            (self.min_votes, f"at least {self.min_votes:,} votes"),
            (self.min_rating, f"rated {self.min_rating:g} or better"),
        )
        return [words for holds, words in conditions if holds]

    def for_title(self, title: TitleRef) -> Search:
        """The same wishes, for titles like this one."""
        return replace(self, text="", title=title)

    def for_text(self, text: str) -> Search:
        """The same wishes, for titles that fit these words."""
        return replace(self, text=" ".join(text.split())[:MAX_TEXT], title=None)

    def without_filters(self) -> Search:
        """The same question with every filter taken off."""
        return Search(text=self.text, title=self.title, results=self.results, k=self.k)


def parse_title(text: str, kind: Kind = "movie") -> TitleRef | None:
    """Read `603`, `movie-603`, `tv/1396` or a TMDB address; None where it names no title.

    A bare number is of `kind`.
    """
    text = text.strip()
    found = re.search(r"(?:^|/)(movie|tv)[-/:](\d{1,10})(?!\d)", text)
    if found:
        named, number = cast("Kind", found[1]), int(found[2])
    elif re.fullmatch(r"\d{1,10}", text):
        named, number = kind, int(text)
    else:
        return None
    return TitleRef(named, number) if 1 <= number <= MAX_TMDB_ID else None


def _whole(text: str, least: int, most: int) -> int | None:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        return None
    return min(max(int(text), least), most)


def _rating(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", text):
        return 0.0
    return min(round(float(text) * 2) / 2, 10.0)


def _known_genres(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name in GENRES))
