"""A person's Trakt account in the ledger: all of it, followed, and nothing lost on the way."""

from dataclasses import replace

import pytest

from app.adapters.stores.common.stores import Stores
from app.domain.errors import (
    Cancelled,
    UpstreamUnavailable,
)
from app.domain.people.ledger import EventKind
from app.domain.progress import Progress, silent
from app.services.accounts.history_sync import HistorySync
from stand_ins.trakt.serving import FakePerson, FakeTrakt, Status
from tests.fakes.clock import MovedClock
from tests.trakt_world import ADA, BOB, keys, plays, tokens_of

HISTORY = "/sync/history"
DAY = 86_400


def full_reads(fake: FakeTrakt) -> int:
    return sum(
        request.path == HISTORY
        and request.query.get("limit") == "250"
        and request.query.get("page") == "1"
        and "start_at" not in request.query
        for request in fake.requests
    )


def test_the_first_sync_brings_everything(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores, clock: MovedClock
) -> None:
    ada.watch_in_bulk(600)
    ada.rate_all([(film, 8) for film in fake.films])
    ada.watchlist(*fake.shows)
    ada.favorite(fake.films[6], fake.shows[6])
    report = sync.sync(ADA, silent)
    assert (report.added, report.replaced, report.removed) == (600 + 300 + 40 + 2, 0, 0)
    assert keys(stores) == plays(ada)
    assert len(keys(stores, EventKind.RATED)) == 300
    assert len(keys(stores, EventKind.WATCHLISTED)) == 40
    assert len(keys(stores, EventKind.LOVED)) == 2
    connection = sync.linking.connection(ADA)
    assert connection is not None
    assert (connection.synced_at, connection.problem) == (clock.now(), "")
    assert stores.ledger.events(BOB) == []


def test_where_nothing_changed_next_to_nothing_is_asked(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores, clock: MovedClock
) -> None:
    ada.watch_in_bulk(600)
    clock.forward(DAY)
    sync.sync(ADA, silent)
    version = stores.ledger.version(ADA)
    fake.reset_counters()
    report = sync.sync(ADA, silent)
    assert str(report).endswith("nothing changed at Trakt")
    assert stores.ledger.version(ADA) == version
    assert len(fake.requests) <= 2


def test_new_plays_come_without_reading_all_again(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores, clock: MovedClock
) -> None:
    ada.watch_in_bulk(600)
    sync.sync(ADA, silent)
    clock.forward(DAY)
    ada.watch(fake.films[5])
    ada.watch(fake.shows[1].episode(1, 1))
    fake.reset_counters()
    report = sync.sync(ADA, silent)
    assert (report.added, report.replaced, report.removed) == (2, 0, 0)
    assert keys(stores) == plays(ada)
    assert full_reads(fake) == 0


