"""Events that come back as JSON: an undo, an export. Checked like anything else that is told."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, Final, TypeVar

from app.domain.catalogue.titles import MediaKind
from app.domain.errors import InvalidInput
from app.domain.people.bounds import fault_of
from app.domain.people.ledger import About, Event, EventKind

_TOMORROW: Final = 86_400
"""Clocks differ, and so do time zones."""

_SHOWN: Final = 40
_Kind = TypeVar("_Kind", bound=StrEnum)


def events_of(told: Iterable[object], now: float) -> list[Event]:
    """Events from JSON, none later than tomorrow; `now` in Unix seconds.

    Raises `InvalidInput` naming the first that is none, and what is wrong with it.
    """
    until = int(now) + _TOMORROW
    found = []
    for place, one in enumerate(told):
        try:
            event = _event(one)
            fault = fault_of(event, until)
        except ValueError as error:
            fault = str(error)
        if fault:
            raise InvalidInput(f"events.{place}: this is no event of a ledger ({fault}).")
        found.append(event)
    return found


def _event(told: object) -> Event:
    values = _values(told, "", Event)
    about = _values(values["about"], "about.", About)
    values["kind"] = _one_of(EventKind, values["kind"], "kind")
    about["kind"] = _one_of(MediaKind, about["kind"], "about.kind")
    return Event(**{**values, "about": About(**about)})


def _values(told: object, where: str, noun: type[Any]) -> dict[str, Any]:
    """The object's values by name. Raises `ValueError` where it has others than the noun."""
    if not isinstance(told, Mapping):
        raise ValueError(f"{where.rstrip('.') or 'it'}: no object")  # noqa: TRY004 -- one error for all
    names = _NAMES[noun]
    for name in told:
        if name not in names:
            raise ValueError(f"{where}{str(name)[:_SHOWN]}: there is no such field")
    for name, is_needed in names.items():
        if is_needed and name not in told:
            raise ValueError(f"{where}{name}: it is missing")
    return dict(told)


def _one_of(kinds: type[_Kind], value: object, where: str) -> _Kind:
    for kind in kinds:
        if kind == value:
            return kind
    raise ValueError(f"{where}: one of {', '.join(kinds)}")


_NAMES: Final = {
    noun: {each.name: each.default is MISSING for each in fields(noun)} for noun in (Event, About)
}
