"""Files go through the whole way into a store: all layouts, much data, little memory."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.dumps import open_dump
from app.adapters.sample_catalogue import read_sample
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.progress import silent
from app.services.catalogue.dumps import import_records, load_sample_if_empty
from scripts.make_big_dump import rows

ROOT = Path(__file__).parents[3]

IMPORT = """
import sys
from pathlib import Path
from app.adapters.clock import SystemClock
from app.adapters.dumps import open_dump
from app.adapters.stores.sqlite import open_sqlite
from app.domain.progress import silent
from app.services.catalogue.dumps import import_records

stores = open_sqlite(Path(sys.argv[1]), SystemClock())
outcome = import_records(stores.titles, open_dump(Path(sys.argv[2])), silent)
stores.close()
status = Path("/proc/self/status").read_text()  # ru_maxrss would count the parent's memory too
print(outcome.written, status.partition("VmHWM:")[2].split()[0])
"""


def big_file(path: Path, titles: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows(titles))
    return path


def peak_kilobytes(folder: Path, titles: int) -> int:
    file = big_file(folder / f"{titles}.csv", titles)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(folder / f"{titles}.db"), str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    written, peak = map(int, done.stdout.split())
    assert written == titles
    return peak


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small, large = peak_kilobytes(tmp_path, 10_000), peak_kilobytes(tmp_path, 40_000)
    assert large < small + 20_000
    assert large < 500_000


def test_files_meet_in_the_store(tmp_path: Path) -> None:
    films = big_file(tmp_path / "films.csv", 50)
    series = tmp_path / "series.json"
    series.write_text(json.dumps([{"id": 1, "name": "A Series", "vote_count": 3}]))
    stores = open_sqlite(tmp_path / "watcher.db", SystemClock())
    try:
        for path in (films, series, films):
            outcome = import_records(stores.titles, open_dump(path), silent)
        assert (outcome.written, outcome.unchanged) == (0, 50)
        assert stores.titles.count() == {MediaKind.MOVIE: 50, MediaKind.TV: 1}
        found = stores.titles.get(TitleId(MediaKind.TV, 1))
        assert found is not None
        assert found.name == "A Series"
    finally:
        stores.close()


def test_the_sample_loads_once(tmp_path: Path) -> None:
    stores = open_sqlite(tmp_path / "watcher.db", SystemClock())
    try:
        outcome = load_sample_if_empty(stores.titles, read_sample, silent)
        assert outcome is not None
        assert outcome.refused == 0
        assert stores.titles.count()[MediaKind.TV] == 100
        assert load_sample_if_empty(stores.titles, read_sample, silent) is None
    finally:
        stores.close()


@pytest.mark.parametrize("titles", [300])
def test_the_invented_file_is_the_same_each_time(titles: int) -> None:
    assert list(rows(titles)) == list(rows(titles))