def test_plays_of_long_ago_that_are_added_now_are_found(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    ada.watch_in_bulk(10)
    sync.sync(ADA, silent)
    ada.watch(fake.films[50], 1_000_000_000)
    ada.watch(fake.films[51], 0)
    report = sync.sync(ADA, silent)
    assert (report.added, report.removed) == (2, 0)
    assert keys(stores) == plays(ada)


def test_plays_that_are_removed_there_go(
    ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    numbers = ada.watch_in_bulk(600)
    sync.sync(ADA, silent)
    ada.unwatch(numbers[0], numbers[300], numbers[599])
    report = sync.sync(ADA, silent)
    assert (report.added, report.removed) == (0, 3)
    assert keys(stores) == plays(ada)
    ada.unwatch(*(play.id for play in ada.plays()))
    sync.sync(ADA, silent)
    assert keys(stores) == []


def test_what_came_from_elsewhere_is_never_removed(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    number = ada.watch(fake.films[0])
    sync.sync(ADA, silent)
    (event,) = stores.ledger.events(ADA)
    stores.ledger.put(ADA, [replace(event, key="by hand", source="hand")])
    ada.unwatch(number)
    sync.sync(ADA, silent)
    assert keys(stores) == ["by hand"]


def test_lists_are_followed_with_what_leaves_them(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    film, show = fake.films[6], fake.shows[6]
    assert film.trakt == show.trakt
    ada.rate_all([(film, 3), (show, 4)])
    ada.watchlist(film, show)
    ada.favorite(film, show)
    sync.sync(ADA, silent)
    ada.rate(show, 9)
    ada.unrate(film)
    ada.unwatchlist(film)
    ada.unfavorite(show)
    report = sync.sync(ADA, silent)
    assert (report.added, report.replaced, report.removed) == (0, 1, 3)
    left = {event.key: event.rating for event in stores.ledger.events(ADA)}
    assert left == {
        f"trakt:rated:tv:{show.trakt}": 9,
        f"trakt:watchlisted:tv:{show.trakt}": None,
        f"trakt:loved:movie:{film.trakt}": None,
    }


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_sync_that_breaks_off_loses_and_doubles_nothing(
    ada: FakePerson, sync: HistorySync, stores: Stores, page: int
) -> None:
    ada.watch_in_bulk(600)
    seen = []

    def killed(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == page:
            raise Cancelled("killed")

    with pytest.raises(Cancelled):
        sync.sync(ADA, killed)
    assert len(keys(stores)) == min(250 * page, 600)
    sync.sync(ADA, silent)
    assert keys(stores) == plays(ada)


@pytest.mark.parametrize("path", ["*/history", "*/ratings/*", "*/watchlist/*", "*/favorites/*"])
@pytest.mark.parametrize("after", [0, 1])
def test_a_failed_page_removes_nothing(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores, path: str, after: int
) -> None:
    numbers = ada.watch_in_bulk(600)
    ada.rate_all([(film, 8) for film in fake.films])
    ada.watchlist(*fake.films)
    ada.favorite(*fake.films)
    sync.sync(ADA, silent)
    before = stores.ledger.events(ADA)
    ada.unwatch(*numbers[-5:])
    ada.unrate(*fake.films[:5])
    ada.unwatchlist(*fake.films[:5])
    ada.unfavorite(*fake.films[:5])
    fake.fault(Status(500), path, after=after)
    with pytest.raises(UpstreamUnavailable):
        sync.sync(ADA, silent)
    kind = {"h": "watched", "r": "rated", "w": "watchlisted", "f": "loved"}[path[2]]
    kept = {event.key for event in stores.ledger.events(ADA)}
    assert {event.key for event in before if event.kind.value == kind} <= kept
    fake.clear_faults()
    sync.sync(ADA, silent)
    assert len(stores.ledger.events(ADA)) == 595 + 3 * 295


def test_an_old_play_that_got_another_date_is_followed(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    numbers = ada.watch_in_bulk(100)
    sync.sync(ADA, silent)
    ada.unwatch(numbers[3])
    ada.watch(fake.films[3], 1_000_000_000)
    sync.sync(ADA, silent)
    assert keys(stores) == plays(ada)


def test_changes_within_one_second_are_all_seen(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    ada.activities.whole_seconds = True
    ada.watchlist(fake.films[0])
    ada.rate(fake.films[0], 5)
    sync.sync(ADA, silent)
    ada.watchlist(fake.films[1])
    ada.rate(fake.films[0], 6)
    ada.watch(fake.films[2])
    sync.sync(ADA, silent)
    assert len(keys(stores, EventKind.WATCHLISTED)) == 2
    assert {event.rating for event in stores.ledger.events(ADA)} == {None, 6}
    assert keys(stores) == plays(ada)


def test_two_people_keep_apart(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    bob = fake.person("bob")
    sync.linking.link(BOB, tokens_of(fake, bob))
    ada.watch(fake.films[0])
    bob.watch(fake.films[0])
    sync.sync(ADA, silent)
    sync.sync(BOB, silent)
    assert keys(stores) == plays(ada)
    assert keys(stores, profile=BOB) == plays(bob)
    assert not set(plays(ada)) & set(plays(bob))
