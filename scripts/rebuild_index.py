"""Build the vector index from the stored embeddings and publish it.

Running servers swap to it within a second. Exit code 0: published; 1: not; 2: wrong use.
"""

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.domain.index.generations import Manifest
from app.vector_store import rebuild_index, roll_back_index
from scripts.commands import command_line, exit_code


def main() -> int:
    """Build or roll back, and say what is served now."""
    parser = command_line("rebuild_index", __doc__)
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
    if arguments.roll_back:
        work = roll_back_index
    else:
        work = partial(rebuild_index, dim=arguments.dim, factory=arguments.factory)
    return exit_code(
        lambda: print(described(work())), stopped="Stopped. What is published is untouched."
    )


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
