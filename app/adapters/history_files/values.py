"""Single values of a history, checked: each function raises `UnusableRow`, which says why.

Unlike a title's facts, nothing of a row is left out quietly: a wrong id, rating or date is a
mistake that its owner can mend.
"""

import re
from datetime import UTC, datetime
from typing import Final

from app.adapters.facts import FIRST_YEAR, LAST_YEAR, MAX_ID, Facts, UnusableRow
from app.domain.people.bounds import (
    BEST_RATING,
    HIGHEST_EPISODE,
    HIGHEST_SEASON,
    LONGEST_NAME,
    MOST_PLAYS,
)

_IMDB: Final = re.compile(r"tt[0-9]{5,12}")
_SHOWN: Final = 60
_DIGITS: Final = re.compile(r"[0-9]{9,10}")
_DAY_FIRST: Final = re.compile(r"([0-3]?[0-9])\.([01]?[0-9])\.([0-9]{4})")
_NUMBER: Final = re.compile(r"(-?[0-9]{1,20})(?:[.,]([0-9]{1,20}))?")
_YEARS: Final = re.compile(r"([0-9]{4})\s?[-\u2013]\s?(?:[0-9]{4})?")
_DAY: Final = 86_400.0
"""A date is in the future when even the place where the day begins first has not reached it."""


def name_of(value: object) -> str:
    """A title's name, mended; empty where there is none."""
    facts = Facts()
    text = facts.text("name", value, LONGEST_NAME)
    if facts.left_out:
        raise UnusableRow(facts.left_out[0].what)
    if len(text) > LONGEST_NAME:  # mended, a text may be longer than it was
        raise UnusableRow(f"name is longer than {LONGEST_NAME} characters")
    return text


def whole_of(what: str, value: object, low: int, high: int) -> int | None:
    """A whole number written as 7, "7" or "7.0"; None where there is none."""
    if value is None or value == "":
        return None
    number = _number(value)
    if number is None or number != int(number):
        raise UnusableRow(f"{what} {_shown(value)} is no whole number")
    if not low <= number <= high:
        raise UnusableRow(f"{what} {_shown(value)} is not between {low} and {high}")
    return int(number)


def id_of(what: str, value: object) -> int | None:
    """1 to `MAX_ID`; 0, as TMDB writes "unknown", is None."""
    return whole_of(what, value, 0, MAX_ID) or None


def season_of(value: object) -> int | None:
    """A season, 0 for specials."""
    return whole_of("season", value, 0, HIGHEST_SEASON)


def episode_number_of(value: object) -> int | None:
    """The number of an episode within its season."""
    return whole_of("episode", value, 0, HIGHEST_EPISODE)


def plays_of(value: object) -> int:
    """How many plays there were; 1 where nothing is told."""
    return whole_of("plays", value, 1, MOST_PLAYS) or 1


def imdb_id_of(value: object) -> str:
    """``tt`` and digits; bare digits are completed, for some lists leave ``tt`` out."""
    text = _text(value)
    if text.isdecimal() and text.isascii():
        text = f"tt{text:0>7}"
    if text and not _IMDB.fullmatch(text):
        raise UnusableRow(f"IMDb id {_shown(value)} can't be used")
    return text


def year_of(value: object) -> int | None:
    """A year; of ``2008-2013`` the first. 0 is None."""
    text = _text(value)
    if found := _YEARS.fullmatch(text):
        text = found[1]
    year = whole_of("year", text, 0, LAST_YEAR) or None
    if year is not None and year < FIRST_YEAR:
        raise UnusableRow(f"year {_shown(value)} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return year


def rating_of(value: object) -> int | None:
    """1 to 10, None where there is none."""
    return _graded(value, 1, "no whole number from 1 to 10")


def stars_of(value: object) -> int | None:
    """Half a star to five, as 1 to 10; None where there is none."""
    return _graded(value, 2, "not half a star to five, in halves")


def moment_of(value: object, now: float) -> int:
    """Unix seconds of an ISO date or time, of ``31.12.2024``, or of Unix seconds.

    A date is its midnight, and a time without a zone taken, as UTC. None, an empty text and what
    lies before 1970 (as services write "unknown") give 0. The future is refused.
    """
    text = _text(value)
    if not text:
        return 0
    try:
        if _DIGITS.fullmatch(text):
            seconds = float(text)
        else:
            if found := _DAY_FIRST.fullmatch(text):
                text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
            moment = datetime.fromisoformat(text.replace("/", "-"))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            seconds = moment.timestamp()
    except (ValueError, OverflowError):
        raise UnusableRow(f"date {_shown(value)} can't be read: write it as 2024-12-31") from None
    if seconds > now + _DAY:
        raise UnusableRow(f"date {_shown(value)} is in the future")
    return max(int(seconds), 0)


def _graded(value: object, times: int, wrong: str) -> int | None:
    if value is None or value == "":
        return None
    number = _number(value)
    grade = -1.0 if number is None else number * times
    if not 1 <= grade <= BEST_RATING or grade != int(grade):
        raise UnusableRow(f"rating {_shown(value)} is {wrong}")
    return int(grade)


def _text(value: object) -> str:
    """As text, trimmed; what is neither text nor number is no value of ours."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnusableRow(f"{_shown(value)} is neither text nor a number")
    text = str(value) if not isinstance(value, int) or abs(value) <= MAX_ID else "a huge number"
    return text.strip()


def _number(value: object) -> float | None:
    """A number, also with a decimal comma; whole ones exactly."""
    found = _NUMBER.fullmatch(_text(value))
    if found is None:
        return None
    whole, rest = found.groups(default="")
    return float(f"{whole}.{rest}") if rest.strip("0") else int(whole)


def _shown(value: object) -> str:
    """For a message: in quotation marks, short, and printable."""
    if isinstance(value, int) and abs(value) > MAX_ID:
        return "a huge number"
    text = str(value) if isinstance(value, str | int | float) else type(value).__name__
    return repr(text[:_SHOWN] + ("…" if len(text) > _SHOWN else ""))
