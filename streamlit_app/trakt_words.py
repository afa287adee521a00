"""What is told of an account at Trakt. Pure."""

from __future__ import annotations

import time
from typing import Final

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_NEVER: Final = "not synced yet"

NOT_CONFIGURED: Final = (
    '<p class="w-quiet">Trakt is not set up. Make an app at trakt.tv (settings, API apps), '
    "put its <code>TRAKT_CLIENT_ID</code> and <code>TRAKT_CLIENT_SECRET</code> into the "
    "environment or <code>.env</code>, and start watcher again. Everything else works without "
    "it, and Trakt's export can be imported as a file.</p>"
)
NOT_CONNECTED: Final = (
    '<p class="w-quiet">Not connected. Once it is, your plays, ratings, watchlist and '
    "favourites come in every hour.</p>"
)


def ago(moment: float) -> str:
    """How long ago a moment (Unix seconds; 0 for never) was, in words."""
    if not moment:
        return _NEVER
    seconds = max(time.time() - moment, 0)
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        count = int(seconds // unit)
        if count:
            return f"synced {count} {name}{'s' if count > 1 else ''} ago"
    return "synced just now"
