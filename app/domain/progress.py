"""How long work tells where it is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: `done` of `total` units (`total` None where unknown), and what is being done."""

    done: int
    total: int | None
    message: str


Report = Callable[[Progress], None]
"""Called from time to time by the work. It may raise `Cancelled` to stop it at a safe point."""


def silent(_progress: Progress) -> None:
    """Say nothing."""
