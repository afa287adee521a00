"""Looking for a title by its name, on the Similar page."""

import pytest
from streamlit.testing.v1 import AppTest

from stand_ins.watcher.api import DARK, MATRIX, WatcherApi
from streamlit_app.api.titles import TitleCard
from streamlit_app.pages.titles.name_box import named
from streamlit_app.render.widgets import markdown
from tests.web_pages import address, checked, html, links, of, opened

pytestmark = pytest.mark.enable_socket


def by_name(typed: str, **params: str | list[str]) -> AppTest:
    """The page with a name typed into its box."""
    test = opened("similar", **params)
    # The runner has no name for a segmented control of one choice but its family's.
    test.session_state["search_mode"] = "name"
    checked(test.run())
    return checked(of(test.text_input, "w_name").set_value(typed).run())


def test_names_that_match_are_links_in_the_order_of_the_api(api: WatcherApi) -> None:
    api.titles = [DARK, DARK | {"tmdb_id": 12, "media_type": "movie", "title": "Dark City"}, MATRIX]
    test = by_name("  dark ", show="tv")
    assert "/titles/search?q=dark&limit=8" in api.paths
    assert links(test)[:2] == [
        ("**Dark** · 1999 · Series", "title=tv-70523&show=tv"),
        ("**Dark City** · 1999 · Film", "title=movie-12&show=tv"),
    ]
    assert ("**The Matrix** · 1999 · Film", "title=movie-603&show=tv") not in links(test)
    assert "2 titles for “dark”, best known first" in html(test)
    assert address(test) == {"show": ["tv"]}
    assert not api.asked, "typing a name is no search yet"


def test_a_title_that_was_picked_empties_the_box(api: WatcherApi) -> None:
    test = by_name("matrix")
    test.query_params["title"] = "movie-603"
    checked(test.run())
    assert of(test.text_input, "w_name").value == ""
    assert "Similar to The Matrix (1999)</h1>" in html(test)
    assert api.asked[-1]["tmdb_id"] == 603
    assert not any("**" in shown for shown, _ in links(test))


@pytest.mark.usefixtures("api")
def test_a_link_to_a_title_opens_with_the_box_for_names() -> None:
    assert of(opened("similar", title="movie-603").text_input, "w_name").value == ""


@pytest.mark.usefixtures("api")
def test_a_name_of_nothing_leads_to_a_search_by_words() -> None:
    test = by_name("a robot learns", genre="Drama")
    assert "No title in the catalogue has a name like that." in html(test)
    assert ("Look for it in your own words", "q=a+robot+learns&genre=Drama") in links(test)


def test_an_empty_box_asks_nothing(api: WatcherApi) -> None:
    by_name("   ")
    assert not any(path.startswith("/titles/search") for path in api.paths)


def test_names_that_can_not_be_looked_up_are_told_and_come_back(api: WatcherApi) -> None:
    api.ready = False
    test = by_name("matrix")
    assert "There is no index yet: run scripts.rebuild_index." in html(test)
    api.ready = True
    checked(test.run())
    assert ("**The Matrix** · 1999 · Film", "title=movie-603") in links(test)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("M*A*S*H", r"**M\*A\*S\*H** · Film"),
        ("[REC]² <b>", r"**\[REC\]² \<b\>** · Film"),
        ("$9.99 `_~", r"**\$9\.99 \`\_\~** · Film"),
        ("1. Mai\n# two", r"**1\. Mai \# two** · Film"),
        ("a:red[b] :smile:", "**a\\:\u2060red\\[b\\] \\:\u2060smile\\:** · Film"),
    ],
)
def test_signs_in_a_name_are_only_signs(name: str, expected: str) -> None:
    assert markdown(named(TitleCard(tmdb_id=1, media_type="movie", title=name))) == expected
