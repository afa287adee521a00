"""Measure the inverse that an item-item model takes, beside numpy's, by turns: A, B, A, B.

Each is a process of its own, for the peak of its memory. Seconds are the processor's.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.bench.report import Row, show


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, nargs="+", default=[3000, 6000], metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    turns = [(titles, ours) for titles in arguments.titles for ours in (False, True) * 2]
    with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as fresh:
        rows = list(fresh.map(measured, *zip(*turns, strict=True)))
    show(rows, arguments.json)
    return 0


def measured(titles: int, ours: bool) -> Row:  # noqa: FBT001 -- mapped
    """One inverse of counts of a made rating set, as `item_item_fit` takes it or as numpy does."""
    from scipy import linalg  # noqa: PLC0415 -- so that both have it in memory

    gram = np.eye(titles, dtype=np.float32) * 200
    for seed in range(10):
        chance = np.random.default_rng(seed).random((titles, 500), np.float32)
        rated = (chance < 0.02).astype(np.float32)  # noqa: PLR2004 -- a real set's density
        gram += rated @ rated.T
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    if ours:
        linalg.inv(gram, overwrite_a=True, check_finite=False, assume_a="pos")
    else:
        np.linalg.inv(gram)
    spent = time.process_time() - started
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    name = f"{titles:,} titles, {'scipy, positive definite' if ours else 'numpy'}"
    return {"name": name, "CPU s": spent, "MB more": more}


if __name__ == "__main__":
    sys.exit(main())
