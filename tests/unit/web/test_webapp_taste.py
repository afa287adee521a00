"""The Taste page: what it asks, says and draws; its colours; what it does with little."""

import json
from itertools import combinations
from typing import Any, Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from stand_ins.watcher.api import WatcherApi
from streamlit_app.api.taste import Crowd, Taste
from streamlit_app.pages.taste import looks as chart_looks
from streamlit_app.pages.taste import map_drawing
from streamlit_app.pages.taste import words as taste_words
from streamlit_app.questions.lists import today
from streamlit_app.render.charts import taste_map as map_chart
from tests.web_pages import html, links, opened

pytestmark = pytest.mark.enable_socket

HOSTILE: Final = "<script>alert(1)</script> *bold*"


def film(number: int, title: str, **more: object) -> dict[str, Any]:
    return {"tmdb_id": number, "media_type": "movie", "title": title, "year": 1999} | more


TASTE: Final[dict[str, Any]] = {
    "known": 900,
    "needed": 0,
    "drawn": 2,
    "seen": 900,
    "points": [
        film(603, "The Matrix", x=0.1, y=0.2, taste=0, what="liked", rating=9),
        film(348, HOSTILE, x=0.5, y=0.2, taste=1, what="disliked", rating=2),
        film(680, "Pulp Fiction", x=-0.3, y=0.2, taste=0, what="pick"),
    ],
    "tastes": [
        {
            "words": [word, "robot"],
            "share": 0.5,
            "liked": 8,
            "x": x,
            "y": 0.2,
            "radius": 0.3,
            "examples": [film(603, "The Matrix")],
            "missing": [film(number, "Alien", reason="near", detail="Near to <b>The Matrix.")],
        }
        for word, x, number in (("space", 0.1, 348), ("war", 0.5, 349))
    ],
    "genres": [{"genre": "War", "count": 600, "told": 4, "liked": 3, "share": 0.66, "usual": 0.1}],
    "decades": [{"decade": 1990, "count": 900, "liked": 3}],
    "years": [
        {"year": 2020, "count": 500, "genres": {"War": 400}},
        {"year": 2021, "count": 400, "genres": {"War": 200}},
    ],
    "crowd": {
        "count": 2,
        "mine": 5.5,
        "crowd": 7.0,
        "difference": -1.5,
        "rated": [film(603, "The Matrix", mine=9, crowd=7.9)],
        "above": [film(603, "The Matrix", mine=9, crowd=7.9)],
        "below": [film(348, HOSTILE, mine=2, crowd=6.1)],
    },
}


@pytest.fixture(autouse=True)
def somebody(api: WatcherApi) -> None:
    api.household.add("Me")


def test_the_drawing_has_what_the_chart_has_and_nobodys_markup() -> None:
    hostile = Taste.model_validate(
        TASTE | {"tastes": [TASTE["tastes"][0] | {"words": [HOSTILE]}, TASTE["tastes"][1]]}
    )
    page = map_drawing.drawn(hostile, inline=False)
    picture = unquote(page.partition("data:image/svg+xml,")[2].partition('"')[0])
    root = ET.fromstring(picture)  # noqa: S314 -- our own words, well formed or not
    named = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f".//{named}ellipse")) == len(TASTE["tastes"])
    assert len(root.findall(f".//{named}path")) == len(TASTE["points"])
    assert HOSTILE[:8] in "".join(root.itertext())
    middle, *_ = [
        float(one.get("cx", "").rstrip("%")) for one in root.findall(f".//{named}ellipse")
    ]
    signs = [float(one.get("x", "").rstrip("%")) for one in root.findall(f".//{named}svg")]
    # The first title lies in the middle of the first taste, the pick to the left of both.
    assert signs[0] == pytest.approx(middle)
    assert signs[2] < middle < signs[1]
    assert "<script" not in page
    assert "<script" not in map_drawing.drawn(hostile, inline=True)


def test_a_chart_that_was_made_before_holds_the_new_rows_only() -> None:
    taste = Taste.model_validate(TASTE)
    first = map_chart.taste_map(taste)
    first["datasets"]["points"].clear()
    first["layer"].clear()
    fewer = taste.model_copy(update={"points": taste.points[:1]})
    again = map_chart.taste_map(fewer)
    assert [one["title"] for one in again["datasets"]["points"]] == ["The Matrix (1999)"]
    assert len(again["layer"]) == 4


def specs(test: AppTest) -> list[dict[str, Any]]:
    """The charts as they are sent to the browser."""
    return [json.loads(one.proto.spec) for one in test.get("vega_lite_chart")]


def test_the_page_tells_the_tastes_and_leads_to_similar(api: WatcherApi) -> None:
    api.lists.taste = TASTE
    test = opened("taste", show="movie")
    wish = today()
    assert api.lists.asked == [
        {"path": f"/taste?profile=p1&kind=movie&count={wish.count}&seed={wish.seed}"}
    ]
    shown = html(test)
    assert "2 tastes in 900 titles that you told of; 2 are drawn" in shown
    assert "1 pick for today." in shown
    assert "1. Space, robot</h3>" in shown
    assert "Near to &lt;b&gt;The Matrix." in shown
    assert "You rate 1.5 lower than other people: 5.5 by you, 7.0 on TMDB" in shown
    assert "<script>" not in shown
    found = dict(links(test))
    assert found["Alien \\(1999\\)"] == "title=movie-349"
    assert found["The Matrix \\(1999\\)\\: 9 · 7\\.9"] == "title=movie-603"
    assert len(specs(test)) == 5


