"""Home and Recommendations: first steps, lists with reasons, what the API is told of them."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from stand_ins.watcher.api import DARK, HOSTILE, MATRIX, WatcherApi
from streamlit_app.api.recommendations import Pick
from streamlit_app.pages.titles import evidence
from streamlit_app.questions.lists import MAX_COUNT, MAX_SEED, ListRequest
from streamlit_app.questions.search import Search
from streamlit_app.questions.vocabulary import GENRES
from tests.web_pages import address, checked, gone_to, html, links, of, opened, press, unfolded

pytestmark = pytest.mark.enable_socket

NEAR = {"media_type": "movie", "tmdb_id": 348, "title": "Alien", "rating": 9, "near": True}
FACTS: dict[str, Any] = {"liked": [NEAR], "taste": ["robots"]}


@pytest.fixture(autouse=True)
def lists(api: WatcherApi) -> None:
    """Somebody who watched something, and three picks for them."""
    api.household.add("Me").standings["movie", 1] = {"watched": True}
    reasons = zip((MATRIX, HOSTILE, DARK), ("Close to Alien.", "<b>Bold.", "Far."), strict=True)
    api.lists.picks = [one | {"reason": why, "evidence": FACTS} for one, why in reasons]


wishes = some.builds(
    ListRequest,
    of=some.builds(
        Search,
        results=some.sampled_from(["all", "movie", "tv"]),
        year_from=some.none() | some.integers(1870, 2100),
        runtime_to=some.none() | some.integers(1, 1000),
        genres=some.lists(some.sampled_from(GENRES), unique=True).map(tuple),
        min_votes=some.integers(0, 10**7),
    ),
    count=some.integers(1, MAX_COUNT),
    seed=some.integers(0, MAX_SEED),
    worded=some.booleans(),
)


@given(wishes)
def test_an_address_reads_back_as_its_wish(wish: ListRequest) -> None:
    params = wish.to_params()
    lists = {name: [v] if isinstance(v, str) else v for name, v in params.items()}
    assert ListRequest.from_params(lists) == wish


@pytest.mark.parametrize("seed", ["-1", "x", "²", "", "1e3"])
def test_a_seed_that_cannot_be_meant_is_left_out(seed: str) -> None:
    assert ListRequest.from_params({"seed": [seed], "q": ["words"]}) == ListRequest()
    assert ListRequest.from_params({"seed": ["9" * 30]}).seed == MAX_SEED


def test_the_small_line_tells_what_the_reason_does_not() -> None:
    pick = Pick(**MATRIX, reason="Because you gave 9 to Alien.", evidence=FACTS)
    assert evidence.line(pick) == "Your taste: robots"
    other = Pick(**MATRIX, reason="It is good.", evidence=FACTS)
    assert evidence.line(other) == "Near Alien (you gave 9) · Your taste: robots"
    akin = FACTS | {"liked": [NEAR | {"near": False}]}
    assert evidence.line(Pick(**MATRIX, reason="It is good.", evidence=akin)) == (
        "Your taste: robots"
    )


def test_a_list_by_its_address_with_reasons_and_word_of_what_was_shown(api: WatcherApi) -> None:
    test = opened("recommendations", show="movie", count="2", seed="7", genre="Drama", shorter="90")
    assert api.lists.asked == [
        {
            "profile": "p1",
            "kind": "movie",
            "count": 2,
            "seed": 7,
            "use_llm": False,
            "filters": {"genres": ["Drama"], "runtime_to": 90},
        }
    ]
    shown = html(test)
    assert "Close to Alien." in shown
    assert "Your taste: robots" in shown
    assert "&lt;b&gt;Bold." in shown
    refs = [{"tmdb_id": n, "media_type": "movie"} for n in (603, 666)]
    assert api.lists.told == [{"list_id": f"{7:016x}", "shown": refs, "opened": []}]
    assert "list number 7" in shown
    unfolded(test, "filters")
    assert of(test.number_input, "l_seed").value == 7
    assert len(api.lists.asked) == len(api.lists.told) == 1, "a list is asked for and told of once"


def test_another_list_has_another_seed_and_keeps_the_wishes(api: WatcherApi) -> None:
    test = press(opened("recommendations", show="tv", seed="7"), "Another list")
    assert address(test) == {"show": ["tv"], "seed": ["8"]}
    assert [one["seed"] for one in api.lists.asked] == [7, 8]
    assert of(unfolded(test, "filters").number_input, "l_seed").value == 8


def test_what_is_not_for_me_says_so_and_is_not_in_the_next_list() -> None:
    test = opened("recommendations")
    checked(test.button(key="not-pick0").click().run())
    shown = html(test)
    assert "Not for you · Your next list is without it" in shown
    assert "The Matrix" in shown, "the list that stands isn't changed under the hand"
    press(test, "Another list")
    assert "The Matrix" not in html(test)


def test_a_card_stays_as_it_is_while_one_acts_on_it() -> None:
    """What was opened in it, such as what the title is about, would close."""
    test = opened("recommendations")

    def card() -> str:
        bodies: Iterator[str] = (part.proto.body for part in test.get("html"))
        return next(body for body in bodies if "w-card" in body and "The Matrix" in body)

    before = card()
    assert "w-reason" in before
    for key in ("seen-pick0", "not-pick0", "list-pick0"):
        checked(test.button(key=key).click().run())
        assert card() == before
        assert "Your next list is without it" in html(test)


def test_what_was_opened_from_a_list_is_told_once(api: WatcherApi) -> None:
    test = opened("recommendations")
    assert ("Find similar", "title=movie-603") in links(test)
    test.query_params["title"] = "movie-603"
    gone_to(test, "similar")
    checked(test.run())
    opening = [one["opened"] for one in api.lists.told if one["opened"]]
    assert opening == [[{"tmdb_id": 603, "media_type": "movie"}]]


def test_looking_through_lists_passes_no_title_over_again_and_again(api: WatcherApi) -> None:
    test = press(press(opened("recommendations", count="2"), "Another list"), "Another list")
    gone_to(test, "")
    seen = {one["title"] for one in api.lists.picks if one["title"] in html(test)}
    told = [one["tmdb_id"] for each in api.lists.told for one in each["shown"]]
    assert len(told) == len(set(told)), "each once, though four lists showed it"
    assert len(told) >= len(seen) > 1


def test_a_cold_start_and_a_note_are_said(api: WatcherApi) -> None:
    api.lists.cold_start, api.lists.note = "It knows <nothing> of you.", "Only 3 titles."
    test = opened("recommendations")
    assert "It knows &lt;nothing&gt; of you." in html(test)
    assert test.caption[0].value == "Only 3 titles."


def test_no_result_says_why_and_what_to_loosen(api: WatcherApi) -> None:
    api.lists.picks, api.lists.note = [], "Nothing passes."
    test = opened("recommendations", genre="Western", show="tv", count="3")
    assert "Nothing passes. You set: series only, Western." in html(test)
    assert ("Without filters", "show=tv&count=3") in links(test)


def test_a_model_is_offered_only_where_there_is_one(api: WatcherApi) -> None:
    assert not opened("recommendations").toggle
    api.model = "ok"
    st.cache_data.clear()
    assert opened("recommendations").toggle
    assert not any(one["use_llm"] for one in api.lists.asked), "it is asked on demand only"


def test_the_words_of_a_model_replace_the_plain_ones_when_they_come(api: WatcherApi) -> None:
    api.model = "ok"
    test = opened("recommendations")
    assert "Close to Alien." in html(test)
    checked(test.toggle(key="l_worded").set_value(True).run())
    assert address(test) == {"worded": ["1"]}
    deadline = time.monotonic() + 10
    while api.lists.words not in html(test):
        assert time.monotonic() < deadline
        checked(test.run())
    assert "Close to Alien." not in html(test)
    assert [one["use_llm"] for one in api.lists.asked] == [False, True]


def test_why_a_title_is_not_in_the_list(api: WatcherApi) -> None:
    test = unfolded(opened("recommendations", seed="3"), "why")
    checked(test.text_input(key="l_why").set_value("dark").run())
    checked(test.button(key="why-0").click().run())
    assert "You have watched it." in html(test)
    assert api.lists.asked[-1]["path"] == "/explain/tv/70523?profile=p1&seed=3&count=12"


def test_a_first_visit_picks_titles_and_then_sees_picks(api: WatcherApi) -> None:
    api.household.people.clear()
    test = opened("")
    assert "Welcome to watcher" in html(test)
    assert ("Import a file", "view=import") in links(test)
    assert not api.lists.asked
    checked(test.button(key="like-movie-603").click().run())
    checked(test.text_input(key="w_first").set_value("dark").run())
    checked(test.button(key="found-tv-70523").click().run())
    mine = api.household.people[0].standings
    assert {ref: one["loved"] for ref, one in mine.items()} == {
        ("movie", 603): True,
        ("tv", 70523): True,
    }
    assert "2 titles: 1 more for a good start." in html(test)
    press(test, "Show my picks")
    assert "Picks for today" in html(test)
    assert api.lists.asked[0]["count"] == 6


def test_a_like_is_taken_back_by_the_same_button(api: WatcherApi) -> None:
    api.household.people.clear()
    test = opened("")
    for _ in range(2):
        checked(test.button(key="like-movie-603").click().run())
    assert api.household.people[0].standings["movie", 603] == {"loved": False}


def test_home_shows_the_same_list_all_day_and_leads_on(api: WatcherApi) -> None:
    api.household.people[0].standings = {("movie", 603): {"watched": True}}
    first, second = opened(""), opened("home")
    assert api.lists.asked[0] == api.lists.asked[1]
    assert html(first) == html(second)
    assert ("Like The Matrix", "title=movie-603") in links(first)


def test_an_old_link_to_the_bare_address_still_searches(api: WatcherApi) -> None:
    opened("", title="movie-603")
    assert api.asked[0]["tmdb_id"] == 603
    assert not api.lists.asked


def test_a_first_page_that_can_not_be_shown_yet_has_a_name_and_says_what_prepares_it(
    api: WatcherApi,
) -> None:
    api.ready = False
    shown = html(opened(""))
    assert shown.count('<h1 dir="auto">Welcome to watcher</h1>') == 1
    assert "The index is being built." in shown
    assert "./start.sh" in shown
