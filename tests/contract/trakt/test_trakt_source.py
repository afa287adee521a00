"""What is read of a Trakt account: all of it, or an error that says what to do."""

from datetime import UTC, datetime

import pytest

from app.adapters.trakt.source import TraktSource
from app.domain.catalogue.titles import MediaKind
from app.domain.people.ledger import EventKind
from app.domain.ports.accounts import Tokens
from stand_ins.trakt.serving import FakePerson, FakeTrakt
from tests.fakes.clock import MovedClock
from tests.trakt_world import flat

HISTORY = "/sync/history"
DAY = 86_400


def asked(fake: FakeTrakt, path: str) -> int:
    return sum(request.path == path for request in fake.requests)


def test_all_plays_come_with_their_numbers(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens
) -> None:
    numbers = ada.watch_in_bulk(600)
    pages = list(source.history(tokens, None))
    assert [len(page) for page in pages] == [250, 250, 100]
    events = flat(iter(pages))
    assert {event.key for event in events} == {f"trakt:history:{number}" for number in numbers}
    assert {(event.kind, event.source) for event in events} == {(EventKind.WATCHED, "trakt")}
    assert sorted(event.at for event in events) == sorted(play.at for play in ada.plays())
    assert source.history_count(tokens) == 600
    assert all({"page", "limit"} <= request.query.keys() for request in fake.requests)


def test_a_film_and_an_episode(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens
) -> None:
    film, show = fake.films[0], fake.shows[0]
    ada.watch(film, 1_600_000_000)
    ada.watch(show.episode(2, 3), 1_600_000_001)
    episode, whole = flat(source.history(tokens, None))
    assert whole.about.kind is MediaKind.MOVIE
    assert (whole.about.tmdb_id, whole.about.imdb_id) == (film.tmdb, film.imdb)
    assert (whole.about.name, whole.about.year) == (film.title, film.year)
    assert (whole.season, whole.episode, whole.at) == (None, None, 1_600_000_000)
    assert episode.about.kind is MediaKind.TV
    assert (episode.about.tmdb_id, episode.about.imdb_id) == (show.tmdb, show.imdb)
    assert (episode.about.tvdb_id, episode.about.name) == (show.tvdb, show.title)
    assert (episode.season, episode.episode, episode.at) == (2, 3, 1_600_000_001)


def test_specials_are_season_0(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens
) -> None:
    ada.watch(fake.shows[0].episode(0, 1))
    (event,) = flat(source.history(tokens, None))
    assert (event.season, event.episode) == (0, 1)


def test_unknown_and_absurd_times_are_unknown(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens, clock: MovedClock
) -> None:
    ada.watch(fake.films[0], 0)
    ada.watch(fake.films[1], int(clock.now()) + 400 * DAY)
    assert [event.at for event in flat(source.history(tokens, None))] == [0, 0]


def test_without_ids_name_and_year_are_kept(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens
) -> None:
    film = fake.catalogue.add_film("Nowhere Known", 1987)
    ada.watch(film)
    (event,) = flat(source.history(tokens, None))
    assert (event.about.name, event.about.year) == ("Nowhere Known", 1987)
    assert (event.about.tmdb_id, event.about.imdb_id) == (None, "")


def test_since_a_time_only_later_plays_come(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens, clock: MovedClock
) -> None:
    now = int(clock.now())
    ada.watch_all([(film, now - DAY * index) for index, film in enumerate(fake.films[:10])])
    since = datetime.fromtimestamp(now - 3 * DAY, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert len(flat(source.history(tokens, since))) == 4


@pytest.mark.parametrize("name", ["ratings", "watchlist", "favorites"])
def test_lists_tell_films_and_series_apart_and_come_whole(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens, name: str
) -> None:
    kind = {"ratings": "rated", "watchlist": "watchlisted", "favorites": "loved"}[name]
    film, show = fake.films[6], fake.shows[6]
    assert film.trakt == show.trakt
    if name == "ratings":
        ada.rate_all([(film, 7) for film in fake.films])
        ada.rate_all([(one, 7) for one in fake.shows])
        ada.rate(fake.shows[0].season(1), 3)
        ada.rate(fake.shows[0].episode(1, 1), 2)
    else:
        {"watchlist": ada.watchlist, "favorites": ada.favorite}[name](*fake.films, *fake.shows)
    if name == "watchlist":
        ada.watchlist(fake.shows[0].season(1), fake.shows[0].episode(1, 1))
    events = {event.key: event for event in flat(getattr(source, name)(tokens))}
    assert events.keys() == {f"trakt:{kind}:movie:{one.trakt}" for one in fake.films} | {
        f"trakt:{kind}:tv:{one.trakt}" for one in fake.shows
    }
    assert {event.kind.value for event in events.values()} == {kind}
    assert {event.rating for event in events.values()} == {7 if name == "ratings" else None}
    assert events[f"trakt:{kind}:movie:{film.trakt}"].about.imdb_id == (film.imdb or "")
    assert events[f"trakt:{kind}:tv:{film.trakt}"].about.tvdb_id == show.tvdb


def test_activities_move_with_what_they_name(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens
) -> None:
    before = source.activities(tokens)
    ada.watch(fake.films[0])
    after = source.activities(tokens)
    assert {name for name in after if after[name] != before[name]} == {"movies.watched_at"}
    assert after["movies.watched_at"] == ada.activities.time_of("movies", "watched_at")


def test_an_empty_account_is_empty(source: TraktSource, tokens: Tokens) -> None:
    assert source.history_count(tokens) == 0
    for name in ("ratings", "watchlist", "favorites"):
        assert flat(getattr(source, name)(tokens)) == []
    assert flat(source.history(tokens, None)) == []
