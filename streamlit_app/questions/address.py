"""The address bar: what a page shows stands in it, and so does who is watching."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Self

PROFILE: Final = "profile"
"""The name in an address of who is watching; all pages share it."""

Params = Mapping[str, str | Sequence[str]]
Query = dict[str, list[str]]


class Address:
    """The query of a page's address, which `read` gives and `write` puts there."""

    def __init__(self, read: Callable[[], Query], write: Callable[[Query], object]) -> None:
        self._read = read
        self._write = write

    @classmethod
    def of(cls, query: Query) -> Self:
        """An address that nobody sees: what is written is read again, and nothing else."""
        held = dict(query)

        def write(wanted: Query) -> None:
            wanted = dict(wanted)
            held.clear()
            held.update(wanted)

        return cls(lambda: held, write)

    @property
    def params(self) -> Query:
        """The query, without who is watching."""
        return {name: values for name, values in self._read().items() if name != PROFILE}

    @property
    def profile(self) -> str:
        """Who is watching by the address; empty where it doesn't say."""
        return self._read().get(PROFILE, [""])[-1][:64]

    def go(self, wanted: Params) -> None:
        """Put this query into the address; who is watching stays."""
        self._write(self.with_profile(wanted))

    def show_again(self) -> None:
        """Send the address to the browser: a link within a page reaches this process only."""
        self._write(self._read())

    def with_profile(self, wanted: Params) -> Query:
        """A link's query, for whoever is watching now."""
        query = {n: [v] if isinstance(v, str) else list(v) for n, v in wanted.items()}
        return query | {PROFILE: [self.profile]} if self.profile else query

    def set_profile(self, profile_id: str) -> None:
        """Put who is watching into the address, or take it out."""
        if profile_id != self.profile:
            self._write(self._read() | {PROFILE: [profile_id]} if profile_id else self.params)


Reading = Mapping[str, tuple[str, Callable[[Sequence[str]], Any]]]
"""Fields of a question: each one's name in an address, and what reads its values there."""


def read(params: Mapping[str, Sequence[str]], fields: Reading) -> dict[str, Any]:
    """The fields that a query names; without those whose values can't be meant."""
    found = {field: reads(params.get(name, ())) for field, (name, reads) in fields.items()}
    return {field: value for field, value in found.items() if value is not None}


def written(question: object, fields: Reading) -> Params:
    """The shortest query that reads back as the question: what is as it is by itself stays out."""
    usual = type(question)()
    return {
        name: _text(value)
        for field, (name, _) in fields.items()
        if (value := getattr(question, field)) != getattr(usual, field)
    }


def _text(value: object) -> str | list[str]:
    if type(value) is tuple:
        return [str(one) for one in value]
    if isinstance(value, bool):
        return "1"
    return f"{value:g}" if isinstance(value, float) else str(value)


def last(reads: Callable[[str], Any]) -> Callable[[Sequence[str]], Any]:
    """Reads the last of the values."""
    return lambda values: reads(values[-1]) if values else None


def among(allowed: Iterable[str]) -> Callable[[Sequence[str]], Any]:
    """Reads one of these."""
    known = set(allowed)
    return last(lambda text: text if text in known else None)


def whole(least: int, most: int) -> Callable[[Sequence[str]], Any]:
    """Reads a whole number, brought between the bounds."""
    return last(
        lambda text: min(max(int(text), least), most) if re.fullmatch(r"[0-9]{1,9}", text) else None
    )
