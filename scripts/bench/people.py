"""Measure a person's history: bringing in a file, listing it, and what was seen.

A diary in Letterboxd's layout is made from the catalogue's own titles (`--from`, a data folder with
an index), one name in fifty spoiled so that nothing matches it, and brought into a profile that is
made for this and deleted at the end.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.bootstrap import open_services
from app.domain.catalogue.titles import MediaKind, Title
from app.domain.people.ledger import About
from app.domain.progress import silent
from app.services.people.history import HistoryQuery
from app.settings import read_settings
from scripts.bench.report import peak_mb, show

HEADER: Final = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date"
_SPOILED: Final = 50
_DAYS: Final = 5000
_T = TypeVar("_T")


def main() -> int:
    """Bring the file in twice, list, resolve; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, default=Path("data"), metavar="DIR")
    parser.add_argument("--rows", type=int, default=20_000, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []

    def timed(name: str, work: Callable[[], _T]) -> _T:
        start = time.perf_counter()
        done = work()
        rows.append({"name": name, "seconds": time.perf_counter() - start})
        return done

    settings = read_settings(watcher_data_dir=arguments.source)
    with closing(open_services(settings)) as services:
        services.index.refresh()
        films = [
            title
            for some in services.titles.scan()
            for title in some
            if title.id.kind is MediaKind.MOVIE and title.year
        ]
        data = diary(films, arguments.rows)
        profile, _ = services.people.make(f"bench {time.time():.0f}")
        try:
            for name in ("a file of %s rows", "the same file again (%s rows)"):
                done = timed(
                    name % f"{arguments.rows:,}",
                    lambda: services.import_history.bring_in(
                        profile.id, services.adapters.open_history(data, "diary.csv"), silent
                    ),
                )
                rows[-1]["new"] = done.added
                rows[-1]["matched"] = sum(done.matched.values())
                rows[-1]["not matched"] = len(done.unmatched)
            listed = HistoryQuery(text="the", sort="rating")
            timed("history, first page", lambda: services.history.listed(profile.id, listed))
            timed("history, another page", lambda: services.history.listed(profile.id, listed))
            timed(
                "what was seen, first",
                lambda: services.person_views.of(profile.id).left_out.watched,
            )
            timed(
                "what was seen, again",
                lambda: services.person_views.of(profile.id).left_out.watched,
            )
            about = About(MediaKind.MOVIE, tmdb_id=films[0].id.tmdb_id, name=films[0].name)
            timed("one more film watched", lambda: services.history.add(profile.id, about))
        finally:
            services.forget(profile.id)
    rows[-1]["peak MB"] = peak_mb(os.getpid())
    show(rows, arguments.json)
    return 0


def diary(films: Sequence[Title], count: int) -> bytes:
    """A diary of that many viewings, the same at each run."""
    rng = np.random.default_rng(6)
    lines = [HEADER]
    for place, film in enumerate(rng.integers(len(films), size=count).tolist()):
        title = films[film]
        name = title.name if place % _SPOILED else f"Qx {title.name} zz"
        seen = date(2010, 1, 1) + timedelta(days=int(rng.integers(_DAYS)))
        quoted = name.replace('"', '""')
        stars = int(rng.integers(1, 11)) / 2
        lines.append(f'{seen},"{quoted}",{title.year},https://boxd.it/{place},{stars},,,{seen}')
    return "\n".join(lines).encode()


if __name__ == "__main__":
    sys.exit(main())
