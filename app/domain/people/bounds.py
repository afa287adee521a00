"""What values an entry of a ledger may have: whoever brings one in, and whoever reads one.

A value beyond these would only be met again later, by a page that can't work with it.
"""

from operator import attrgetter
from typing import Final

from app.domain.people.ledger import Event

LARGEST_ID: Final = 2**53 - 1
"""The largest that every reader of JSON takes for the same number."""

FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2200
HIGHEST_SEASON: Final = 10_000
HIGHEST_EPISODE: Final = 100_000
MOST_PLAYS: Final = 100_000
BEST_RATING: Final = 10
LATEST: Final = 7_258_118_400
"""The beginning of the year 2200, in Unix seconds."""

LONGEST_KEY: Final = 500
LONGEST_NAME: Final = 1_000
LONGEST_SOURCE: Final = 60
LONGEST_IMDB_ID: Final = 20

_NUMBERS: Final = (
    ("at", 0, LATEST),
    ("plays", 1, MOST_PLAYS),
    ("rating", 1, BEST_RATING),
    ("season", 0, HIGHEST_SEASON),
    ("episode", 0, HIGHEST_EPISODE),
    ("about.tmdb_id", 1, LARGEST_ID),
    ("about.tvdb_id", 1, LARGEST_ID),
    ("about.year", FIRST_YEAR, LAST_YEAR),
)
_TEXTS: Final = (
    ("key", 1, LONGEST_KEY),
    ("source", 1, LONGEST_SOURCE),
    ("about.imdb_id", 0, LONGEST_IMDB_ID),
    ("about.name", 0, LONGEST_NAME),
)
_ALWAYS_THERE: Final = frozenset({"at", "plays"})
_numbers_of = attrgetter(*(name for name, _, _ in _NUMBERS))
_texts_of = attrgetter(*(name for name, _, _ in _TEXTS))


def fault_of(event: Event, until: int = LATEST) -> str:
    """Which value is out of its bounds, and what these are; empty where all are within.

    `until` is the latest moment that it may be of, in Unix seconds. Types are looked at as well, so
    that an event may be made of whatever was told.
    """
    for (name, low, high), value in zip(_NUMBERS, _numbers_of(event), strict=True):
        if value is None and name not in _ALWAYS_THERE:
            continue
        if type(value) is not int or not low <= value <= high:
            return f"{name}: a whole number from {low} to {high}"
    for (name, shortest, longest), text in zip(_TEXTS, _texts_of(event), strict=True):
        if type(text) is not str or not shortest <= len(text) <= longest:
            return f"{name}: a text of {shortest} to {longest} characters"
    if event.at > until:
        return "at: a moment between 1970 and now, in Unix seconds"
    about = event.about
    if about.tmdb_id is None and about.tvdb_id is None and not (about.imdb_id or about.name):
        return "about: an id or a name"
    return ""
