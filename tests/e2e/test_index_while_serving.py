"""What happens to the index while an API serves it: rebuilds, changes, damage, another model."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.processes import LocalProcesses
from app.adapters.stores.sqlite import open_sqlite
from app.services.leases import INDEX, held
from tests.e2e.conftest import fill
from tests.e2e.program import Api, api_started, call, until

REBUILD = "from app.vector_store import rebuild_index; rebuild_index()"
QUESTIONS: tuple[dict[str, object], ...] = (
    {"tmdb_id": 603, "input_media_type": "movie", "results_media_type": "movie", "k": 10},
    {"text": "a robot learns to feel", "results_media_type": "all", "k": 10},
    {"text": "fear", "k": 10, "filters": {"genres": ["Horror"]}},
)
ADD = """
import sys
from dataclasses import replace
from app.domain.catalogue.titles import MediaKind, TitleId
from app.services.index.embed import embed_titles
from app.bootstrap import open_services

services = open_services()
matrix = services.titles.get(TitleId(MediaKind.MOVIE, 603))
new = replace(matrix, id=TitleId(MediaKind.MOVIE, 990000603), name="The Matrix Retold")
services.titles.upsert([new])
embed_titles(services.titles, services.vectors, services.embedder, [new.id])
services.close()
"""
REMOVE = """
from app.domain.catalogue.titles import MediaKind, TitleId
from app.services.index.embed import embed_titles
from app.bootstrap import open_services

