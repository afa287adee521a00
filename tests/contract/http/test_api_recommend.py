"""Lists over HTTP: full, clean, the same for the same seed, within the filters, truly explained."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.ledger import About, Event, EventKind
from tests import taste_world
from tests.people_world import home, stranger
from tests.taste_world import (
    ADULT,
    SAGA,
    SHORT_LIVED,
    UNBORN,
    asked,
    explained,
    likes,
    mark,
    number,
    numbers_of,
    rate,
    said,
    somebody,
    taste_services,
    watch,
)

ICELANDIC = {"languages": ["is"]}

services = taste_world.services
client = taste_world.client
who = taste_world.who


@pytest.fixture
def fan(client: TestClient, who: str) -> str:
    """Somebody who likes horror and romance, and was disappointed by a war film."""
    likes(client, who, "horror", range(5))
    likes(client, who, "romance", range(4), rating=10)
    likes(client, who, "war", [3], rating=2)
    return who


@pytest.mark.parametrize("kind", ["movie", "tv", "all"])
@pytest.mark.parametrize("wanted", [1, 10, 20])
def test_as_many_as_asked_for_each_once(
    client: TestClient, fan: str, kind: str, wanted: int
) -> None:
    answer = asked(client, fan, kind, count=wanted)
    found = [(one["media_type"], one["tmdb_id"]) for one in answer["results"]]
    assert len(found) == len(set(found)) == wanted
    assert answer["note"] is None
    assert kind == "all" or {one for one, _ in found} == {kind}
    if kind == "all" and wanted >= 10:
        assert {one for one, _ in found} == {"movie", "tv"}


def test_a_narrow_filter_gives_all_that_pass_though_they_are_one_saga(
    client: TestClient, fan: str
) -> None:
    answer = asked(client, fan, count=6, filters=ICELANDIC)
    found = numbers_of(answer)
    parts = [SHORT_LIVED + part for part in range(5)]
    assert sorted(found) == [*parts, SHORT_LIVED + 10]
    assert [one for one in found if one in parts] == parts
    more = asked(client, fan, count=9, filters=ICELANDIC)
    assert sorted(numbers_of(more)) == sorted(found)
    assert "6 titles" in more["note"]
    none = asked(client, fan, filters={"languages": ["sw"]})
    assert none["results"] == []
    assert "Nothing" in none["note"]


def test_nothing_watched_by_whatever_id_and_undo_brings_it_back(
    client: TestClient, services: Services, fan: str
) -> None:
    before = numbers_of(asked(client, fan, count=20))
    assert not set(before) & {number("horror", n) for n in range(5)}
    assert number("war", 3) not in before
    first, second, third = before[:3]
    undo = watch(client, fan, first)["undo"]
    about = About(MediaKind.MOVIE, imdb_id=f"tt{second:07}")
    event = Event(key="t:1", kind=EventKind.WATCHED, about=about, at=1_700_000_000, source="trakt")
    services.ledger.put(fan, [event])
    put_aside = mark(client, fan, third, "dismissed")["undo"]
    for seed in range(5):
        now = asked(client, fan, count=20, seed=seed)
        assert len(now["results"]) == 20
        assert not {first, second, third} & set(numbers_of(now))
    for one in (undo, put_aside):
        said(client.post("/history/undo", json=one, params={"profile": fan}))
    services.ledger.remove(fan, [event.key])
    assert numbers_of(asked(client, fan, count=20)) == before


def test_what_was_shown_three_times_and_ignored_is_left_out_till_it_is_opened(
    client: TestClient, fan: str
) -> None:
    first = numbers_of(asked(client, fan))[0]
    title = {"tmdb_id": first, "media_type": "movie"}
    for place in range(3):
        body = {"profile": fan, "list_id": f"{place:016x}", "shown": [title]}
        said(client.post("/feedback", json=body))
    resting = asked(client, fan)
    assert first not in numbers_of(resting)
    assert len(resting["results"]) == 10
    assert explained(client, fan, first)["step"] == "resting"
    said(client.post("/feedback", json=body | {"shown": [], "opened": [title]}))
    assert numbers_of(asked(client, fan))[0] == first


def test_the_same_seed_gives_the_same_list_in_another_process_too(
    client: TestClient, services: Services, fan: str
) -> None:
    lists = {seed: numbers_of(asked(client, fan, "all", seed=seed, count=20)) for seed in (0, 7, 8)}
    assert lists[7] != lists[8] != lists[0] != lists[7]
    for seed, found in lists.items():
        assert numbers_of(asked(client, fan, "all", seed=seed, count=20)) == found
    other = taste_services(Path(services.settings.watcher_data_dir))
    try:
        with home(other) as another:
            for seed, found in reversed(lists.items()):
                assert numbers_of(asked(another, fan, "all", seed=seed, count=20)) == found
    finally:
        other.close()


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"genres": ["war", "Western"]}, lambda t: {"War", "Western"} & set(t["genres"])),
        ({"without_genres": ["horror"]}, lambda t: "Horror" not in t["genres"]),
        ({"year_from": 2005, "year_to": 2010}, lambda t: 2005 <= t["year"] <= 2010),
        ({"runtime_to": 92}, lambda t: t["runtime"] <= 92),
        ({"runtime_from": 150}, lambda t: t["runtime"] >= 150),
        ({"min_votes": 8000}, lambda t: t["votes"] >= 8000),
        ({"min_rating": 7.8}, lambda t: t["rating"] >= 7.8),
        (
            {"genres": ["Crime"], "year_to": 2002, "runtime_to": 120},
            lambda t: "Crime" in t["genres"] and t["year"] <= 2002 and t["runtime"] <= 120,
        ),
    ],
)
def test_each_result_passes_the_filters(
    client: TestClient, fan: str, filters: dict[str, Any], holds: Callable[[Any], object]
) -> None:
    for kind in ("movie", "all"):
        answer = asked(client, fan, kind, filters=filters, seed=3)
        assert len(answer["results"]) == 10
        assert all(holds(one) for one in answer["results"])


def test_languages_are_kept_to(client: TestClient, services: Services, fan: str) -> None:
    found = numbers_of(asked(client, fan, filters={"languages": ["ja"]}))
    titles = services.titles.get_many([TitleId(MediaKind.MOVIE, one) for one in found])
    assert {title.original_language for title in titles.values()} == {"ja"}
    assert len(found) == 10


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"count": 0}, 422, "count"),
        ({"count": 21}, 422, "count"),
        ({"count": "10"}, 422, "count"),
        ({"seed": -1}, 422, "seed"),
        ({"seed": 2**31}, 422, "seed"),
        ({"filters": {"genres": ["Cooking"]}}, 422, "filters.genres"),
        ({"filters": {"without_genres": ["Cooking"]}}, 422, "filters.without_genres"),
        ({"filters": {"languages": ["qqq"]}}, 422, "filters.languages"),
        ({"filters": {"runtime_from": 90, "runtime_to": 80}}, 422, "runtime_from"),
        ({"filters": {"stars": 3}}, 422, "filters.stars"),
        ({"use_llm": "yes"}, 422, "use_llm"),
        ({"rank": 1}, 422, "rank"),
        ({"profile": "nobody"}, 404, "profile"),
    ],
)
def test_a_bad_wish_is_refused_by_the_field(
    client: TestClient, who: str, body: dict[str, Any], status: int, told: str
) -> None:
    answer = client.post("/recommend/movie", json={"profile": who} | body)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text
    assert client.post("/recommend/book", json={"profile": who}).status_code == 422


def test_a_newcomer_is_told_so_and_later_no_longer(client: TestClient, who: str) -> None:
    first = asked(client, who)
    assert "does not know yet what you like" in first["cold_start"]
    assert len(first["results"]) == 10
    assert all(one["evidence"]["liked"] == [] for one in first["results"])
    likes(client, who, "horror", [0])
    assert "only one title that you like" in asked(client, who)["cold_start"]
    likes(client, who, "horror", [1, 2])
    assert asked(client, who)["cold_start"] is None


def test_a_wish_for_later_is_no_taste(client: TestClient, who: str) -> None:
    mark(client, who, number("war", 30), "watchlisted")
    answer = asked(client, who)
    assert answer["cold_start"]
    assert all(one["evidence"]["liked"] == [] for one in answer["results"])


def test_a_part_that_is_only_wished_for_or_put_aside_was_not_seen(
    client: TestClient, who: str
) -> None:
    likes(client, who, "space", range(4))
    where = {"year_from": 2001, "year_to": 2004, "genres": ["Science Fiction"]}
    mark(client, who, SAGA + 1, "watchlisted")
    found = asked(client, who, filters=where, count=2)
    assert SAGA + 1 in numbers_of(found)
    assert SAGA + 2 not in numbers_of(found)
    mark(client, who, SAGA + 1, "dismissed")
    assert not {SAGA + part for part in range(1, 5)} & set(
        numbers_of(asked(client, who, filters=where, count=2))
    )
    why = explained(client, who, SAGA + 2)
    assert (why["step"], why["evidence"]) == ("dropped", None)
    assert "you put Orbit Part 1 of the same saga aside" in why["detail"]
    rate(client, who, SAGA + 2, 9)
    later = {one["tmdb_id"]: one for one in asked(client, who, filters=where, count=2)["results"]}
    assert later[SAGA + 3]["evidence"]["after"]["tmdb_id"] == SAGA + 2
    assert "Orbit Part 2" in later[SAGA + 3]["reason"]


def test_evidence_names_what_is_liked_and_shared(
    client: TestClient, services: Services, fan: str
) -> None:
    liked = {number("horror", n): 9 for n in range(5)} | {
        number("romance", n): 10 for n in range(4)
    }
    answer = asked(client, fan, "all", count=20, explain=True)
    assert any(one["evidence"]["shared"] for one in answer["results"])
    for one in answer["results"]:
        assert one["reason"].endswith(".")
        assert one["reason_source"] == "evidence"
        assert one["parts"]
        evidence = one["evidence"]
        for other in (*evidence["liked"], *evidence["recommended_by"], *evidence["co_rated"]):
            assert other["media_type"] == "movie"
            assert other["rating"] == liked[other["tmdb_id"]]
        pick = services.titles.get(TitleId(MediaKind(one["media_type"]), one["tmdb_id"]))
        assert pick is not None
        names = {other["title"]: other["tmdb_id"] for other in evidence["liked"]}
        for shared in evidence["shared"]:
            other = services.titles.get(TitleId(MediaKind.MOVIE, names[shared["with_title"]]))
            assert other is not None
            field = {"maker": "makers", "cast": "cast", "keyword": "keywords"}[shared["trait"]]
            assert shared["name"] in getattr(pick, field)
            assert shared["name"] in getattr(other, field)
    assert all(one["parts"] is None for one in asked(client, fan)["results"])


def test_words_of_a_model_that_is_not_set_up_are_a_note_and_the_list_is_full(
    client: TestClient, fan: str
) -> None:
    plain, wanted = asked(client, fan), asked(client, fan, use_llm=True)
    assert numbers_of(wanted) == numbers_of(plain)
    assert [one["reason"] for one in wanted["results"]] == [
        one["reason"] for one in plain["results"]
    ]
    assert "OPENAI_API_KEY" in wanted["note"] or "language model" in wanted["note"]


def test_a_list_is_called_the_same_as_long_as_it_shows_the_same(
    client: TestClient, services: Services, fan: str
) -> None:
    name = asked(client, fan)["list_id"]
    assert asked(client, fan)["list_id"] == asked(client, fan, use_llm=True)["list_id"] == name
    nobody = services.people.make("Nobody yet")[0].id
    others = {
        asked(client, fan, seed=1)["list_id"],
        asked(client, fan, count=9)["list_id"],
        asked(client, fan, count=1, filters=ICELANDIC)["list_id"],
        asked(client, nobody, count=1, filters=ICELANDIC)["list_id"],
    }
    assert len(others - {name}) == 4
    watch(client, fan, numbers_of(asked(client, fan))[0])
    assert asked(client, fan)["list_id"] not in others | {name}
    said(client.post("/feedback", json={"profile": fan, "list_id": name}))


def test_why_not(client: TestClient, fan: str) -> None:
    answer = asked(client, fan, seed=5)
    first = answer["results"][0]
    listed = explained(client, fan, first["tmdb_id"], seed=5)
    assert (listed["step"], listed["rank"], listed["of"]) == ("listed", 1, 10)
    assert listed["reason"] == first["reason"]
    assert listed["evidence"] == first["evidence"]
    assert listed["found_by"]
    tenth = explained(client, fan, numbers_of(answer)[9], seed=5)
    assert (tenth["step"], tenth["rank"]) == ("listed", 10)
    assert explained(client, fan, number("horror", 0))["step"] == "watched"
    mark(client, fan, number("horror", 30), "dismissed")
    assert explained(client, fan, number("horror", 30))["step"] == "dismissed"
    assert explained(client, fan, ADULT)["step"] == "filtered"
    later = explained(client, fan, SAGA + 4)
    assert later["step"] == "dropped"
    assert "comes first in this saga" in later["detail"]
    assert "not out yet" in explained(client, fan, UNBORN)["detail"]
    assert explained(client, fan, number("war", 39))["step"] == "not_found"
    low = explained(client, fan, number("war", 10))
    assert low["step"] == "outranked"
    assert 10 < low["rank"] <= low["of"]
    assert low["reason"] is None
    assert client.get("/explain/movie/4242", params={"profile": fan}).status_code == 404


def test_nobody_gets_anothers_list(client: TestClient, services: Services, fan: str) -> None:
    _, token = services.people.make("Guest")
    away = stranger(client, token)
    assert away.post("/recommend/movie", json={"profile": fan}).status_code == 403
    assert away.get("/explain/movie/1", params={"profile": fan}).status_code == 403
    assert stranger(client).post("/recommend/movie", json={}).status_code == 401
    assert asked(away, services.people.of_token(token).id)["cold_start"]  # type: ignore[union-attr]  # made above


def test_a_history_that_cannot_be_read_is_an_error_and_no_list(tmp_path: Path) -> None:
    made = taste_services(tmp_path)
    with home(made) as client:
        who = somebody(client, "Ada")
        likes(client, who, "horror", range(3))
        assert len(numbers_of(asked(client, who))) == 10
    made.close()
    with closing(sqlite3.connect(tmp_path / "watcher.sqlite3")) as file, file:
        file.execute("UPDATE events SET body = x'00'")
    again = taste_services(tmp_path)
    try:
        with home(again) as client:
            for answer in (
                client.post("/recommend/movie", json={"profile": who}),
                client.get("/explain/movie/1", params={"profile": who}),
            ):
                assert answer.status_code == 503, answer.text
                assert "results" not in answer.json()
    finally:
        again.close()
