"""The operator's command, as real processes: what it says, how it ends, what it leaves."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.tmdb.fetching import threads_for
from app.domain.catalogue.titles import MediaKind, TitleId
from stand_ins.tmdb.serving import FakeTmdb, Hang, tmdb_server
from tests.e2e.program import call, environment, run, until
from tests.e2e.syncing import COMMAND, Installation, on_sqlite, settings_for

SLOW = 10.0
"""Requests a second at which a run lasts as long as a test needs it to."""


@pytest.fixture
def fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=120, series=30) as fake:
        yield fake


@pytest.fixture
def installed(project: Path, tmp_path: Path, fake: FakeTmdb) -> Installation:
    return on_sqlite(project, tmp_path / "data", settings_for(fake))


def slowly(installed: Installation) -> Installation:
    """The same, at a rate of `SLOW`."""
    settings = installed.settings | {"TMDB_REQUESTS_PER_SECOND": str(SLOW)}
    return Installation(installed.project, settings, installed.open)


def under_way(fake: FakeTmdb, titles: int = 3) -> None:
    """Wait until some titles were answered."""
    fake.wait_for(lambda: fake.detail_counts().total() >= titles, 30)


def quiet_error(done: subprocess.CompletedProcess[str], code: int) -> str:
    """Check the exit code, and that what it says on stderr is for people; gives that."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


def test_the_first_run_brings_all_and_the_next_what_changed(
    installed: Installation, fake: FakeTmdb
) -> None:
    done = installed.sync()
    assert done.returncode == 0, done.stderr
    first = installed.titles()
    assert f"{len(first):,} fetched" in done.stdout
    assert {one.kind for one in first} == {MediaKind.MOVIE, MediaKind.TV}
    asked = fake.detail_counts().total()
    fake.add("tv", 900_001, name="The Lamplighter's Apprentice", adult=False)
    again = installed.sync()
    assert again.returncode == 0, again.stderr
    assert "changes from" in again.stdout
    assert "1 fetched" in again.stdout
    assert fake.detail_counts().total() == asked + 1
    new = TitleId(MediaKind.TV, 900_001)
    assert installed.titles()[new].name == "The Lamplighter's Apprentice"
    for kind in MediaKind:
        assert installed.state(kind).cursor == datetime.now(UTC).date().isoformat()


def test_the_import_in_a_shell_does_the_same(installed: Installation) -> None:
    words = (
        "from app.tmdb_sync import sync_tmdb; "
        "sync_tmdb('movie', full_sync=True, embed_updated=False, force_refresh=False)"
    )
    done = run(installed.project, "-c", words, **installed.settings)
    assert done.returncode == 0, done.stderr
    titles = installed.titles()
    assert len(titles) > 100
    assert {one.kind for one in titles} == {MediaKind.MOVIE}
    assert f"{len(titles)} of {len(titles)} (100%)" in done.stderr


def test_help_and_wrong_use(project: Path, tmp_path: Path) -> None:
    helped = call(project, tmp_path, *COMMAND, "--help")
    assert helped.returncode == 0
    for words in ("--full-sync", "--force-refresh", "--failed", "--retry-failed", "TMDB_API_KEY"):
        assert words in helped.stdout
    for age in ("10", "half a year", "-3d", "180"):
        done = call(project, tmp_path, *COMMAND, "refresh", f"--stale-after={age}")
        assert "write it as 180d, 12h or 30m" in quiet_error(done, 2)
    quiet_error(call(project, tmp_path, *COMMAND, "films"), 2)
    quiet_error(call(project, tmp_path, *COMMAND, "--failed", "--retry-failed"), 2)
    assert not (tmp_path / "watcher.sqlite3").exists()


def test_without_a_key_it_names_the_setting(project: Path, tmp_path: Path) -> None:
    for what in ("movie", "refresh", "follow-export", "--retry-failed"):
        told = quiet_error(call(project, tmp_path, *COMMAND, what), 2)
        assert "TMDB_API_KEY" in told
        assert "themoviedb.org" in told


def test_a_key_that_is_refused_is_told_and_not_shown(
    installed: Installation, fake: FakeTmdb
) -> None:
    wrong = "0123456789-not-the-key"
    done = run(
        installed.project,
        *COMMAND,
        "movie",
        **installed.settings | {"TMDB_API_KEY": wrong, "LOG_LEVEL": "DEBUG"},
    )
    assert done.returncode == 2, done.stderr
    assert "TMDB_API_KEY" in done.stderr
    assert wrong not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    # Asking once more changes nothing; those that were under way at the refusal may still come.
    assert len(fake.arrivals()) <= threads_for(1000)


