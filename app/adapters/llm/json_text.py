"""JSON out of what a model wrote, also where it stands in prose or in a fence."""

from __future__ import annotations

from typing import Final

import msgspec

_MOST_STARTS: Final = 20
"""Places where JSON may begin that are tried: prose has few, and each costs a walk to its end."""

_CLOSING: Final = {"{": "}", "[": "]"}


def json_in(text: str) -> object:
    """The first JSON object or list that the text holds, None where there is none."""
    whole = _decoded(text)
    if isinstance(whole, (dict, list)):
        return whole
    starts = [place for place, character in enumerate(text) if character in _CLOSING]
    end = 0
    for start in starts[:_MOST_STARTS]:
        # What lies within something that was no JSON may still be some.
        end = _end(text, start)
        if end and isinstance(found := _decoded(text[start:end]), (dict, list)):
            return found
    return None


def _end(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`; 0 where none does."""
    open_brackets: list[str] = []
    in_string = escaped = False
    for place in range(start, len(text)):
        character = text[place]
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in _CLOSING:
            open_brackets.append(_CLOSING[character])
        elif character in "}]":
            if character != open_brackets.pop():
                return 0
            if not open_brackets:
                return place + 1
    return 0


def _decoded(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
