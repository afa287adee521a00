"""Texts, names and several liked titles through the API, over a real store and real indexes."""

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.main import create_app
from tests.builders import make_title, movie, series
from tests.fakes.embedder import WordEmbedder
from tests.world import open_world

Json = dict[str, Any]

SEA = "sailor storm anchor lighthouse tide"
KITCHEN = "cook recipe oven dough pepper"
COMEDY = "clown prank giggle slapstick banana"
WAR = "trench bayonet general armistice barrage"
THING, THING_OF_2011, THING_OF_1951 = movie(1091), movie(60935), movie(10785)
UNFOLDING = "\ufdfa" * 2000
"""One sign that is a sentence of eighteen letters, written out."""

ODD_TEXTS = [
    "the of and",
    'AND ( "',
    "title:matrix -sea OR *",
    "\\",
    "😀🎬",
    "فيلم عن البحر",
    "a\u0000b",
    "a" * 2000,
    "sea " * 500,
    UNFOLDING,
]


LONG_NAME = "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb"


def about(number: int, words: str, kind: MediaKind = MediaKind.MOVIE) -> Title:
    """A title that speaks of nothing else."""
    told = words.split()
    random.Random(number).shuffle(told)
    return make_title(
        number, kind, name=f"Chronicle {number}", genres=("Drama",), keywords=(), cast=(),
        makers=(), overview=" ".join(told), votes=100, year=2000,
    )  # fmt: skip


