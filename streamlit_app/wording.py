"""Counts in sentences."""

from __future__ import annotations


def counted(count: int, one: str, several: str = "") -> str:
    """`1 title`, `1,204 titles`; `several` where an "s" at the end won't do."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
