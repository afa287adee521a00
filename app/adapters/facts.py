"""Single facts of a title, checked: the one place where foreign values become ours.

A fact that can't be used is left out and said; a row is refused only where its identity or its
name can't be used, or where the columns have plainly slipped.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from app.domain.catalogue.dumps import LeftOut
from app.domain.catalogue.mending import mend
from app.domain.catalogue.vocabulary import genre_named

MAX_ID: Final = 2**62 - 1
MAX_TEXT: Final = 20_000
MAX_LABEL: Final = 60
"""Characters of a certification or of a service's name; the longest known takes 45."""

MAX_VOTES: Final = 2**31 - 1
MAX_RUNTIME: Final = 100_000
"""Minutes: the longest film known takes 51,420."""

FIRST_YEAR: Final = 1870
LAST_YEAR: Final = 2150

_LANGUAGE: Final = re.compile("[a-z]{2}")
_COUNTRY: Final = re.compile("[A-Z]{2}")
_IMDB: Final = re.compile(r"tt[0-9]{5,12}")
_POSTER: Final = re.compile(r"/[\w.-]{1,200}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SHOWN: Final = 60


class UnusableRow(ValueError):
    """The row can't become a title; the message says why."""


class Facts:
    """Checks values one by one and gathers those `left_out`.

    `None`, empty text and TMDB's zero for "unknown" give the unknown value without a word.
    """

    def __init__(self) -> None:
        self.left_out: list[LeftOut] = []

    def leave_out(self, what: str, value: object) -> None:
        """Note that a value is left out."""
        shown = _written(value).encode(errors="backslashreplace").decode()
        ellipsis = "…" if len(shown) > _SHOWN else ""
        self.left_out.append(LeftOut(what, shown[:_SHOWN] + ellipsis))

    def tmdb_id(self, value: object) -> int:
        """1 to `MAX_ID`, else the row is refused."""
        number = _whole(value)
        if number is None:
            raise UnusableRow(f"id {_written(value)[:_SHOWN]!r} is not a whole number")
        if not 1 <= number <= MAX_ID:
            raise UnusableRow(f"id {str(number)[:_SHOWN]} is not between 1 and 2**62 - 1")
        return number

    def name(self, *candidates: object) -> str:
        """The first that is there, else the row is refused."""
        for candidate in candidates:
            if text := self.text("name", candidate):
                return text
        raise UnusableRow("no name")

    def adult(self, value: object) -> bool:
        """A flag; the row is refused where it is none, for then the columns have slipped."""
        if value is None or isinstance(value, bool):
            return bool(value)
        folded = _written(value).strip().casefold()
        if folded not in {"", "true", "false", "0", "1", "0.0", "1.0"}:
            raise UnusableRow(f"adult {_written(value)[:_SHOWN]!r} is neither True nor False")
        return folded in {"true", "1", "1.0"}

    def text(self, what: str, value: object, longest: int = MAX_TEXT) -> str:
        """Mended text of at most `longest` characters."""
        if value is None or value == "":
            return ""
        if not isinstance(value, str):
            self.leave_out(f"{what} is no text", value)
            return ""
        if len(value) > longest:
            self.leave_out(f"{what} is longer than {longest} characters", len(value))
            return ""
        if not value.isascii() and _SURROGATE.search(value):
            raise UnusableRow("not valid UTF-8")
        return mend(value)

    def texts(
        self, what: str, values: Iterable[object], longest: int = MAX_TEXT
    ) -> tuple[str, ...]:
        """Mended texts in order, without empty and repeated ones."""
        found = (self.text(what, value, longest) for value in values)
        return tuple(dict.fromkeys(text for text in found if text))

    def keywords(self, values: Iterable[object]) -> tuple[str, ...]:
        """In lower case."""
        return tuple(dict.fromkeys(text.lower() for text in self.texts("keyword", values)))

    def genres(self, names: Iterable[object]) -> tuple[str, ...]:
        """TMDB's names; unknown ones are left out."""
        known: dict[str, None] = {}
        for text in self.texts("genre", names):
            if genre := genre_named(text):
                known[genre] = None
            else:
                self.leave_out("unknown genre", text)
        return tuple(known)

    def whole(self, what: str, value: object, high: int) -> int | None:
        """1 to `high`; 0 is unknown."""
        number = _whole(value)
        if number is None:
            if value not in (None, ""):
                self.leave_out(f"{what} is not a whole number", value)
            return None
        if not 0 <= number <= high:
            self.leave_out(f"{what} is impossible", value)
            return None
        return number or None

    def number(self, what: str, value: object, high: float) -> float | None:
        """0 to `high`."""
        if value is None or value == "":
            return None
        try:
            number = float(_written(value))
        except ValueError:
            number = math.nan
        if not 0 <= number <= high:  # also where it is NaN
            self.leave_out(f"{what} is impossible", value)
            return None
        return number

    def liking(
        self, votes: object, rating: object, popularity: object
    ) -> tuple[int, float | None, float]:
        """Votes, their mean (None where there are none), popularity."""
        count = self.whole("vote count", votes, MAX_VOTES) or 0
        mean = self.number("vote average", rating, 10.0)
        known = self.number("popularity", popularity, 1e9)
        return count, (mean or None) if count else None, known or 0.0

    def released(self, value: object) -> tuple[str, int | None]:
        """ISO date and year of an ISO date."""
        text = _written(value or None).strip()[:10]
        if not text:
            return "", None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.leave_out("date can't be read", value)
            return "", None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.leave_out("date is impossible", value)
            return "", None
        return day.isoformat(), day.year

    def language(self, value: object) -> str:
        """ISO 639-1; TMDB's ``xx`` (no language) is unknown."""
        return self._coded("language", value, _LANGUAGE) if value != "xx" else ""

    def codes(self, what: str, values: Iterable[object]) -> tuple[str, ...]:
        """Codes of ``country`` or ``language`` in order, each once."""
        pattern = _COUNTRY if what == "country" else _LANGUAGE
        found = (self._coded(what, v, pattern) for v in values if v != "xx")
        return tuple(dict.fromkeys(code for code in found if code))

    def region(self, value: object) -> str:
        """ISO 3166-1 alpha-2; parts of countries (``CA-QC``) are left out."""
        return self._coded("region", value, _COUNTRY)

    def imdb_id(self, value: object) -> str:
        """``tt`` and digits."""
        return self._coded("IMDb id", value, _IMDB)

    def poster_path(self, value: object) -> str:
        """A path as TMDB gives it, to be put behind the image server's address."""
        return self._coded("poster path", value, _POSTER)

    def _coded(self, what: str, value: object, pattern: re.Pattern[str]) -> str:
        text = _written(value).strip()
        if text and not pattern.fullmatch(text):
            self.leave_out(f"{what} can't be used", value)
            return ""
        return text


def _written(value: object) -> str:
    """As text; lists and objects by their kind only, for they may be huge or nested deeply."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list) else str(value)


def _whole(value: object) -> int | None:
    """A whole number written as 7, "7" or "7.0"; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = str(value).strip() if isinstance(value, str | float) else ""
    if len(text) > 30:  # noqa: PLR2004  # no number of interest is longer, and parsing takes time
        return None
    try:
        return int(text.removesuffix(".0")) if text.isascii() else None
    except ValueError:
        return None
