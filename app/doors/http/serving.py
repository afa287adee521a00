"""How a process is set once all that it serves from is loaded."""

import gc

from threadpoolctl import threadpool_limits


def set_for_serving() -> None:
    """Call once, after loading."""
    # Products of a query's size are slower with a team of threads, and wait for busy cores.
    threadpool_limits(limits=1, user_api="blas")
    # What is loaded stays: without this every full collection walks through it, in a request.
    gc.collect()
    gc.freeze()