def test_every_chart_is_there_as_a_table() -> None:
    taste = Taste.model_validate(TASTE)
    table = taste_words.map_table(taste)
    for cell in ("Space, robot", "The Matrix (1999)", "Liked", "9", "Today&#x27;s pick"):
        assert f"<td>{cell}</td>" in table
    assert table.count("<tr>") == 1 + len(taste.points)
    assert table.index("Pulp Fiction") < table.index("The Matrix"), "picks first"
    assert "<td>3 of 4</td>" in taste_words.genre_table(taste)
    assert "<td>1990s</td><td>900</td><td>3</td>" in taste_words.decade_table(taste)
    assert "<td>2021</td><td>400</td><td>200</td>" in taste_words.year_table(taste)
    assert "<td>9</td><td>7.9</td>" in taste_words.crowd_table(taste.crowd)


def test_a_point_says_what_it_is() -> None:
    taste = Taste.model_validate(TASTE)
    spec = map_chart.taste_map(taste)
    points, labels = (
        spec["datasets"][layer["data"]["name"]]
        for layer in spec["layer"]
        if layer["mark"]["type"] == "point" or layer["mark"].get("strokeWidth") == 0
    )
    told = {one["ref"]: one for one in points}
    assert told["movie-603"]["about"] == (
        "The Matrix (1999): Film, liked, you gave it 9. Taste: Space, robot."
    )
    assert points[-1]["what"] == "Today's pick", "drawn last"
    assert labels[1]["name"] == "2. War, robot"


def test_a_title_chosen_by_name_is_shown_with_its_way_to_similar(api: WatcherApi) -> None:
    api.lists.taste = TASTE
    test = opened("taste")
    assert ("Find similar", "title=movie-603") not in links(test)
    test.selectbox(key="taste_box-0").set_value("movie-603").run()
    assert not test.exception
    assert "Film, liked, you gave it 9. Taste: Space, robot." in html(test)
    assert ("Find similar", "title=movie-603") in links(test)


@pytest.mark.parametrize(
    ("known", "needed", "show", "sentence"),
    [
        (0, 5, "all", "watcher knows of no title that you watched, rated or loved; with 5 titles"),
        (3, 2, "movie", "watcher knows of 3 films that you watched, rated or loved; with 2 more"),
        (0, 1, "tv", "watcher knows of no series that you watched, rated or loved; with 1 series"),
    ],
)
def test_with_too_little_it_says_what_to_do(
    api: WatcherApi, known: int, needed: int, show: str, sentence: str
) -> None:
    api.lists.taste = {"known": known, "needed": needed}
    test = opened("taste", show=show)
    assert sentence in html(test)
    assert ("Pick titles that you like", "pick=1") in links(test)
    assert ("Import a file", "view=import") in links(test)
    assert specs(test) == []


def test_without_ratings_and_dates_the_rest_is_shown(api: WatcherApi) -> None:
    api.lists.taste = TASTE | {"crowd": {"count": 0}, "years": TASTE["years"][:1], "tastes": []}
    api.lists.taste["points"] = [one | {"taste": None} for one in TASTE["points"]]
    test = opened("taste")
    shown = html(test)
    assert "Rate a few titles to see how you differ" in shown
    assert "No tastes yet" in shown
    assert len(specs(test)) == 3


def test_who_rates_like_everybody_is_told_so() -> None:
    crowd = Crowd(count=3, mine=7.0, crowd=7.04, difference=-0.04)
    assert taste_words.beside(crowd).startswith("You rate like everybody else")


def test_an_answer_that_cannot_be_read_is_told_and_draws_nothing(api: WatcherApi) -> None:
    api.lists.taste = {"known": "many"}
    test = opened("taste")
    assert "is not watcher, or another version of it" in html(test)
    assert "4,321 films" in html(test), "the API is there all the same"
    assert specs(test) == []


# How a colour in linear RGB looks to people without one kind of cone (G. Machado et al., 2009).
SEEN_BY: Final = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
Floats = NDArray[np.float64]
TO_XYZ: Final = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(colour: str) -> Floats:
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: Floats) -> Floats:
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("colours", "page"), [(chart_looks.LIGHT, "#F8F9FA"), (chart_looks.DARK, "#11151B")]
)
def test_colours_stand_out_and_are_told_apart_by_everybody(
    colours: tuple[str, ...], page: str
) -> None:
    assert min(contrast(colour, page) for colour in colours) >= 3.3
    for seen in SEEN_BY.values():
        for one, other in combinations(colours, 2):
            gap = float(np.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other))))
            assert gap >= 27, (one, other)
