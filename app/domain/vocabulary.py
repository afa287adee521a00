"""TMDB's closed lists."""

from __future__ import annotations

from typing import Final

GENRES: Final = (
    "Action",
    "Action & Adventure",
    "Adventure",
    "Animation",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Family",
    "Fantasy",
    "Foreign",
    "History",
    "Horror",
    "Kids",
    "Music",
    "Mystery",
    "News",
    "Reality",
    "Romance",
    "Sci-Fi & Fantasy",
    "Science Fiction",
    "Soap",
    "TV Movie",
    "Talk",
    "Thriller",
    "War",
    "War & Politics",
    "Western",
)
"""Genres of films and series by their English names. A genre's place is its bit in the index's
columns: append only, or raise `GENRES_VERSION`."""

GENRES_VERSION: Final = 1

_ALIASES: Final = {
    "sci-fi": "Science Fiction",
    "scifi": "Science Fiction",
    "sci fi": "Science Fiction",
    "science-fiction": "Science Fiction",
    "animated": "Animation",
    "anime": "Animation",
    "musical": "Music",
    "romantic": "Romance",
    "historical": "History",
}

_BY_FOLDED: Final = {name.casefold(): name for name in GENRES} | _ALIASES


def genre_named(text: str) -> str | None:
    """TMDB's name for a genre written in any case, or by a common other name; None if unknown."""
    return _BY_FOLDED.get(text.strip().casefold())
