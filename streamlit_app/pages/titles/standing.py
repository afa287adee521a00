"""Where somebody stands with a title, in words. Pure."""

import time

from streamlit_app.api.history import HistoryRow
from streamlit_app.pages.words import counted


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


def times(row: HistoryRow | None) -> tuple[str, ...]:
    """How often, and when last, in words."""
    if row is None:
        return ()
    told = []
    if row.episodes:
        told.append(counted(row.episodes, "episode"))
    elif row.plays > 1:
        told.append(f"{row.plays} times")
    if row.last_at:
        told.append(time.strftime("%d %b %Y", time.gmtime(row.last_at)))
    return tuple(told)
