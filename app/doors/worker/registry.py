"""The kinds of jobs there are: one for each file of the package `kinds`."""

from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from app.domain.errors import NotFound
from app.doors.worker import kinds
from app.doors.worker.kind import JobKind, Lane


def collected(package: str, folders: Iterable[str]) -> dict[str, JobKind]:
    """The kinds of a package by name, in their order.

    Each is named as its file, so that no two share a name. Raises `TypeError` for a file without.
    """
    found = []
    for file in iter_modules(folders):
        kind = getattr(import_module(f"{package}.{file.name}"), "KIND", None)
        if not isinstance(kind, JobKind) or not isinstance(kind.lane, Lane):
            raise TypeError(f"{package}.{file.name} makes no KIND: a JobKind in one of the lanes")
        found.append(replace(kind, name=file.name))
    return {kind.name: kind for kind in sorted(found, key=lambda kind: (kind.order, kind.name))}


KINDS: Final = collected(kinds.__name__, kinds.__path__)


def kind_named(name: str) -> JobKind:
    """The kind of that name. Raises `NotFound`."""
    if name not in KINDS:
        raise NotFound(f"This version knows no job of the kind {name}.")
    return KINDS[name]


def names_in(lane: Lane) -> set[str]:
    """The names of a lane's kinds."""
    return {kind.name for kind in KINDS.values() if kind.lane is lane}


def label_of(name: str) -> str:
    """A kind's name for people; one that another version left has no better one than its own."""
    return KINDS[name].label if name in KINDS else name.replace("_", " ")
