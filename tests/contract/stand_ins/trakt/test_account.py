"""What the stand-in for Trakt tells of an account, and when it says that something changed."""

from collections.abc import Callable

import httpx2
import pytest

from stand_ins.trakt.serving import FakePerson, FakeTrakt
from tests.contract.stand_ins.trakt.conftest import get
from tests.fakes.clock import MovedClock

DAY = 24 * 3600


def activities(client: httpx2.Client) -> dict[str, str]:
    told = get(client, "/sync/last_activities")
    parts = {part: times for part, times in told.items() if part != "all"}
    flat = {f"{part}.{name}": at for part, times in parts.items() for name, at in times.items()}
    assert told["all"] == max(flat.values())
    return flat


Change = Callable[[FakeTrakt, FakePerson], object]
CHANGES: list[tuple[Change, Change, set[str], set[str]]] = [
    (
        lambda fake, ada: ada.watch(fake.films[0], DAY),
        lambda fake, ada: ada.unwatch_title(fake.films[0]),
        {"movies.watched_at"},
        {"movies.watched_at"},
    ),
    (
        lambda fake, ada: ada.watch(fake.shows[0].episode(1, 1), DAY),
        lambda fake, ada: ada.unwatch_title(fake.shows[0]),
        {"episodes.watched_at"},
        {"episodes.watched_at"},
    ),
    (
        lambda fake, ada: ada.rate(fake.shows[0], 7, DAY),
        lambda fake, ada: ada.unrate(fake.shows[0]),
        {"shows.rated_at"},
        {"shows.rated_at"},
    ),
    (
        lambda fake, ada: ada.watchlist(fake.films[0], at=DAY),
        lambda fake, ada: ada.unwatchlist(fake.films[0]),
        {"movies.watchlisted_at", "watchlist.updated_at"},
        {"watchlist.updated_at"},
    ),
    (
        lambda fake, ada: ada.favorite(fake.shows[0], at=DAY),
        lambda fake, ada: ada.unfavorite(fake.shows[0]),
        {"shows.favorited_at", "favorites.updated_at"},
        {"favorites.updated_at"},
    ),
]


@pytest.mark.parametrize(("add", "remove", "added", "removed"), CHANGES)
def test_each_change_moves_its_activities(
    fake: FakeTrakt,
    ada: FakePerson,
    client: httpx2.Client,
    add: Change,
    remove: Change,
    added: set[str],
    removed: set[str],
) -> None:
    for change, moved in ((add, added), (remove, removed)):
        before = activities(client)
        change(fake, ada)
        after = activities(client)
        assert {name for name in after if after[name] != before[name]} == moved
        assert all(after[name] > before[name] for name in moved)
        assert activities(client) == after


