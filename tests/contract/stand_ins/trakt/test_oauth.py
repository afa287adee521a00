"""Signing in at the stand-in for Trakt: what is good once is good once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from stand_ins.trakt.serving import REDIRECT_URI, FakePerson, FakeTrakt, NotShown
from tests.fakes.clock import MovedClock


@pytest.fixture
def client(fake: FakeTrakt) -> Iterator[httpx2.Client]:
    """Nobody is signed in."""
    agent = {"User-Agent": "watcher-tests/1.0"}
    with httpx2.Client(base_url=fake.api_url, headers=agent, trust_env=False) as made:
        yield made


def address(fake: FakeTrakt, **changed: str) -> str:
    query = {
        "response_type": "code",
        "client_id": fake.client_id,
        "redirect_uri": fake.redirect_uri,
        "state": "s&t=1",
    }
    return f"{fake.site_url}/oauth/authorize?{urlencode(query | changed)}"


def returned(callback: str) -> dict[str, str]:
    """The parameters of an address that a browser is sent back to."""
    assert callback.startswith(REDIRECT_URI + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}


def ask(client: httpx2.Client, fake: FakeTrakt, path: str, **sent: str) -> httpx2.Response:
    named = {"client_id": fake.client_id, "client_secret": fake.client_secret}
    return client.post(path, json=named | sent)


def exchange(client: httpx2.Client, fake: FakeTrakt, given: str, **changed: str) -> httpx2.Response:
    sent = {"code": given, "grant_type": "authorization_code", "redirect_uri": fake.redirect_uri}
    return ask(client, fake, "/oauth/token", **sent | changed)


def refresh(client: httpx2.Client, fake: FakeTrakt, token: str) -> httpx2.Response:
    sent = {"grant_type": "refresh_token", "redirect_uri": fake.redirect_uri}
    return ask(client, fake, "/oauth/token", refresh_token=token, **sent)


def status(client: httpx2.Client, fake: FakeTrakt, access: str) -> int:
    return client.get("/users/settings", headers=fake.headers(access)).status_code


def test_a_code_is_exchanged_once(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, clock: MovedClock
) -> None:
    back = returned(fake.sign_in(address(fake), ada))
    assert back["state"] == "s&t=1"
    given = exchange(client, fake, back["code"])
    tokens: dict[str, Any] = given.json()
    assert (given.status_code, tokens["token_type"]) == (200, "bearer")
    assert (tokens["expires_in"], tokens["created_at"]) == (604_800, int(clock.now()))
    assert status(client, fake, tokens["access_token"]) == 200
    again = exchange(client, fake, back["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (fake.tokens_issued, fake.tokens_refreshed) == (1, 0)


def test_a_code_is_refused_late_or_with_other_particulars(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, clock: MovedClock
) -> None:
    code = returned(fake.sign_in(address(fake), ada))["code"]
    for changed, error in (
        ({"redirect_uri": REDIRECT_URI.upper()}, (400, "invalid_request")),
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_id": "wrong"}, (401, "invalid_client")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"code": "made-up"}, (400, "invalid_grant")),
    ):
        answer = exchange(client, fake, code, **changed)
        assert (answer.status_code, answer.json()["error"]) == error
    clock.forward(600)
    assert exchange(client, fake, code).json()["error"] == "invalid_grant"
    assert fake.tokens_issued == 0


def test_the_consent_page_shows_only_what_was_registered(fake: FakeTrakt, ada: FakePerson) -> None:
    wrong = (
        address(fake, client_id="another"),
        address(fake, redirect_uri=REDIRECT_URI + "/"),
        address(fake).replace(fake.site_url, fake.api_url),
    )
    for where in wrong:
        with pytest.raises(NotShown):
            fake.sign_in(where, ada)
    for where in wrong[:2]:
        shown = httpx2.get(where, trust_env=False)
        assert (shown.status_code, shown.has_redirect_location) == (400, False)
    denied = returned(fake.sign_in(address(fake), ada, allow=False))
    assert denied == {"error": "access_denied", "state": "s&t=1"}
    other = returned(fake.sign_in(address(fake, response_type="token"), ada))
    assert other == {"error": "unsupported_response_type", "state": "s&t=1"}


@pytest.mark.parametrize(("decision", "name"), [("allow", "code"), ("deny", "error")])
def test_a_browser_can_use_the_consent_page(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, decision: str, name: str
) -> None:
    hostile = '"><script>'
    page = client.get(address(fake, state=hostile))
    assert page.headers["Content-Type"].startswith("text/html")
    assert f"<option>{ada.name}</option>" in page.text
    assert hostile not in page.text
    form = dict(parse_qs(urlsplit(address(fake, state=hostile)).query))
    sent = {field: values[0] for field, values in form.items()}
    went = client.post(
        urlsplit(address(fake))._replace(query="").geturl(),
        data=sent | {"person": "ada", "decision": decision},
    )
    assert went.status_code == 302
    back = returned(went.headers["Location"])
    assert back["state"] == hostile
    assert name in back


@pytest.mark.parametrize("refused_with", [400, 401])
def test_a_refresh_token_is_good_once(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, refused_with: int
) -> None:
    fake.oauth.invalid_grant_status = refused_with
    first = fake.tokens(ada)
    second = refresh(client, fake, first.refresh).json()
    assert second["refresh_token"] != first.refresh
    assert status(client, fake, first.access) == 401
    assert status(client, fake, second["access_token"]) == 200
    late = refresh(client, fake, first.refresh)
    assert (late.status_code, late.json()["error"]) == (refused_with, "invalid_grant")
    assert refresh(client, fake, second["refresh_token"]).status_code == 200
    assert fake.tokens_refreshed == 2


def test_one_of_many_that_refresh_at_once_succeeds(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    token = fake.tokens(ada).refresh
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: refresh(client, fake, token).status_code, range(8))
        assert sorted(answers) == [200] + [400] * 7


def test_signing_out_ends_both_tokens(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    one, other, bobs = fake.tokens(ada), fake.tokens(ada), fake.tokens(fake.person("bob"))
    assert ask(client, fake, "/oauth/revoke", token=one.access).status_code == 200
    assert ask(client, fake, "/oauth/revoke", token=one.access[::-1]).status_code == 200
    assert ask(client, fake, "/oauth/revoke", token=other.access, client_id="x").status_code == 401
    assert status(client, fake, one.access) == 401
    assert refresh(client, fake, one.refresh).json()["error"] == "invalid_grant"
    assert status(client, fake, other.access) == 200
    ada.disconnect()
    assert status(client, fake, other.access) == 401
    assert status(client, fake, bobs.access) == 200
    assert fake.tokens_revoked == 2


def device(client: httpx2.Client, fake: FakeTrakt) -> dict[str, Any]:
    answer = client.post("/oauth/device/code", json={"client_id": fake.client_id})
    made: dict[str, Any] = answer.json()
    return made


def poll(client: httpx2.Client, fake: FakeTrakt, code: str) -> int:
    return ask(client, fake, "/oauth/device/token", code=code).status_code


def test_a_device_waits_for_its_person(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, clock: MovedClock
) -> None:
    made = device(client, fake)
    assert (made["interval"], made["expires_in"]) == (5, 600)
    assert made["verification_url"] == f"{fake.site_url}/activate"
    code = made["device_code"]
    assert poll(client, fake, code) == 400
    assert poll(client, fake, code) == 429
    clock.forward(5)
    assert poll(client, fake, code) == 400
    assert fake.answer_device(made["user_code"].lower(), ada)
    clock.forward(5)
    given = ask(client, fake, "/oauth/device/token", code=code)
    assert status(client, fake, given.json()["access_token"]) == 200
    clock.forward(5)
    assert poll(client, fake, code) == 409
    assert not fake.answer_device(made["user_code"], ada)


def test_a_device_is_refused_for_each_reason(
    fake: FakeTrakt, client: httpx2.Client, clock: MovedClock
) -> None:
    assert poll(client, fake, "made-up") == 404
    wrong_name = ask(
        client, fake, "/oauth/device/token", device_code=device(client, fake)["device_code"]
    )
    assert wrong_name.status_code == 404
    denied, late = device(client, fake), device(client, fake)
    assert fake.answer_device(denied["user_code"], allow=False)
    assert poll(client, fake, denied["device_code"]) == 418
    clock.forward(600)
    assert poll(client, fake, late["device_code"]) == 410
    assert not fake.answer_device(late["user_code"], allow=False)


def test_a_browser_can_activate_a_device(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    made = device(client, fake)
    assert made["user_code"] in client.get(f"{made['verification_url']}/{made['user_code']}").text
    typed = {"code": made["user_code"], "person": ada.name, "decision": "allow"}
    assert client.post(made["verification_url"], data=typed).status_code == 200
    assert poll(client, fake, made["device_code"]) == 200
    assert client.post(made["verification_url"], data=typed).status_code == 404


def test_every_secret_is_known(fake: FakeTrakt, ada: FakePerson, client: httpx2.Client) -> None:
    code = returned(fake.sign_in(address(fake), ada))["code"]
    first = exchange(client, fake, code).json()
    second = refresh(client, fake, first["refresh_token"]).json()
    tokens = {pair[name] for pair in (first, second) for name in ("access_token", "refresh_token")}
    waiting = device(client, fake)["device_code"]
    assert fake.secrets() == {fake.client_secret, code, waiting, *tokens}
