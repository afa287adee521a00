"""The History page: rows, files, names to settle, the sync."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stand_ins.watcher.api import MATRIX, WatcherApi
from streamlit_app.questions.history import SHOWS, SORTS, VIEWS, HistoryView
from streamlit_app.questions.vocabulary import GENRES
from tests.web_pages import address, checked, html, links, opened, press

pytestmark = pytest.mark.enable_socket


def test_a_history_is_paged_by_the_api(api: WatcherApi) -> None:
    me = api.household.add("Me")
    api.titles = [MATRIX | {"tmdb_id": n, "title": f"Title {n:03}"} for n in range(1, 91)]
    me.standings = {("movie", n): {"watched": True} for n in range(1, 91)}
    test = opened("history", page="2")
    assert "90 titles, page 2 of 4" in html(test)
    assert "Title 026" in html(test)
    assert "Title 025" not in html(test)
    checked(test.text_input(key="h_text").set_value("title 09").run())
    assert address(test) == {"q": ["title 09"]}
    assert "1 title<" in html(test)


REPORT: dict[str, Any] = {
    "source": "letterboxd",
    "events": 7,
    "matched": {"tmdb": 3, "name": 1},
    "refused": 1,
    "refusals": [{"line": 4, "reason": "rating '12' is too much"}],
    "unmatched": [{"media_type": "movie", "name": "<i>Matrx", "year": 1999, "entries": 2}],
    "unmatched_total": 1,
    "added": 7,
}


def test_a_file_is_shown_before_it_is_brought_in(api: WatcherApi) -> None:
    api.household.add("Me")
    api.household.report = REPORT
    test = opened("history", view="import")
    checked(test.file_uploader[0].set_value(("diary.csv", b"a,b", "text/csv")).run())
    shown = html(test)
    assert "Letterboxd&#x27;s file: what would happen" in shown
    assert "&lt;i&gt;Matrx (1999), film, 2 entries" in shown
    assert "Line 4: rating &#x27;12&#x27; is too much" in shown
    assert [path for _, path, _ in api.household.done] == [
        "/history/import?profile=p1&name=diary.csv&user_id=&preview=true"
    ]
    press(test, "Bring in 7 entries")
    assert (
        api.household.done[-1][1]
        == "/history/import?profile=p1&name=diary.csv&user_id=&preview=false"
    )
    assert "Letterboxd&#x27;s file is in" in html(test)
    assert ("Settle 1 name", "view=names") in links(test)


def test_an_import_that_fails_says_so_and_can_be_tried_again(api: WatcherApi) -> None:
    api.household.add("Me")
    api.household.report = REPORT
    test = opened("history", view="import")
    checked(test.file_uploader[0].set_value(("diary.csv", b"a,b", "text/csv")).run())
    api.spared = frozenset(api.paths)
    api.fault = 503, {"error": "unavailable", "detail": "The store is locked", "request_id": "r1"}
    press(test, "Bring in 7 entries")
    assert "This file is not in" in html(test)
    assert "The store is locked. You may try again." in html(test)
    api.fault = None
    press(test, "Bring in 7 entries")
    assert "Letterboxd&#x27;s file is in" in html(test)
    assert "This file is not in" not in html(test)


def test_a_name_is_settled_by_a_click(api: WatcherApi) -> None:
    api.household.add("Me")
    suggestion = {"score": 0.7, "title": MATRIX}
    named = {"media_type": "movie", "name": "Matrx", "year": 1999, "entries": 2}
    api.household.unmatched = [named | {"suggestions": [suggestion]}, named | {"name": "Other"}]
    test = press(opened("history", view="names"), "**The Matrix** · 1999 · Film")
    assert api.household.done[-1][2] == {
        "media_type": "movie",
        "name": "Matrx",
        "year": 1999,
        "tmdb_id": 603,
    }
    assert "Other (1999), film, 2 entries" in html(test)
    assert "Matrx (1999)" not in html(test)


def test_names_come_a_page_at_a_time(api: WatcherApi) -> None:
    api.household.add("Me")
    named = {"media_type": "movie", "year": 1999, "entries": 1, "suggestions": []}
    api.household.unmatched = [named | {"name": f"Name {n:03}"} for n in range(1, 35)]
    test = opened("history", view="names", page="2")
    assert "34 names without a sure title, page 2 of 4" in html(test)
    assert "Name 011" in html(test)
    assert "Name 010" not in html(test)
    assert "Name 021" not in html(test)
    assert any(path.endswith("&offset=10&limit=10") for path in api.paths)
    # What is settled makes room for the next.
    press(test, "Leave it without a title")
    api.household.unmatched = api.household.unmatched[:10]
    press(test, "Show the next")
    assert "There are 10 names on those before." in html(test)
    assert ("Back to the first page", "view=names") in links(test)
    assert "page" not in html(opened("history", view="names")).partition("Say once")[0][-200:]


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"state": "waiting", "worker": "Start one."}, "Start one."),
        ({"state": "failed", "outcome": "Trakt is away."}, "Trakt: synced"),
    ],
)
def test_a_sync_says_how_it_stands(api: WatcherApi, job: dict[str, Any], expected: str) -> None:
    api.household.add("Me")
    api.household.trakt |= {"connected": True, "configured": True, "synced_at": 1.0}
    api.household.job = {"id": "j", "kind": "sync_trakt", "label": "Sync of Trakt"} | job
    assert expected in html(opened("history"))


looks = some.builds(
    HistoryView,
    view=some.sampled_from(tuple(VIEWS)),
    show=some.sampled_from(tuple(SHOWS)),
    kind=some.sampled_from(("all", "movie", "tv")),
    genre=some.sampled_from(("", *GENRES)),
    year_from=some.none() | some.integers(1870, 2100),
    text=some.text(max_size=30).map(lambda text: " ".join(text.split())),
    sort=some.sampled_from(tuple(SORTS)),
    page=some.integers(1, 10_000),
)


@given(looks)
def test_a_link_brings_back_the_same_look_at_a_history(look: HistoryView) -> None:
    params = {name: [str(value)] for name, value in look.to_params().items()}
    assert HistoryView.from_params(params) == look


@given(some.dictionaries(some.text(max_size=5), some.lists(some.text(max_size=9), max_size=2)))
def test_no_address_breaks_the_history(params: dict[str, list[str]]) -> None:
    assert HistoryView.from_params(params).page >= 1
