"""Fit and judge "would I like it?" by ratings in MovieLens format that were held back.

Per person, in the order of time, the last fifth of the ratings is held out; what is predicted is
whether each of them is 8 of 10 (four stars) or more. The logistic model is fitted on people with
even numbers and judged on those with odd ones, beside what knows everybody's mean share alone, and
each person's own. Its weights are printed for `app/domain/recommend/prediction.py`, whose present
ones are judged too ("as_kept"). The co-rating model is fitted on what was not held out. "told" is
how many of a person's ratings were known. Films are those of the store in WATCHER_DATA_DIR, which
must be embedded and indexed. Intervals are of 95 %: a bootstrap over people. Exit code 0: done; 1:
it failed; 2: wrong use.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.adapters.rating_files import read_rating_set
from app.bootstrap import open_services
from app.domain.catalogue.keys import keys_of
from app.domain.catalogue.titles import Title, TitleId
from app.domain.errors import InvalidInput
from app.domain.ports.index import Gathered
from app.domain.progress import Progress
from app.domain.recommend import prediction
from app.domain.recommend.item_item_fit import fit, traits_of
from app.domain.recommend.prediction import Logistic
from app.domain.recommend.rating_sets import RatingSet
from app.doors.operator.progress_line import progress_line
from app.services.recommend.collaborative_model import held_out
from scripts.bench.report import Row, machine, print_table
from scripts.commands import command_line
from scripts.evaluate import add_data_arguments, read_people, reported
from scripts.evaluation.calibration import METRICS, calibration_table, intervals, scored
from scripts.evaluation.prediction import EVERYTHING, TOLD, Held, fitted, held_ratings, joined
from scripts.train_co_ratings import films_of

_TABLED: Final = ("watcher_content_only", "watcher")


@dataclass(frozen=True, slots=True)
class _Data:
    """Held-back ratings by how many were told: from content alone, and with a co-rating model."""

    content: Mapping[int | None, Held]
    co_rated: Mapping[int | None, Held]


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, judge, print the tables, write the JSON."""
    return reported(_parser().parse_args(argv), _report)


def _parser() -> argparse.ArgumentParser:
    parser = command_line("evaluate_prediction", __doc__)
    add_data_arguments(
        parser, "judge these user ids, one per line, and fit on all others (odd ones)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the bootstrap (0)")
    return parser


def _report(arguments: argparse.Namespace) -> Mapping[str, object]:
    people = None if arguments.people is None else read_people(arguments.people)
    with progress_line("Reading") as report:
        supplied = read_rating_set(arguments.ratings, arguments.links, report)
    with closing(open_services()) as services:
        titles = films_of(services)
        catalogue = services.index.gathered(list(titles))
    data = _held_back(supplied.ratings, catalogue, titles)
    everyone = data.content[EVERYTHING].people
    judged = everyone % 2 == 1 if people is None else np.isin(everyone, sorted(people))
    learnt = ~judged
    if not judged.any() or not learnt.any():
        raise InvalidInput(
            "It takes people to learn from (those with even numbers), and others to judge."
        )
    content = fitted(joined([held.of(learnt) for held in data.content.values()]), co_rated=False)
    inside = [held.of(learnt & held.inside) for held in data.co_rated.values()]
    co_rated = fitted(joined(inside), co_rated=True)
    rows, tables = _judged(data, judged, (content, co_rated), learnt, arguments.seed)
    of = data.content[EVERYTHING].of(judged)
    print(
        f"{len(np.unique(of.people)):,} people judged by {len(of.liked):,} ratings, "
        f"{of.liked.mean():.1%} of them 8 or more; "
        f"{len(np.unique(everyone[learnt])):,} learnt from."
    )
    _print(rows, tables, content, co_rated)
    return {
        "rows": rows,
        "calibration": tables,
        "weights": {
            name: {"base": one.base, "weights": one.weights}
            for name, one in (("content", content), ("co_rated", co_rated))
        },
        "people": len(np.unique(of.people)),
        "ratings": len(of.liked),
        "seed": arguments.seed,
        "machine": machine(),
    }


def _held_back(ratings: RatingSet, catalogue: Gathered, titles: Mapping[TitleId, Title]) -> _Data:
    left, hidden = held_out(ratings)
    keys = keys_of(catalogue.ids)
    with progress_line("Fitting") as report:
        traits = traits_of([titles[one] for one in catalogue.ids])
        model = fit(left, keys, catalogue.vectors, traits, report)
    with progress_line("Predicting") as report:
        content, co_rated = {}, {}
        for done, told in enumerate(TOLD):
            report(Progress(done, len(TOLD), "parts"))
            content[told] = held_ratings(left, hidden, catalogue, None, told)
            co_rated[told] = held_ratings(left, hidden, catalogue, model, told)
        report(Progress(len(TOLD), len(TOLD), "parts"))
    return _Data(content, co_rated)


def _judged(
    data: _Data,
    judged: NDArray[np.bool_],
    models: tuple[Logistic, Logistic],
    learnt: NDArray[np.bool_],
    seed: int,
) -> tuple[list[dict[str, object]], dict[str, object]]:
    """A row for each way and number of ratings told; calibration tables of ours, all told."""
    usual = float(data.content[EVERYTHING].of(learnt).liked.mean())
    rows: list[dict[str, object]] = []
    tables: dict[str, object] = {}
    for told in TOLD:
        content, co_rated = data.content[told].of(judged), data.co_rated[told].of(judged)
        ways = {
            "everybodys_share": np.full(len(content.liked), usual),
            "own_share": content.own,
            "watcher_content_only": prediction.chances(content.given, content.inside, *models),
            "watcher": prediction.chances(co_rated.given, co_rated.inside, *models),
            "content_only_as_kept": prediction.chances(content.given, content.inside),
            "watcher_as_kept": prediction.chances(co_rated.given, co_rated.inside),
        }
        for name, chances in ways.items():
            values = {
                metric: None if np.isnan(value) else value
                for metric, value in scored(chances, content.liked).items()
            }
            bounds = intervals(chances, content.liked, content.people, seed)
            told_of = "all" if told is EVERYTHING else told
            rows.append({"name": name, "told": told_of, **values, "intervals": bounds})
            if told is EVERYTHING and name in _TABLED:
                tables[name] = calibration_table(chances, content.liked)
    return rows, tables


def _print(
    rows: Sequence[Mapping[str, object]],
    tables: Mapping[str, object],
    content: Logistic,
    co_rated: Logistic,
) -> None:
    print_table([_line(row) for row in rows])
    for name, table in tables.items():
        print(f"\n{name}, all told:")
        assert isinstance(table, list)  # noqa: S101 -- as `calibration_table` makes it
        print_table([{"name": one["told"]} | one for one in table])
    print()
    for label, model in (("CONTENT", content), ("CO_RATED", co_rated)):
        print(f"{label}: Final = Logistic(\n    {model.base},\n    {{")
        for signal, weight in model.weights.items():
            print(f'        "{signal}": {weight},')
        print("    },\n)")


def _line(row: Mapping[str, object]) -> Row:
    cells: dict[str, object] = {"name": row["name"], "told": str(row["told"])}
    bounds = row["intervals"]
    assert isinstance(bounds, dict)  # noqa: S101 -- as `_judged` makes it
    for metric in METRICS:
        value, of = row[metric], bounds[metric]
        shown = "" if of is None else f" ({of[0]:.3f}-{of[1]:.3f})"
        cells[metric] = "" if value is None else f"{value:.4f}{shown}"
    return cells


if __name__ == "__main__":
    sys.exit(main())
