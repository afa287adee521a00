"""Make the sample catalogue in app/sample from dumps of films and from answers on series.

python -m scripts.build_sample FILE...

Each FILE is in any layout that the import understands. What they say of one title is merged. Facts
only go in, best known first, as many as fit: no overview, no tagline, no home page. Equal files
give equal bytes.
"""

import argparse
import lzma
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.adapters.dumps import open_dump
from app.adapters.sample_catalogue import RESOURCE, lines_of
from app.domain.catalogue.dumps import Record
from app.domain.catalogue.merging import merge
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import WatcherError

LARGEST: Final = 1_500_000
FEWEST_FILMS: Final = 6_000
_LOST: Final = "\ufffd"


def main() -> int:
    """Read, merge, choose, write; print counts and the size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, default=Path("app/sample") / RESOURCE)
    parser.add_argument("--bytes", type=int, default=LARGEST, help="the file's largest size")
    arguments = parser.parse_args()
    try:
        titles = merged(arguments.files)
    except WatcherError as error:
        print(error.detail, file=sys.stderr)
        return 1
    chosen, packed = fitted(useful(titles), arguments.bytes)
    films = sum(t.id.kind is MediaKind.MOVIE for t in chosen)
    if films < FEWEST_FILMS:
        print(f"Only {films} films fit or are useful; {FEWEST_FILMS} are needed", file=sys.stderr)
        return 1
    arguments.out.write_bytes(packed)
    print(
        f"{arguments.out}: {films} films and {len(chosen) - films} series "
        f"of {len(titles)} titles read, {len(packed)} bytes"
    )
    return 0


def merged(paths: Iterable[Path]) -> dict[TitleId, Title]:
    """All titles of the files, each once."""
    titles: dict[TitleId, Title] = {}
    for path in paths:
        dump = open_dump(path)
        for row in dump:
            if isinstance(row, Record):
                known = titles.get(row.title.id)
                titles[row.title.id] = merge(known, row.title) if known else row.title
    return titles


def useful(titles: dict[TitleId, Title]) -> list[Title]:
    """Those with facts enough, series first, then films; the best known of each kind first."""
    kept = [_readable(t) for t in titles.values() if _is_useful(t)]
    return sorted(kept, key=lambda t: (t.id.kind is MediaKind.MOVIE, -t.votes, t.id.key))


def fitted(titles: list[Title], largest: int) -> tuple[list[Title], bytes]:
    """As many from the front as fit into `largest` bytes (to within 1 %), and the file of them."""
    count = len(titles)
    while True:
        chosen = sorted(titles[:count], key=lambda t: (-t.votes, t.id.key))
        packed = _packed(chosen)
        if len(packed) <= largest:
            return chosen, packed
        count = min(count - 1, int(count * largest / len(packed) * 0.995))


def _is_useful(title: Title) -> bool:
    if title.adult or _LOST in title.name:
        return False
    if title.id.kind is MediaKind.TV:
        return True
    return bool(title.year and title.genres and title.votes)


def _readable(title: Title) -> Title:
    """Without those names of people and companies that lost a character for good."""
    lists = {
        field: tuple(text for text in getattr(title, field) if _LOST not in text)
        for field in ("cast", "makers", "companies", "keywords")
    }
    return replace(title, **lists)  # type: ignore[arg-type]  # each is a list of texts


def _packed(titles: list[Title]) -> bytes:
    text = "".join(lines_of(titles)).encode()
    # Fixed filters, so that a later default of the library doesn't change the bytes.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 24}]
    return lzma.compress(text, format=lzma.FORMAT_XZ, check=lzma.CHECK_SHA256, filters=filters)


if __name__ == "__main__":
    sys.exit(main())
