"""The system's clock."""

import time


class SystemClock:
    """`Clock` by the operating system."""

    def now(self) -> float:
        """Unix time in seconds."""
        return time.time()
