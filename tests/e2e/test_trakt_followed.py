"""The real program beside a Trakt: connecting, syncing, kills, a lost key, and what leaks."""

from pathlib import Path
from typing import Any

from stand_ins.canaries import canary
from stand_ins.trakt.serving import FakePerson, Film
from stand_ins.trakt.titles import Item
from tests.e2e.program import free_port, started, until
from tests.e2e.trakt_home import (
    Home,
    Member,
    home,
    home_beside_trakt,
    keys,
    reason_of,
    trakt_of,
)

PLAYS = 600
MATRIX = 603
AGAIN = "onnect the account again"
ANOTHER_KEY = {"SECRET_KEY": canary()}


def test_a_browser_connects_and_nobody_else_does(project: Path, data_dir: Path) -> None:
    with home_beside_trakt(project, data_dir) as family:
        fake, ada = family.fake, family.add("Ada")
        ticket = family.ask("POST", "/auth/trakt/ticket", ada.token).json()["address"]
        with family.browser() as browser, family.browser() as another:
            begun = browser.get(ticket)
            assert begun.status_code == 303
            assert another.get(ticket).status_code == 422
            back = fake.sign_in(begun.headers["location"], fake.person("ada"))
            family.keep(ticket, back, *begun.cookies.values())
            assert another.get(back).status_code == 403
            another.get("/auth/trakt/start", params={"profile": ada.id})
            assert another.get(back).status_code == 403
            assert family.connection(ada) == (False, "")
            assert browser.get(back).status_code == 200
            assert family.connection(ada) == (True, "")
            browser.cookies.update(begun.cookies)
            replayed = browser.get(back)
            assert replayed.status_code == 422
            assert "used already" in replayed.json()["detail"]
        assert family.connection(ada) == (True, "")
        assert fake.tokens_issued == 1
        check_device(family)


def check_device(family: Home) -> None:
    """A box without a browser connects, and so does nobody with its handle."""
    bob, eve = family.add("Bob"), family.add("Eve")
    family.fake.oauth.device_interval = 600
    begun = family.ask("POST", "/auth/trakt/device", bob.token).json()
    family.keep(begun["handle"])

    def polled(member: Member) -> tuple[int, str]:
        asked = {"handle": begun["handle"]}
        answer = family.ask("POST", "/auth/trakt/device/poll", member.token, json=asked)
        return answer.status_code, answer.json().get("state", answer.json().get("error"))

    assert polled(bob) == (200, "pending")
    assert polled(bob) == (429, "slow_down")
    device = family.fake.oauth.waiting(begun["code"])
    assert device is not None
    device.interval = 0
    assert family.fake.answer_device(begun["code"], family.fake.person("bob"))
    assert polled(eve) == (403, "forbidden")
    assert polled(bob) == (200, "connected")
    assert polled(bob) == (422, "invalid_input")
    assert family.connection(bob) == (True, "")
    assert family.connection(eve) == (False, "")


def test_one_pass_brings_everybodys_history_in(project: Path, data_dir: Path) -> None:
    with home_beside_trakt(project, data_dir) as family:
        fake, ada, bob = family.fake, family.add("Ada"), family.add("Bob")
        liked = [number for number in matrix_likes(family, ada) if number > len(fake.films)]
        seen = [fake.catalogue.add_film(f"Seen {number}", tmdb=number) for number in liked[:5]]
        at_trakt, bobs = fake.person("ada"), fake.person("bob")
        fill(at_trakt, seen)
        bobs.watch_in_bulk(30)
        for member, person in ((ada, at_trakt), (bob, bobs)):
            family.connect(member, person)
        code, said = family.sync()
        assert code == 0, said
        assert f"{ada.id}: {PLAYS + 5 + 40 + 20} new" in reason_of(said)
        check_history(family, ada, at_trakt)
        assert len(family.events(bob)) == 30
        shown = matrix_likes(family, ada, exclude_watched_of=ada.id)
        assert len(shown) == 10
        assert not set(shown) & set(liked[:5])
        assert set(liked[:5]) <= set(matrix_likes(family, ada, exclude_watched_of=bob.id))
        before = family.events(ada)
        code, said = family.sync()
        assert code == 0
        assert f"{ada.id}: nothing changed" in reason_of(said)
        assert family.events(ada) == before
        check_worker(family, ada, at_trakt, seen)
        check_log_out(family, ada)


