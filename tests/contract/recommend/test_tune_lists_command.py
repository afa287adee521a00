"""``python -m scripts.tune_lists``: what is tried, on whom, and what is chosen."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import open_services
from app.domain.recommend.rules import ALONE, WEIGHTS
from app.services.recommend.pipeline import Pipeline
from scripts import tune_lists
from scripts.evaluation.catalogue import of_the_store
from scripts.evaluation.list_weights import Trials, Worth, worth
from scripts.evaluation.methods import Training
from scripts.evaluation.metrics import DEPTH
from scripts.evaluation.ours import OURS, Lists
from scripts.evaluation.split import split
from tests.builders import movie
from tests.rating_worlds import fill_store, made_ratings, write_set

PEOPLE = 24


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fill_store(tmp_path / "data")
    write_set(tmp_path / "ml-made", made_ratings(PEOPLE))
    monkeypatch.setenv("WATCHER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def tuned(world: Path, *options: str) -> dict[str, Any]:
    out = world / "tuned.json"
    ended = tune_lists.main(["--ratings", str(world / "ml-made"), "--json", str(out), *options])
    assert ended == 0
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("people", [None, "\n".join(map(str, range(1, PEOPLE, 2)))])
def test_the_best_of_what_covers_enough_is_chosen(
    world: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    people: str | None,
) -> None:
    grid = {"less_known": (0.0, 0.5), "adventure": (0.0, 1.0)}
    tasks = [replace(task, grid=grid) for task in tune_lists.TASKS]
    monkeypatch.setattr(tune_lists, "TASKS", tasks)
    options = list[str]()
    if people is not None:
        (world / "some.txt").write_text(people, encoding="utf-8")
        options = ["--people", str(world / "some.txt")]
    found = tuned(world, *options)
    assert 1 <= found["people"] <= PEOPLE // 2
    for name in ("watcher", "watcher_content_only"):
        rows, chosen = found[name]["rows"], found[name]["chosen"]
        assert len(rows) == 1 + 4
        enough = [row for row in rows[1:] if row["enough"]] or rows[1:]
        assert chosen in enough
        assert chosen["times"] == max(row["times"] for row in enough)
    assert "watcher_content_only, beside popularity" in capsys.readouterr().out


def test_lists_out_of_what_is_kept_are_the_pipeline_s_own(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that among few films it counts who was searched for.
    monkeypatch.setattr("app.services.recommend.candidates._POPULAR", 3)
    monkeypatch.setattr("app.services.recommend.candidates._OF_A_TITLE", 2)
    monkeypatch.setattr("app.services.recommend.candidates._OF_A_TASTE", 4)
    catalogue, titles = of_the_store()
    parts = split(made_ratings(PEOPLE), catalogue.keys)
    people = [parts.person(place) for place in parts.judged[:4]]
    for method in OURS:
        folder = world / method.name
        folder.mkdir()
        method.fit(Training(catalogue, titles, parts.training), folder)
        lists = method.open(catalogue, folder)
        assert isinstance(lists, Lists)
        trials = Trials(lists, titles, [lists.known(person) for person in people])
        daring = replace(WEIGHTS, less_known=0.9, adventure=2.0, variety=0.6)
        found = {weights: trials.lists(weights) for weights in (WEIGHTS, ALONE, daring)}
        assert found[WEIGHTS] != found[daring]
        with closing(open_services()) as services:
            services.index.refresh()
            for weights, some in found.items():
                pipeline = Pipeline(
                    services.index,
                    services.titles,
                    lists.pipeline.collaborative_model,
                    weights,
                    weights,
                )
                assert some == [Lists(pipeline).ranked(person, DEPTH) for person in people]


def test_worth_counts_hits_of_the_first_ten_and_titles_of_all() -> None:
    first = [movie(number) for number in range(1, 13)]
    second = [movie(number) for number in range(8, 20)]
    found = worth([first, second], [{movie(2)}, {movie(19), movie(99)}])
    # Place 2 of one list, place 12 of the other; titles 1 to 10 and 8 to 17.
    assert (found.hr, found.coverage) == (0.5, 17)
    assert found.ndcg == pytest.approx(0.5 * 0.63093, abs=1e-4)
    assert Worth(0.6, 0.2, 5).beside(Worth(0.3, 0.1, 9)) == pytest.approx(2.0)


def test_nobody_to_tune_on_is_said(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (world / "some.txt").write_text("999\n", encoding="utf-8")
    options = ["--ratings", str(world / "ml-made"), "--people", str(world / "some.txt")]
    assert tune_lists.main(options) == 2
    assert "Nobody can be judged" in capsys.readouterr().err
