"""Choose what shapes a list (`ListWeights` of `app.domain.recommend.rules`) by some of the people.

Models are fitted on everybody's training part, as by `scripts.evaluate`; weights are tried on those
with even user ids (or on those of --people), so that the others can judge the choice. Of a grid the
best is taken by the mean of HR@10 and NDCG@10, each divided by a baseline's on the same people
(EASE's where a rating set speaks, popularity's for content only), among those with coverage@10
enough. `language` and `shake` stay: no rating set tells their worth.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final

from app.adapters.rating_files import read_rating_set
from app.domain.catalogue.titles import TitleId
from app.domain.errors import InvalidInput
from app.domain.progress import Progress
from app.domain.recommend.rules import ALONE, WEIGHTS, ListWeights
from app.doors.operator.progress_line import progress_line
from scripts.bench.report import machine, print_table
from scripts.commands import command_line
from scripts.evaluate import add_data_arguments, check_judged, only, read_people, reported
from scripts.evaluation.baselines import Popularity
from scripts.evaluation.catalogue import of_the_store
from scripts.evaluation.item_models import Ease
from scripts.evaluation.list_weights import Trials, Worth, worth
from scripts.evaluation.methods import Method, Training
from scripts.evaluation.metrics import DEPTH
from scripts.evaluation.ours import OURS, Lists
from scripts.evaluation.running import fit
from scripts.evaluation.split import Split, split


@dataclass(frozen=True, slots=True)
class _Task:
    """What is tried, beside what; `coverage` is asked for in times of the baseline's."""

    method: Method
    beside: Method
    now: ListWeights
    coverage: float
    grid: Mapping[str, Sequence[float]]

    def tried(self) -> list[ListWeights]:
        """The present ones, then the grid."""
        some = (dict(zip(self.grid, found, strict=True)) for found in product(*self.grid.values()))
        return [self.now, *(replace(self.now, **values) for values in some)]


TASKS: Final = (
    _Task(
        OURS[0],
        Ease(),
        WEIGHTS,
        2.1,
        {
            "less_known": (0.0, 0.05, 0.1, 0.2),
            "adventure": (0.25, 0.35, 0.5, 0.65),
            "variety": (0.15, 0.25, 0.35),
            "balance": (0.0, 0.05, 0.2),
        },
    ),
    _Task(
        OURS[1],
        Popularity(),
        ALONE,
        6.7,  # without a rating set lists lean towards hits: breadth is asked for first
        {
            "less_known": (0.45, 0.65, 0.85),
            "adventure": (0.2, 0.32, 0.5),
            "variety": (0.15, 0.25, 0.35),
            "balance": (0.0, 0.2, 0.4, 0.8),
        },
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, try, print what was tried and the choice."""
    parser = command_line("tune_lists", __doc__)
    add_data_arguments(parser, "tune on these user ids, one per line (those with even ones)")
    return reported(parser.parse_args(argv), _report)


def _report(arguments: argparse.Namespace) -> Mapping[str, object]:
    people = None if arguments.people is None else read_people(arguments.people)
    with progress_line("Reading") as report:
        supplied = read_rating_set(arguments.ratings, arguments.links, report)
    catalogue, titles = of_the_store()
    parts = split(supplied.ratings, catalogue.keys)
    even = set(parts.people[parts.people % 2 == 0].tolist())
    parts = parts.only(even) if people is None else only(parts, people, arguments.people)
    check_judged(parts)
    training = Training(catalogue, titles, parts.training)
    with tempfile.TemporaryDirectory(prefix="watcher-tuning-") as folder:
        methods = [method for task in TASKS for method in (task.method, task.beside)]
        with progress_line("Fitting") as report:
            fit(methods, training, Path(folder), report)
        found = {task.method.name: _of(task, training, parts, Path(folder)) for task in TASKS}
    return {**found, "people": len(parts.judged), "machine": machine()}


def _of(task: _Task, training: Training, parts: Split, folder: Path) -> dict[str, object]:
    targets = [
        frozenset(map(TitleId.from_key, parts.targets_of(place).tolist())) for place in parts.judged
    ]
    everybody = [parts.person(place) for place in parts.judged]
    other = task.beside.open(training.catalogue, folder / task.beside.name)
    beside = worth([other.ranked(person, DEPTH) for person in everybody], targets)
    if not beside.hr:
        raise InvalidInput(f"{task.beside.name} finds nothing for these people: take more of them")
    lists = task.method.open(training.catalogue, folder / task.method.name)
    assert isinstance(lists, Lists)  # noqa: S101 -- `OURS` make these
    trials = Trials(lists, training.titles, [lists.known(person) for person in everybody])
    wanted = task.tried()
    found = list[Worth]()
    with progress_line(f"Trying {task.method.name}") as report:
        for done, weights in enumerate(wanted, start=1):
            found.append(worth(trials.lists(weights), targets))
            report(Progress(done, len(wanted), "weights"))
    rows = [_row(task, *one, beside) for one in zip(wanted, found, strict=True)]
    best = sorted(rows[1:], key=lambda row: (bool(row["enough"]), row["times"]), reverse=True)
    print(f"\n{task.method.name}, beside {task.beside.name}: {asdict(beside)}")
    print_table([{**rows[0], "name": "now"}, *best[:15]])
    return {"beside": asdict(beside), "chosen": best[0], "rows": rows}


def _row(
    task: _Task, weights: ListWeights, reached: Worth, beside: Worth
) -> dict[str, float | str]:
    return {
        "name": "",
        **{name: getattr(weights, name) for name in task.grid},
        "hr@10": round(reached.hr, 4),
        "ndcg@10": round(reached.ndcg, 4),
        "coverage@10": reached.coverage,
        "times": round(reached.beside(beside), 4),
        "enough": "yes" if reached.coverage >= task.coverage * beside.coverage else "",
    }


if __name__ == "__main__":
    sys.exit(main())
