"""What the commands have in common: how they are called, and how they end."""

import argparse
import sys
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from app.domain.errors import WatcherError


def command_line(name: str, description: str | None) -> argparse.ArgumentParser:
    """The parser of ``python -m scripts.<name>``."""
    return argparse.ArgumentParser(
        prog=f"python -m scripts.{name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_rating_set(parser: argparse.ArgumentParser) -> None:
    """Where ratings are."""
    parser.add_argument(
        "--ratings",
        type=Path,
        required=True,
        metavar="PATH",
        help="ratings.csv, or a folder or zip archive with ratings.csv and links.csv",
    )
    parser.add_argument(
        "--links", type=Path, metavar="PATH", help="links.csv (where left out: beside ratings.csv)"
    )


def exit_code(
    work: Callable[[], int | None],
    stopped: str = "Stopped.",
    wrong_use: tuple[type[WatcherError], ...] = (),
) -> int:
    """What `work` returns, or 0; what went wrong is said in a sentence, and gives 1.

    The errors of `wrong_use` give 2. `stopped` is said on Ctrl-C.
    """
    try:
        return work() or 0
    except WatcherError as error:
        print(error.detail, file=sys.stderr)
        return 2 if isinstance(error, wrong_use) else 1
    except OSError as error:
        print(f"{error.filename or 'A file'} can't be used: {error.strerror}", file=sys.stderr)
    except BrokenProcessPool:
        print("A process was ended, perhaps for memory: try --processes 1.", file=sys.stderr)
    except MemoryError:
        print(
            "There is not enough memory for a set of this size: try a smaller one.", file=sys.stderr
        )
    except KeyboardInterrupt:
        print(stopped, file=sys.stderr)
    return 1
