"""Judge recommendations by what people in MovieLens format rated later, beside strong baselines.

Per person, in the order of time, the last fifth of the ratings is held out; what counts is held-out
films of four stars or more. Candidates are all films of the store in WATCHER_DATA_DIR, which must
be embedded, minus those that the person rated before. Models are fitted on everybody's first part.
Intervals are of 95 %: a bootstrap over people. Exit code 0: done; 1: it failed; 2: wrong use.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.adapters.rating_files import Supplied, read_rating_set
from app.domain.errors import InvalidInput
from app.doors.operator.progress_line import progress_line
from scripts.commands import add_rating_set, command_line, exit_code
from scripts.evaluation.baselines import BASELINES
from scripts.evaluation.catalogue import Catalogue, of_the_store
from scripts.evaluation.methods import Method, Training
from scripts.evaluation.ours import OURS
from scripts.evaluation.report import document, figures, print_report, write
from scripts.evaluation.running import Outcome, fit, outcomes
from scripts.evaluation.split import Split, split

METHODS: tuple[Method, ...] = (*BASELINES, *OURS)
_MOST_NAMED = 5


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, judge, print the table, write the JSON."""
    return reported(_parser().parse_args(argv), _report)


def reported(
    arguments: argparse.Namespace, report: Callable[[argparse.Namespace], Mapping[str, object]]
) -> int:
    """Make the report and write it where ``--json`` says; returns the exit code."""

    def work() -> None:
        found = report(arguments)
        if arguments.json:
            write(arguments.json, found)

    return exit_code(work, wrong_use=(InvalidInput,))


def _parser() -> argparse.ArgumentParser:
    parser = command_line("evaluate", __doc__)
    add_data_arguments(
        parser, "report on these user ids only, one per line (models stay everybody's)"
    )
    parser.add_argument(
        "--processes", type=_at_least_one, default=os.cpu_count() or 1, metavar="N", help="(cores)"
    )
    parser.add_argument(
        "--seed", type=_whole, default=0, metavar="N", help="of the bootstrap's draws (0)"
    )
    return parser


def add_data_arguments(parser: argparse.ArgumentParser, people: str) -> None:
    """The rating set, whom to look at (`people` says what for), and where to write the figures."""
    add_rating_set(parser)
    parser.add_argument("--people", type=Path, metavar="FILE", help=people)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")


def _report(arguments: argparse.Namespace) -> Mapping[str, object]:
    people = None if arguments.people is None else read_people(arguments.people)
    with progress_line("Reading") as report:
        supplied = read_rating_set(arguments.ratings, arguments.links, report)
    catalogue, titles = of_the_store()
    parts = split(supplied.ratings, catalogue.keys)
    everybody = len(parts.people)
    if people is not None:
        parts = only(parts, people, arguments.people)
    check_judged(parts)
    with tempfile.TemporaryDirectory(prefix="watcher-evaluation-") as folder:
        training = Training(catalogue, titles, parts.training)
        found = _judged(training, parts, Path(folder), arguments.processes)
    rows, ratios = figures(found, arguments.seed)
    _print_about(supplied, catalogue, parts)
    print_report(rows, ratios)
    about = {
        "people": len(parts.judged),
        "people_in_set": everybody,
        "films": len(catalogue.keys),
        "ratings": len(supplied.ratings.people),
        "seed": arguments.seed,
    }
    return document(rows, ratios, about)


def _judged(training: Training, parts: Split, folder: Path, processes: int) -> dict[str, Outcome]:
    with progress_line("Fitting") as report:
        fit(METHODS, training, folder, report)
    with progress_line("Judging") as report:
        return outcomes(METHODS, training.catalogue, parts, folder, processes, report)


def read_people(path: Path) -> set[int]:
    """User ids, one per line; blank lines and lines that begin with # are passed over.

    Raises `InvalidInput` naming the line that isn't one.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} can't be read: {error}") from error
    people = set[int]()
    for number, line in enumerate(lines, start=1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        if not (text.isascii() and text.isdecimal()) or len(text) > 18:  # noqa: PLR2004 -- int64
            raise InvalidInput(f"{path.name}, line {number}: {text[:40]!r} is no user id")
        people.add(int(text))
    if not people:
        raise InvalidInput(f"{path.name} holds no user ids")
    return people


def check_judged(parts: Split) -> None:
    """Raise `InvalidInput` where nobody is judged."""
    if not len(parts.judged):
        raise InvalidInput(
            "Nobody can be judged: it takes three liked films of the catalogue, and one later"
        )


def only(parts: Split, people: set[int], source: Path) -> Split:
    """Restrict whom is reported on; those without ratings are named, for they may be a mistake."""
    unknown = sorted(people - set(parts.people.tolist()))
    if unknown:
        some = ", ".join(map(str, unknown[:_MOST_NAMED])) + (", …" if unknown[_MOST_NAMED:] else "")
        print(f"{len(unknown)} of {source.name} have no ratings: {some}", file=sys.stderr)
    return parts.only(people)


def _print_about(supplied: Supplied, catalogue: Catalogue, parts: Split) -> None:
    print(
        f"{len(parts.judged):,} people judged, of {len(parts.people):,} with "
        f"{len(supplied.ratings.people):,} ratings; {len(catalogue.keys):,} films are candidates."
    )
    if supplied.unlinked or supplied.replaced:
        print(
            f"Left out: {supplied.unlinked:,} ratings of films without a TMDB id, "
            f"{supplied.replaced:,} replaced by a later one of the same person."
        )


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return value


def _whole(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("give 0 or more")
    return value


if __name__ == "__main__":
    sys.exit(main())
