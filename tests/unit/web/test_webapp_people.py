"""Who is watching, what one may do with a title, and the pages of people and histories."""

import re

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from stand_ins.watcher.api import WatcherApi, watcher_api
from tests.web_pages import address, checked, html, links, opened, press, unfolded

pytestmark = pytest.mark.enable_socket


def labels(test: AppTest) -> list[str]:
    """What buttons say, without the signs that make Markdown of a label text."""
    return [re.sub(r"\\(.)", r"\1", button.label).replace("\u2060", "") for button in test.button]


def test_a_person_alone_is_asked_nothing(api: WatcherApi) -> None:
    test = opened("similar", q="rain")
    assert "Seen it" in labels(test)
    assert "Who is watching?" not in html(test)
    assert "profile" not in address(test)
    assert not api.household.done


def test_seen_it_is_told_and_undone(api: WatcherApi) -> None:
    test = press(opened("similar", q="rain"), "Seen it")
    assert "The Matrix: </span>Seen." in html(test)
    [(method, path, body)] = api.household.done
    assert (method, path) == ("POST", "/history")
    assert body is not None
    assert (body["tmdb_id"], body["media_type"]) == (603, "movie")
    assert "Seen: take it back" in labels(test)
    press(test, "Undo")
    assert "Undone." in html(test)
    assert api.household.people[0].standings["movie", 603] == {}
    assert "Seen: take it back" not in labels(test)


def test_what_was_seen_before_stands_on_its_card(api: WatcherApi) -> None:
    me = api.household.add("Me")
    me.standings["movie", 603] = {"watched": True, "rating": 8, "watchlisted": True}
    test = opened("similar", q="rain")
    assert "Seen · You gave 8 · On your watchlist" in html(test)
    assert {"Seen: take it back", "On your watchlist: take it off"} <= set(labels(test))


def test_a_refused_action_says_why_and_changes_nothing(api: WatcherApi) -> None:
    test = opened("similar", q="rain")
    api.fault = (404, {"error": "not_found", "detail": "There is no such title <b>."})
    api.spared = frozenset({"/profiles"})
    press(test, "Seen it")
    assert "There is no such title &lt;b&gt;." in html(test)
    assert "Undo" not in labels(test)


def test_who_was_deleted_elsewhere_is_not_asked_for_again(api: WatcherApi) -> None:
    gone = api.household.add("Ida")
    api.household.add("Otto").standings["movie", 603] = {"watched": True}
    test = opened("history", profile=gone.id)
    assert "The Matrix" not in html(test)
    api.household.people.remove(gone)
    checked(test.run())
    assert "The Matrix" in html(test)
    assert "no such profile" not in html(test)


def test_several_people_are_asked_who_it_is_and_links_remember_it(api: WatcherApi) -> None:
    api.household.add("Ida")
    otto = api.household.add("Otto *bold*")
    otto.standings["movie", 603] = {"watched": True}
    test = opened("similar", q="rain")
    assert "Seen it" not in labels(test), "nobody was chosen: nothing may be written"
    checked(test.menu_button[0].click("p2").run())
    assert address(test) == {"q": ["rain"], "profile": ["p2"]}
    assert "Seen: take it back" in labels(test)
    assert ("Find similar", "title=movie-603&profile=p2") in links(test)
    checked(test.text_input(key="w_text").set_value("snow").run())
    assert address(test) == {"q": ["snow"], "profile": ["p2"]}


def test_a_link_says_whose_history_it_is(api: WatcherApi) -> None:
    api.household.add("Ida").standings["tv", 70523] = {"watched": True}
    api.household.add("Otto").standings["movie", 603] = {"watched": True}
    assert "Dark" in html(opened("history", profile="p1"))
    shown = html(opened("history", profile="p2"))
    assert "The Matrix" in shown
    assert "Dark" not in shown


