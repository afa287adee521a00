"""What a person watched under another service's id comes into the catalogue by itself."""

from pathlib import Path

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.jobs import JobState
from app.domain.people.ledger import About, Event, EventKind
from app.services.people.history import HistoryQuery
from stand_ins.tmdb.serving import FakeTmdb
from tests.worker_world import until, worker
from tests.world import open_world

FILM, SERIES = TitleId(MediaKind.MOVIE, 900_001), TitleId(MediaKind.TV, 900_002)


def test_the_worker_fetches_it_and_it_counts_as_watched(tmp_path: Path, fake: FakeTmdb) -> None:
    # For adults, so that following TMDB alone doesn't bring them in.
    fake.add("movie", FILM.tmdb_id, adult=True, imdb_id="tt7654321")
    ids = {"imdb_id": None, "tvdb_id": 765_432}
    fake.add("tv", SERIES.tmdb_id, adult=True, external_ids=ids)
    services = open_world(tmp_path, tmdb=fake)
    ada = services.people.make("Ada")[0]
    abouts = [
        About(MediaKind.MOVIE, imdb_id="tt7654321", name="A Film"),
        About(MediaKind.TV, tvdb_id=765_432, name="A Series"),
        About(MediaKind.MOVIE, imdb_id="tt8888888", name="Nobody's"),
    ]
    services.ledger.put(
        ada.id,
        [
            Event(key=about.name, kind=EventKind.WATCHED, about=about, at=1000, source="imdb")
            for about in abouts
        ],
    )
    with worker(services):
        until(lambda: {FILM, SERIES} <= services.titles.get_many([FILM, SERIES]).keys())
        until(lambda: services.publisher.current() is not None)
        until(lambda: not services.named_missing())
    (job,) = [job for job in services.jobs.recent() if job.kind == "fetch_named"]
    assert job.state is JobState.DONE
    assert "2 of 3 ids of IMDb and TVDB" in job.outcome
    assert services.person_views.of(ada.id).left_out.watched >= {FILM, SERIES}
    page = services.history.listed(ada.id, HistoryQuery(show="watched"))
    assert {row.title.id if row.title else None for row in page.rows} == {FILM, SERIES, None}
    asked = [one.path for one in fake.requests if one.path.startswith("/3/find/")]
    assert sorted(asked) == ["/3/find/765432", "/3/find/tt7654321", "/3/find/tt8888888"]
    services.close()
