"""Build the vector index from the stored embeddings and publish it.

Running servers swap to it within a second. Exit code 0: published; 1: not; 2: wrong use.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.domain.errors import WatcherError
from app.domain.index.generations import Manifest
from app.vector_store import rebuild_index, roll_back_index


def main() -> int:
    """Build or roll back, and say what is served now."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.rebuild_index",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--dim", type=int, help="check that the stored vectors have this length")
    parser.add_argument(
        "--factory", help="auto, or a FAISS factory string (VECTOR_INDEX_FACTORY where left out)"
    )
    parser.add_argument(
        "--roll-back", action="store_true", help="publish the previous generation again"
    )
    arguments = parser.parse_args()
    if arguments.roll_back and (arguments.dim or arguments.factory):
        parser.error("--roll-back takes no other option")
    try:
        if arguments.roll_back:
            manifest = roll_back_index()
        else:
            manifest = rebuild_index(dim=arguments.dim, factory=arguments.factory)
    except WatcherError as error:
        print(error.detail, file=sys.stderr)
        return 1
    print(described(manifest))
    return 0


def described(manifest: Manifest) -> str:
    """The generation in a few lines."""
    whole = (
        f"Published {manifest.name}: {manifest.count:,} titles, {manifest.dimension} dimensions, "
        f"{manifest.model}, built in {manifest.build_seconds} s."
    )
    lines = [whole]
    for part in manifest.parts:
        how = "exact"
        if part.calibration:
            found = part.calibration[0]
            how = (
                f"recall@10 {found.recall:.4f} with nprobe {found.nprobe}, "
                f"{found.microseconds:.0f} µs a query"
            )
        lines.append(f"  {part.kind}: {part.count:,} titles, {part.factory}, {how}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
