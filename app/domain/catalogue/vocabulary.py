"""TMDB's closed lists."""

from collections.abc import Iterable
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

_BIT: Final = {genre: 1 << place for place, genre in enumerate(GENRES)}

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


def genre_bits(genres: Iterable[str]) -> int:
    """One bit for each known genre, as in the index's columns."""
    bits = 0
    for genre in genres:
        bits |= _BIT.get(genre, 0)
    return bits


_CODES: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
    "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
    "ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw "
    "ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
    "ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr "
    "ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu cn mo sh xx "
)

LANGUAGES: Final = frozenset(_CODES.split())
"""ISO 639-1, and the four codes beyond it that TMDB uses (`cn` Cantonese, `xx` no language)."""
