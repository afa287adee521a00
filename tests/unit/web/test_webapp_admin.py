"""The Admin page: its token, what there is, long work."""

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from app.doors.worker.registry import KINDS
from stand_ins.watcher.api import WatcherApi
from stand_ins.watcher.lists import JOB
from tests.web_pages import checked, html, opened, press

pytestmark = pytest.mark.enable_socket


def open_with(token: str) -> AppTest:
    test = opened("admin")
    test.text_input(key="w_admin_token").set_value(token)
    return press(test, "Open")


def test_nothing_is_shown_without_the_admin_token(api: WatcherApi) -> None:
    api.household.add("Me")
    for test in (opened("admin"), open_with("token-1")):
        assert "Coverage of TMDB" not in html(test)
        assert test.text_input(key="w_admin_token").value == ""
    assert "admin_token" not in test.session_state, "a wrong token isn't kept"
    assert test.error[0].value == "That is not the admin token."
    assert "/admin/status" not in api.paths


def test_counts_coverage_recall_and_settings_are_told(api: WatcherApi) -> None:
    api.operation.failed = [
        {"media_type": "tv", "tmdb_id": 77, "reason": "<i>", "attempts": 3, "last_at": 0}
    ]
    test = open_with(api.household.admin)
    shown = html(test)
    for words in ("4,321 stored of 8,642 listed on 2026-01-02 (50.0 %)", "0.9971", "g7", "set"):
        assert words in shown
    assert test.dataframe[0].value["TMDB id"].tolist() == [77]
    assert api.household.admin not in shown


def test_a_history_that_is_not_whole_is_told(api: WatcherApi) -> None:
    assert "can&#x27;t be read" not in html(open_with(api.household.admin))
    api.operation.unreadable = [
        {"profile": "p1", "name": "<b>Ada", "entries": 1},
        {"profile": "p2", "name": "Bob", "entries": 1_200},
    ]
    shown = unescape(html(open_with(api.household.admin)))
    assert "Entries that can't be read" in shown
    assert "In the history of <b>Ada (1 entry), Bob (1,200 entries)." in shown


def test_a_rebuild_is_started_followed_and_stopped(api: WatcherApi) -> None:
    test = open_with(api.household.admin)
    press(test, "Rebuild the index")
    assert api.operation.done == ["/admin/faiss/rebuild"]
    api.operation.jobs[0] |= {"done": 30, "total": 120, "rate": 10.0, "eta_seconds": 9}
    checked(test.run())
    assert "Rebuild of the index" in html(test)
    progress = test.get("progress")[0].proto
    assert progress.value == 25
    assert progress.text == "Working: 30 of 120, 10 a second, about 9 s left"
    press(test, "Stop")
    assert api.operation.done[-1] == "/admin/jobs/j1/cancel"
    assert test.button(key="stop-j1").disabled


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_work_has_its_own_name(api: WatcherApi, kind: str) -> None:
    label = KINDS[kind].label
    api.operation.jobs = [JOB | {"kind": kind, "label": label, "state": "done", "ended_at": 9}]
    told = re.search(r"<strong>(.*?)</strong>", html(open_with(api.household.admin)))
    assert told is not None
    assert unescape(told[1]) == label


def test_what_failed_says_why_and_a_missing_worker_is_told(api: WatcherApi) -> None:
    api.operation.jobs = [JOB | {"state": "failed", "outcome": "The disk is full.", "ended_at": 9}]
    api.operation.worker = "No worker has been seen."
    shown = html(open_with(api.household.admin))
    assert "The disk is full." in shown
    assert "No worker has been seen." in shown


def test_what_the_api_refuses_to_start_is_told(api: WatcherApi) -> None:
    test = open_with(api.household.admin)
    api.fault = (501, {"error": "not_configured", "detail": "TMDB_API_KEY is not set."})
    press(test, "Sync with TMDB")
    assert "TMDB_API_KEY is not set." in html(test)


def test_forgetting_the_token_closes_the_page(api: WatcherApi) -> None:
    test = press(open_with(api.household.admin), "Forget the token")
    assert "Coverage of TMDB" not in html(test)
    assert "admin_token" not in test.session_state


def test_what_went_wrong_of_late_is_told(api: WatcherApi) -> None:
    assert "Nothing went wrong since the API was started." in html(open_with(api.household.admin))
    line = {"at": 9.0, "level": "error", "where": "app.x", "message": "It fell over."}
    api.operation.errors = [line]
    api.operation.problem = "The co-rating model can't be used. Train again."
    test = open_with(api.household.admin)
    assert test.dataframe[0].value["Message"].tolist() == ["It fell over."]
    assert "Train again." in html(test)
