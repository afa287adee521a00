"""The stand-in for Trakt refuses who asks too fast, and fails on command."""

from collections.abc import Iterator

import httpx2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stand_ins.trakt.serving import (
    ACCOUNT_LIMIT,
    DROPPED,
    DROPPED_MIDWAY,
    GETS,
    HTML_PAGE,
    VIP_ONLY,
    WRITES,
    FakePerson,
    FakeTrakt,
    Rates,
    Status,
    banned_page,
    trakt_server,
)
from tests.fakes.clock import MovedClock


@pytest.fixture
def ticks() -> MovedClock:
    return MovedClock()


@pytest.fixture
def fake(ticks: MovedClock) -> Iterator[FakeTrakt]:
    """With limits, by a clock of their own."""
    with trakt_server(films=5, shows=2, rates=Rates(gets=5, clock=ticks.now)) as running:
        yield running


def statuses(client: httpx2.Client, *paths: str) -> list[int]:
    return [client.get(path).status_code for path in paths]


def test_too_many_reads_are_refused_until_told(
    fake: FakeTrakt, client: httpx2.Client, ticks: MovedClock
) -> None:
    assert statuses(client, *["/sync/history"] * 3) == [200] * 3
    ticks.forward(100)
    assert statuses(client, *["/sync/ratings"] * 2) == [200] * 2
    refused = client.get("/sync/history")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "200")
    told = msgspec.json.decode(refused.headers["X-Ratelimit"])
    assert (told["name"], told["period"], told["limit"], told["remaining"]) == (GETS, 300, 5, 0)
    bobs = fake.headers(fake.tokens(fake.person("bob")).access)
    assert client.get("/sync/history", headers=bobs).status_code == 200
    ticks.forward(199)
    assert statuses(client, "/sync/history") == [429]
    ticks.forward(1)
    assert statuses(client, *["/sync/history"] * 4) == [200, 200, 200, 429]
    assert fake.busiest_window() == 8


def test_writes_are_a_second_apart(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, ticks: MovedClock
) -> None:
    film = {"movies": [{"ids": {"tmdb": 1}}]}

    def write() -> int:
        return client.post("/sync/history", json=film).status_code

    assert (write(), write()) == (201, 429)
    ticks.forward(0.95)
    assert (write(), write()) == (201, 429)
    assert len(ada.plays()) == 2
    assert fake.busiest_window(WRITES) == 4
    assert statuses(client, "/sync/history") == [200]
    for _ in range(3):  # no account's business
        assert client.post("/oauth/revoke", json={}).status_code == 401


@given(st.lists(st.floats(0, 90), max_size=40), st.integers(1, 6))
def test_never_more_are_let_in_than_allowed(gaps: list[float], gets: int) -> None:
    clock = MovedClock(0.0)
    rates = Rates(gets=gets, clock=clock.now)
    let_in = []
    for gap in gaps:
        clock.forward(gap)
        if rates.refusal("GET", "ada") is None:
            let_in.append(clock.now())
    assert all(sum(end - 299.9 < at <= end for at in let_in) <= gets for end in let_in)


@given(st.lists(st.floats(0, 90), min_size=1, max_size=40))
def test_who_waits_as_told_is_let_in(gaps: list[float]) -> None:
    clock = MovedClock(0.0)
    rates = Rates(gets=3, clock=clock.now)
    for gap in gaps:
        clock.forward(gap)
        if refused := rates.refusal("GET", "ada"):
            clock.forward(float(dict(refused.headers)["Retry-After"]))
            assert rates.refusal("GET", "ada") is None


def test_the_limit_may_speak_html(fake: FakeTrakt, client: httpx2.Client) -> None:
    fake.rates.as_html = True
    *_, refused = (client.get("/sync/history") for _ in range(6))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    assert refused.headers["Content-Type"].startswith("text/html")
    assert "X-Ratelimit" not in refused.headers


def test_plans_limit_accounts_on_command(fake: FakeTrakt, client: httpx2.Client) -> None:
    fake.fault(ACCOUNT_LIMIT, "/sync/watchlist*")
    fake.fault(VIP_ONLY, "/sync/favorites")
    limited, vip = client.get("/sync/watchlist/movies"), client.get("/sync/favorites")
    assert (limited.status_code, limited.content, limited.headers["X-VIP-User"]) == (
        *(420, b"", "false"),
    )
    assert (vip.status_code, vip.content, vip.headers["X-Upgrade-URL"]) == (
        *(426, b"", "https://trakt.tv/vip"),
    )
    assert statuses(client, "/sync/history") == [200]


def test_errors_and_pages_come_on_command(fake: FakeTrakt, client: httpx2.Client) -> None:
    for effect in (Status(503, retry_after=30), Status(500), HTML_PAGE, banned_page(7)):
        fake.fault(effect, times=1)
    busy, broken, page, banned = (client.get("/sync/history") for _ in range(4))
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "30")
    assert (broken.status_code, page.status_code, page.text[:9]) == (500, 200, "<!DOCTYPE")
    assert (banned.status_code, banned.headers["Retry-After"]) == (429, "7")
    assert banned.headers["Content-Type"].startswith("text/html")
    assert [request.status for request in fake.requests] == [503, 500, 200, 429]


def test_a_later_page_can_fail(fake: FakeTrakt, client: httpx2.Client) -> None:
    fake.fault(Status(502), "/sync/history", after=1, times=1)
    assert statuses(client, *["/sync/history"] * 3) == [200, 502, 200]


def test_a_fault_can_be_kept_to_writes(fake: FakeTrakt, client: httpx2.Client) -> None:
    fake.fault(Status(500), "/sync/history", method="POST")
    assert statuses(client, "/sync/history") == [200]
    assert client.post("/sync/history", json={"movies": []}).status_code == 500


@pytest.mark.parametrize(("effect", "refreshed"), [(DROPPED, 0), (DROPPED_MIDWAY, 1)])
def test_a_refresh_can_be_lost_on_its_way(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, effect: Status, refreshed: int
) -> None:
    token = fake.tokens(ada).refresh
    body = {
        "client_id": fake.client_id,
        "client_secret": fake.client_secret,
        "redirect_uri": fake.redirect_uri,
        "grant_type": "refresh_token",
        "refresh_token": token,
    }
    fake.fault(effect, "/oauth/token", times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        client.post("/oauth/token", json=body)
    assert fake.tokens_refreshed == refreshed
    # Lost on the way there, it can be asked again; lost on the way back, the account is lost.
    assert client.post("/oauth/token", json=body).status_code == (400 if refreshed else 200)


def test_requests_are_kept_with_what_was_sent(fake: FakeTrakt, client: httpx2.Client) -> None:
    client.get("/sync/history", params={"page": 2, "limit": 50})
    client.post("/sync/history", json={"movies": []})
    first, second = fake.requests
    assert (first.method, first.path, first.query) == (
        *("GET", "/sync/history", {"page": "2", "limit": "50"}),
    )
    assert (second.method, second.body, second.status) == ("POST", b'{"movies":[]}', 201)
