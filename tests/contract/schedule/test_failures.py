"""What the schedule does with what fails: it comes again after a pause, and is told once."""

import logging
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import pytest

from app.domain.catalogue.titles import MediaKind
from app.domain.errors import Cancelled, StoreUnavailable, UpstreamUnavailable
from app.domain.jobs import JobState
from app.services.catalogue.sync_state import read_state, write_state
from app.services.leases import CATALOGUE, held
from stand_ins.tmdb.serving import FakeTmdb
from tests.builders import make_titles
from tests.fakes.clock import MovedClock
from tests.jobs import let_do
from tests.worker_days import DAY, HOUR, MINUTE, Days
from tests.worker_world import OtherProcess
from tests.world import open_world


def refused(days: Days, monkeypatch: pytest.MonkeyPatch, kind: str = "sync_tmdb") -> list[float]:
    """Let a kind of job fail from now on; the times at which it was tried."""
    tried: list[float] = []

    def fail(*_: object) -> NoReturn:
        tried.append(days.clock.now())
        raise UpstreamUnavailable(f"TMDB has given no usable answer for {600 + len(tried)} s.")

    let_do(monkeypatch, kind, fail)
    return tried


def test_without_an_export_following_it_is_not_tried_all_the_time(days: Days) -> None:
    days.look()
    for kind in MediaKind:
        state = read_state(days.services.state, kind)
        write_state(days.services.state, kind, replace(state, followed_at=1.0))
    assert days.fake is not None
    days.fake.exports = set()
    days.fake = None  # so that no export comes while the day passes
    days.go(DAY, step=10 * MINUTE)
    assert 4 <= len(days.jobs("follow_export")) <= 8


def test_a_dead_tmdb_is_asked_again_after_growing_pauses(
    days: Days, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with monkeypatch.context() as dead:
        tried = refused(days, dead)
        days.look()
        days.go(DAY, step=MINUTE)
    pauses = [(later - earlier) / MINUTE for earlier, later in pairwise(tried)]
    assert pauses[:5] == [1, 2, 4, 8, 16]
    assert set(pauses[5:]) == {30}
    failed = days.jobs("sync_tmdb", JobState.FAILED)
    assert len(failed) == len(tried) < 55
    assert "no usable answer" in failed[-1].outcome
    told = [record for record in caplog.records if "sync_tmdb" in record.getMessage()]
    assert [record.levelname for record in told] == ["INFO", "ERROR"], "it began, it failed: once"
    caplog.clear()
    days.go(30 * MINUTE, step=MINUTE)
    assert len(days.jobs("sync_tmdb", JobState.DONE)) == 1
    assert any("works again" in record.getMessage() for record in caplog.records)
    # The next failure begins with a short pause.
    tried = refused(days, monkeypatch)
    days.go(6 * HOUR + 2 * MINUTE, step=MINUTE)
    assert tried[1] - tried[0] == MINUTE


def test_a_wrong_key_is_told_once_and_tried_hourly(
    tmp_path: Path, clock: MovedClock, fake: FakeTmdb, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    services = open_world(tmp_path, tmdb=fake, clock=clock, tmdb_api_key="not-the-key")
    days = Days(services, clock, fake)
    days.go(DAY, step=10 * MINUTE)
    failed = days.jobs("sync_tmdb")
    assert {job.state for job in failed} == {JobState.FAILED}
    assert set(days.gaps("sync_tmdb")) == {HOUR}
    assert "correct TMDB_API_KEY" in failed[0].outcome
    assert "not-the-key" not in caplog.text
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert not days.jobs("follow_export"), "there is nothing yet to follow"
    services.close()


def test_an_operators_long_sync_is_waited_for(days: Days, caplog: pytest.LogCaptureFixture) -> None:
    elsewhere = OtherProcess("an operator's call")
    with held(days.services.state, CATALOGUE, elsewhere, ttl=2 * DAY):
        days.go(10 * HOUR, step=MINUTE)
    refusals = days.jobs("sync_tmdb")
    assert len(refusals) < 30
    assert {job.state for job in refusals} == {JobState.FAILED}
    assert "an operator's call" in refusals[0].outcome
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    days.go(30 * MINUTE, step=MINUTE)
    assert days.jobs("sync_tmdb")[-1].state is JobState.DONE


def test_what_was_cancelled_rests_for_an_hour_whatever_else_is_done(
    without_key: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = without_key

    def cancelled(*_: object) -> NoReturn:
        raise Cancelled("Cancelled on request.")

    let_do(monkeypatch, "rebuild_index", cancelled)
    days.look()
    for n in range(1, 6):
        days.services.titles.upsert(make_titles(1, start=1000 + n))
        days.go(10 * MINUTE, step=MINUTE)
    assert len(days.jobs("embed_full", JobState.DONE)) > 2
    assert len(days.jobs("rebuild_index")) == 1
    days.go(11 * MINUTE, step=MINUTE)
    assert len(days.jobs("rebuild_index")) == 2


def test_a_look_that_fails_holds_up_nothing_else_and_is_told_once(
    days: Days, caplog: pytest.LogCaptureFixture
) -> None:
    days.services.titles.upsert(make_titles(2))
    days.services.state.write("sync:tv", "{half a sta")
    retry = days.services.jobs.submit("retry_failed", {})
    days.go(DAY)
    assert days.services.jobs.get(retry.id) != retry
    assert days.jobs("embed_full", JobState.DONE)
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert sum("sync_tmdb is due" in one for one in told) == 1
    assert len(told) < 6


def test_a_look_that_the_store_refuses_is_made_up_for_at_once(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> NoReturn:
        raise StoreUnavailable("away")

    with monkeypatch.context() as broken:
        broken.setattr(days.services.state, "read", away)
        with pytest.raises(StoreUnavailable):
            days.look()
    days.look()
    assert days.jobs("sync_tmdb", JobState.DONE)
