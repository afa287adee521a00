"""kill -9 in the middle of a sync, again and again: real processes, real stores, real HTTP."""

import random
import re
import shutil
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from app.adapters.tmdb.fetching import threads_for
from app.domain.catalogue.titles import MediaKind, TitleId
from app.services.catalogue.fetching import _WRITTEN
from stand_ins.mongo.server import mongo_server
from stand_ins.tmdb.serving import FakeTmdb, tmdb_server
from tests.e2e.program import until
from tests.e2e.syncing import Installation, on_mongo, on_sqlite, settings_for, timeless

RATE = 1000.0
TITLES = 5000
KILLS = 50
MODEL = "all-MiniLM-L6-v2"
OVERVIEW = "A ferry captain finds the letters of somebody who was never on board."

MOST_IN_FLIGHT = 2 * threads_for(RATE) + _WRITTEN
"""What a kill can cost: ids read ahead (twice the threads), and answers not written yet."""


@dataclass
class Runs:
    """Runs of one command, all but the last killed; `fetched` is what there was between them."""

    fake: FakeTmdb
    installed: Installation
    arguments: tuple[str, ...]
    since: int = 0
    """Unix time from which a stored title counts as fetched by these runs."""

    fetched: list[set[TitleId]] = field(default_factory=list)

    def killed_at(self, point: int) -> None:
        """Run until so many titles were answered, and one in this run; then kill -9."""
        if not self.fetched:
            self.fake.reset_counters()
            self.fetched.append(self._fetched())
        lists = self._lists()
        with self.installed.syncing(*self.arguments) as process:
            # What the run before had under way may be answered until this one asks for its list.
            self.fake.wait_for(lambda: self._lists() > lists, 60)
            before = self.fake.detail_counts().total()

            def reached() -> bool:
                counts = self.fake.detail_counts()
                return len(counts) >= point and counts.total() > before

            self.fake.wait_for(reached, 60)
            assert process.poll() is None, "it ended before it could be killed"
            process.kill()
            process.wait()
        self.fetched.append(self._fetched())

    def completed(self) -> None:
        """Run to the end."""
        done = self.installed.sync(*self.arguments)
        assert done.returncode == 0, done.stderr
        self.fetched.append(self._fetched())

    def check(self) -> None:
        """No run asks for what is there; a kill costs no more than what is under way."""
        asked = self._asked()
        assert len(asked) == len(self.fetched) - 1
        in_flight: list[TitleId] = []
        for run, (before, after) in zip(asked, pairwise(self.fetched), strict=True):
            assert len(run) == len(set(run))
            assert not before.intersection(run)
            lost = [one for one in run if one in self.fetched[-1] and one not in after]
            assert len(lost) <= MOST_IN_FLIGHT
            in_flight += lost
        # Each title that stayed was asked for once, and once more for each kill that it was under
        # way at. What is gone leaves nothing behind to go by, so each run may ask for it.
        stayed = [one for run in asked for one in run if one in self.fetched[-1]]
        assert sorted(stayed) == sorted([*self.fetched[-1], *in_flight])

    def _fetched(self) -> set[TitleId]:
        titles = self.installed.titles()
        return {one for one, title in titles.items() if title.fetched_at >= self.since}

    def _lists(self) -> int:
        """How many times exports and changes were asked for."""
        return sum(_title(request.path) is None for request in self.fake.requests)

    def _asked(self) -> list[list[TitleId]]:
        """The titles of each run, which asks for an export or for changes before them."""
        asked = (_title(request.path) for request in self.fake.requests)
        runs = groupby(asked, lambda title: title is not None)
        return [[one for one in run if one is not None] for titles, run in runs if titles]


def _title(path: str) -> TitleId | None:
    found = re.fullmatch(r"/3/(movie|tv)/(\d+)", path)
    return None if found is None else TitleId(MediaKind(found[1]), int(found[2]))


def points(count: int, most: int) -> list[int]:
    """Where to kill, ascending; the seed is shown where the test fails."""
    seed = random.randrange(10**6)
    print(f"The seed of the points: {seed}")  # noqa: T201 -- pytest shows it where a test fails
    return sorted(random.Random(seed).sample(range(1, most), count))


