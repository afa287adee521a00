"""The Similar page, run by Streamlit's own test runner against a small API over real HTTP."""

from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from stand_ins.watcher.api import WatcherApi, watcher_api
from streamlit_app.api.client import ApiClient, base_url
from streamlit_app.api.transport import ApiNotReady, ApiRefused, ApiUnreachable
from streamlit_app.questions.search import Search, TitleRef
from tests.web_pages import address, checked, html, links, of, opened, press, unfolded

pytestmark = pytest.mark.enable_socket


def page(**params: str | list[str]) -> AppTest:
    return opened("similar", **params)


def test_a_first_visit_offers_examples_and_asks_for_no_search(api: WatcherApi) -> None:
    test = page()
    assert (
        "mind\\-bending thriller with a twist ending",
        "q=mind-bending+thriller+with+a+twist+ending",
    ) in links(test)
    assert ("Find similar", "title=movie-603") in links(test)
    assert ("Find similar", "title=tv-1396") not in links(test), "the catalogue has no such series"
    assert not api.asked
    assert "4,321 films and 1 series" in html(test)
    assert "not endorsed or certified by TMDB" in html(test)


def test_words_go_into_the_address_and_show_cards(api: WatcherApi) -> None:
    test = page()
    checked(of(test.text_input, "w_text").set_value("  rain   and neon ").run())
    assert address(test) == {"q": ["rain and neon"]}
    assert api.asked == [{"text": "rain and neon", "results_media_type": "all", "k": 12}]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html(test)
    assert "<script" not in html(test)
    assert ("Find similar", "title=tv-70523") in links(test)


def test_an_address_sets_every_widget_and_every_condition(api: WatcherApi) -> None:
    test = page(
        q="rain", show="tv", k="7", genre=["Drama", "Crime"], lang="ja", votes="77", rating="6.5",
        to="1999", **{"from": "1980", "not": "Horror"},
    )  # fmt: skip
    assert api.asked[0] == {
        "text": "rain",
        "results_media_type": "tv",
        "k": 7,
        "filters": {
            "year_from": 1980,
            "year_to": 1999,
            "genres": ["Drama", "Crime"],
            "without_genres": ["Horror"],
            "languages": ["ja"],
            "min_votes": 77,
            "min_rating": 6.5,
        },
    }
    assert of(test.text_input, "w_text").value == "rain"
    assert "7 titles" in [menu.label for menu in test.menu_button]
    assert not test.multiselect, "closed filters are not drawn"
    told = "Filtered: from 1980, until 1999, Drama or Crime, no Horror, in Japanese"
    assert told in html(test)
    unfolded(test, "filters")
    assert of(test.multiselect, "w_genres").value == ["Drama", "Crime"]
    assert test.number_input(key="w_year_from").value == 1980
    shown = (*test.text_input, *test.selectbox, *test.multiselect, *test.number_input)
    assert not any(one.proto.set_value for one in (*shown, *test.slider)), (
        "a value that is pushed is lost where the next run begins before the browser drew it"
    )


def test_a_filter_goes_into_the_address_and_can_be_cleared(api: WatcherApi) -> None:
    test = unfolded(page(q="rain"), "filters")
    checked(of(test.multiselect, "w_genres").set_value(["Horror"]).run())
    assert address(test) == {"q": ["rain"], "genre": ["Horror"]}
    assert api.asked[-1]["filters"] == {"genres": ["Horror"]}
    clear = next(button for button in test.button if button.label == "Clear all filters")
    checked(clear.click().run())
    assert address(test) == {"q": ["rain"]}
    assert of(test.multiselect, "w_genres").value == []


def test_a_longer_list_is_one_click_away(api: WatcherApi) -> None:
    test = page(q="rain", k="2")
    press(test, "Show more")
    assert address(test) == {"q": ["rain"], "k": ["6"]}
    assert api.asked[-1]["k"] == 6
    labels = [button.label for button in test.button]
    assert "Show more" not in labels, "there were no more than these"


def test_an_answer_is_not_fetched_twice(api: WatcherApi) -> None:
    test = page(q="rain")
    checked(test.run())
    checked(test.run())
    assert len(api.asked) == 1
    assert api.paths.count("/health") <= 1


@pytest.mark.usefixtures("api")
def test_the_widgets_follow_the_back_button() -> None:
    test = page(q="rain")
    checked(of(test.text_input, "w_text").set_value("snow").run())
    test.query_params["q"] = "rain"
    checked(test.run())
    assert of(test.text_input, "w_text").value == "rain"


def test_a_title_is_named_and_is_not_among_its_own(api: WatcherApi) -> None:
    test = page(title="movie-603", show="tv")
    assert "Similar to The Matrix (1999)</h1>" in html(test)
    assert api.asked[0]["tmdb_id"] == 603
    assert api.asked[0]["input_media_type"] == "movie"
    assert ("Find similar", "title=tv-70523&show=tv") in links(test)


