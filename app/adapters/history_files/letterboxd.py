"""Letterboxd's export: films by name and year, for it holds no ids.

The diary tells plays one by one. ``watched.csv`` lists every film ever marked as seen, those of the
diary too, with the day of the marking, which says nothing about the day of the play: a film of it
is a play at an unknown time, and only where the diary, if both are read, has none of it.
"""

import re
from pathlib import PurePosixPath
from typing import Final

from app.adapters.dumps.csv_rows import Row
from app.adapters.facts import UnusableRow
from app.adapters.history_files.records import (
    LETTERBOXD,
    HistoryLayout,
    Reading,
    RowEvents,
    Unrecognised,
    film,
    mark,
    play,
    subject_of,
)
from app.adapters.history_files.values import moment_of, name_of, stars_of, year_of
from app.domain.people.ledger import About, EventKind

EXPECTED: Final = "Letterboxd: Date, Name, Year, Letterboxd URI"
DIARY: Final = "Letterboxd diary"
REVIEWS: Final = "Letterboxd reviews"
"""The diary's entries that have a text, and some without a day."""

RATINGS: Final = "Letterboxd ratings"
_NEEDS: Final = frozenset({"name", "year", "letterboxduri"})
_NOT_KEPT: Final = frozenset({"deleted", "orphaned", "lists"})


def layout_of(path: str, columns: frozenset[str]) -> HistoryLayout | None:
    """By the columns; watched, watchlist and likes, alike inside, by the file's name.

    Raises `Unrecognised` for files of an export that aren't part of a history.
    """
    if not columns >= _NEEDS:
        return None
    place = PurePosixPath(path.casefold())
    folders = place.parts[:-1]
    if _NOT_KEPT.intersection(folders):
        raise Unrecognised("a list of one's own, or deleted at Letterboxd")
    if "likes" in folders and place.name != "films.csv":
        raise Unrecognised("likes of something else than films")
    if "watcheddate" in columns:
        return HistoryLayout(REVIEWS if "review" in columns else DIARY, LETTERBOXD, 0, _diary)
    if "rating" in columns:
        return HistoryLayout(RATINGS, LETTERBOXD, 2, _ratings)
    for pattern, layout in _BY_NAME:
        if pattern.search(place.name):
            return layout
    raise Unrecognised(
        "of Letterboxd, whose lists of films watched, to be watched and liked look alike: "
        "keep the name that it had in the export (watched.csv, watchlist.csv, films.csv)"
    )


def _diary(row: Row, reading: Reading) -> RowEvents:
    about = _film(row)
    at = moment_of(row["watcheddate"], reading.now)
    rating = stars_of(row.get("rating"))
    rated_at = moment_of(row.get("date"), reading.now)
    reading.played.add(subject_of(about))
    told: RowEvents = [play(LETTERBOXD, about, at)]
    # ratings.csv has the present one; an entry of the diary keeps that of its day.
    if rating is not None and RATINGS not in reading.layouts:
        event = mark(EventKind.RATED, LETTERBOXD, about, rated_at, rating=rating, again=True)
        told.append(event)
    return told


def _watched(row: Row, reading: Reading) -> RowEvents:
    about = _film(row)
    return [] if subject_of(about) in reading.played else [play(LETTERBOXD, about, 0)]


def _ratings(row: Row, reading: Reading) -> RowEvents:
    rating = stars_of(row["rating"])
    if rating is None:
        raise UnusableRow("no rating")
    at = moment_of(row.get("date"), reading.now)
    return [mark(EventKind.RATED, LETTERBOXD, _film(row), at, rating=rating)]


def _watchlist(row: Row, reading: Reading) -> RowEvents:
    at = moment_of(row.get("date"), reading.now)
    return [mark(EventKind.WATCHLISTED, LETTERBOXD, _film(row), at)]


def _likes(row: Row, reading: Reading) -> RowEvents:
    at = moment_of(row.get("date"), reading.now)
    return [mark(EventKind.LOVED, LETTERBOXD, _film(row), at)]


def _film(row: Row) -> About:
    return film(name=name_of(row["name"]), year=year_of(row["year"]))


_LIKES_LAYOUT: Final = HistoryLayout("Letterboxd likes", LETTERBOXD, 4, _likes)
_BY_NAME: Final = (
    (re.compile("watchlist"), HistoryLayout("Letterboxd watchlist", LETTERBOXD, 3, _watchlist)),
    (
        re.compile("(?<![a-z])watched"),
        HistoryLayout("Letterboxd watched films", LETTERBOXD, 1, _watched),
    ),
    (re.compile("(?<![a-z])like[ds]"), _LIKES_LAYOUT),
    (re.compile(r"^films( ?\([0-9]+\))?\.csv$"), _LIKES_LAYOUT),
)
