"""The figures as a table and as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.bench.report import Row, machine, print_table
from scripts.evaluation.intervals import Interval, drawn_means, interval, ratio
from scripts.evaluation.metrics import METRICS, coverage
from scripts.evaluation.running import Outcome

COVERAGE: Final = "coverage@10"
COMPARED: Final = (
    ("watcher", "ease"),
    ("watcher_content_only", "popularity"),
    ("watcher_content_only", "ease"),
)
_Z: Final = 1.96
_SHORT: Final = {"novelty@10": "{:.2f}", COVERAGE: "{:,.0f}"}


@dataclass(frozen=True, slots=True)
class Figures:
    """A row: figures by heading, and their intervals of 95 %."""

    name: str
    values: Mapping[str, float | int]
    intervals: Mapping[str, Interval | None]
    watched: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """One row's figures divided by another's, with intervals over the same draws of people."""

    of: str
    to: str
    values: Mapping[str, float | None]
    intervals: Mapping[str, Interval | None]


def figures(outcomes: Mapping[str, Outcome], seed: int) -> tuple[list[Figures], list[Ratio]]:
    """Rows in the order given, and the ratios of those that were run."""
    drawn = {name: drawn_means(found.values, seed) for name, found in outcomes.items()}
    rows = list[Figures]()
    for name, found in outcomes.items():
        titles, error = coverage(found.tops)
        values = dict(zip(METRICS, found.values.mean(axis=0).tolist(), strict=True))
        bounds: dict[str, Interval | None] = {
            metric: interval(drawn[name][:, place]) for place, metric in enumerate(METRICS)
        }
        bounds[COVERAGE] = (max(0.0, titles - _Z * error), titles + _Z * error)
        rows.append(Figures(name, values | {COVERAGE: titles}, bounds, int(found.watched.sum())))
    by_name = {row.name: row for row in rows}
    ratios = list[Ratio]()
    for of, to in COMPARED:
        if of in by_name and to in by_name:
            quotients = ratio(drawn[of], drawn[to])
            ratios.append(
                Ratio(
                    of,
                    to,
                    {m: _quotient(by_name[of], by_name[to], m) for m in (*METRICS, COVERAGE)},
                    {m: interval(quotients[:, i]) for i, m in enumerate(METRICS)},
                )
            )
    return rows, ratios


def print_report(rows: Sequence[Figures], ratios: Sequence[Ratio]) -> None:
    """Print the table, each figure with its interval, and the ratios below."""
    headings = ("hr@10", "ndcg@10", "recall@20", COVERAGE, "novelty@10", "diversity@10")
    print_table([_line(row, headings) for row in rows])
    for one in ratios:
        parts = [
            f"{metric} {value:.2f} {_shown(one.intervals.get(metric), '{:.2f}')}".rstrip()
            for metric in headings[:4]
            if (value := one.values[metric]) is not None
        ]
        print(f"{one.of} / {one.to}: {', '.join(parts)}")


def document(
    rows: Sequence[Figures], ratios: Sequence[Ratio], about: Mapping[str, object]
) -> dict[str, object]:
    """The report as JSON: ``rows``, ``ratios``, what ``about`` tells of the run, ``machine``."""
    return {
        "rows": [
            {"name": row.name, **row.values, "watched": row.watched, "intervals": row.intervals}
            for row in rows
        ],
        "ratios": [
            {"of": one.of, "to": one.to, **one.values, "intervals": one.intervals} for one in ratios
        ],
        **about,
        "machine": machine(),
    }


def write(path: Path, found: Mapping[str, object]) -> None:
    """Write the document. Raises `OSError`."""
    path.write_text(json.dumps(found, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def _line(row: Figures, headings: Sequence[str]) -> Row:
    cells = {}
    for metric in headings:
        style = _SHORT.get(metric, "{:.3f}")
        bounds = _shown(row.intervals[metric], style)
        cells[metric] = f"{style.format(row.values[metric])} {bounds}".rstrip()
    return {"name": row.name, **cells, "watched": row.watched}


def _shown(bounds: Interval | None, style: str) -> str:
    return "" if bounds is None else f"({style.format(bounds[0])}-{style.format(bounds[1])})"


def _quotient(of: Figures, to: Figures, metric: str) -> float | None:
    return float(of.values[metric] / to.values[metric]) if to.values[metric] else None