def test_a_second_sync_says_who_is_at_it(installed: Installation, fake: FakeTmdb) -> None:
    with slowly(installed).syncing("movie") as first:
        under_way(fake)
        for other in ("movie", "tv", "refresh"):
            told = quiet_error(installed.sync(other), 1)
            assert f":{first.pid}:" in told
            assert "catalogue" in told
        assert first.poll() is None
    assert set(fake.detail_counts().values()) == {1}


def test_ctrl_c_ends_it_within_seconds_and_the_next_run_goes_on(
    installed: Installation, fake: FakeTmdb
) -> None:
    with slowly(installed).syncing("movie") as process:
        under_way(fake, 12)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=10)
        assert time.monotonic() - begun < 5
        assert process.returncode == 1, told
    assert "run it again" in told
    assert "Traceback" not in told
    kept = installed.titles()
    assert kept
    assert installed.state().open is not None
    fake.reset_counters()
    assert installed.sync("movie").returncode == 0
    assert not {("movie", one.tmdb_id) for one in kept} & fake.detail_counts().keys()
    assert installed.state().cursor


def test_ctrl_c_while_tmdb_is_silent(installed: Installation, fake: FakeTmdb) -> None:
    fake.fault(Hang(), "/3/movie/*")
    with installed.syncing("movie") as process:
        fake.wait_for(lambda: len(fake.arrivals()) > 10, 30)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=10)
        assert time.monotonic() - begun < 5
        assert process.returncode == 1, told
    assert "Traceback" not in told


def test_progress_on_a_terminal(installed: Installation) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "movie"],
        cwd=installed.project,
        env=environment(**slowly(installed).settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    line = re.compile(rb"\d+ of \d+ \(\d+%\), [\d.]+/s, \d+:\d\d left")
    try:
        deadline = time.monotonic() + 30
        while not line.search(shown):
            assert time.monotonic() < deadline, shown
            shown += os.read(ours, 1000)
    finally:
        process.kill()
        out, _ = process.communicate()
        os.close(ours)
    # The report alone belongs to stdout.
    assert out == b""


def test_failed_ids_are_set_aside_listed_and_tried_again(
    installed: Installation, fake: FakeTmdb
) -> None:
    bad = fake.ids("movie")[10:12]
    for number in bad:
        fake.spoil("movie", number, wrong={"id": number + 1})
    done = installed.sync("movie")
    assert done.returncode == 0, done.stderr
    assert "2 set aside" in done.stdout
    listed = installed.sync("--failed")
    assert listed.returncode == 0
    rows = [line.split("\t") for line in listed.stdout.splitlines()]
    assert [row[0] for row in rows] == [f"movie/{number}" for number in bad]
    assert all("3 attempts" in row[1] and "another id" in row[2] for row in rows)
    assert "--retry-failed" in listed.stderr
    assert installed.sync("--failed", "--media-type", "tv").stdout == ""
    fake.mend("movie", bad[0])
    again = installed.sync("--retry-failed")
    assert again.returncode == 0, again.stderr
    left = installed.sync("--failed").stdout
    assert left.startswith(f"movie/{bad[1]}\t4 attempts")
    fake.mend("movie", bad[1])
    assert installed.sync("--retry-failed").returncode == 0
    nothing = installed.sync("--failed")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert {TitleId(MediaKind.MOVIE, number) for number in bad} <= installed.titles().keys()


def test_refresh_renews_what_is_older_than_asked(installed: Installation, fake: FakeTmdb) -> None:
    assert installed.sync().returncode == 0
    before = installed.titles()
    fake.reset_counters()
    assert installed.sync("refresh").returncode == 0
    assert not fake.detail_counts()
    newest = max(title.fetched_at for title in before.values())
    until(lambda: time.time() > newest + 3, "all is older than a second")
    renewed = installed.sync("refresh", "--stale-after", "1s", "--media-type", "tv")
    assert renewed.returncode == 0, renewed.stderr
    series = [one for one in before if one.kind is MediaKind.TV]
    assert fake.detail_counts() == {("tv", one.tmdb_id): 1 for one in series}
    after = installed.titles()
    assert all(after[one].fetched_at > newest for one in series)


def test_popularity_is_taken_over_from_the_export(installed: Installation, fake: FakeTmdb) -> None:
    assert installed.sync("movie").returncode == 0
    title_id = min(installed.titles())
    fake.change("movie", title_id.tmdb_id, popularity=4321.0)
    fake.reset_counters()
    done = installed.sync("follow-export", "--media-type", "movie")
    assert done.returncode == 0, done.stderr
    assert "1 popularities taken over" in done.stdout
    assert installed.titles()[title_id].popularity == 4321.0
    assert not fake.detail_counts()
