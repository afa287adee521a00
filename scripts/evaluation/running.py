"""Fitting once, asking for everybody's list in several processes."""

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from app.domain.catalogue.keys import keys_of
from app.domain.progress import Progress, Report
from app.domain.recommend.rating_sets import RatingSet
from scripts.evaluation.catalogue import Catalogue
from scripts.evaluation.methods import Method, PersonTrain, Training
from scripts.evaluation.metrics import DEPTH, NOBODY, TOP, judged, rated_shares
from scripts.evaluation.scoring import counted
from scripts.evaluation.split import Split

_PEOPLE_AT_ONCE: Final = 20
_SHARES: Final = "shares.npy"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A method's lists, one row per person, by ascending number of the person.

    `values` (p, 5) are the `METRICS`; `tops` (p, 10) rows of the catalogue, `NOBODY` where a list
    is shorter; `watched` (p,) counts listed titles that the person had rated before.
    """

    values: NDArray[np.float64]
    tops: NDArray[np.int32]
    watched: NDArray[np.int64]


def fit(methods: Sequence[Method], training: Training, folder: Path, report: Report) -> None:
    """Fit each method into its own folder. One that uses no ratings gets none to see."""
    nothing = np.empty(0, np.int64)
    none = RatingSet(nothing, nothing, nothing.astype(np.float32), nothing)
    for done, method in enumerate(methods):
        report(Progress(done, len(methods), method.name))
        own = folder / method.name
        own.mkdir()
        method.fit(training if method.uses_ratings else replace(training, ratings=none), own)
    report(Progress(len(methods), len(methods), "done"))


def outcomes(
    methods: Sequence[Method],
    catalogue: Catalogue,
    split: Split,
    folder: Path,
    processes: int,
    report: Report,
) -> dict[str, Outcome]:
    """Everybody's lists by each method that was fitted into the folder.

    The same at any number of processes. Raises `ValueError` where a list can't be (a title twice
    or out of the catalogue), `BrokenProcessPool` where a process was ended from outside.
    """
    catalogue.save(folder)
    split.save(folder)
    raters = counted(split.training.keys, catalogue)
    np.save(folder / _SHARES, rated_shares(raters, len(split.people)))
    shards = [
        list(range(start, min(start + _PEOPLE_AT_ONCE, len(split.judged))))
        for start in range(0, len(split.judged), _PEOPLE_AT_ONCE)
    ]
    parts = list[Mapping[str, Outcome]]()
    done = 0
    for shard, part in zip(
        shards, _in_turn(methods, folder, shards, min(processes, len(shards))), strict=True
    ):
        parts.append(part)
        done += len(shard)
        report(Progress(done, len(split.judged), "people"))
    return {method.name: _joined([part[method.name] for part in parts]) for method in methods}


def _in_turn(
    methods: Sequence[Method], folder: Path, shards: Sequence[list[int]], processes: int
) -> Iterator[Mapping[str, Outcome]]:
    if processes <= 1:
        with threadpool_limits(limits=1, user_api="blas"):
            judge = _Judge(methods, folder)
            yield from map(judge.outcomes, shards)
        return
    # Spawned, for a fork of a process with FAISS's or OpenVINO's threads may hang.
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), _begin, (tuple(methods), folder)
    )
    try:
        yield from pool.map(_judged, shards)
    finally:
        pool.shutdown(cancel_futures=True)


class _Judge:
    """What a process needs to judge any of the people."""

    def __init__(self, methods: Sequence[Method], folder: Path) -> None:
        self._catalogue = Catalogue.opened(folder)
        self._split = Split.opened(folder)
        self._shares = np.load(folder / _SHARES)
        self._methods = {m.name: m.open(self._catalogue, folder / m.name) for m in methods}

    def outcomes(self, shard: list[int]) -> Mapping[str, Outcome]:
        """Lists for these places of `Split.judged`, by each method."""
        places = self._split.judged[shard].tolist()
        people = [self._split.person(place) for place in places]
        targets = [self._rows(self._split.targets_of(place)) for place in places]
        seen = [self._rows(person.keys) for person in people]
        return {name: self._outcome(name, people, targets, seen) for name in self._methods}

    def _outcome(
        self,
        name: str,
        people: Sequence[PersonTrain],
        targets: Sequence[frozenset[int]],
        seen: Sequence[frozenset[int]],
    ) -> Outcome:
        values, watched = list[tuple[float, ...]](), list[int]()
        tops = np.full((len(people), TOP), NOBODY, np.int32)
        for number, person in enumerate(people):
            rows = self._list_of(name, person)
            tops[number, : len(rows[:TOP])] = rows[:TOP]
            vectors = self._catalogue.vectors
            values.append(judged(rows, targets[number], self._shares, vectors))
            watched.append(len(seen[number].intersection(rows)))
        return Outcome(np.array(values), tops, np.array(watched))

    def _list_of(self, name: str, person: PersonTrain) -> list[int]:
        titles = self._methods[name].ranked(person, DEPTH)
        keys = keys_of(titles)
        rows, here = self._catalogue.rows_of(keys)
        if not here.all() or len(set(titles)) < len(titles) or len(titles) > DEPTH:
            raise ValueError(f"{name} lists a title twice, one out of the catalogue, or too many")
        return [int(row) for row in rows]

    def _rows(self, keys: NDArray[np.int64]) -> frozenset[int]:
        rows, here = self._catalogue.rows_of(keys)
        return frozenset(rows[here].tolist())


_judge: _Judge | None = None


def _begin(methods: Sequence[Method], folder: Path) -> None:
    global _judge  # noqa: PLW0603 -- a process of the pool has one, made when it starts
    threadpool_limits(limits=1, user_api="blas")
    _judge = _Judge(methods, folder)


def _judged(shard: list[int]) -> Mapping[str, Outcome]:
    assert _judge is not None  # noqa: S101 -- the pool begins each process with `_begin`
    return _judge.outcomes(shard)


def _joined(parts: Sequence[Outcome]) -> Outcome:
    return Outcome(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.tops for part in parts]),
        np.concatenate([part.watched for part in parts]),
    )