def matrix_likes(family: Home, member: Member, **asked: object) -> list[int]:
    """What a search by one film gives to somebody."""
    question = {"tmdb_id": MATRIX, "input_media_type": "movie", "k": 10, **asked}
    token = "" if asked.get("exclude_watched_of") != member.id else member.token
    answer = family.ask("POST", "/mcp/knn", token, json=question)
    assert answer.status_code == 200, answer.text
    return [one["tmdb_id"] for one in answer.json()["results"]]


def fill(person: FakePerson, seen: list[Film]) -> None:
    """Plays, ratings and a watchlist, of films and series."""
    films, shows = person._catalogue.films, person._catalogue.shows
    person.watch_in_bulk(PLAYS)
    for film in seen:
        person.watch(film)
    rated: list[Item] = [*films[:30], *shows[:10]]
    person.rate_all((item, 1 + number % 10) for number, item in enumerate(rated))
    person.watchlist(*films[100:115], *shows[20:25])


def check_history(family: Home, member: Member, person: FakePerson) -> None:
    """Each play and rating of the account is in the person's history, once."""
    plays = person.plays()
    assert len(plays) == PLAYS + 5
    events = family.events(member)
    assert keys(events, "watched") == sorted(f"trakt:history:{play.id}" for play in plays)
    titles = {play.item.key if isinstance(play.item, Film) else play.item.show for play in plays}
    rows: list[dict[str, Any]] = []
    while len(rows) < len(titles):
        path = f"/history?show=watched&limit=200&offset={len(rows)}"
        page = family.got(path, member)
        assert page["total"] == len(titles)
        rows += page["rows"]
    films = sum(isinstance(play.item, Film) for play in plays)
    assert sum(row["plays"] for row in rows if row["media_type"] == "movie") == films
    rated = family.got("/history?show=rated&sort=rating&limit=200", member)["rows"]
    expected = sorted((rated.rating for rated in person.ratings()), reverse=True)
    assert [row["rating"] for row in rated] == expected
    assert family.got("/history?show=watchlisted", member)["total"] == 20


def check_worker(family: Home, ada: Member, person: FakePerson, seen: list[Film]) -> None:
    """What is asked for over HTTP the running worker does: what is new, and what is gone."""
    output = family.folder / "worker.out"
    with started(family.project, output, "worker", **family.settings) as worker:
        worker.says("nothing changed at Trakt")  # its own first round
        person.watch(seen[0])
        person.unwatch_title(seen[1])
        person.unrate(seen[2], *family.fake.films[:3])
        assert family.ask("POST", "/admin/sync/trakt", ada.token).status_code == 401
        token = family.api.admin_token
        asked = family.ask("POST", "/admin/sync/trakt", token)
        assert asked.status_code == 202
        job = f"/admin/jobs/{asked.json()['id']}"
        until(lambda: family.ask("GET", job, token).json()["state"] == "done", "the job is done")
        assert f"{ada.id}: 1 new" in family.ask("GET", job, token).json()["outcome"]
        assert worker.end() == 0
    events = family.events(ada)
    plays = sorted(f"trakt:history:{play.id}" for play in person.plays())
    assert keys(events, "watched") == plays
    assert len(keys(events, "rated")) == 37
    assert seen[1].tmdb in matrix_likes(family, ada, exclude_watched_of=ada.id)


def check_log_out(family: Home, ada: Member) -> None:
    """It is told to Trakt, and what was brought in stays."""
    events, asked = family.events(ada), len(family.fake.requests)
    family.log_out(ada)
    assert family.fake.tokens_revoked == 1
    assert [one.path for one in family.fake.requests[asked:]] == ["/oauth/revoke"]
    code, said = family.sync()
    assert code == 0
    assert ada.id not in reason_of(said)
    assert family.events(ada) == events


def test_another_secret_key_asks_to_connect_again(project: Path, data_dir: Path) -> None:
    port = free_port()
    with trakt_of(port) as fake:
        person = fake.person("ada")
        person.watch_in_bulk(30)
        with home(project, data_dir, fake, port) as family:
            ada = family.add("Ada")
            family.connect(ada, person)
            assert family.sync()[0] == 0
            before = family.events(ada)
        with home(project, data_dir, fake, port, **ANOTHER_KEY) as family:
            assert "SECRET_KEY" in family.connection(ada)[1]
            code, said = family.sync()
            assert code == 1
            assert "SECRET_KEY" in reason_of(said)
            assert AGAIN in reason_of(said)
            assert AGAIN in family.connection(ada)[1]
            assert family.events(ada) == before
            assert len(before) == 30
            family.connect(ada, person)
            person.watch_in_bulk(1)
            assert family.sync()[0] == 0
            assert len(family.events(ada)) == 31
