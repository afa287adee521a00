"""Lists inside one field of a CSV, as the public layouts write them."""

import ast
import json
from typing import Final

_TOO_LONG: Final = 100_000


class UnreadableList(ValueError):
    """The field looks like a list and can't be read as one."""


def items_of(field: str, separator: str) -> list[object]:
    """The entries of ``[{"name": …}]`` or ``["…"]`` (JSON or Python), else split at `separator`.

    Raises `UnreadableList`.
    """
    field = field.strip()
    if not field:
        return []
    if field[0] == "[":
        return _literal(field)
    if separator not in field and "|" in field:
        separator = "|"
    return [part.strip(" ") for part in field.split(separator)]


def named(items: list[object], key: str = "name") -> list[object]:
    """The `key` of each entry that is an object, and each other entry itself."""
    return [item.get(key) if isinstance(item, dict) else item for item in items]


def _literal(field: str) -> list[object]:
    if len(field) > _TOO_LONG:
        raise UnreadableList("list is too long")
    try:
        found = json.loads(field)
    except (ValueError, RecursionError):
        try:
            found = ast.literal_eval(field)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            raise UnreadableList("list can't be read") from None
    if not isinstance(found, list):
        raise UnreadableList("list can't be read")
    return found
