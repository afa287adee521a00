"""How a process is set once all that it serves from is loaded."""

import gc
import sys
from typing import Final

from threadpoolctl import threadpool_limits

_SWITCHED_EVERY: Final = 0.001
"""Seconds that a thread computes in Python before another may (Python's own: 0.005): whoever only
needs a moment then waits less behind an import."""


def set_for_serving() -> None:
    """Call once, after loading."""
    # Products of a query's size are slower with a team of threads, and wait for busy cores.
    threadpool_limits(limits=1, user_api="blas")
    sys.setswitchinterval(_SWITCHED_EVERY)
    # What is loaded stays: without this every full collection walks through it, in a request.
    gc.collect()
    gc.freeze()
