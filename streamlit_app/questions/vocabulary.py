"""The closed lists that the web app offers to choose from."""

from typing import Final, Literal

Kind = Literal["movie", "tv"]
"""What a title is."""

Kinds = Literal["movie", "tv", "all"]
"""What a search may return."""

KIND_NAMES: Final[dict[str, str]] = {"movie": "Film", "tv": "Series"}
KINDS_NAMES: Final[dict[str, str]] = {"all": "All", "movie": "Films", "tv": "Series"}

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
"""TMDB's genres of films and series, by their English names."""

LANGUAGES: Final[dict[str, str]] = {
    "ar": "Arabic",
    "bn": "Bengali",
    "cn": "Cantonese",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "ml": "Malayalam",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
"""Languages that films are often made in, by ISO 639-1 code ("cn" is TMDB's for Cantonese)."""

EXAMPLES: Final = (
    "mind-bending thriller with a twist ending",
    "a heist that goes wrong",
    "quiet drama about growing old",
    "space crew alone with something alien",
    "friends on a road trip, funny and warm",
    "detective hunting a killer in the rain",
    "animated adventure for the whole family",
    "war seen through a child's eyes",
)
"""What a first visitor may click."""
