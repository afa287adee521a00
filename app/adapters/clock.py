"""The system's clock."""

from __future__ import annotations

import time


class SystemClock:
    """`Clock` by the operating system."""

    def now(self) -> float:
        """Unix time in seconds."""
        return time.time()
