"""Bring the catalogue up to TMDB.

The first run fetches everything that TMDB's daily export lists, the most popular first: hours, but
it can be stopped at any time and goes on where it was, and what is there is useful meanwhile. Later
runs fetch what changed. `refresh` renews what was fetched long ago, `follow-export` takes over
popularity and what only the export shows. Needs TMDB_API_KEY.

Exit code 0: done; 1: it failed or was stopped; 2: wrong use.
"""

import argparse
import re
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.domain.errors import InvalidInput, NotConfigured
from app.services.catalogue.ingest import SyncReport
from app.tmdb_sync import failed_ids, follow_export, refresh_tmdb, retry_failed, sync_tmdb
from scripts.commands import command_line, exit_code

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def main() -> int:
    """Do what was asked, and print the report."""
    arguments = _parser().parse_args()
    if arguments.failed:
        work = partial(_list_failed, _media_type(arguments))
    else:
        work = partial(_sync, arguments)
    return exit_code(
        work,
        stopped="Stopped. What was fetched stays; run it again to go on.",
        wrong_use=(InvalidInput, NotConfigured),
    )


def _parser() -> argparse.ArgumentParser:
    parser = command_line("sync_tmdb", __doc__)
    parser.add_argument(
        "what",
        nargs="?",
        default="all",
        choices=("movie", "tv", "all", "refresh", "follow-export"),
        help="films, series or both (all); or another piece of work",
    )
    parser.add_argument(
        "--media-type",
        choices=("movie", "tv", "all"),
        help="for refresh, follow-export, --failed and --retry-failed (all)",
    )
    parser.add_argument(
        "--full-sync", action="store_true", help="go through the whole export again"
    )
    parser.add_argument(
        "--embed-updated", action="store_true", help="embed what is written, as it comes"
    )
    parser.add_argument(
        "--force-refresh", action="store_true", help="fetch again what is stored and fresh"
    )
    parser.add_argument("--include-adult", action="store_true", help="titles for adults, too")
    parser.add_argument(
        "--stale-after",
        type=_duration,
        default=180 * _SECONDS["d"],
        metavar="AGE",
        help="for refresh: what is older than this, such as 180d or 12h (180d)",
    )
    failed = parser.add_mutually_exclusive_group()
    failed.add_argument("--failed", action="store_true", help="list the ids set aside")
    failed.add_argument("--retry-failed", action="store_true", help="try the failed ids again")
    return parser


def _sync(arguments: argparse.Namespace) -> None:
    print(_run(arguments))


def _run(arguments: argparse.Namespace) -> SyncReport:
    embed, adult = arguments.embed_updated, arguments.include_adult
    media_type = _media_type(arguments)
    if arguments.retry_failed:
        return retry_failed(media_type, embed_updated=embed, include_adult=adult)
    if arguments.what == "refresh":
        return refresh_tmdb(
            media_type, arguments.stale_after, embed_updated=embed, include_adult=adult
        )
    if arguments.what == "follow-export":
        return follow_export(media_type, embed_updated=embed, include_adult=adult)
    return sync_tmdb(
        media_type,
        full_sync=arguments.full_sync,
        embed_updated=embed,
        force_refresh=arguments.force_refresh,
        include_adult=adult,
    )


def _media_type(arguments: argparse.Namespace) -> str:
    if arguments.media_type:
        return str(arguments.media_type)
    return str(arguments.what) if arguments.what in ("movie", "tv") else "all"


def _list_failed(media_type: str) -> None:
    found = failed_ids(media_type)
    for failure in found:
        when = datetime.fromtimestamp(failure.last_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
        print(f"{failure.id}\t{failure.attempts} attempts, last {when}\t{failure.reason}")
    if found:
        print(f"{len(found)} set aside; try them again: --retry-failed", file=sys.stderr)
    else:
        print("No id is set aside.", file=sys.stderr)


def _duration(text: str) -> float:
    """Seconds of a number with a unit, such as 180d."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no age: write it as 180d, 12h or 30m")
    return float(found[1]) * _SECONDS[found[2]]


if __name__ == "__main__":
    sys.exit(main())
