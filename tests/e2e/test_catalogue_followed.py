"""The running product beside TMDB: the first crawl, and an index that follows the catalogue."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from app.adapters.tmdb.fetching import threads_for
from app.domain.catalogue.titles import MediaKind
from app.services.catalogue.fetching import _WRITTEN
from stand_ins.tmdb.serving import Hang, tmdb_server
from tests.busy_machine import allowed
from tests.e2e.program import Api, until
from tests.e2e.syncing import Product, on_sqlite, product, settings_for

SOON = 5.0
"""Seconds from a title's answer until a search shows it."""

NAME = "The Cathedral Clock"
OVERVIEW = "A cellist repairs the clock of a drowned cathedral before the tide returns."
STORM: dict[str, object] = {"text": "a storm", "results_media_type": "all", "k": 10}


@dataclass
class Asking:
    """A search asked all the time, and what went wrong."""

    faults: list[str] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    answers: int = 0


@contextmanager
def asking(api: Api, question: dict[str, object]) -> Iterator[Asking]:
    """Ask until the block ends."""
    ended, seen = threading.Event(), Asking()

    def ask() -> None:
        while not ended.is_set():
            answer = api.knn(question)
            seen.answers += 1
            if answer.status_code != 200 or not answer.json()["results"]:
                seen.faults.append(answer.text)
            else:
                seen.versions.add(answer.json()["index_version"])

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def test_the_first_crawl_begins_by_itself_and_can_be_searched_meanwhile(
    project: Path, prepared: Path, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(prepared / "models", data_dir / "models")
    rate = 15.0
    with (
        tmdb_server(movies=1500, series=60) as fake,
        product(project, data_dir, fake, rate, wait_for="starting") as watcher,
    ):
        api = watcher.api
        worker = watcher.start_worker(rate)
        until(lambda: api.knn(STORM).status_code == 200, "the first titles can be searched")
        with asking(api, STORM) as seen:
            crawl = watcher.jobs("sync_tmdb")[0]
            assert crawl["state"] == "running"
            check_most_popular_first(watcher, rate)
            check_other_work_goes_on(watcher, crawl["id"])
            check_progress(watcher, crawl["id"])
            check_coverage(watcher, complete=False)
            assert worker.end(seconds=10) == 0
            assert watcher.jobs("sync_tmdb")[0]["state"] == "waiting"
            kept = {(one.kind.value, one.tmdb_id) for one in watcher.installed.titles()}
            fake.reset_counters()
            watcher.start_worker(1000.0)
            until(lambda: watcher.installed.state(MediaKind.TV).cursor, "the crawl is complete")
            assert not kept & fake.detail_counts().keys()
            check_coverage(watcher, complete=True)
            done = watcher.jobs("sync_tmdb")[0]
            until(lambda: watcher.job(done["id"])["state"] == "done", "the job is done")
            assert f"{len(kept):,} fresh already" in watcher.job(done["id"])["outcome"]
        assert not seen.faults, seen.faults[:3]
        assert len(seen.versions) >= 2
        assert seen.answers > 50


def check_most_popular_first(watcher: Product, rate: float) -> None:
    """What is stored is the top of the order, but for what is under way."""
    ranked = watcher.fake.catalogue.most_popular("movie", adult=False).numbers
    rank = {number: place for place, number in enumerate(ranked)}
    stored = [one for one in watcher.installed.titles() if one.kind is MediaKind.MOVIE]
    under_way = 2 * threads_for(rate) + _WRITTEN
    assert max(rank[one.tmdb_id] for one in stored) < len(stored) + under_way
    # The first search is answered from the first few titles stored.
    known = ranked[:5]
    until(
        lambda: all(len(watcher.like("movie", one)) == 10 for one in known), "each has ten like it"
    )


def check_other_work_goes_on(watcher: Product, crawl: str) -> None:
    """Embedding and rebuilding beside the crawl, which goes on."""
    served = watcher.api.health()["index"]["version"]
    title = next(iter(watcher.installed.titles()))
    item = {"tmdb_id": title.tmdb_id, "media_type": title.kind.value}
    asked = [
        watcher.asked_for("/admin/faiss/rebuild"),
        watcher.asked_for("/admin/embed/item", **item),
        watcher.asked_for("/admin/embed/full"),
    ]
    for job in asked:
        watcher.becomes(job, "done")
    assert str(title) in watcher.job(asked[1])["outcome"]
    until(lambda: watcher.api.health()["index"]["version"] != served, "the new index is served")
    assert watcher.job(crawl)["state"] == "running"


def check_progress(watcher: Product, crawl: str) -> None:
    """The job tells how far it is and how long it will take."""
    first = watcher.job(crawl)
    until(lambda: watcher.job(crawl)["done"] > first["done"], "it goes on", allowed(SOON))
    later = watcher.job(crawl)
    assert later["done"] < later["total"]
    assert later["rate"] > 0
    assert later["eta_seconds"] > 0
    assert "fetched" in later["message"]


def check_coverage(watcher: Product, *, complete: bool) -> None:
    """Titles stored against those that the export lists."""
    told = watcher.api.status()
    for kind, coverage in told["tmdb"].items():
        assert coverage["stored"] == told["titles"][kind]
        assert coverage["exported"] == max(watcher.fake.exports).isoformat()
        assert bool(coverage["cursor"]) == complete
        assert bool(coverage["running_since"]) != complete
        # Series for adults are told only by their answers.
        left_out = len(watcher.fake.ids("tv")) // 20 if kind == "tv" else 0
        assert (coverage["listed"] - left_out <= coverage["stored"]) == complete


@pytest.fixture(scope="module")
def watcher(
    project: Path, prepared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """The sample and some titles of TMDB's, embedded and served; a worker at 50 requests/s."""
    data_dir = tmp_path_factory.mktemp("followed") / "data"
    shutil.copytree(prepared, data_dir)
    with tmdb_server(movies=300, series=30) as fake:
        begun = on_sqlite(project, data_dir, settings_for(fake)).sync("--embed-updated")
        assert begun.returncode == 0, begun.stderr
        with product(project, data_dir, fake, 50, wait_for="ok") as watcher:
            watcher.start_worker(50)
            yield watcher


def next_second() -> None:
    """Stored times are whole seconds, and what was fetched in this one may be taken for fresh."""
    after = int(time.time()) + 1
    until(lambda: time.time() >= after, "the next second begins")


def synced(watcher: Product, *titles: tuple[str, int]) -> tuple[str, float]:
    """Ask for a sync; its job, and the time (`time.monotonic`) when the first title is answered."""
    next_second()
    before = watcher.fake.detail_counts()

    def answered() -> bool:
        counts = watcher.fake.detail_counts()
        return any(counts[one] > before[one] for one in titles)

    job = watcher.asked_for("/admin/sync/tmdb")
    watcher.fake.wait_for(answered, 60)
    return job, time.monotonic()


def soon(happens: Callable[[], object], what: str, since: float) -> None:
    """Wait for it, `SOON` after a moment at most."""
    until(happens, what, since + allowed(SOON) - time.monotonic())


def test_what_is_new_or_changed_is_findable_within_seconds(watcher: Product) -> None:
    fake = watcher.fake
    changed, new, series = ("movie", fake.ids("movie")[20]), ("movie", 900_001), ("tv", 900_001)
    by_text: dict[str, object] = {"text": NAME, "results_media_type": "all", "k": 5}
    assert not {changed, new, series} & set(watcher.found(by_text))
    assert watcher.like(*new) == []
    fake.change(*changed, title=NAME, overview=OVERVIEW, adult=False)
    fake.add(*new, title=NAME, overview=OVERVIEW, adult=False)
    fake.add(*series, name=NAME, overview=OVERVIEW, adult=False)
    job, since = synced(watcher, changed, new, series)
    all_of_them = {changed, new, series}
    soon(lambda: all_of_them <= set(watcher.found(by_text)), "a text finds them", since)
    soon(lambda: are_alike(watcher, all_of_them), "each is asked for, and has the others", since)
    assert "3 fetched" in watcher.becomes(job, "done")["outcome"]


def are_alike(watcher: Product, titles: set[tuple[str, int]]) -> bool:
    """Whether each of them has the others among its likes."""
    return all(titles - {one} <= set(watcher.like(*one)) for one in titles)


def test_what_is_gone_is_gone_within_seconds(watcher: Product) -> None:
    gone = ("movie", watcher.fake.ids("movie")[30])
    name = watcher.fake.body(*gone)["title"]
    by_text: dict[str, object] = {"text": name, "results_media_type": "movie", "k": 20}
    assert gone in watcher.found(by_text)
    assert watcher.like(*gone)
    watcher.fake.remove(*gone)
    job, since = synced(watcher, gone)
    soon(lambda: gone not in watcher.found(by_text), "a text doesn't find it", since)
    soon(lambda: not watcher.like(*gone), "it can't be asked for", since)
    assert watcher.api.get(f"/titles/movie/{gone[1]}").status_code == 404
    assert "1 gone" in watcher.becomes(job, "done")["outcome"]


def test_a_sync_that_is_cancelled_stops(watcher: Product) -> None:
    job = watcher.asked_for("/admin/sync/tmdb", force_refresh=True)
    until(lambda: watcher.job(job)["done"] > 0, "it shows progress")
    assert watcher.post(f"/admin/jobs/{job}/cancel").json()["cancel_requested"]
    watcher.becomes(job, "cancelled", allowed(SOON))
    asked = len(watcher.fake.arrivals())
    watcher.becomes(watcher.asked_for("/admin/embed/full"), "done")
    assert len(watcher.fake.arrivals()) == asked


def test_stopped_while_tmdb_is_silent_the_next_worker_goes_on(watcher: Product) -> None:
    fault = watcher.fake.fault(Hang(), "/3/movie/*")
    job = watcher.asked_for("/admin/sync/tmdb", force_refresh=True)
    watcher.fake.wait_for(lambda: fault.used > 0, 30)
    assert watcher.worker.end(seconds=10) == 0
    fault.clear()
    watcher.start_worker(1000)
    watcher.becomes(job, "done")


def test_past_the_threshold_the_index_is_built_anew_by_itself(watcher: Product) -> None:
    def built_in() -> bool:
        index: dict[str, int] = watcher.api.status()["index"]
        return index["count"] > 1000 and index["delta"] < 50

    until(built_in, "the 300 titles beside the sample's 800 are in the index")
    assert watcher.jobs("rebuild_index")[0]["outcome"]


def test_without_a_key_it_is_not_there(api: Api) -> None:
    headers = {b"Authorization": f"Bearer {api.admin_token}".encode()}
    for path in ("/admin/sync/tmdb", "/admin/sync/tmdb/retry"):
        url = api.url + path
        assert httpx2.post(url, timeout=30, trust_env=False).status_code == 401
        answer = httpx2.post(url, headers=headers, timeout=30, trust_env=False)
        assert answer.status_code == 501
        assert "TMDB_API_KEY" in answer.json()["detail"]
