"""Moments and spans of time in words."""

from __future__ import annotations

import time
from typing import Final

_UNITS: Final = ((86_400, "day"), (3600, "hour"), (60, "minute"))
_SHORT: Final = 90


def ago(moment: float) -> str:
    """How long ago a moment (Unix seconds; 0 for never) was."""
    if not moment:
        return "never"
    seconds = max(time.time() - moment, 0)
    for unit, name in _UNITS:
        if count := int(seconds // unit):
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def lasting(seconds: float) -> str:
    """A span: `40 s`, `12 min`, `3 h 05 min`."""
    if seconds < _SHORT:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d} min" if hours else f"{minutes} min"
