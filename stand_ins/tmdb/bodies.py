"""Made titles: everything about one is computed from its kind and number, the same each time.

The shapes are those of TMDB's recorded answers, with what is really missing or null in them: about
one title in 13 is as bare as one that somebody has just entered, about one in 37 lacks the fields
that TMDB's older answers lack, and about one in 41 is adult.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any, Final, NamedTuple

from stand_ins.tmdb import words

Json = dict[str, Any]

KINDS: Final = ("movie", "tv")
_SALT: Final = {"movie": 0x243F6A8885A308D3, "tv": 0x13198A2E03707344}
_MASK: Final = 2**64 - 1
_FIRST_DAY: Final = date(1930, 1, 1)
_DAYS: Final = 35_000
_OLDER_LACK: Final = {
    "movie": ("video", "tagline"),
    "tv": (
        *("adult", "production_companies", "production_countries", "spoken_languages"),
        *("tagline", "type", "last_episode_to_air", "next_episode_to_air"),
    ),
}


class Core(NamedTuple):
    """What the exports tell of a title, and what decides about the rest of it."""

    mixed: int
    name: str
    original_name: str
    language: str
    popularity: float
    adult: bool

    @property
    def bare(self) -> bool:
        """Whether nearly everything about it is unknown."""
        return self.mixed % 13 == 0

    @property
    def older(self) -> bool:
        """Whether its answer and its line in the exports lack some fields."""
        return self.mixed % 37 == 0 and not self.adult


def core(kind: str, number: int) -> Core:
    """Cheap enough for each of a million lines."""
    mixed = _mixed(kind, number)
    name = _name(mixed)
    language, original = "en", name
    if mixed % 5 < 2:
        language = _LANGUAGES[mixed % 47 % len(_LANGUAGES)]
        pieces = words.ORIGINALS[language]
        original = f"{pieces[mixed % 53 % len(pieces)]} {mixed % 997}"
    # The many are near 0.6 and a few in the hundreds, as in TMDB's exports.
    share = ((mixed >> 11) + 1) / 2**53
    return Core(mixed, name, original, language, round(0.6 * share**-0.6, 4), mixed % 41 == 0)


_LANGUAGES: Final = tuple(words.ORIGINALS)


def _mixed(kind: str, number: int) -> int:
    """64 bits that look random and differ for each title (splitmix64)."""
    z = (number * 0x9E3779B97F4A7C15 + _SALT[kind]) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def _name(mixed: int) -> str:
    adjective = words.ADJECTIVES[mixed % 7919 % len(words.ADJECTIVES)]
    noun = words.NOUNS[mixed % 7907 % len(words.NOUNS)]
    place = words.PLACES[mixed % 7901 % len(words.PLACES)]
    form = mixed % 43 % 4
    if form == 0:
        return f"The {adjective} {noun}"
    if form == 1:
        return f"{noun} of {place}"
    if form == 2:
        return f"{adjective} {noun}: {place} {mixed % 97 + 1}"
    return f"{adjective} {noun} in {place}"


def pick_some(draw: Random, choices: Sequence[str] | Mapping[Any, Any], most: int) -> list[Any]:
    """1 to `most` different of the choices."""
    options = list(choices)
    start, count = int(draw.random() * len(options)), 1 + int(draw.random() * most)
    # A stride that shares no factor with any length used here reaches each option once.
    return [options[(start + 13 * i) % len(options)] for i in range(count)]


def picture(mixed: int, salt: str) -> str:
    """A path as TMDB's image server has them."""
    return f"/{mixed:016x}{salt}.jpg"


@lru_cache(maxsize=20_000)
def listed(kind: str, number: int) -> Json:
    """A title as lists of titles show it. Not to be changed: it is kept."""
    made = core(kind, number)
    draw = Random(made.mixed)
    film, bare = kind == "movie", made.bare
    day = (_FIRST_DAY + timedelta(int(draw.random() * _DAYS))).isoformat()
    votes = 0 if bare else int(10 ** (4.4 * draw.random()))
    item: Json = {
        "adult": made.adult,
        "backdrop_path": None if bare or made.mixed % 3 == 0 else picture(made.mixed, "b"),
        "genre_ids": [] if bare else pick_some(draw, words.GENRES[kind], 3),
        "id": number,
        "original_language": made.language,
        "original_title" if film else "original_name": made.original_name,
        "overview": "" if bare else _overview(draw),
        "popularity": made.popularity,
        "poster_path": None if bare or made.mixed % 29 == 0 else picture(made.mixed, "p"),
        "release_date" if film else "first_air_date": "" if bare else day,
        "title" if film else "name": made.name,
        "vote_average": round(2 + 7 * draw.random(), 3) if votes else 0,
        "vote_count": votes,
    }
    return item | ({"video": False} if film else {"origin_country": _origin(made)})


def _origin(made: Core) -> list[str]:
    return [] if made.bare else ["US" if made.language == "en" else "FR"]


def _overview(draw: Random) -> str:
    who, where = (int(draw.random() * 1000) for _ in range(2))
    hero, place = words.NOUNS[who % len(words.NOUNS)], words.PLACES[where % len(words.PLACES)]
    deed = words.DEEDS[int(draw.random() * len(words.DEEDS))]
    turns = pick_some(draw, words.TURNS, 3)
    mood = words.ADJECTIVES[int(draw.random() * len(words.ADJECTIVES))].lower()
    return f"In {place}, a {mood} {hero.lower()} {deed}. {' '.join(turns)}"


