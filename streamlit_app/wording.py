"""Counts and conditions in sentences. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def counted(count: int, one: str, several: str = "") -> str:
    """`1 title`, `1,204 titles`; `several` where an "s" at the end won't do."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def narrowed(conditions: Sequence[str]) -> str:
    """What is set, as HTML."""
    return f'<p class="w-quiet">Filtered: {escape(", ".join(conditions))}.</p>'
