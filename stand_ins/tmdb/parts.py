"""What ``append_to_response`` can add to a made title's answer."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final
from zlib import crc32

from stand_ins.tmdb import words
from stand_ins.tmdb.bodies import Core, Json, core, listed, person, pick_some

MOST_PARTS: Final = 20
_PAGE: Final = 20

_Maker = Callable[[str, int, Core, Random], Any]


def appended(kind: str, number: int, part: str, recommended: Sequence[int]) -> Json | None:
    """One part; None for a name TMDB doesn't know for the kind, which it passes over in silence."""
    if part == "recommendations":
        return _recommendations(kind, recommended)
    maker = PARTS[kind].get(part)
    if maker is None:
        return None
    made = core(kind, number)
    # Each part draws for itself: it is the same whatever else is asked for.
    found: Json = maker(kind, number, made, Random(made.mixed ^ crc32(part.encode())))
    return found


def _recommendations(kind: str, recommended: Sequence[int]) -> Json:
    # They hold a full first page, and say truly how many pages there are.
    items = [listed(kind, number) | {"media_type": kind} for number in recommended[:_PAGE]]
    pages = -(-len(recommended) // _PAGE)
    return {
        "page": 1,
        "results": items,
        "total_pages": max(pages, 1),
        "total_results": len(recommended),
    }


def _player(number: int, order: int, draw: Random) -> Json:
    someone = person(draw, number)
    return someone | {
        "adult": False,
        "known_for_department": "Acting",
        "original_name": someone["name"],
        "popularity": round(someone["id"] % 977 / 31, 3),
        "order": order,
    }


def _credits(_kind: str, number: int, made: Core, draw: Random) -> Json:
    if made.bare:
        return {"cast": [], "crew": []}
    cast = [
        _player(number, order, draw) | {"character": f"Part {order + 1}", "cast_id": order + 1}
        for order in range(int(1 + draw.random() * 18))
    ]
    crew = []
    for order, (department, job) in enumerate(words.JOBS):
        member = _player(number, order, draw) | {"department": department, "job": job}
        del member["order"]
        crew.append(member)
    if made.mixed % 23 == 0:  # two directors
        crew.append(crew[0] | person(draw, number))
    return {"cast": cast, "crew": crew}


def _aggregate_credits(kind: str, number: int, made: Core, draw: Random) -> Json:
    found = _credits(kind, number, made, draw)
    for member in found["cast"]:
        role = {"credit_id": member.pop("credit_id"), "character": member.pop("character")}
        member["roles"] = [role | {"episode_count": 8}]
        member["total_episode_count"] = 8
    for member in found["crew"]:
        job = {"credit_id": member.pop("credit_id"), "job": member.pop("job"), "episode_count": 8}
        member["jobs"] = [job]
        member["total_episode_count"] = 8
    return found


def _keywords(kind: str, _number: int, made: Core, draw: Random) -> Json:
    names = [] if made.bare else pick_some(draw, words.KEYWORDS, 8)
    found = [{"id": 500 + words.KEYWORDS.index(name), "name": name} for name in names]
    return {"keywords" if kind == "movie" else "results": found}


MADE_IDS: Final[Mapping[str, Mapping[str, int]]] = {
    "imdb_id": {"movie": 0, "tv": 9_000_000},
    "tvdb_id": {"tv": 70_000},
}
"""What a made title's number is counted from in ids of other services; the others have none."""


def _external_ids(kind: str, number: int, made: Core, _draw: Random) -> Json:
    known = not made.bare and made.mixed % 19
    found: Json = {
        "imdb_id": f"tt{MADE_IDS['imdb_id'][kind] + number:07d}" if known else None,
        "wikidata_id": f"Q{made.mixed % 10**8}" if known else None,
        "facebook_id": None,
        "instagram_id": None,
        "twitter_id": None,
    }
    if kind == "tv":
        tvdb = MADE_IDS["tvdb_id"][kind] + number if known and made.mixed % 4 else None
        found |= {"freebase_mid": None, "freebase_id": None, "tvdb_id": tvdb, "tvrage_id": None}
    return found


def _release_dates(kind: str, number: int, made: Core, draw: Random) -> Json:
    day = listed(kind, number)["release_date"]
    if made.bare or not day:
        return {"results": []}
    results = []
    for country, marks in _marked(kind, draw):
        dates = [_release(day, mark) for mark in marks]
        results.append({"iso_3166_1": country, "release_dates": dates})
    return {"results": results}


def _release(day: str, certification: str) -> Json:
    return {
        "certification": certification,
        "descriptors": [],
        "iso_639_1": "",
        "note": "",
        "release_date": f"{day}T00:00:00.000Z",
        "type": 3,
    }


def _marked(kind: str, draw: Random) -> list[tuple[str, list[str]]]:
    """Countries and the certifications of their releases; the first is often without one."""
    found = []
    for country, scale in words.CERTIFICATIONS[kind].items():
        if draw.random() < 0.85:
            mark = scale[int(draw.random() * len(scale))]
            found.append((country, ["", mark] if draw.random() < 0.3 else [mark]))
    return found


def _content_ratings(kind: str, _number: int, made: Core, draw: Random) -> Json:
    marked = [] if made.bare else _marked(kind, draw)
    return {
        "results": [
            {"descriptors": [], "iso_3166_1": country, "rating": marks[-1]}
            for country, marks in marked
        ]
    }


def _watch_providers(kind: str, number: int, made: Core, draw: Random) -> Json:
    found: Json = {}
    if made.bare or made.mixed % 3 == 0:
        return {"results": found}
    for country in ("DE", "GB", "US"):
        place = f"https://www.themoviedb.org/{kind}/{number}/watch?locale={country}"
        ways = pick_some(draw, ("flatrate", "rent", "buy", "ads", "free"), 3)
        found[country] = {"link": place} | {way: _providers(draw) for way in ways}
    return {"results": found}


def _providers(draw: Random) -> list[Json]:
    return [
        {
            "logo_path": f"/provider{provider}.jpg",
            "provider_id": provider,
            "provider_name": words.PROVIDERS[provider],
            "display_priority": priority,
        }
        for priority, provider in enumerate(pick_some(draw, words.PROVIDERS, 3))
    ]


def _alternative_titles(kind: str, _number: int, made: Core, draw: Random) -> Json:
    countries = [] if made.bare else pick_some(draw, words.COUNTRIES, 3)
    found = [
        {"iso_3166_1": code, "title": f"{made.name} ({code})", "type": ""} for code in countries
    ]
    return {"titles" if kind == "movie" else "results": found}


_BOTH: Final[Mapping[str, _Maker]] = {
    "credits": _credits,
    "keywords": _keywords,
    "external_ids": _external_ids,
    "watch/providers": _watch_providers,
    "alternative_titles": _alternative_titles,
}
PARTS: Final[Mapping[str, Mapping[str, _Maker]]] = {
    "movie": {**_BOTH, "release_dates": _release_dates},
    "tv": {
        **_BOTH,
        "aggregate_credits": _aggregate_credits,
        "content_ratings": _content_ratings,
    },
}
PART_NAMES: Final = {kind: (*parts, "recommendations") for kind, parts in PARTS.items()}
"""What can be appended, by kind."""