@pytest.mark.usefixtures("api")
def test_a_pasted_address_of_tmdb_is_understood() -> None:
    test = page(q="rain")
    # The runner has no name for a segmented control of one choice but its family's.
    test.session_state["search_mode"] = "id"
    checked(test.run())
    pasted = "https://www.themoviedb.org/tv/70523-dark"
    checked(of(test.text_input, "w_id").set_value(pasted).run())
    assert address(test) == {"title": ["tv-70523"]}
    assert "Similar to Dark (1999)</h1>" in html(test)
    checked(of(test.text_input, "w_id").set_value("nonsense").run())
    assert "A TMDB id is a number" in test.error[0].value
    assert address(test) == {"title": ["tv-70523"]}


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        ({"title": "movie-603"}, {}, "words"),
        ({"q": "rain"}, {"title": "movie-603"}, "name"),
        ({"title": "movie-603"}, {"q": "rain"}, "words"),
        ({"like": ["movie-603", "tv-70523"]}, {}, "words"),
        ({"like": ["movie-603"]}, {}, "several"),
        ({"like": ["movie-603"], "unlike": ["tv-70523"]}, {"unlike": ["tv-70523"]}, "several"),
    ],
)
@pytest.mark.usefixtures("api")
def test_the_way_of_asking_is_the_one_of_the_address(
    before: dict[str, str | list[str]], after: dict[str, str | list[str]], way: str
) -> None:
    test = page(**before)
    test.query_params.clear()
    for name, value in after.items():
        test.query_params[name] = value
    checked(test.run())
    assert test.session_state["search_mode"] == way
    assert any("In your words" in one.options for one in test.segmented_control)


@pytest.mark.usefixtures("api")
def test_an_unknown_title_offers_the_other_kind() -> None:
    test = page(title="movie-70523")
    assert "There is no such title: 70523." in html(test)
    assert ("Look for the series 70523 instead", "title=tv-70523") in links(test)


@pytest.mark.usefixtures("api")
def test_no_results_say_what_to_loosen() -> None:
    test = page(q="rain", show="movie", **{"from": "2095"})
    assert "films only, from 2095" in html(test)
    assert ("Search without filters", "q=rain&show=movie") in links(test)
    assert ("Look among films and series", "q=rain&from=2095") in links(test)


def test_a_refusal_is_told_in_the_words_of_the_api(api: WatcherApi) -> None:
    api.fault = (422, {"error": "invalid_input", "detail": "year_from is <after> year_to."})
    assert "year_from is &lt;after&gt; year_to." in html(page(q="rain"))


def test_an_index_that_is_not_ready_is_waited_for(api: WatcherApi) -> None:
    api.ready = False
    test = page(q="rain")
    assert "There is no index yet: run scripts.rebuild_index." in html(test)
    api.ready = True
    checked(test.run())
    assert 'class="w-notice"' not in html(test)
    assert ("Find similar", "title=movie-603") in links(test)


def test_an_api_that_is_away_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    with watcher_api() as gone:
        pass
    monkeypatch.setenv("API_BASE_URL", gone.url)
    try:
        for params in ({}, {"q": "rain"}, {"title": "movie-603"}):
            shown = html(page(**params))
            assert f"does not answer at {gone.url}" in shown
            assert "./start.sh" in shown
            assert "not endorsed" in shown
    finally:
        st.cache_resource.clear()
        st.cache_data.clear()


def test_errors_have_three_kinds(api: WatcherApi) -> None:
    client = ApiClient(api.url)
    search = Search(text="rain")
    answers: list[tuple[int, dict[str, Any], type[Exception]]] = [
        (503, {"error": "not_ready", "detail": "Build it."}, ApiNotReady),
        (422, {"error": "invalid_input", "detail": "k."}, ApiRefused),
        (422, {"detail": [{"loc": ["body"]}]}, ApiRefused),
        (500, {}, ApiRefused),
        (502, {}, ApiUnreachable),
        (200, {"something": "else"}, ApiRefused),
    ]
    for status, body, expected in answers:
        api.fault = (status, body)
        with pytest.raises(expected):
            client.titles.similar(search)
    client.close()


def test_an_unknown_title_is_an_error_with_its_code(api: WatcherApi) -> None:
    client = ApiClient(api.url)
    with pytest.raises(ApiRefused) as error:
        client.titles.title(TitleRef("tv", 1))
    client.close()
    assert error.value.code == "not_found"


def test_the_address_of_the_api_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_BASE_URL", "")
    assert base_url() == "http://127.0.0.1:8080"
    monkeypatch.setenv("API_BASE_URL", "http://api:8080/")
    assert base_url() == "http://api:8080"
