"""``python -m scripts.evaluate`` on made people, and what it says of what can't be used."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.evaluate import main, read_people
from scripts.evaluation.baselines import BASELINES
from tests.rating_worlds import FILMS, fill_store, made_ratings, write_set

ROOT = Path(__file__).resolve().parents[3]
PEOPLE = 40


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    fill_store(folder / "data")
    write_set(folder / "ml-made", made_ratings(PEOPLE))
    return folder


def evaluate(world: Path, *options: str, data: str = "data") -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    return subprocess.run(
        [sys.executable, "-m", "scripts.evaluate", *options],
        cwd=ROOT,
        env=kept | {"WATCHER_DATA_DIR": str(world / data)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def rows_of(path: Path) -> dict[str, dict[str, Any]]:
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert isinstance(rows, list)
    return {row["name"]: row for row in rows}


@pytest.fixture(scope="module")
def everybody(world: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The figures over all people, and what was printed."""
    out = world / "everybody.json"
    ratings, links = (str(world / "ml-made" / f"{name}.csv") for name in ("ratings", "links"))
    files = ("--ratings", ratings, "--links", links)
    ended = evaluate(world, *files, "--json", str(out), "--processes", "2")
    assert ended.returncode == 0, ended.stderr
    return out, ended


def test_the_table_and_the_json_tell_each_method(
    everybody: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, ended = everybody
    document = json.loads(out.read_text(encoding="utf-8"))
    rows = rows_of(out)
    assert list(rows)[: len(BASELINES)] == [method.name for method in BASELINES]
    assert document["people_in_set"] == PEOPLE
    assert 25 < document["people"] <= PEOPLE
    assert document["films"] == FILMS
    for name, row in rows.items():
        assert row["watched"] == 0
        assert 10 <= row["coverage@10"] <= FILMS
        for metric in ("hr@10", "ndcg@10", "recall@20", "coverage@10", "novelty@10"):
            low, high = row["intervals"][metric]
            assert low <= row[metric] <= high, (name, metric)
        assert name in ended.stdout
    # Two tastes: what knows of them beats what shows all people the same.
    assert rows["ease"]["ndcg@10"] > 1.3 * rows["popularity"]["ndcg@10"]
    assert rows["mean_vector"]["ndcg@10"] > 1.3 * rows["popularity"]["ndcg@10"]
    assert "Judging: " in ended.stderr


def test_a_part_of_the_people_is_judged_by_everybody_s_model(
    world: Path, everybody: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    whole, _ = everybody
    part, again = tmp_path / "part.json", tmp_path / "again.json"
    chosen = tmp_path / "people.txt"
    chosen.write_text("# every third\n\n3\n 6\n9 # so\n12\n15\n18\n21\n999\n", encoding="utf-8")
    ratings = ("--ratings", str(world / "ml-made"), "--processes", "1")
    ended = evaluate(world, *ratings, "--people", str(chosen), "--json", str(part))
    assert ended.returncode == 0, ended.stderr
    assert "1 of people.txt have no ratings: 999" in ended.stderr
    assert 1 <= json.loads(part.read_text())["people"] <= 7
    # Fitted on the same, the list for all has the same titles.
    assert (
        rows_of(part)["popularity"]["novelty@10"]
        < 1.2 * (rows_of(whole)["popularity"]["novelty@10"])
    )
    assert rows_of(part)["ease"] != rows_of(whole)["ease"]
    evaluate(world, *ratings, "--people", str(chosen), "--json", str(again))
    assert part.read_text() == again.read_text()


def test_what_is_not_embedded_is_said_with_the_command(world: Path) -> None:
    fill_store(world / "half", embedded=50)
    ended = evaluate(world, "--ratings", str(world / "ml-made"), data="half")
    assert ended.returncode == 1
    assert "10 of 60 films have no vector of all-MiniLM-L6-v2" in ended.stderr
    assert "python -m scripts.embed" in ended.stderr
    assert ended.stdout == ""


def test_an_empty_store_is_said_with_the_command(world: Path) -> None:
    ended = evaluate(world, "--ratings", str(world / "ml-made"), data="nothing")
    assert ended.returncode == 1
    assert "holds no films" in ended.stderr
    assert "python -m scripts.import_catalogue" in ended.stderr


def test_people_without_enough_likes_are_said(world: Path, tmp_path: Path) -> None:
    write_set(tmp_path / "few", made_ratings(1).of_rows(made_ratings(1).ratings > 10))
    text = "userId,movieId,rating,timestamp\n1,1001,5,7\n1,1002,5,8\n"
    (tmp_path / "few" / "ratings.csv").write_text(text, encoding="utf-8")
    ended = evaluate(world, "--ratings", str(tmp_path / "few"))
    assert ended.returncode == 2
    assert "Nobody can be judged" in ended.stderr


def test_wrong_files_end_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--ratings", str(tmp_path / "nowhere.csv")]) == 2
    assert "nowhere.csv does not exist" in capsys.readouterr().err
    (tmp_path / "people.txt").write_text("1\ntwo\n", encoding="utf-8")
    bad = ["--ratings", str(tmp_path), "--people", str(tmp_path / "people.txt")]
    assert main(bad) == 2
    assert capsys.readouterr().err == "people.txt, line 2: 'two' is no user id\n"
    with pytest.raises(SystemExit) as ended:
        main(["--ratings", "x", "--processes", "0"])
    assert ended.value.code == 2


def test_user_ids_are_read_one_per_line(tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    path.write_text("\ufeff# some\n5\n\n 7 \n5\n", encoding="utf-8")
    assert read_people(path) == {5, 7}
