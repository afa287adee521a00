"""Embed every title whose text or model changed.

Only what changed is embedded; an interrupted run is resumed by the next. The model is the setting
EMBEDDING_MODEL. Exit code 0: done; 1: it failed or was stopped; 2: wrong use.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.domain.errors import InvalidInput
from app.embeddings import index_all_items
from scripts.commands import command_line, exit_code


def main() -> int:
    """Embed, and print what was done."""
    parser = command_line("embed", __doc__)
    parser.add_argument(
        "--batch-size",
        type=int,
        default=128,
        metavar="N",
        help="texts between two durable writes (128; 1 to 10,000)",
    )
    batch_size = parser.parse_args().batch_size
    return exit_code(
        lambda: print(index_all_items(batch_size=batch_size)),
        stopped="Stopped. What was embedded stays; run it again to go on.",
        wrong_use=(InvalidInput,),
    )


if __name__ == "__main__":
    sys.exit(main())