services = open_services()
gone = TitleId(MediaKind.MOVIE, 990000603)
services.titles.delete([gone])
embed_titles(services.titles, services.vectors, services.embedder, [gone])
services.close()
"""


@pytest.fixture
def own_api(project: Path, data_dir: Path) -> Iterator[Api]:
    """An API on a data folder that the test may change."""
    with api_started(project, data_dir) as api:
        yield api


def rebuild(api: Api) -> None:
    done = call(api.project, api.data_dir, "-c", REBUILD)
    assert done.returncode == 0, done.stderr


def moved_on(api: Api, served: str) -> bool:
    version: str = api.health()["index"]["version"]
    return version != served


def found(api: Api, question: dict[str, object]) -> list[tuple[str, int]]:
    answer = api.knn(question)
    assert answer.status_code == 200, answer.text
    return [(one["media_type"], one["tmdb_id"]) for one in answer.json()["results"]]


def test_rebuilds_under_load_lose_and_falsify_no_answer(own_api: Api) -> None:
    expected = [found(own_api, question) for question in QUESTIONS]
    ended, versions, faults, asked = threading.Event(), set(), [], [0]

    def ask(number: int) -> None:
        while not ended.is_set():
            answer = own_api.knn(QUESTIONS[number])
            asked[0] += 1
            if answer.status_code != 200:
                faults.append(answer.text)
                continue
            body = answer.json()
            versions.add(body["index_version"])
            got = [(one["media_type"], one["tmdb_id"]) for one in body["results"]]
            if got != expected[number]:
                faults.append(f"{body['index_version']}: {got}")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(QUESTIONS))]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            served = own_api.health()["index"]["version"]
            rebuild(own_api)
            until(partial(moved_on, own_api, served), "the new index is served")
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert not faults, faults[:3]
    assert len(versions) >= 4
    assert asked[0] > 50


def test_a_new_title_is_found_and_a_removed_one_gone_within_seconds(own_api: Api) -> None:
    matrix = QUESTIONS[0]
    new = ("movie", 990000603)
    assert new not in found(own_api, matrix)
    assert call(own_api.project, own_api.data_dir, "-c", ADD).returncode == 0
    until(lambda: new in found(own_api, matrix), "the new title is found", seconds=5)
    assert own_api.status()["index"]["delta"] == 1
    asked = {"tmdb_id": new[1], "media_type": "movie", "k": 1}
    assert found(own_api, asked) == [("movie", 603)]
    rebuild(own_api)
    until(lambda: own_api.status()["index"]["delta"] == 0, "the new title is built in")
    assert new in found(own_api, matrix)
    assert call(own_api.project, own_api.data_dir, "-c", REMOVE).returncode == 0
    until(lambda: new not in found(own_api, matrix), "the removed title is gone", seconds=5)
    until(lambda: own_api.knn(asked).status_code == 404, "it can't be asked for", seconds=5)


def test_a_rebuild_beside_another_names_who_is_at_it(project: Path, data_dir: Path) -> None:
    stores = open_sqlite(data_dir / "watcher.sqlite3", SystemClock())
    before = (data_dir / "index" / "CURRENT").read_bytes()
    with held(stores.state, INDEX, LocalProcesses()):
        done = call(project, data_dir, "-m", "scripts.rebuild_index")
    stores.close()
    assert done.returncode == 1
    assert f":{os.getpid()}:" in done.stderr
    assert "Traceback" not in done.stderr
    assert (data_dir / "index" / "CURRENT").read_bytes() == before
    assert call(project, data_dir, "-m", "scripts.rebuild_index").returncode == 0


def test_a_rebuild_with_another_dimension_is_refused(project: Path, data_dir: Path) -> None:
    done = call(project, data_dir, "-m", "scripts.rebuild_index", "--dim", "768")
    assert done.returncode == 1
    assert "dim=768" in done.stderr
    assert "384" in done.stderr


def truncate(data_dir: Path) -> str:
    """Cut the largest file of the published generation; the generation's name."""
    current: str = json.loads((data_dir / "index" / "CURRENT").read_bytes())["current"]
    largest = max((data_dir / "index" / current).iterdir(), key=lambda path: path.stat().st_size)
    os.truncate(largest, largest.stat().st_size // 2)
    return current


def test_a_truncated_generation_is_refused_and_the_former_served(
    project: Path, data_dir: Path
) -> None:
    former: str = json.loads((data_dir / "index" / "CURRENT").read_bytes())["current"]
    assert call(project, data_dir, "-m", "scripts.rebuild_index").returncode == 0
    damaged = truncate(data_dir)
    with api_started(project, data_dir, wait_for="degraded") as api:
        answer = api.knn(QUESTIONS[0])
        assert answer.status_code == 200
        assert answer.json()["index_version"] == former
        index = api.status()["index"]
        assert index["version"] == former
        assert any(damaged in why and "size" in why for why in index["refused"])
        rebuild(api)
        until(lambda: api.knn(QUESTIONS[0]).json()["index_version"] != former, "the new is served")


def test_a_truncated_generation_without_a_former_is_no_answer(
    project: Path, data_dir: Path
) -> None:
    truncate(data_dir)
    with api_started(project, data_dir, wait_for="starting") as api:
        until(lambda: "damaged" in api.health()["detail"], "the damage is told")
        answer = api.knn(QUESTIONS[0])
        assert answer.status_code == 503
        assert "scripts.rebuild_index" in answer.json()["detail"]


def test_without_an_index_the_answer_says_what_to_run(project: Path, tmp_path: Path) -> None:
    with api_started(project, fill(tmp_path / "data"), wait_for="starting") as api:
        until(lambda: "No index" in api.health()["detail"], "the reason is told")
        for question in QUESTIONS:
            answer = api.knn(question)
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
            assert "python -m scripts.rebuild_index" in answer.json()["detail"]
        assert api.get("/titles/movie/603").json()["title"] == "The Matrix"


def test_an_index_of_another_model_is_no_answer(project: Path, data_dir: Path) -> None:
    with api_started(
        project,
        data_dir,
        wait_for="starting",
        EMBEDDING_MODEL="nobody/another-model",
        HF_HUB_OFFLINE="1",
    ) as api:
        until(lambda: "another-model" in api.health()["detail"], "the other model is told")
        for question in QUESTIONS:
            answer = api.knn(question)
            assert answer.status_code == 503
            assert "all-MiniLM-L6-v2" in answer.json()["detail"]
            assert "EMBEDDING_MODEL" in answer.json()["detail"]


def test_a_title_of_the_catalogue_without_a_vector(own_api: Api) -> None:
    stores = open_sqlite(own_api.data_dir / "watcher.sqlite3", SystemClock())
    title = next(stores.titles.scan())[0]
    stores.titles.upsert([replace(title, id=replace(title.id, tmdb_id=990000001))])
    stores.close()
    answer = own_api.knn({"tmdb_id": 990000001, "media_type": title.id.kind.value})
    assert answer.status_code == 503
    assert "scripts.embed" in answer.json()["detail"]


def test_a_data_folder_that_is_moved_away_is_told(own_api: Api) -> None:
    with ExitStack() as back:
        moved = own_api.data_dir.with_name("moved")
        own_api.data_dir.rename(moved)
        back.callback(lambda: shutil.rmtree(own_api.data_dir, ignore_errors=True))
        assert own_api.get("/health").status_code in (200, 503)
        assert own_api.knn(QUESTIONS[0]).status_code in (200, 503)
