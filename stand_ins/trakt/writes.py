"""What can be written to an account: plays, ratings, the watchlist, favourites, and back again."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from stand_ins.http.messages import Answer
from stand_ins.trakt import answers
from stand_ins.trakt.catalogue import TraktCatalogue
from stand_ins.trakt.person import FakePerson, about
from stand_ins.trakt.times import UNKNOWN, seconds_of
from stand_ins.trakt.titles import Episode, Film, Item, Json, Playable, Season, Show, kind_of

_EVERYTHING: Final = ("movies", "shows", "seasons", "episodes")
_PLAYED: Final = ("movies", "episodes")


@dataclass
class _Named:
    """What a request names: each item with what is said of it, and what nobody knows."""

    found: list[tuple[Item, Json]] = field(default_factory=list)
    missing: dict[str, list[Json]] = field(default_factory=dict)

    def items(self) -> list[Item]:
        """Each of them once."""
        return list({item.key: item for item, _ in self.found}.values())


def _add_history(catalogue: TraktCatalogue, person: FakePerson, body: Json, now: float) -> Answer:
    named = _named(catalogue, body, _EVERYTHING)
    plays = [
        (part, _watched_at(said, part, now))
        for item, said in named.found
        for part in _playables(item)
    ]
    person.watch_all(plays)
    added = _counted([item for item, _ in plays], _PLAYED)
    return answers.ok({"added": added, "not_found": named.missing}, 201)


def _remove_history(
    catalogue: TraktCatalogue, person: FakePerson, body: Json, now: float
) -> Answer:
    del now
    named = _named(catalogue, body, _EVERYTHING)
    items, there = named.items(), person.plays()
    ids = {number for number in _listed(body, "ids") if isinstance(number, int)}
    gone = [play for play in there if play.id in ids or _any_about(play.item, items)]
    person.unwatch(*(play.id for play in gone))
    unknown = sorted(ids - {play.id for play in there})
    deleted = _counted([play.item for play in gone], _PLAYED)
    return answers.ok({"deleted": deleted, "not_found": {**named.missing, "ids": unknown}})


def _add_ratings(catalogue: TraktCatalogue, person: FakePerson, body: Json, now: float) -> Answer:
    named = _named(catalogue, body, _EVERYTHING)
    for _, said in named.found:
        rating = said.get("rating")
        if not isinstance(rating, int) or isinstance(rating, bool) or not 1 <= rating <= 10:
            return answers.invalid("rating is 1 to 10")
    for item, said in named.found:
        person.rate(item, said["rating"], _moment(said.get("rated_at"), now))
    added = _counted(named.items(), _EVERYTHING)
    return answers.ok({"added": added, "not_found": named.missing}, 201)


def _remove_ratings(
    catalogue: TraktCatalogue, person: FakePerson, body: Json, now: float
) -> Answer:
    del now
    named = _named(catalogue, body, _EVERYTHING)
    gone = [item for item in named.items() if person.unrate(item)]
    deleted = _counted(gone, _EVERYTHING)
    return answers.ok({"deleted": deleted, "not_found": named.missing})


def _enlist(
    name: str, catalogue: TraktCatalogue, person: FakePerson, body: Json, now: float
) -> Answer:
    del now
    sections = _SECTIONS[name]
    named = _named(catalogue, body, sections)
    there = {one.item.key for one in person.listed(name)}
    new = [item for item in named.items() if item.key not in there]
    old = [item for item in named.items() if item.key in there]
    if len(there) + len(new) > person.limits[name]:
        return answers.refusal(420)
    notes = {item.key: said.get("notes") for item, said in named.found}
    for item in new:
        person.enlist(name, [item], notes=notes[item.key])
    return answers.ok(
        {
            "added": _counted(new, sections),
            "existing": _counted(old, sections),
            "not_found": named.missing,
            "list": _list(person, name),
        },
        201,
    )


def _delist(
    name: str, catalogue: TraktCatalogue, person: FakePerson, body: Json, now: float
) -> Answer:
    del now
    named = _named(catalogue, body, _SECTIONS[name])
    gone = [item for item in named.items() if person.delist(name, [item])]
    return answers.ok(
        {
            "deleted": _counted(gone, _SECTIONS[name]),
            "not_found": named.missing,
            "list": _list(person, name),
        }
    )


_SECTIONS: Final = {"watchlist": _EVERYTHING, "favorites": ("movies", "shows")}
_Write = Callable[[TraktCatalogue, FakePerson, Json, float], Answer]
PATHS: Final[Mapping[str, _Write]] = {
    "/sync/history": _add_history,
    "/sync/history/remove": _remove_history,
    "/sync/ratings": _add_ratings,
    "/sync/ratings/remove": _remove_ratings,
    "/sync/watchlist": partial(_enlist, "watchlist"),
    "/sync/watchlist/remove": partial(_delist, "watchlist"),
    "/sync/favorites": partial(_enlist, "favorites"),
    "/sync/favorites/remove": partial(_delist, "favorites"),
}
"""What happens on a POST to each."""


def _named(catalogue: TraktCatalogue, body: Json, sections: tuple[str, ...]) -> _Named:
    named = _Named(missing={section: [] for section in sections})
    for section in sections:
        for said in _objects(body, section):
            item = catalogue.find(section.removesuffix("s"), said)
            if item is None:
                named.missing[section].append(said)
            elif isinstance(item, Show) and "seasons" in said and "seasons" in sections:
                _name_parts(named, item, said)
            else:
                named.found.append((item, said))
    return named


def _name_parts(named: _Named, show: Show, said: Json) -> None:
    outer = {name: value for name, value in said.items() if name == "watched_at"}
    for season in _objects(said, "seasons"):
        number = _number(season)
        if number not in show.seasons:
            named.missing["seasons"].append(season)
        elif "episodes" not in season:
            named.found.append((show.season(number), outer | season))
        else:
            inner = outer | {key: value for key, value in season.items() if key == "watched_at"}
            for episode in _objects(season, "episodes"):
                try:
                    found = show.episode(number, _number(episode))
                except KeyError:
                    named.missing["episodes"].append(episode)
                else:
                    named.found.append((found, inner | episode))


def _playables(item: Item) -> Iterator[Playable]:
    """What is watched where an item is: all episodes of a show, the specials not among them."""
    if isinstance(item, Film | Episode):
        yield item
    else:
        yield from item.episodes


def _any_about(played: Playable, items: list[Item]) -> bool:
    seasons = [item for item in items if isinstance(item, Season)]
    in_season = isinstance(played, Episode) and any(
        (played.show, played.season) == (season.show, season.number) for season in seasons
    )
    return in_season or any(about(played, item) for item in items)


def _watched_at(said: Json, item: Playable, now: float) -> int:
    told = said.get("watched_at")
    if told == "unknown":
        return UNKNOWN
    if told == "released":
        title = item.show if isinstance(item, Episode) else item
        return _moment(title.released or None, now)
    return _moment(told, now)


def _moment(told: object, now: float) -> int:
    """Unix seconds; what isn't an ISO time is taken for now, as Trakt does."""
    try:
        return seconds_of(told) if isinstance(told, str) else int(now)
    except ValueError:
        return int(now)


def _counted(items: list[Any], sections: tuple[str, ...]) -> dict[str, int]:
    counts = Counter(f"{kind_of(item)}s" for item in items)
    return {section: counts[section] for section in sections}


def _list(person: FakePerson, name: str) -> Json:
    changed = person.activities.time_of(name, "updated_at")
    return {"updated_at": changed, "item_count": len(person.listed(name))}


def _listed(body: Json, name: str) -> list[Any]:
    found = body.get(name)
    return found if isinstance(found, list) else []


def _objects(body: Json, name: str) -> list[Json]:
    return [one for one in _listed(body, name) if isinstance(one, dict)]


def _number(said: Json) -> int:
    """The number of a season or an episode; one that is no number is -1, which there never is."""
    number = said.get("number")
    return number if isinstance(number, int) else -1
