"""``python -m scripts.evaluate_prediction`` on made people whose tastes are known."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.evaluate_prediction import main
from tests.rating_worlds import fill_store, made_ratings, write_set

ROOT = Path(__file__).resolve().parents[3]
PEOPLE = 60


def run(folder: Path, module: str, *options: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    return subprocess.run(
        [sys.executable, "-m", module, *options],
        cwd=ROOT,
        env=kept | {"WATCHER_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    fill_store(folder / "data")
    write_set(folder / "ml-made", made_ratings(PEOPLE))
    built = run(folder / "data", "scripts.rebuild_index")
    assert built.returncode == 0, built.stderr
    return folder


def rows_of(document: dict[str, Any], told: object = "all") -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in document["rows"] if row["told"] == told}


def test_what_knows_of_tastes_predicts_better_than_means(world: Path, tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    options = ("--ratings", str(world / "ml-made"), "--json", str(out))
    ended = run(world / "data", "scripts.evaluate_prediction", *options)
    assert ended.returncode == 0, ended.stderr
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["people"] == PEOPLE // 2
    rows = rows_of(document)
    for name in ("watcher", "watcher_content_only"):
        for metric in ("brier", "log_loss"):
            assert rows[name][metric] < 0.8 * rows["everybodys_share"][metric], (name, metric)
            assert rows[name][metric] < 0.8 * rows["own_share"][metric], (name, metric)
            low, high = rows[name]["intervals"][metric]
            assert low <= rows[name][metric] <= high
        assert rows[name]["auc"] > 0.8
        bins = document["calibration"][name]
        assert sum(one["ratings"] for one in bins) == document["ratings"]
    assert rows["everybodys_share"]["auc"] == 0.5
    # Who told less is predicted less well; who told nothing not at all by taste.
    cold = rows_of(document, 0)
    assert cold["watcher_content_only"]["brier"] > rows["watcher_content_only"]["brier"]
    weights = document["weights"]
    assert weights["content"]["weights"]["unlike"] < 0
    assert "leaning" not in weights["content"]["weights"]
    assert weights["co_rated"]["weights"]["leaning"] > 0
    assert "CONTENT: Final = Logistic(" in ended.stdout
    assert f'"near": {weights["content"]["weights"]["near"]},' in ended.stdout


def test_named_people_are_judged_and_not_learnt_from(world: Path, tmp_path: Path) -> None:
    chosen, out = tmp_path / "people.txt", tmp_path / "part.json"
    chosen.write_text("2\n4\n5\n", encoding="utf-8")
    options = ("--ratings", str(world / "ml-made"), "--people", str(chosen), "--json", str(out))
    ended = run(world / "data", "scripts.evaluate_prediction", *options)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(out.read_text(encoding="utf-8"))["people"] == 3
    assert f"{PEOPLE - 3} learnt from" in ended.stdout


def test_what_can_t_be_used_is_said(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--ratings", str(tmp_path / "nowhere.csv")]) == 2
    assert "nowhere.csv does not exist" in capsys.readouterr().err
    fill_store(tmp_path / "unbuilt")
    options = ("--ratings", str(world / "ml-made"))
    ended = run(tmp_path / "unbuilt", "scripts.evaluate_prediction", *options)
    assert ended.returncode == 1
    assert "python -m scripts.rebuild_index" in ended.stderr
    write_set(tmp_path / "one", made_ratings(1))
    ended = run(world / "data", "scripts.evaluate_prediction", "--ratings", str(tmp_path / "one"))
    assert ended.returncode == 2
    assert "It takes people to learn from" in ended.stderr