def details(kind: str, number: int) -> Json:
    """A title's answer without anything appended."""
    made, item = core(kind, number), dict(listed(kind, number))
    genres = words.GENRES[kind]
    item["genres"] = [{"id": genre, "name": genres[genre]} for genre in item.pop("genre_ids")]
    draw = Random(made.mixed ^ 1)
    item |= _production(made, draw)
    item |= _film(made, number, draw) if kind == "movie" else _series(made, number, item, draw)
    if made.mixed % 101 == 0:
        item["popularity"] = str(item["popularity"])  # as in an older recorded answer
    if made.older:
        for field in _OLDER_LACK[kind]:
            item.pop(field, None)
    return item


def _production(made: Core, draw: Random) -> Json:
    bare = made.bare
    countries = [] if bare else pick_some(draw, words.COUNTRIES, 2)
    english, own = words.LANGUAGES[made.language]
    spoken = {"english_name": english, "iso_639_1": made.language, "name": own}
    return {
        "homepage": "" if bare or made.mixed % 2 else f"https://title-{made.mixed:x}.example",
        "production_companies": [] if bare else _companies(draw, words.COMPANIES),
        "production_countries": [
            {"iso_3166_1": code, "name": words.COUNTRIES[code]} for code in countries
        ],
        "spoken_languages": [] if bare else [spoken],
        "tagline": words.TAGLINES[made.mixed % len(words.TAGLINES)] if made.mixed % 11 > 4 else "",
    }


def _companies(draw: Random, names: Sequence[str]) -> list[Json]:
    return [
        {
            "id": 1000 + names.index(name),
            "logo_path": None if draw.random() < 0.4 else f"/logo{names.index(name)}.png",
            "name": name,
            "origin_country": "" if draw.random() < 0.3 else "US",
        }
        for name in pick_some(draw, names, 2)
    ]


def _film(made: Core, number: int, draw: Random) -> Json:
    saga = None
    if not made.bare and made.mixed % 7 == 0:
        collection = made.mixed % 500 + 1
        saga = {
            "id": collection,
            "name": f"{words.NOUNS[collection % len(words.NOUNS)]} {collection} Collection",
            "poster_path": None,
            "backdrop_path": None,
        }
    known = not made.bare
    return {
        "belongs_to_collection": saga,
        "budget": int(draw.random() * 10**8) if known else 0,
        "imdb_id": f"tt{number:07d}" if known and made.mixed % 19 else None,
        "revenue": int(draw.random() * 10**9) if known else 0,
        "runtime": int(60 + 120 * draw.random()) if known else 0,
        "status": "Released" if made.mixed % 17 else "Post Production",
    }


def _series(made: Core, number: int, item: Json, draw: Random) -> Json:
    minutes, known = int(20 + 50 * draw.random()), not made.bare
    seasons = 1 + int(draw.random() * 8) if known else 0
    aired = item["first_air_date"] or None
    return {
        "created_by": [] if made.mixed % 3 == 0 or not known else [person(draw, number)],
        "episode_run_time": [minutes] if known and made.mixed % 2 else [],
        "in_production": made.mixed % 17 == 0,
        "languages": [made.language] if known else [],
        "last_air_date": aired,
        "last_episode_to_air": _episode(number, seasons, aired, minutes, made) if known else None,
        "next_episode_to_air": None,
        "networks": _companies(draw, words.NETWORKS) if known else [],
        "number_of_episodes": seasons * 8,
        "number_of_seasons": seasons,
        "seasons": [_season(number, season, aired) for season in range(1, seasons + 1)],
        "status": "Returning Series" if made.mixed % 17 == 0 else "Ended",
        "type": "Scripted",
    }


def _season(number: int, season: int, aired: str | None) -> Json:
    return {
        "air_date": aired if season == 1 else None,
        "episode_count": 8,
        "id": number * 100 + season,
        "name": f"Season {season}",
        "overview": "",
        "poster_path": None,
        "season_number": season,
        "vote_average": 0,
    }


def _episode(number: int, season: int, aired: str | None, minutes: int, made: Core) -> Json:
    return {
        "air_date": aired,
        "episode_number": 8,
        "episode_type": "finale",
        "id": number * 1000 + season,
        "name": "Episode 8",
        "overview": "",
        "production_code": "",
        "runtime": None if made.mixed % 5 == 0 else minutes,
        "season_number": season,
        "show_id": number,
        "still_path": None,
        "vote_average": 0,
        "vote_count": 0,
    }


EPISODES: Final = {"imdb_id": 40_000_000, "tvdb_id": 5_000_000}
"""What a series' number is added to in the ids that its last episode has at other services."""


def episode_found(number: int) -> Json | None:
    """A series' last episode as a search by its id shows it; None where there is none."""
    episode = details("tv", number)["last_episode_to_air"]
    return episode and {**episode, "media_type": "tv_episode"}


def person(draw: Random, number: int) -> Json:
    """Somebody, without a part in anything."""
    which = int(draw.random() * len(words.FIRST_NAMES) * len(words.LAST_NAMES))
    first, last = divmod(which, len(words.LAST_NAMES))
    return {
        "id": 10_000 + which,
        "credit_id": f"{number:012x}{which:012x}",
        "name": f"{words.FIRST_NAMES[first]} {words.LAST_NAMES[last]}",
        "gender": which % 3,
        "profile_path": None if which % 4 == 0 else f"/face{which}.jpg",
    }
