"""Where TMDB is, who asks, and how much is asked."""

import math
from dataclasses import dataclass, field
from typing import Final

from app.adapters.upstream.connections import Timeouts
from app.domain.errors import NotConfigured

API_URL: Final = "https://api.themoviedb.org/3"
EXPORT_URL: Final = "https://files.tmdb.org/p/exports"
MOST_PAGES: Final = 500
"""TMDB's own limit of pages of one list."""

PATIENCE: Final = 600.0
"""Seconds: long enough for a router to start anew, short enough to be told the same day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TmdbAccess:
    """How a process uses TMDB.

    `key` is a key (v3) or a token (v4), None where there is none. `requests_per_second` is above 0.
    `lookback_days` counts from yesterday. `discover_max_pages` above `MOST_PAGES` is taken as
    that. `patience` is in seconds: how long a source that doesn't answer is waited for. Raises
    `NotConfigured` for a rate that can't be used.
    """

    key: str | None = field(repr=False)
    api_url: str = API_URL
    export_url: str = EXPORT_URL
    requests_per_second: float = 40.0
    lookback_days: int = 7
    discover_max_pages: int = MOST_PAGES
    patience: float = PATIENCE
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __post_init__(self) -> None:
        if not 0 < self.requests_per_second < math.inf:
            raise NotConfigured("TMDB_REQUESTS_PER_SECOND must be above 0")

    def credentials(self) -> tuple[dict[str, str], str]:
        """A key as a parameter, or a token as a bearer. Raises `NotConfigured`."""
        key = (self.key or "").strip()
        if not key:
            raise NotConfigured(
                "TMDB_API_KEY is not set: get a free key at "
                "https://www.themoviedb.org/settings/api and set it"
            )
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise NotConfigured("TMDB_API_KEY holds characters that no key of TMDB's has")
        if key.startswith("eyJ") or "." in key:
            return {}, key
        return {"api_key": key}, ""
