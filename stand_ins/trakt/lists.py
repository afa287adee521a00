"""What can be read of an account: activities, history, watched, ratings, lists, settings."""

from collections.abc import Sequence
from typing import Any, Final

from stand_ins.http.messages import Answer, Asked
from stand_ins.trakt import answers
from stand_ins.trakt.person import FakePerson, Listed, Play
from stand_ins.trakt.service import FakeTrakt
from stand_ins.trakt.times import iso, seconds_of
from stand_ins.trakt.titles import Episode, Film, Item, Json, Show, entry, kind_of

_MOST_WITH_PROGRESS: Final = 100
"""Shows on a page where all their episodes are told."""

_HISTORY_KINDS: Final = {
    None: {"movie", "episode"},
    "movies": {"movie"},
    "shows": {"episode"},
    "seasons": {"episode"},
    "episodes": {"episode"},
}


def last_activities(
    fake: FakeTrakt, person: FakePerson, asked: Asked, named: tuple[str, ...]
) -> Answer:
    """``/sync/last_activities``."""
    del fake, asked, named
    return answers.ok(person.activities.body())


def settings(fake: FakeTrakt, person: FakePerson, asked: Asked, named: tuple[str, ...]) -> Answer:
    """``/users/settings``."""
    del fake, asked, named
    limits = person.limits
    joined = iso(int(person.joined_at))
    user = {
        "username": person.name,
        "private": False,
        "name": person.name.title(),
        "vip": person.vip,
        "vip_ep": False,
        "ids": {"slug": person.name, "trakt": person.id.fields[0], "uuid": str(person.id)},
        "joined_at": joined,
        "vip_og": False,
        "vip_years": 0,
    }
    told: Json = {name: {"item_count": limits[name]} for name in limits if name != "list"}
    told["list"] = {"count": limits["list"], "item_count": limits["watchlist"]}
    told["search"] = {"recent_count": 5}
    account = {"timezone": "Europe/Berlin", "date_format": "dmy", "time_24hr": True}
    return answers.ok(
        {
            "user": user,
            "account": account,
            "limits": told,
            "permissions": {"commenting": True, "liking": True, "following": True},
        }
    )


def history(fake: FakeTrakt, person: FakePerson, asked: Asked, named: tuple[str, ...]) -> Answer:
    """``/sync/history``: plays, the latest first."""
    kind, number = named
    try:
        start, end = (_time(asked, name) for name in ("start_at", "end_at"))
    except ValueError:
        return answers.invalid("start_at and end_at are ISO times")
    kinds = _HISTORY_KINDS[kind]
    plays = [play for play in person.plays(start, end) if kind_of(play.item) in kinds]
    if number is not None:
        plays = [play for play in plays if _trakt_id(play, kind) == int(number)]
    shown, headers = _page(fake, asked, plays)
    return answers.ok([_play(play, full=_full(asked)) for play in shown], headers=headers)


def watched(fake: FakeTrakt, person: FakePerson, asked: Asked, named: tuple[str, ...]) -> Answer:
    """``/sync/watched/…``: each film or show once; episodes with ``extended=progress`` only."""
    plays: dict[tuple[str, int], list[Play]] = {}
    for play in person.plays():
        if kind_of(play.item) == ("movie" if named == ("movies",) else "episode"):
            item = play.item.show if isinstance(play.item, Episode) else play.item
            plays.setdefault(item.key, []).append(play)
    progress = "progress" in asked.query.get("extended", "") and named == ("shows",)
    most = _MOST_WITH_PROGRESS if progress else fake.most_per_page
    shown, headers = _page(fake, asked, list(plays.values()), most)
    bodies = [
        _watched(person, one, full=_full(asked)) | (_seasons(one) if progress else {})
        for one in shown
    ]
    return answers.ok(bodies, headers=headers)


