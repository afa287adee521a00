"""What is looked at before a start."""

import shutil
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import LeaseHeld, NotConfigured
from app.settings import read_settings
from scripts import check_health, preflight, prepare, start
from scripts.preflight import ROOT, check, check_data_dir, check_port, places_of


def test_the_api_is_reached_where_it_listens() -> None:
    def places(**settings: object) -> preflight.Places:
        return places_of(read_settings(_env_file=None, **settings))

    assert places(api_host="0.0.0.0").api_base_url == "http://127.0.0.1:8080"  # noqa: S104 -- nothing listens
    assert places(api_host="::", api_port=81).api_base_url == "http://[::1]:81"
    assert places(api_host="::1", api_port=81).api_url == "http://[::1]:81"
    assert places(api_host="192.0.2.7").api_url == "http://192.0.2.7:8080"
    assert places(api_base_url="http://api:8080/").api_base_url == "http://api:8080"


def test_a_relative_data_folder_is_one_of_the_project() -> None:
    places = places_of(read_settings(_env_file=None, watcher_data_dir="data"))
    assert places.data_dir == ROOT / "data"


def test_the_start_says_who_may_ask_and_where_the_token_is(tmp_path: Path) -> None:
    def said(**settings: object) -> str:
        own = {"watcher_data_dir": tmp_path, "admin_token": None} | settings
        return start.reached(places_of(read_settings(_env_file=None, **own)))

    assert said() == "Open to this machine alone, without a token."
    told = said(access="tokens")
    assert told.startswith("Everybody needs a token, for ACCESS is tokens; ")
    assert str(tmp_path / "admin_token") in told
    told = said(base_url="https://films.example", admin_token="secret")  # noqa: S106 -- a test's
    assert "BASE_URL names films.example" in told
    assert "the setting ADMIN_TOKEN" in told
    assert "secret" not in told


def test_the_web_app_is_told_who_may_ask_and_by_which_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("STREAMLIT_SERVER_ALLOWED_HOSTS", raising=False)

    def told(**settings: object) -> tuple[str, list[str]]:
        own = start.ui_environment(places_of(read_settings(_env_file=None, **settings)))
        return own["ACCESS"], own.get("STREAMLIT_SERVER_ALLOWED_HOSTS", "").split()

    here = ["localhost", "127.0.0.1", "::1"]
    assert told() == ("home", here)
    named = {"streamlit_server_allowed_hosts": "nas.local, tv.local"}
    public = {"base_url": "https://films.example/"}
    assert told(**named) == ("tokens", [*here, "nas.local", "tv.local"])
    assert told(**public) == ("tokens", [*here, "films.example"])
    network = {"streamlit_server_address": "0.0.0.0"}  # noqa: S104 -- nothing listens
    assert told(**network, **public) == ("tokens", []), "by any name, as before"
    assert told(**network, **named, **public)[1] == ["nas.local", "tv.local", "films.example"]


@pytest.mark.enable_socket
def test_a_demonstration_is_at_home_whatever_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "tokens")
    monkeypatch.setenv("STREAMLIT_SERVER_ALLOWED_HOSTS", "nas.local")
    chosen = read_settings(_env_file=None, watcher_data_dir=tmp_path)
    shown = start.demonstration(places_of(chosen))
    assert "ACCESS" not in shown.environment
    own = start.ui_environment(shown.places)
    assert own["ACCESS"] == "home"
    assert "nas.local" not in own["STREAMLIT_SERVER_ALLOWED_HOSTS"]


@pytest.fixture
def free_mb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets what the disk seems to have left."""
    total = shutil.disk_usage(tmp_path)

    def only(left: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: total._replace(free=left * 2**20))

    return only


def test_a_full_disk_is_told_before_anything_begins(
    tmp_path: Path, free_mb: Callable[[int], None]
) -> None:
    free_mb(117)
    with pytest.raises(NotConfigured, match=r"Only 117 MB are free .* 200 MB .*WATCHER_DATA_DIR"):
        check_data_dir(tmp_path, tmp_path)
    free_mb(200)
    assert check_data_dir(tmp_path, tmp_path) == ""


def complete(data_dir: Path) -> Path:
    (data_dir / "index").mkdir()
    (data_dir / "index" / "CURRENT").write_text("{}")
    return data_dir


@pytest.mark.parametrize("role", ["all", "api", "worker"])
def test_what_is_complete_starts_with_little_room_and_says_what_will_not_work(
    tmp_path: Path, free_mb: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setattr(preflight, "check_port", lambda *_: None)
    places = places_of(read_settings(_env_file=None, watcher_data_dir=complete(tmp_path)))
    free_mb(117)
    said = check(places, role)
    assert said.startswith(f"Only 117 MB are free on the disk of the data folder {tmp_path}:")
    assert "rebuilding the index" in said
    free_mb(19)
    with pytest.raises(NotConfigured, match=r"Only 19 MB are free .* needs 20 MB"):
        check(places, role)
    free_mb(5000)
    assert check(places, role) == ""


def test_a_demonstration_needs_room_of_its_own(
    tmp_path: Path, free_mb: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "check_port", lambda *_: None)
    places = places_of(read_settings(_env_file=None, watcher_data_dir=complete(tmp_path)))
    free_mb(117)
    with pytest.raises(NotConfigured, match="200 MB"):
        check(places, "demo")


def test_the_start_says_that_the_disk_is_nearly_full(
    tmp_path: Path,
    free_mb: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chosen = read_settings(_env_file=None, watcher_data_dir=complete(tmp_path))
    became: list[str] = []
    monkeypatch.setattr(start, "settings", lambda: chosen)
    monkeypatch.setattr(start, "_run_in_foreground", lambda role, _: became.append(role))
    monkeypatch.setattr(sys, "argv", ["start", "worker"])
    free_mb(117)
    assert start.main() == 0
    assert became == ["worker"]
    assert "Only 117 MB are free" in capsys.readouterr().err


@pytest.mark.enable_socket
def test_a_port_that_is_given_back_in_a_moment_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    monkeypatch.setattr(time, "sleep", lambda _: server.close())
    check_port("The API", "API_HOST", "127.0.0.1", "API_PORT", port)


def test_preparing_waits_for_whoever_is_at_it_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    tries: list[int] = []
    said: list[str] = []

    def work() -> None:
        tries.append(1)
        if len(tries) < 4:
            raise LeaseHeld("Another process does this now (host:1:2).")

    prepare._patiently(work, said.append)
    assert len(tries) == 4
    assert said == ["Waiting. Another process does this now (host:1:2)."]


def test_a_container_is_asked_for_the_part_that_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for command, role in (
        ("python\0-m\0uvicorn\0app.main:app\0--host\x000.0.0.0\0", "api"),
        ("python\0/watcher/sync_worker.py\0--watch\0", "worker"),
        ("python\0-m\0streamlit\0run\0streamlit_app/server.py\0", "ui"),
        ("/sbin/docker-init\0--\0./start.sh\0ui\0", "ui"),
        ("/sbin/docker-init\0--\0./start.sh\0", "api"),
    ):
        monkeypatch.setattr(Path, "read_bytes", lambda _, text=command: text.encode())
        assert check_health.role_of_container() == role
