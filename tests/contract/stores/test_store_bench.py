import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_benchmark_measures_both_stores(mongo_uri: str, tmp_path: Path) -> None:
    out = tmp_path / "store.json"
    command = [sys.executable, "-m", "scripts.bench.store", "--titles", "300"]
    ended = subprocess.run(
        [*command, "--json", str(out), "--mongo", mongo_uri],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    report = json.loads(out.read_text())
    rows = {row["name"]: row for row in report["rows"]}
    for store in ("sqlite", "mongodb"):
        assert rows[f"{store}: upsert titles, by id"]["ratio"] > 0
        assert rows[f"{store}: scan titles"]["rows"] == 300
        assert rows[f"{store}: scan vectors"]["rows"] == 300
        assert rows[f"{store}: get by id"]["p99_ms"] >= rows[f"{store}: get by id"]["median_ms"]
        assert f"{store}: scan titles" in ended.stdout
    assert report["machine"]["cores"] >= 1
    assert [each.name for each in tmp_path.iterdir()] == ["store.json"]
