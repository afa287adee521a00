"""What stands at the foot of each page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ATTRIBUTION: Final = (
    "This product uses the TMDB API but is not endorsed or certified by TMDB. "
    "Where titles can be streamed is JustWatch's data, by way of TMDB."
)


def footer(titles: Mapping[str, int]) -> str:
    """As HTML; `titles` counts the catalogue by kind, and is empty where that isn't known."""
    films, series = titles.get("movie", 0), titles.get("tv", 0)
    catalogue = f"watcher searches {films:,} films and {series:,} series." if titles else "watcher"
    return f'<footer class="w-foot"><p>{catalogue}</p><p>{ATTRIBUTION}</p></footer>'
