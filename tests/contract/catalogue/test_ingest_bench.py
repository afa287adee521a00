import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.bench.report import peak_mb

ROOT = Path(__file__).parents[3]


def test_the_benchmark_fills_catalogues_and_counts_what_it_took(
    mongo_uri: str, tmp_path: Path
) -> None:
    out = tmp_path / "ingest.json"
    sizes = ("--seconds", "1", "--lines", "300", "--details", "200", "--written", "100")
    parts = [word for part in ("rate", "export", "memory", "write") for word in ("--only", part)]
    command = [sys.executable, "-m", "scripts.bench.ingest", *parts, *sizes]
    ended = subprocess.run(
        [*command, "--json", str(out), "--mongo", mongo_uri],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    rows = {row["name"]: row for row in json.loads(out.read_text())["rows"]}
    assert rows["allowed 40/s"]["requests"] >= 36  # less the few films for adults
    assert 0 < rows["allowed 200/s"]["busiest second"] <= rows["allowed 200/s"]["requests"]
    assert rows["300 lines"]["peak MB"] > 10
    assert rows["200 details"]["peak MB"] >= rows["200 details"]["peak MB at 40"] > 10
    asked = rows["asked for, not kept (baseline)"]
    assert asked["titles"] == rows["SQLite"]["titles"] == rows["MongoDB"]["titles"] > 90
    assert "200 details" in ended.stdout
    assert [each.name for each in tmp_path.iterdir()] == ["ingest.json"]


def test_the_memory_of_a_process_that_has_just_ended_is_an_error() -> None:
    assert peak_mb(os.getpid()) > 10
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(ProcessLookupError):
        peak_mb(process.pid)
    process.wait()
