"""Judge the text search of a running API: are the titles meant among the first?

The queries in `scripts/search_queries.tsv` were written from memory of what the films are about.
Those at odd places (the first, the third) tune the weights, the others are reported; another set
given with `--queries FILE` is measured whole. A line of it is the query, a tab, the TMDB ids of the
films that count with commas between them, and, if wanted, another tab and a kind. A film that the
catalogue lacks can't be found: load both CSV catalogues first (docs/quality.md says how).
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.bench.report import Row, print_table, write_json

OWN: Final = Path(__file__).parent / "search_queries.tsv"
MODES: Final = ("words", "meaning", "hybrid")
DEPTH: Final = 50
"""Results asked for; a title beyond them counts as not found."""


@dataclass(frozen=True, slots=True)
class Query:
    """A text, the TMDB ids of the films that count, what kind of text it is."""

    text: str
    wanted: frozenset[int]
    kind: str


def main() -> int:
    """Ask, print the table, write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--api", default="http://127.0.0.1:8080", metavar="URL")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="another set, all of it")
    parser.add_argument(
        "--part", choices=("report", "tune", "all"), default="report", help="of our own set"
    )
    parser.add_argument("--missed", action="store_true", help="list what hybrid did not find")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    try:
        queries = read_queries(arguments.queries or OWN)
    except (OSError, ValueError) as error:
        parser.exit(2, f"{arguments.queries or OWN}: {error}\n")
    if arguments.queries is None:
        queries = part_of(queries, arguments.part)
    try:
        with httpx2.Client(base_url=arguments.api, timeout=30) as client:
            ranks = {mode: [rank_of(client, query, mode) for query in queries] for mode in MODES}
    except httpx2.HTTPError as error:
        parser.exit(1, f"The API at {arguments.api} does not answer as it should: {error}\n")
    rows = list(table(queries, ranks))
    print_table(rows)
    if arguments.missed:
        for query, rank in zip(queries, ranks["hybrid"], strict=True):
            if rank is None or rank >= 10:  # noqa: PLR2004 -- the ten of hit@10
                print(f"{query.kind}: {query.text} -> {'-' if rank is None else rank + 1}")
    if arguments.json:
        write_json(arguments.json, rows)
    return 0


def read_queries(path: Path) -> list[Query]:
    """The set in a file. Raises `ValueError` naming the line that isn't one."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        text, _, rest = line.partition("\t")
        ids, _, kind = rest.partition("\t")
        try:
            wanted = frozenset(int(one) for one in ids.split(","))
        except ValueError:
            raise ValueError(
                f"line {number}: give the query, a tab, and TMDB ids with commas between them"
            ) from None
        found.append(Query(text, wanted, kind.strip() or "all"))
    return found


def part_of(queries: Sequence[Query], part: str) -> list[Query]:
    """The half to tune on, the half to report, or both."""
    if part == "all":
        return list(queries)
    return list(queries[part == "report" :: 2])


def rank_of(client: httpx2.Client, query: Query, mode: str) -> int | None:
    """The place of the first film that counts, from 0; None beyond the results asked for."""
    asked = {"text": query.text, "mode": mode, "k": DEPTH, "results_media_type": "movie"}
    answer = client.post("/mcp/knn", json=asked)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["results"]
    places = (i for i, title in enumerate(found) if title["tmdb_id"] in query.wanted)
    return next(places, None)


def table(queries: Sequence[Query], ranks: dict[str, list[int | None]]) -> Iterable[Row]:
    """A row per kind and mode."""
    for kind in dict.fromkeys(query.kind for query in queries):
        for mode in MODES:
            some = [r for q, r in zip(queries, ranks[mode], strict=True) if q.kind == kind]
            yield {
                "name": f"{kind}, {mode}",
                "kind": kind,
                "mode": mode,
                "queries": len(some),
                "hit@1": float(np.mean([rank == 0 for rank in some])),
                "hit@10": float(np.mean([rank is not None and rank < 10 for rank in some])),  # noqa: PLR2004
                "mrr": float(np.mean([0 if rank is None else 1 / (rank + 1) for rank in some])),
            }


if __name__ == "__main__":
    sys.exit(main())
