"""What the worker does by itself, and when: days pass by a clock that the test moves."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.catalogue.titles import MediaKind
from app.domain.jobs import Job, JobState
from app.doors.worker.agenda import Agenda
from app.doors.worker.registry import KINDS
from app.services.catalogue.sync_state import OpenRun, SyncState, read_state, write_state
from stand_ins.tmdb.serving import FakeTmdb
from tests.builders import make_titles
from tests.fakes.clock import MovedClock
from tests.worker_days import DAY, HOUR, MINUTE, Days
from tests.world import open_world


@pytest.mark.parametrize("restarting", [False, True])
def test_the_rhythm_of_following_tmdb(days: Days, *, restarting: bool) -> None:
    days.look()
    assert [days.jobs(kind)[0].state for kind in ("sync_tmdb", "embed_full", "rebuild_index")] == [
        JobState.DONE
    ] * 3
    days.restarting = restarting
    days.go(15 * DAY, step=HOUR)
    assert len(days.jobs("sync_tmdb")) == 1 + 15 * 4
    assert set(days.gaps("sync_tmdb")) == {6 * HOUR}
    assert set(days.gaps("follow_export")) == {7 * DAY}
    assert len(days.jobs("follow_export")) == 2
    assert set(days.gaps("refresh_tmdb")) == {DAY}
    assert len(days.jobs("rebuild_index")) == 1, "nothing changed"
    ends = {job.state for job in days.services.jobs.recent(1000)}
    assert ends == {JobState.DONE}
    assert all(read_state(days.services.state, kind).cursor for kind in MediaKind)


def test_what_changes_is_embedded_and_the_index_follows_when_it_is_due(days: Days) -> None:
    assert days.fake is not None
    days.look()
    first = days.services.publisher.current()
    assert first is not None
    days.fake.add("movie", 999_001, title="A New Film", overview="an unheard tale")
    days.go(6 * HOUR)
    assert len(days.jobs("rebuild_index")) == 2, "one of some fifteen is above the share"
    last = days.services.publisher.current()
    assert last is not None
    assert last.count == first.count + 1


def test_nothing_of_tmdb_without_a_key(without_key: Days) -> None:
    days = without_key
    state = SyncState(cursor="2023-01-01", open=OpenRun("full", 1))
    write_state(days.services.state, MediaKind.MOVIE, state)
    days.go(DAY, step=HOUR)
    assert {job.kind for job in days.services.jobs.recent(1000)} == {"embed_full", "rebuild_index"}


def test_the_sample_comes_into_an_empty_catalogue_only_without_a_key(
    tmp_path: Path, clock: MovedClock, fake: FakeTmdb
) -> None:
    sample = KINDS["load_sample"]
    keyless, keyed = (
        open_world(tmp_path / "keyless", clock=clock),
        open_world(tmp_path / "keyed", tmdb=fake, clock=clock),
    )
    assert [sample.is_wanted(keyless), sample.is_wanted(keyed)] == [True, False]
    keyless.titles.upsert(make_titles(1, kind=MediaKind.TV))
    assert not sample.is_wanted(keyless)
    for services in (keyless, keyed):
        services.close()


def test_a_run_left_open_goes_on_at_once(days: Days) -> None:
    days.look()
    state = read_state(days.services.state, MediaKind.TV)
    run = OpenRun("changes", int(days.clock.now()), state.cursor, state.cursor)
    write_state(days.services.state, MediaKind.TV, state.opened(run))
    days.restart()
    days.look()
    assert len(days.jobs("sync_tmdb")) == 2
    assert read_state(days.services.state, MediaKind.TV).open is None


def test_times_that_a_wrong_clock_wrote_hold_nothing_up(days: Days) -> None:
    days.look()
    for kind in MediaKind:
        state = read_state(days.services.state, kind)
        ahead = days.clock.now() + 400 * DAY
        wrong = replace(state, synced_at=ahead, followed_at=ahead, refreshed_at=ahead)
        write_state(days.services.state, kind, wrong)
    days.go(6 * HOUR)
    assert [len(days.jobs(kind)) for kind in ("sync_tmdb", "follow_export", "refresh_tmdb")] == [
        *(2, 1, 2)
    ]


def test_what_another_worker_is_doing_is_not_asked_for_again(days: Days) -> None:
    days.services.jobs.submit("sync_tmdb", {"full_sync": "true"})
    crawl = days.services.jobs.claim("elsewhere#fetch")
    assert crawl is not None
    for _ in range(10):
        days.go(MINUTE, step=MINUTE)
        days.services.jobs.save(replace(crawl, heartbeat_at=days.clock.now()))
    assert len(days.jobs("sync_tmdb")) == 1


def test_titles_without_a_vector_are_embedded_soon_and_changed_texts_within_the_hour(
    without_key: Days,
) -> None:
    days = without_key
    days.look()
    walks = len(days.jobs("embed_full"))
    days.go(50 * MINUTE, step=MINUTE)
    assert len(days.jobs("embed_full")) == walks, "nothing to do, and nothing done"
    days.services.titles.upsert(make_titles(1, start=500))
    days.go(15 * MINUTE, step=MINUTE)
    model = days.services.embedder.model
    assert days.services.vectors.status(model).count == 4
    [title] = make_titles(1)
    days.services.titles.upsert([replace(title, overview="quite another tale")])
    before = days.services.vectors.status(model).last_seq
    days.go(HOUR, step=MINUTE)
    assert days.services.vectors.status(model).last_seq > before


def test_what_ends_while_a_job_runs_is_followed_by_another_run(clock: MovedClock) -> None:
    agenda = Agenda(clock)
    clock.forward(1)
    assert {turn.kind.name for turn in agenda.due(["embed_full"])} == {"embed_full"}
    clock.forward(60)
    agenda.ended(Job(id="1", kind="sync_tmdb", state=JobState.DONE))
    clock.forward(60)
    # It had passed by what the sync wrote.
    agenda.ended(Job(id="2", kind="embed_full", state=JobState.DONE))
    assert {turn.kind.name for turn in agenda.due(["embed_full"])} == {"embed_full"}
    agenda.ended(Job(id="3", kind="embed_full", state=JobState.DONE))
    assert not list(agenda.due(["embed_full"]))


def test_peoples_histories_keep_their_own_rhythm(clock: MovedClock) -> None:
    agenda = Agenda(clock)
    assert [turn.kind.name for turn in agenda.due(["sync_trakt"])] == ["sync_trakt"]
    for kind in ("sync_tmdb", "embed_full", "rebuild_index"):
        clock.forward(60)
        agenda.ended(Job(id="1", kind=kind, state=JobState.DONE))
        assert not list(agenda.due(["sync_trakt"])), kind
    clock.forward(HOUR)
    assert list(agenda.due(["sync_trakt"]))