def test_after_fifty_kills_the_store_is_that_of_an_undisturbed_run(
    project: Path, tmp_path: Path
) -> None:
    # Some titles are for adults and not fetched.
    with tmdb_server(movies=TITLES + TITLES // 38, series=0) as fake:
        settings = settings_for(fake, RATE)
        undisturbed = on_sqlite(project, tmp_path / "undisturbed", settings)
        assert undisturbed.sync("movie").returncode == 0
        expected = timeless(undisturbed.titles())
        assert len(expected) >= TITLES

        killed = on_sqlite(project, tmp_path / "killed", settings)
        runs = Runs(fake, killed, ("movie",))
        for point in points(KILLS, TITLES - 50):
            runs.killed_at(point)
            # The cursor comes last.
            assert not killed.state().cursor
        runs.completed()
        assert timeless(killed.titles()) == expected
        runs.check()
        # At TMDB's own rate a kill costs less than four seconds of it.
        assert 2 * threads_for(40) + _WRITTEN < 4 * 40
        assert fake.detail_counts().total() <= len(expected) + KILLS * MOST_IN_FLIGHT
        state = killed.state()
        assert state.cursor == undisturbed.state().cursor
        assert state.open is None
        assert not state.partial
        asked = fake.detail_counts().total()
        assert killed.sync("movie", "--full-sync").returncode == 0
        assert fake.detail_counts().total() == asked


def test_over_mongodb_too(project: Path, tmp_path: Path) -> None:
    with tmdb_server(movies=700, series=0) as fake, mongo_server(tmp_path) as uri:
        settings = settings_for(fake, RATE)
        undisturbed = on_sqlite(project, tmp_path / "undisturbed", settings)
        assert undisturbed.sync("movie").returncode == 0
        killed = on_mongo(project, tmp_path / "killed", settings, uri)
        runs = Runs(fake, killed, ("movie",))
        for point in points(4, 600):
            runs.killed_at(point)
        runs.completed()
        runs.check()
        assert timeless(killed.titles()) == timeless(undisturbed.titles())
        assert killed.state().cursor == undisturbed.state().cursor


@pytest.fixture
def followed(prepared: Path, tmp_path: Path) -> Path:
    """A data folder with the converted model and nothing else."""
    data_dir = tmp_path / "followed"
    shutil.copytree(prepared / "models", data_dir / "models")
    return data_dir


def test_killed_in_the_middle_of_a_window_of_changes(
    project: Path, followed: Path, tmp_path: Path
) -> None:
    with tmdb_server(movies=500, series=0) as fake:
        settings = settings_for(fake, RATE)
        killed = on_sqlite(project, followed, settings)
        assert killed.sync("movie", "--embed-updated").returncode == 0
        began = int(time.time()) + 1
        change_much(fake, sorted(one.tmdb_id for one in killed.titles()))
        shutil.copytree(followed, tmp_path / "undisturbed")
        # Stored times are whole seconds, and what was fetched in this one may be taken for fresh.
        until(lambda: time.time() >= began, "the next second begins")

        undisturbed = on_sqlite(project, tmp_path / "undisturbed", settings)
        assert undisturbed.sync("movie", "--embed-updated").returncode == 0
        runs = Runs(fake, killed, ("movie", "--embed-updated"), since=began)
        for point in points(3, 260):
            runs.killed_at(point)
            opened = killed.state().open
            assert opened is not None
            assert opened.way == "changes"
        runs.completed()
        runs.check()
        expected = undisturbed.titles()
        assert timeless(killed.titles()) == timeless(expected)
        assert sum(title.overview == OVERVIEW for title in expected.values()) == 270
        assert vectors(killed) == vectors(undisturbed)
        assert vectors(killed).keys() == expected.keys()
        state = killed.state()
        assert state.cursor == datetime.now(UTC).date().isoformat()
        assert state.open is None


def change_much(fake: FakeTmdb, numbers: list[int]) -> None:
    """250 changed titles, 20 new ones, 30 gone: three pages of changes."""
    for number in numbers[:250]:
        fake.change("movie", number, overview=OVERVIEW)
    for number in numbers[250:280]:
        fake.remove("movie", number)
    for number in range(900_001, 900_021):
        fake.add("movie", number, overview=OVERVIEW, adult=False)


def vectors(installed: Installation) -> dict[TitleId, bytes]:
    """What each title's vector was made from."""
    titles = installed.titles()
    with closing(installed.open()) as stores:
        assert stores.vectors.status(MODEL).count == len(titles)
        return stores.vectors.hashes(MODEL, list(titles))