def catalogue() -> list[Title]:
    named = [
        make_title(603, name="The Matrix", year=1999, votes=9000),
        make_title(604, name="The Matrix Reloaded", year=2003, votes=3000),
        make_title(
            194, name="Amélie", original_name="Le Fabuleux Destin d'Amélie Poulain", year=2001
        ),
        make_title(THING.tmdb_id, name="The Thing", year=1982, votes=9000),
        make_title(THING_OF_2011.tmdb_id, name="The Thing", year=2011, votes=900),
        make_title(THING_OF_1951.tmdb_id, name="The Thing", year=1951, votes=90),
        make_title(71, name="Matron", year=1972, votes=10),
        make_title(75, name="Matric", year=1973, votes=3),
        make_title(70523, MediaKind.TV, name="Dark", year=2017, votes=800),
        make_title(155, name="The Dark Knight", year=2008, votes=12_000),
        make_title(935, name=LONG_NAME, year=1964, votes=5, overview="a bomb"),
        # Better known than any, and full of the words that names are made of.
        make_title(72, votes=500_000, overview="matrix matrix thing thing amelie dark", year=2000),
        make_title(73, overview="a zeppelin over the town"),
        make_title(74, overview="two boys build a zeppelin"),
    ]
    sea = [about(n, SEA) for n in range(100, 112)]
    # Each with words of its own too, so that they are less alike than those of the sea.
    kitchen = [about(n, f"{KITCHEN} {n}a {n}b {n}c {n}d {n}e") for n in range(200, 212)]
    comedies = [about(n, f"{SEA} {COMEDY}") for n in range(300, 312)]
    wars = [about(n, f"{SEA} {WAR}") for n in range(400, 412)]
    both = [about(500, f"{SEA} {COMEDY} {WAR}")]
    twins = [about(900, "lantern orchid violin"), about(900, "lantern orchid violin", MediaKind.TV)]
    return [*named, *sea, *kitchen, *comedies, *wars, *both, *twins]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The tests only ask, so they share it."""
    folder, embedder = tmp_path_factory.mktemp("texts"), WordEmbedder(dimension=512)
    services = open_world(folder, embedder=embedder, titles=catalogue(), indexed=True)
    with TestClient(create_app(services), raise_server_exceptions=False) as opened:
        deadline = time.monotonic() + 10
        while opened.get("/health").json()["status"] != "ok":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield opened
    services.close()


def knn(client: TestClient, **body: object) -> list[Json]:
    answer = client.post("/mcp/knn", json=body)
    assert answer.status_code == 200, answer.text
    results: list[Json] = answer.json()["results"]
    return results


def completed(client: TestClient, **params: str | int) -> list[TitleId]:
    answer = client.get("/titles/search", params=params)
    assert answer.status_code == 200, answer.text
    return ids(answer.json()["results"])


def ids(results: Sequence[Json]) -> list[TitleId]:
    return [TitleId(MediaKind(one["media_type"]), one["tmdb_id"]) for one in results]


def refs(*wanted: TitleId) -> list[Json]:
    return [{"tmdb_id": one.tmdb_id, "media_type": one.kind} for one in wanted]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("The Matrix", movie(603)),
        ("tHe mAtRiX", movie(603)),
        ("matrix", movie(603)),
        ("the matrix 1999", movie(603)),
        ("Matrix (1999)", movie(603)),
        ("AMELIE", movie(194)),
        ("fabuleux destin d\u2019amelie poulain", movie(194)),
        ("dark", series(70523)),
        ("the thing", THING),
        ("thing (2011)", THING_OF_2011),
        ("The Thing, 1951", THING_OF_1951),
        ("mat-ric", movie(75)),
        ("the matirx", movie(603)),
        ("matrx reloded", movie(604)),
        (LONG_NAME.lower(), movie(935)),
        ("ameli", movie(194)),
    ],
)
def test_a_name_brings_its_title_first(client: TestClient, typed: str, meant: TitleId) -> None:
    assert ids(knn(client, text=typed))[0] == meant


def test_titles_of_one_name_come_best_known_first(client: TestClient) -> None:
    assert ids(knn(client, text="the thing"))[:3] == [THING, THING_OF_2011, THING_OF_1951]
    later = knn(client, text="the thing", k=99, filters={"year_from": 2000})
    assert ids(later)[0] == THING_OF_2011
    assert THING not in ids(later)
    without = knn(client, text="the thing", exclude=refs(THING))
    assert ids(without)[:2] == [THING_OF_2011, THING_OF_1951]


def test_modes_rank_by_what_they_are_named_for(client: TestClient) -> None:
    by_words = knn(client, text="zeppelin", mode="words")
    assert set(ids(by_words)) == {movie(73), movie(74)}
    by_meaning = knn(client, text=SEA, mode="meaning", k=12)
    assert set(ids(by_meaning)) == {movie(n) for n in range(100, 112)}
    assert all(0 < one["score"] <= 1 for one in by_meaning)
    assert knn(client, text="matrix", mode="meaning")[0]["tmdb_id"] != 603, "names are not meaning"
    default = client.post("/mcp/knn", json={"text": "the zeppelin"}).json()
    assert default["query"]["mode"] == "hybrid"
    assert default["results"] == knn(client, text="the zeppelin", mode="hybrid")
    assert set(ids(default["results"])) > {movie(73), movie(74)}


def test_the_parts_of_a_score_add_up_to_it(client: TestClient) -> None:
    for text in ("the matrix", "a zeppelin", "sailor in a storm"):
        explained = knn(client, text=text, explain=True, k=30)
        for one in explained:
            assert set(one["parts"]) == {"meaning", "words", "known", "name"}
            assert sum(one["parts"].values()) == pytest.approx(one["score"], abs=3e-4)
        plain = knn(client, text=text, k=30)
        assert all(one["parts"] is None for one in plain)
        assert ids(plain) == ids(explained)
    named = knn(client, text="the matrix", explain=True)[0]["parts"]
    assert named["name"] == max(named.values())


def test_each_liked_title_has_its_share(client: TestClient) -> None:
    found = ids(knn(client, like=refs(movie(100), movie(200)), k=10))
    assert len(set(found) & {movie(n) for n in range(101, 112)}) == 5
    assert len(set(found) & {movie(n) for n in range(201, 212)}) == 5


def test_titles_like_the_unliked_stay_away(client: TestClient) -> None:
    liked, unliked = movie(500), movie(400)
    near = ids(knn(client, like=refs(liked), k=24))
    assert unliked in near
    found = knn(client, like=refs(liked), unlike=refs(unliked), k=99, explain=True)
    assert not {liked, unliked} & set(ids(found))
    assert set(ids(found)[:12]) == {movie(n) for n in range(300, 312)}
    for one in found:
        assert sum(one["parts"].values()) == pytest.approx(one["score"], abs=3e-4)


def test_a_text_draws_what_is_liked_towards_it(client: TestClient) -> None:
    like = refs(movie(500))
    funny = ids(knn(client, like=like, text=COMEDY, k=12))
    grim = ids(knn(client, like=like, text=WAR, k=12))
    assert set(funny) == {movie(n) for n in range(300, 312)}
    assert set(grim) == {movie(n) for n in range(400, 412)}


def test_a_number_may_be_a_film_and_a_series(client: TestClient) -> None:
    assert ids(knn(client, like=refs(movie(900))))[0] == series(900)
    assert ids(knn(client, like=refs(series(900))))[0] == movie(900)
    both = ids(knn(client, like=refs(movie(900), series(900)), k=99))
    assert both
    assert not {movie(900), series(900)} & set(both)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"text": "x", "mode": "magic"}, 422, "mode"),
        ({"tmdb_id": 603, "media_type": "movie", "mode": "words"}, 422, "mode"),
        ({"like": refs(movie(603)), "mode": "words"}, 422, "mode"),
        ({"like": refs(movie(603)), "text": "x", "mode": "hybrid"}, 422, "mode"),
        ({"text": "x", "explain": "yes"}, 422, "explain"),
        ({"text": "x", "unlike": refs(movie(603))}, 422, "unlike"),
        ({"unlike": refs(movie(603))}, 422, "like"),
        ({"like": []}, 422, "like"),
        ({"like": refs(*map(movie, range(100, 121)))}, 422, "like"),
        ({"like": refs(movie(1)), "unlike": refs(*map(movie, range(1, 22)))}, 422, "unlike"),
        ({"like": refs(movie(603)), "tmdb_id": 603, "media_type": "movie"}, 422, "tmdb_id or like"),
        ({"like": [{"tmdb_id": 603}]}, 422, "media_type"),
        ({"like": [{"tmdb_id": 603, "media_type": "all"}]}, 422, "media_type"),
        ({"like": refs(movie(603)), "text": " \u0000"}, 422, "text"),
        ({"like": refs(movie(603), movie(424_242))}, 404, "movie/424242"),
        ({"like": refs(movie(603)), "unlike": refs(series(424_242))}, 404, "tv/424242"),
        ({"like": refs(series(603))}, 404, "exists as movie: The Matrix (1999)"),
    ],
)
def test_bad_questions(client: TestClient, body: Json, status: int, said: str) -> None:
    answer = client.post("/mcp/knn", json=body)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("text", ODD_TEXTS)
@pytest.mark.parametrize("mode", ["hybrid", "meaning", "words"])
def test_odd_texts_are_texts(client: TestClient, text: str, mode: str) -> None:
    found = knn(client, text=text, mode=mode, k=5)
    assert mode == "words" or len(found) == 5


def test_names_are_completed(client: TestClient) -> None:
    assert completed(client, q="matr") == [movie(603), movie(604), movie(71), movie(75)]
    assert completed(client, q="The Mat")[:2] == [movie(603), movie(604)]
    assert completed(client, q="matirx")[0] == movie(603)
    assert completed(client, q="AMEL") == [movie(194)]
    assert completed(client, q="reloaded mat") == [movie(604)]
    assert completed(client, q="thing")[:3] == [THING, THING_OF_2011, THING_OF_1951]
    assert completed(client, q="the thing 2011")[0] == THING_OF_2011


def test_completion_of_one_kind_and_of_a_number(client: TestClient) -> None:
    both = [movie(155), series(70523)]
    assert sorted(completed(client, q="dark")[:2], key=both.index) == both
    assert completed(client, q="dark", media_type="tv") == [series(70523)]
    assert series(70523) not in completed(client, q="dark", media_type="movie")
    assert completed(client, q="matr", limit=1) == [movie(603)]
    assert len(completed(client, q="chron")) == 10
    assert len(set(completed(client, q="chron", limit=50))) == 50


def test_a_completion_shows_what_tells_titles_apart(client: TestClient) -> None:
    answer = client.get("/titles/search", params={"q": "the thing (1951)"}).json()
    assert answer["q"] == "the thing (1951)"
    first = answer["results"][0]
    assert (first["title"], first["year"], first["media_type"]) == ("The Thing", 1951, "movie")


@pytest.mark.parametrize("q", ["", " ", "😀🎬", '( "', "\u0000", "...", "[a-z]+.*", "zzqx", "1999"])
def test_what_begins_no_name_completes_to_nothing(client: TestClient, q: str) -> None:
    assert completed(client, q=q) == []


@pytest.mark.parametrize("q", [*(text[:200] for text in ODD_TEXTS), "(matrix"])
def test_completion_takes_any_text(client: TestClient, q: str) -> None:
    assert len(completed(client, q=q)) <= 10


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "q"),
        ({"q": "a" * 201}, "200"),
        ({"q": "a", "limit": 0}, "limit"),
        ({"q": "a", "limit": 51}, "limit"),
        ({"q": "a", "limit": "ten"}, "limit"),
        ({"q": "a", "media_type": "book"}, "media_type"),
    ],
)
def test_bad_completions(client: TestClient, params: dict[str, str | int], said: str) -> None:
    answer = client.get("/titles/search", params=params)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_before_any_index(tmp_path: Path) -> None:
    services = open_world(tmp_path, titles=[make_title(603, name="The Matrix")])
    with TestClient(create_app(services), raise_server_exceptions=False) as opened:
        for answer in (
            opened.get("/titles/search", params={"q": "matr"}),
            opened.post("/mcp/knn", json={"like": refs(movie(603))}),
            opened.post("/mcp/knn", json={"text": "x", "mode": "words"}),
        ):
            assert answer.status_code == 503
            assert answer.json()["error"] == "not_ready"
    services.close()
