"""Measure recommendation lists on one core for a long history, and how they grow with a catalogue.

The catalogue is a real one (`--from`, a data folder with imported and embedded titles) grown by
made titles, and a tenth of that size beside it. A person with a ledger of 2,000 events about its
best-known films is made for this and deleted at the end. Lists are asked of the service, one at a
time, none with the same seed; "after a rating" is the first list once the person rated a film, when
all that is kept of them has to be worked out again. With `--co-ratings` the same is measured with
the co-rating model that is published there, too. Each catalogue has a process of its own. Beside
the time that passes stands that of the processor: the same where nothing else runs.
"""

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from itertools import count as counted
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.bootstrap import Services, open_services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.ledger import About, Event, EventKind
from app.domain.recommend.rules import ListRequest
from app.domain.search.filters import TitleFilter
from app.doors.http.serving import set_for_serving
from app.services.search.search import BOTH
from app.settings import read_settings
from scripts.bench.grown import FIRST_MADE, grown
from scripts.bench.report import peak_mb, show

EVENTS: Final = 2000
AMONG: Final = 4000
WARM_UP: Final = 10
CO_RATINGS: Final = "co_ratings"
FILTERS: Final = (
    TitleFilter(genres=frozenset({"Comedy"})),
    TitleFilter(year_to=1980),
    TitleFilter(runtime_to=95, without_genres=frozenset({"Horror"})),
    TitleFilter(languages=frozenset({"fr"}), min_rating=6.5),
    TitleFilter(min_votes=200),
)


def main() -> int:
    """Grow the catalogues, ask for lists over each, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=1_200_000, metavar="N")
    parser.add_argument("--from", dest="source", type=Path, default=Path("data"), metavar="DIR")
    parser.add_argument("--lists", type=int, default=200, metavar="N", help="of each sort")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the grown catalogues")
    parser.add_argument(
        "--co-ratings", type=Path, metavar="DIR", help="a data folder with a co-rating model"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    folder = arguments.cache or Path(tempfile.mkdtemp(prefix="watcher-bench-"))
    rows: list[dict[str, object]] = []
    try:
        for titles in (arguments.titles // 10, arguments.titles):
            data = folder / f"grown-{titles}"
            grown(arguments.source, data, titles)
            models = (None, arguments.co_ratings) if arguments.co_ratings else (None,)
            for model in models:
                with one_core() as process:
                    asked = process.submit(measured, data, titles, arguments.lists, model)
                    rows += asked.result()
    finally:
        if arguments.cache is None:
            shutil.rmtree(folder)
    half = len(rows) // 2
    for small, row in zip(rows[:half], rows[half:], strict=True):
        row["growth"] = float(str(row["p95 ms"])) / float(str(small["p95 ms"]))
    show(rows, arguments.json)
    return 0


@contextmanager
def one_core() -> Iterator[ProcessPoolExecutor]:
    """A process that has one core from its beginning: what it loads counts cores when loaded."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as process:
            yield process
    finally:
        os.sched_setaffinity(0, cores)


def measured(data: Path, titles: int, lists: int, model: Path | None) -> list[dict[str, object]]:
    """The rows of one catalogue, without a co-rating model or with that of another data folder."""
    shutil.rmtree(data / CO_RATINGS, ignore_errors=True)
    if model is not None:
        shutil.copytree(model / CO_RATINGS, data / CO_RATINGS)
    what = f"{titles:,} titles" + (", co-rated" if model else "")
    settings = read_settings(watcher_data_dir=data)
    with closing(open_services(settings)) as services:
        if model is not None and services.pipeline.collaborative_model() is None:
            raise SystemExit(f"{model} has no co-rating model: python -m scripts.train_co_ratings")
        services.index.refresh()
        set_for_serving()
        profile, _ = services.people.make(f"bench {time.time():.0f}")
        try:
            films = known_films(services)
            services.ledger.put(profile.id, history(films))
            rows = timed_lists(services, profile.id, films, lists)
        finally:
            services.forget(profile.id)
    return [
        row | {"name": f"{what}: {row['name']}", "peak MB": peak_mb(os.getpid())} for row in rows
    ]


def known_films(services: Services) -> list[TitleId]:
    """The real catalogue's best-known films: what people have seen, and made ones are not."""
    found = services.index.best_known(2 * AMONG, (MediaKind.MOVIE,), TitleFilter())
    return [one for one in found if one.tmdb_id < FIRST_MADE][:AMONG]


def history(films: list[TitleId]) -> list[Event]:
    """2,000 events, the same at each run: films watched and rated, some put aside or wished for."""
    rng = np.random.default_rng(8)
    chosen = rng.permutation(len(films))[: EVENTS // 2].tolist()
    start = 1_400_000_000
    events = []
    for place, film in enumerate(chosen):
        about = About(MediaKind.MOVIE, tmdb_id=films[film].tmdb_id)
        kinds = [EventKind.WATCHED, EventKind.RATED]
        if place % 20 == 0:
            kinds = [EventKind.WATCHLISTED, EventKind.DISMISSED if place % 40 else EventKind.LOVED]
        events += [
            Event(
                key=f"bench:{kind}:{place}",
                kind=kind,
                about=about,
                at=start + 300_000 * place,
                source="hand",
                rating=int(rng.integers(4, 11)) if kind is EventKind.RATED else None,
            )
            for kind in kinds
        ]
    return events


def timed_lists(
    services: Services, profile: str, films: list[TitleId], lists: int
) -> list[dict[str, object]]:
    """The loads, one list at a time."""
    seeds = counted(1)
    untold = iter(films[::-1])

    def listed(kinds: tuple[MediaKind, ...], where: TitleFilter | None = None) -> None:
        wish = ListRequest(kinds=kinds, seed=next(seeds), where=where or TitleFilter())
        found = services.recommend.listed(profile, wish)
        if found.count < wish.count:
            raise SystemExit(f"The list is short: {found.note}")

    def rated() -> None:
        about = About(MediaKind.MOVIE, tmdb_id=next(untold).tmdb_id)
        services.history.rate(profile, about, 8)

    films_only = (MediaKind.MOVIE,)
    filters = [FILTERS[place % len(FILTERS)] for place in range(lists)]
    return [
        timed("films", lists, lambda _: listed(films_only)),
        timed("films, filtered", lists, lambda place: listed(films_only, filters[place % lists])),
        timed("both kinds", lists, lambda _: listed(BOTH)),
        timed("films, after a rating", lists // 5, lambda _: listed(films_only), rated),
    ]


def timed(
    name: str, times: int, ask: Callable[[int], None], before: Callable[[], None] | None = None
) -> dict[str, object]:
    """Middle and late times of `ask`, after some of them to warm up; `before` isn't counted."""
    spent, computed = [], []
    for place in range(WARM_UP + times):
        if before is not None:
            before()
        start, begun = time.perf_counter(), time.process_time()
        ask(place)
        spent.append(1000 * (time.perf_counter() - start))
        computed.append(1000 * (time.process_time() - begun))
    median, p95, p99 = np.percentile(spent[WARM_UP:], (50, 95, 99)).tolist()
    return {
        "name": name,
        "lists": times,
        "median ms": median,
        "p95 ms": p95,
        "p99 ms": p99,
        "CPU p95 ms": float(np.percentile(computed[WARM_UP:], 95)),
    }


if __name__ == "__main__":
    sys.exit(main())