def ratings(fake: FakeTrakt, person: FakePerson, asked: Asked, named: tuple[str, ...]) -> Answer:
    """``/sync/ratings``: the latest first."""
    kind, wanted = named
    only = {int(rating) for rating in (wanted or "").split(",") if rating}
    found = [
        {"rated_at": iso(rated.at), "rating": rated.rating} | entry(rated.item, full=_full(asked))
        for rated in person.ratings()
        if _fits(rated.item, kind) and (not only or rated.rating in only)
    ]
    shown, headers = _page(fake, asked, found)
    return answers.ok(shown, headers=headers)


def listed(fake: FakeTrakt, person: FakePerson, asked: Asked, named: tuple[str, ...]) -> Answer:
    """``/sync/watchlist`` and ``/sync/favorites``, by rank unless asked for otherwise."""
    name, kind, by, how = named
    ranked = list(enumerate(person.listed(name), 1))
    found = [(rank, one) for rank, one in ranked if _fits(one.item, kind)]
    if by == "added":
        found.sort(key=lambda ranked: ranked[1].at)
    if how == "desc":
        found.reverse()
    bodies = [_entry(rank, one, full=_full(asked)) for rank, one in found]
    shown, headers = _page(fake, asked, bodies)
    sorting = [("X-Sort-By", by or "rank"), ("X-Sort-How", how or "asc")]
    return answers.ok(shown, headers=[*headers, *sorting])


def _page(
    fake: FakeTrakt, asked: Asked, items: Sequence[Any], most: int | None = None
) -> tuple[Sequence[Any], list[tuple[str, str]]]:
    page = _whole(asked.query.get("page")) or 1
    limit = _whole(asked.query.get("limit")) or fake.default_per_page
    return answers.page_of(items, page, min(limit, most or fake.most_per_page, fake.most_per_page))


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def _full(asked: Asked) -> bool:
    return "full" in asked.query.get("extended", "")


def _time(asked: Asked, name: str) -> int | None:
    text = asked.query.get(name)
    return None if text is None else seconds_of(text)


def _fits(item: Item, kind: str | None) -> bool:
    return kind in (None, "all") or f"{kind_of(item)}s" == kind


def _trakt_id(play: Play, kind: str | None) -> int:
    if not isinstance(play.item, Episode):
        return play.item.trakt
    item = play.item
    parents = {"shows": item.show.trakt, "seasons": item.show.season(item.season).trakt}
    return parents.get(kind or "", item.trakt)


def _play(play: Play, *, full: bool) -> Json:
    told = {"id": play.id, "watched_at": iso(play.at), "action": play.action}
    return told | entry(play.item, full=full)


def _entry(rank: int, one: Listed, *, full: bool) -> Json:
    told = {"rank": rank, "id": one.id, "listed_at": iso(one.at), "notes": one.notes}
    return told | entry(one.item, full=full)


def _watched(person: FakePerson, plays: Sequence[Play], *, full: bool) -> Json:
    first = plays[0].item
    item: Film | Show = first.show if isinstance(first, Episode) else first
    told: Json = {
        "plays": len(plays),
        "last_watched_at": iso(max(play.at for play in plays)),
        "last_updated_at": iso(person.last_added(item)),
    }
    if isinstance(item, Film):
        return told | {"movie": item.body(full=full)}
    aired = {"aired_episodes": len(item.episodes)}
    return told | {"reset_at": None, "show": item.body(full=full) | aired}


def _seasons(plays: Sequence[Play]) -> Json:
    found: dict[int, dict[int, list[int]]] = {}
    for play in plays:
        assert isinstance(play.item, Episode)
        season = found.setdefault(play.item.season, {})
        season.setdefault(play.item.number, []).append(play.at)
    return {
        "seasons": [
            {
                "number": season,
                "episodes": [
                    {"number": number, "plays": len(times), "last_watched_at": iso(max(times))}
                    for number, times in sorted(episodes.items())
                ],
            }
            for season, episodes in sorted(found.items())
        ]
    }
