"""JSON out of what a model wrote, also where it stands in prose or in a fence."""

import json
from contextlib import suppress
from typing import Final

import msgspec

_MOST_STARTS: Final = 20
"""Places where JSON may begin that are tried: prose has few, and each costs a walk to its end."""

_LOOSE: Final = json.JSONDecoder()
"""Finds where JSON ends, which `msgspec` can't; what it takes beyond JSON is refused after it."""


def json_in(text: str) -> object:
    """The first JSON object or list that the text holds, None where there is none."""
    starts = [place for place, character in enumerate(text) if character in "{["]
    for start in starts[:_MOST_STARTS]:
        # What lies within something that was no JSON may still be some.
        with suppress(ValueError, RecursionError):
            _, end = _LOOSE.raw_decode(text, start)
            return msgspec.json.decode(text[start:end])
    return None
