"""Waiting for what takes long outside the thread pool, which computes for others."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_Result = TypeVar("_Result")


async def in_time(
    future: Future[_Result], seconds: float, otherwise: Callable[[], _Result]
) -> _Result:
    """What it gives within so many seconds, or else what `otherwise` gives; holds no thread."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
    except TimeoutError:
        return otherwise()
