"""Import dumps of titles into the catalogue.

FILE is one of the public CSV layouts of TMDB data, a JSON list of TMDB's answers on films or
series, or a sample catalogue; plain, gzip or xz. What is known already is merged: the richer fact
stays. Exit code 0: all files were read; 1: some file failed; 2: wrong use.
"""

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.catalogue import import_files
from app.services.catalogue.dumps import CatalogueImport
from scripts.commands import command_line, exit_code


def main() -> int:
    """Import and print what became of each file."""
    parser = command_line("import_catalogue", __doc__)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--refusals",
        type=int,
        default=20,
        metavar="N",
        help="refused rows to print (20; at most 1000)",
    )
    arguments = parser.parse_args()
    return exit_code(
        partial(_imported, arguments.files, arguments.refusals),
        stopped="Stopped. What was written stays; import the file again to go on.",
    )


def _imported(files: list[str], refusals: int) -> int:
    reports = import_files(files)
    for report in reports:
        show(report, refusals)
    return 1 if any(report.failed for report in reports) else 0


def show(report: CatalogueImport, refusals: int) -> None:
    """Print one file's report."""
    print(f"{report.name}: {report.layout or 'not recognised'}")
    if report.read:
        print(
            f"  {report.read:,} rows read: {report.written:,} written, "
            f"{report.unchanged:,} unchanged ({report.kept_richer:,} of them known better), "
            f"{report.refused:,} refused"
        )
    for what, count in report.left_out.most_common():
        print(f"  left out: {what}, {count:,} times ({', '.join(report.examples[what][:5])})")
    for refusal in report.refusals[:refusals]:
        print(f"  refused: line {refusal.line}: {refusal.reason}")
    if report.refused > len(report.refusals[:refusals]):
        print(f"  refused: and {report.refused - len(report.refusals[:refusals]):,} more")
    if report.failed:
        print(f"  failed: {report.failed}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