def test_what_changes_nothing_moves_nothing(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    ada.watchlist(fake.films[0])
    before = activities(client)
    assert ada.watchlist(fake.films[0]) == 0
    assert ada.unrate(fake.films[0]) == ada.unfavorite(fake.films[0]) == 0
    assert ada.unwatch_title(fake.films[0]) == 0
    assert activities(client) == before


def test_whole_seconds_hide_a_second_change(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, clock: MovedClock
) -> None:
    ada.activities.whole_seconds = True
    ada.watch(fake.films[0])
    before = activities(client)
    assert all(at.endswith(".000Z") for at in before.values())
    ada.watch(fake.films[1])
    assert activities(client) == before
    clock.forward(1)
    ada.watch(fake.films[2])
    assert activities(client) != before


def test_watched_tells_each_title_once(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, clock: MovedClock
) -> None:
    film, show = fake.films[0], fake.shows[0]
    later = ada.watch_all([(film, DAY), (film, 9 * DAY)])[1]
    ada.watch_all([(show.episode(1, 2), DAY), (show.episode(1, 2), 2 * DAY)])
    ada.watch(show.episode(2, 1), 3 * DAY)
    (told,) = get(client, "/sync/watched/movies")
    assert (told["plays"], told["last_watched_at"]) == (2, "1970-01-10T00:00:00.000Z")
    assert told["movie"]["ids"]["trakt"] == film.trakt
    (told_show,) = get(client, "/sync/watched/shows")
    assert (told_show["plays"], told_show["reset_at"]) == (3, None)
    assert "seasons" not in told_show
    seasons = get(client, "/sync/watched/shows", extended="progress")[0]["seasons"]
    played = [(s["number"], e["number"], e["plays"]) for s in seasons for e in s["episodes"]]
    assert played == [(1, 2, 2), (2, 1, 1)]
    clock.forward(100)
    ada.unwatch(later)
    (without,) = get(client, "/sync/watched/movies")
    assert (without["plays"], without["last_watched_at"]) == (1, "1970-01-02T00:00:00.000Z")
    # As Trakt does it: who looks at this one alone never hears of a removal.
    assert without["last_updated_at"] == told["last_updated_at"]
    with pytest.raises(KeyError):
        ada.unwatch(later)


def test_fewer_shows_are_on_a_page_with_their_episodes(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    ada.watch_all((show.episode(1, 1), DAY) for show in fake.shows)
    plain = client.get("/sync/watched/shows", params={"limit": 250})
    detailed = client.get("/sync/watched/shows", params={"limit": 250, "extended": "progress"})
    assert (len(plain.json()), plain.headers["X-Pagination-Page-Count"]) == (130, "1")
    assert (len(detailed.json()), detailed.headers["X-Pagination-Page-Count"]) == (100, "2")


def test_ratings_are_told_by_kind_and_value(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    film, show = fake.films[0], fake.shows[0]
    ada.rate_all([(film, 8), (fake.films[1], 4), (show, 8), (show.season(1), 9)], DAY)
    ada.rate(film, 10, 2 * DAY)
    told = get(client, "/sync/ratings")
    assert [(one["type"], one["rating"]) for one in told] == [
        *[("movie", 10), ("movie", 4), ("show", 8), ("season", 9)]
    ]
    assert told[0]["rated_at"] == "1970-01-03T00:00:00.000Z"
    assert len(get(client, "/sync/ratings/movies")) == 2
    assert [one["type"] for one in get(client, "/sync/ratings/all/8,9")] == ["show", "season"]
    assert ada.unrate(film, show) == 2
    assert [one["rating"] for one in get(client, "/sync/ratings")] == [4, 9]


@pytest.mark.parametrize("name", ["watchlist", "favorites"])
def test_lists_keep_their_order(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, name: str
) -> None:
    one, two, show = fake.films[0], fake.films[1], fake.shows[0]
    ada.enlist(name, [two], 2 * DAY, notes="soon")
    ada.enlist(name, [show, one], DAY)

    def order(path: str) -> list[tuple[int, str]]:
        return [(entry["rank"], entry["type"]) for entry in get(client, f"/sync/{name}{path}")]

    assert order("") == [(1, "movie"), (2, "show"), (3, "movie")]
    assert order("/movies") == [(1, "movie"), (3, "movie")]
    assert order("/all/added/asc") == [(2, "show"), (3, "movie"), (1, "movie")]
    assert order("/shows/rank/desc") == [(2, "show")]
    first = get(client, f"/sync/{name}")[0]
    assert (first["notes"], first["listed_at"]) == ("soon", "1970-01-03T00:00:00.000Z")
    ada.delist(name, [two, show])
    assert order("") == [(1, "movie")]


def test_settings_tell_the_limits(ada: FakePerson, client: httpx2.Client) -> None:
    told = get(client, "/users/settings")
    assert told["user"]["username"] == "ada"
    assert told["user"]["vip"] is False
    assert told["limits"]["list"] == {"count": 5, "item_count": 250}
    ada.vip, ada.limits["watchlist"] = True, 3
    told = get(client, "/users/settings")
    assert (told["user"]["vip"], told["limits"]["watchlist"]) == (True, {"item_count": 3})