@pytest.mark.usefixtures("api")
def test_a_profile_that_is_gone_is_nobody(api: WatcherApi) -> None:
    api.household.add("Ida")
    api.household.add("Otto")
    test = opened("history", profile="gone")
    assert "Who is watching?" in html(test)
    press(test, "Ida")
    assert address(test)["profile"] == ["p1"]
    assert "Nothing here yet" in html(test)


def test_elsewhere_a_token_is_asked_for_and_kept_out_of_the_address(api: WatcherApi) -> None:
    api.household.at_home = False
    ida = api.household.add("Ida")
    ida.standings["movie", 603] = {"watched": True}
    test = opened("history")
    assert "Your token" in html(test)
    assert "The Matrix" not in html(test)
    test.text_input(key="w_token").set_value("wrong")
    press(test, "Open")
    assert "not good" in test.error[0].value
    test.text_input(key="w_token").set_value(ida.token)
    press(test, "Open")
    assert "The Matrix" in html(test)
    assert address(test) == {}
    assert test.session_state["w_token"] == "" if "w_token" in test.session_state else True


def test_what_was_watched_can_be_left_out_of_a_search(api: WatcherApi) -> None:
    api.household.add("Ida")
    api.household.add("Otto")
    test = unfolded(opened("similar", q="rain", profile="p2"), "filters")
    checked(test.toggle(key="w_unseen").set_value(True).run())
    assert address(test)["unseen"] == ["1"]
    assert api.asked[-1]["exclude_watched_of"] == "p2"


def test_several_titles_are_one_question(api: WatcherApi) -> None:
    test = opened("similar", like=["movie-603", "tv-70523"], unlike="movie-666", shorter="120")
    assert api.asked[-1] == {
        "like": [
            {"tmdb_id": 603, "media_type": "movie"},
            {"tmdb_id": 70523, "media_type": "tv"},
        ],
        "unlike": [{"tmdb_id": 666, "media_type": "movie"}],
        "results_media_type": "all",
        "k": 12,
        "filters": {"runtime_to": 120},
    }
    assert "Like The Matrix and Dark, not like &lt;script&gt;" in html(test)
    assert ("Dark", "like=movie-603&unlike=movie-666&shorter=120") in links(test)
    checked(test.text_input(key="w_text").set_value("funnier").run())
    assert api.asked[-1]["text"] == "funnier"
    assert len(api.asked[-1]["like"]) == 2


def test_a_token_is_shown_once(api: WatcherApi) -> None:
    api.household.add("Ida")
    test = opened("people")
    test.text_input(key="w_new_name").set_value("Otto")
    press(test, "Add")
    assert test.code[0].value == "token-2"
    press(test, "I have it")
    assert not test.code
    assert "Otto" in html(test)
    assert address(test) == {"profile": ["p1"]}, "who was watching alone still is"


def test_trakt_that_is_not_set_up_says_what_to_set(api: WatcherApi) -> None:
    api.household.add("Me")
    assert "TRAKT_CLIENT_ID" in html(opened("people"))


def test_a_code_for_trakt_is_shown_large_until_it_was_typed_in(api: WatcherApi) -> None:
    api.household.add("Me")
    api.household.trakt["configured"] = True
    test = press(opened("people"), "With a code on another device")
    assert "AB12CD34" in html(test)
    api.household.typed_in = True
    checked(test.run())
    assert "Connected, not synced yet." in html(test)
    press(test, "Disconnect Trakt")
    assert "Not connected." in html(test)


def test_a_broken_connection_is_said_with_the_way_to_mend_it(api: WatcherApi) -> None:
    api.household.add("Me")
    problem = {"connected": True, "configured": True, "problem": "Trakt no longer knows us."}
    api.household.trakt |= problem
    test = opened("people")
    assert "Connect again" in html(test)
    assert "Connect in this browser" in labels(test)


def test_an_api_that_is_away_is_told_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    with watcher_api() as gone:
        pass
    monkeypatch.setenv("API_BASE_URL", gone.url)
    try:
        for page in ("history", "people"):
            assert f"does not answer at {gone.url}" in html(opened(page))
    finally:
        st.cache_resource.clear()
        st.cache_data.clear()
