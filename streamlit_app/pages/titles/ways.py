"""Where somebody stands with a title, in words, and what they may do with it. Pure."""

from __future__ import annotations

import time
from typing import Literal, NamedTuple

from streamlit_app.api.history import HistoryRow
from streamlit_app.pages.words import counted


class Way(NamedTuple):
    """One thing that may be done with a title; `on` where it was, and this takes it back."""

    name: Literal["seen", "rate", "list", "not"]
    label: str
    icon: str
    on: bool = False


def ways_of(row: HistoryRow | None) -> tuple[Way, ...]:
    """What may be done with a title, by where the viewer stands with it; in the cards' order."""
    seen, rating = bool(row and row.watched), row.rating if row else None
    listed, dismissed = bool(row and row.watchlisted), bool(row and row.dismissed)
    return (
        Way("seen", "Seen: take it back" if seen else "Seen it", "check", seen),
        Way("rate", f"You gave {rating}: rate again" if rating else "Rate", "star", bool(rating)),
        Way(
            "list",
            "On your watchlist: take it off" if listed else "Onto the watchlist",
            "bookmark_added" if listed else "bookmark_add",
            listed,
        ),
        Way(
            "not",
            "Not for you: take it back" if dismissed else "Not for me",
            "thumb_down",
            dismissed,
        ),
    )


def words_of(row: HistoryRow | None) -> tuple[str, ...]:
    """A standing in words; none for nowhere."""
    if row is None:
        return ()
    told = (
        (row.watched, "Seen"),
        (row.rating is not None, f"You gave {row.rating}"),
        (row.loved, "Loved"),
        (row.watchlisted, "On your watchlist"),
        (row.dismissed, "Not for you"),
    )
    return tuple(words for holds, words in told if holds)


def times(row: HistoryRow) -> tuple[str, ...]:
    """How often, and when last, in words."""
    told = []
    if row.episodes:
        told.append(counted(row.episodes, "episode"))
    elif row.plays > 1:
        told.append(f"{row.plays} times")
    if row.last_at:
        told.append(time.strftime("%d %b %Y", time.gmtime(row.last_at)))
    return tuple(told)
