"""What made titles are made of: words, people, and TMDB's lists as far as they are facts."""

from typing import Final


def _split(text: str, by: str = " ") -> tuple[str, ...]:
    return tuple(text.split(by))


ADJECTIVES: Final = _split(
    "Silent Golden Broken Distant Hidden Burning Frozen Restless Crooked Gentle Hollow Last "
    "Second Crimson Paper Velvet Northern Wandering Quiet Electric Forgotten Borrowed Patient "
    "Reluctant Sunken Wooden Secret Honest Midnight Careless"
)
NOUNS: Final = _split(
    "Harbour Orchard Lantern Bridge Mirror Voyage Garden Tunnel Letter Shadow River Clockmaker "
    "Island Winter Promise Circus Signal Kingdom Neighbour Witness Lighthouse Melody Stranger "
    "Engine Archive Wedding Comet Detective Painter Storm Ferry Goalkeeper Beekeeper Satellite "
    "Translator Bakery Avalanche Postman Labyrinth Carnival"
)
PLACES: Final = _split(
    "Lisbon Osaka Bergen Valparaiso Tunis Galway Riga Cusco Trieste Hobart Dakar Busan Quebec "
    "Salvador Split Mombasa Antwerp Tampere Porto Izmir"
)
DEEDS: Final = (
    "finds an old map",
    "loses everything in one night",
    "is asked to keep a secret",
    "builds a machine nobody believes in",
    "follows a voice on the radio",
    "returns after twenty years",
    "wakes up as somebody else",
    "takes the wrong train",
    "inherits a failing hotel",
    "learns to swim",
    "hunts a thief across three borders",
    "falls for a rival",
)
TURNS: Final = (
    "Soon nothing is what it seemed.",
    "A friend turns out to know more than he says.",
    "The town takes sides.",
    "Time is running out.",
    "What begins as a game ends in court.",
    "Only a child sees the truth.",
    "The sea has other plans.",
    "An unlikely pair must work together.",
)
TAGLINES: Final = (
    "Nobody leaves twice.",
    "Listen closely.",
    "Every door has two sides.",
    "It was never about the money.",
    "Some storms have names.",
)
KEYWORDS: Final = _split(
    "lighthouse;small town;time loop;heist;road trip;sibling rivalry;robot;courtroom;beekeeping;"
    "island;amnesia;train;chess;winter;radio;ghost;detective;cooking;first love;space station;"
    "football;inheritance;spy;circus;flood;hotel;dream;revenge;friendship;painting",
    ";",
)
FIRST_NAMES: Final = _split(
    "Ada Bruno Chiara Dmitri Elif Farid Greta Hugo Ines Jonas Keiko Luca Mira Nils Oona Pablo "
    "Rosa Sami Tala Ulf Vera Wanda Yusuf Zoë"
)
LAST_NAMES: Final = _split(
    "Almqvist Barros Castellan Dvorak Eriksen Fontaine Guerra Hollis Ito Jansen Kovac Lindqvist "
    "Moreau Nakagawa Okafor Petrov Quint Rahimi Sørensen Takács Ullman Varga Weiss Zamora"
)
JOBS: Final = (
    ("Directing", "Director"),
    ("Writing", "Screenplay"),
    ("Production", "Producer"),
    ("Camera", "Director of Photography"),
    ("Sound", "Original Music Composer"),
    ("Editing", "Editor"),
)
COMPANIES: Final = _split(
    "Blue Kite Pictures;Old Mill Films;Tenth Street Studio;Polar Light;Two Herons;Copper Door;"
    "Nine Rivers Media;Salt & Stone",
    ";",
)
NETWORKS: Final = ("Channel Harbour", "Kanal Nord", "Rete Sole", "Public Eight", "Streamline")

ORIGINALS: Final = {
    "fr": _split("La Nuit,Été,Le Bois,Une Île,Le Pêcheur,À Demain", ","),
    "ja": _split("海,夜の橋,花束,影,灯台,プリズム", ","),
    "ko": _split("바다,겨울,편지,그림자", ","),
    "ru": _split("Река,Ночной поезд,Письмо,Маяк", ","),
    "es": _split("El Faro,Mañana,La Niña,Otoño", ","),
    "xx": ("—",),
}
"""Pieces of original names by language; `xx` is TMDB's mark for "no language"."""

LANGUAGES: Final = {
    "en": ("English", "English"),
    "fr": ("French", "Français"),
    "ja": ("Japanese", "日本語"),
    "ko": ("Korean", "한국어/조선말"),
    "ru": ("Russian", "Русский"),
    "es": ("Spanish", "Español"),
    "xx": ("No Language", "No Language"),
}
"""English and own name by ISO 639-1."""

COUNTRIES: Final = {
    "US": "United States of America",
    "GB": "United Kingdom",
    "FR": "France",
    "DE": "Germany",
    "JP": "Japan",
    "KR": "South Korea",
    "ES": "Spain",
}
CERTIFICATIONS: Final = {
    "movie": {"US": ("G", "PG", "PG-13", "R"), "DE": ("0", "6", "12", "16"), "GB": ("U", "15")},
    "tv": {"US": ("TV-Y7", "TV-PG", "TV-14", "TV-MA"), "DE": ("6", "12", "16"), "KR": ("15", "19")},
}
PROVIDERS: Final = {2: "Apple TV", 3: "Google Play Movies", 8: "Netflix", 9: "Amazon Prime Video"}

GENRES: Final = {
    "movie": {
        28: "Action",
        12: "Adventure",
        16: "Animation",
        35: "Comedy",
        80: "Crime",
        99: "Documentary",
        18: "Drama",
        10751: "Family",
        14: "Fantasy",
        36: "History",
        27: "Horror",
        10402: "Music",
        9648: "Mystery",
        10749: "Romance",
        878: "Science Fiction",
        53: "Thriller",
        10752: "War",
        37: "Western",
    },
    "tv": {
        10759: "Action & Adventure",
        16: "Animation",
        35: "Comedy",
        80: "Crime",
        99: "Documentary",
        18: "Drama",
        10762: "Kids",
        9648: "Mystery",
        10764: "Reality",
        10765: "Sci-Fi & Fantasy",
        10768: "War & Politics",
    },
}
"""TMDB's genre numbers and names by kind."""
