"""Embed every title whose text or model changed.

Only what changed is embedded; an interrupted run is resumed by the next. The model is the setting
EMBEDDING_MODEL. Exit code 0: done; 1: it failed or was stopped; 2: wrong use.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.domain.errors import InvalidInput, WatcherError
from app.embeddings import index_all_items


def main() -> int:
    """Embed, and print what was done."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.embed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--batch-size",
        type=int,
        default=128,
        metavar="N",
        help="texts between two durable writes (128; 1 to 10,000)",
    )
    try:
        print(index_all_items(batch_size=parser.parse_args().batch_size))
    except InvalidInput as error:
        print(error.detail, file=sys.stderr)
        return 2
    except WatcherError as error:
        print(error.detail, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was embedded stays; run it again to go on.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
