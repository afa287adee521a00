"""Whoever can be reached from elsewhere asks everybody for a token, and can tell why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.domain.errors import NotConfigured
from app.settings import read_settings
from loopback import FORWARDING
from tests.people_world import home, services_in
from tests.world import ADMIN


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    services = services_in(tmp_path)
    with home(services) as opened:
        yield opened
    services.close()


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"access": "tokens"}, "ACCESS is tokens"),
        ({"base_url": "https://films.example/"}, "BASE_URL names films.example"),
        ({"base_url": "http://192.168.1.7:8501"}, "BASE_URL names 192.168.1.7"),
        (
            {"trakt_redirect_uri": "https://films.example/auth/trakt/callback"},
            "TRAKT_REDIRECT_URI names films.example",
        ),
        (
            {"streamlit_server_allowed_hosts": "localhost, nas.local"},
            "STREAMLIT_SERVER_ALLOWED_HOSTS names nas.local",
        ),
        ({"streamlit_server_allowed_hosts": "*"}, "STREAMLIT_SERVER_ALLOWED_HOSTS names *"),
        ({"streamlit_server_address": "::"}, "STREAMLIT_SERVER_ADDRESS names ::"),
        ({"api_host": "0.0.0.0"}, "API_HOST names 0.0.0.0"),  # noqa: S104 -- nothing listens
    ],
    ids=str,
)
def test_a_setting_that_opens_it_to_others_asks_for_tokens_at_home_too(
    tmp_path: Path, setting: dict[str, str], reason: str
) -> None:
    services = services_in(tmp_path, None, **setting)
    assert services.settings.why_tokens == reason
    with home(services) as nobody:
        assert nobody.get("/history").status_code == 401
        assert nobody.post("/profiles", json={"name": "Eve"}).status_code == 401
        assert nobody.get("/auth/trakt/start").status_code == 401
        assert nobody.post("/mcp/knn", json={"text": "winter"}).status_code == 200
        known = {"Authorization": f"Bearer {ADMIN}"}
        assert nobody.get("/history", headers=known).status_code == 200
    services.close()


@pytest.mark.parametrize(
    "setting",
    [
        {"base_url": "http://localhost:8501"},
        {"trakt_redirect_uri": "http://[::1]:8080/auth/trakt/callback"},
        {"trakt_redirect_uri": "urn:ietf:wg:oauth:2.0:oob"},
        {"streamlit_server_allowed_hosts": "LOCALHOST 127.0.0.1 ::1 [::1]:8501"},
        {"streamlit_server_address": "::1", "api_host": "127.0.0.2"},
    ],
    ids=str,
)
def test_a_setting_that_names_this_machine_leaves_home_open(setting: dict[str, str]) -> None:
    assert read_settings(_env_file=None, **setting).why_tokens == ""


@pytest.mark.parametrize(
    "setting", [{"access": "open"}, {"base_url": "films.example"}, {"base_url": "ftp://x"}], ids=str
)
def test_a_setting_that_cannot_be_meant_is_named(setting: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match=next(iter(setting)).upper()):
        read_settings(_env_file=None, **setting)


def test_who_came_through_a_proxy_is_not_at_home(client: TestClient) -> None:
    assert client.get("/history").status_code == 200
    assert {"forwarded", "via", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"} <= FORWARDING
    for name in sorted(FORWARDING):
        for value in ("127.0.0.1", ""):
            asked = {name.title(): value}
            assert client.get("/history", headers=asked).status_code == 401, name
            assert client.post("/profiles", json={"name": "E"}, headers=asked).status_code == 401
            known = asked | {"Authorization": f"Bearer {ADMIN}"}
            assert client.get("/history", headers=known).status_code == 200
            assert client.get("/health", headers=asked).status_code == 200


def test_what_was_watched_is_not_told_by_a_search_through_a_proxy(client: TestClient) -> None:
    me = client.get("/profiles").json()
    mine = me[0]["id"] if me else client.post("/profiles", json={"name": "Me"}).json()["id"]
    asked = {"text": "winter", "exclude_watched_of": mine}
    assert client.post("/mcp/knn", json=asked).status_code == 200
    through = client.post("/mcp/knn", json=asked, headers={"Via": "1.1 caddy"})
    assert through.status_code == 401


def test_the_settings_are_told_to_the_admin(client: TestClient) -> None:
    told = client.get("/admin/settings", headers={"Authorization": f"Bearer {ADMIN}"}).json()
    assert {"ACCESS", "BASE_URL", "STREAMLIT_SERVER_ADDRESS"} <= {one["name"] for one in told}
