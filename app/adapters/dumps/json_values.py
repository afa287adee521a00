"""The values of a JSON list, or of JSON lines, one at a time."""

import json
from collections.abc import Callable, Iterator
from typing import Final

from app.domain.catalogue.dumps import Refusal

_CHUNK: Final = 1 << 16
_LARGEST: Final = 1 << 24
"""Characters of one value; what is longer is no record of a title."""


def values_of(read: Callable[[int], str]) -> Iterator[tuple[int, object | Refusal]]:
    """Pairs (line where it begins, value); ends with a `Refusal` where the text breaks off.

    `read` gives at most so many characters more, none at the end.
    """
    decoder = json.JSONDecoder()
    buffer, line, done = "", 1, False
    in_list: bool | None = None
    while True:
        stripped = buffer.lstrip(" \t\r\n,") if in_list else buffer.lstrip(" \t\r\n")
        line += buffer.count("\n", 0, len(buffer) - len(stripped))
        buffer = stripped
        if in_list is None and buffer:
            in_list = buffer[0] == "["
            buffer = buffer[1:] if in_list else buffer
            continue
        if in_list and buffer.startswith("]"):
            return
        value, end = _first(decoder, buffer, ended=done)
        if end == 0:
            if not done and len(buffer) <= _LARGEST:
                more = read(_CHUNK)
                done = not more
                buffer += more
                continue
            if buffer or in_list:
                yield line, Refusal(line, "no valid JSON from here on")
            return
        yield line, value
        line += buffer.count("\n", 0, end)
        buffer = buffer[end:]


def _first(decoder: json.JSONDecoder, buffer: str, *, ended: bool) -> tuple[object, int]:
    """The first value and its end; end 0 where it isn't complete. More may come unless `ended`."""
    try:
        value, end = decoder.raw_decode(buffer)
    except (ValueError, RecursionError):
        return None, 0
    return (value, end) if end < len(buffer) or ended else (None, 0)
