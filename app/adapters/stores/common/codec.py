"""Nouns as JSON bytes and as plain documents, for the stores.

Fields that say nothing (their default) are left out, which saves a third of a title's bytes; a
field that a later version added reads as its default, one that it dropped is passed over.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

import msgspec

from app.domain.errors import Damaged, InvalidInput

_LARGEST_NUMBER: Final = 2**63 - 1

T = TypeVar("T")


def stored_form(noun: type[Any]) -> Callable[[Any], msgspec.Struct]:
    """Gives an instance of the dataclass the form that leaves out what is its field's default."""
    kept = [
        (each.name, object) if each.default is MISSING else (each.name, object, each.default)
        for each in fields(noun)
    ]
    form = msgspec.defstruct(f"_Stored{noun.__name__}", kept, omit_defaults=True)
    values_of = attrgetter(*(each.name for each in fields(noun)))
    return lambda one: form(*values_of(one))


class Codec(Generic[T]):
    """`form` is what is stored of a noun, and may refuse it; `numbers` are those that must fit.

    `subject` is what a sentence about one that can't be stored begins with. `fault` says what else
    is wrong with one, empty for nothing: such a one is neither stored nor read.
    """

    def __init__(
        self,
        noun: type[T],
        form: Callable[[T], msgspec.Struct],
        numbers: Callable[[T], Iterable[int | None]],
        subject: Callable[[T], str],
        fault: Callable[[T], str] = lambda _: "",
    ) -> None:
        self._noun = noun
        self._form = form
        self._numbers = numbers
        self._subject = subject
        self._fault = fault
        self._encoded = msgspec.json.Encoder().encode
        self._decoded = msgspec.json.Decoder(noun).decode

    def encode(self, one: T) -> bytes:
        """As UTF-8 JSON, equal for equal ones.

        Raises `InvalidInput` for text or numbers that would not come back.
        """
        try:
            return self._encoded(self._checked(one))
        except UnicodeEncodeError:
            raise InvalidInput(
                f"{self._subject(one)} can't be stored: a text in it holds half a character "
                "(a lone surrogate)"
            ) from None

    def decode(self, body: bytes) -> T:
        """The inverse of `encode`; raises `Damaged` for anything else."""
        try:
            return self._sound(self._decoded(body))
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError, RecursionError) as error:
            raise self._damaged(error) from error

    def document(self, one: T) -> dict[str, object]:
        """As a dictionary of plain values; raises `InvalidInput` for numbers that don't fit."""
        document: dict[str, object] = msgspec.to_builtins(self._checked(one))
        return document

    def from_document(self, document: Mapping[str, object]) -> T:
        """The inverse of `document`; keys that the noun hasn't are passed over."""
        try:
            return self._sound(msgspec.convert(document, self._noun))
        except (msgspec.ValidationError, RecursionError) as error:
            raise self._damaged(error) from error

    def _sound(self, one: T) -> T:
        if fault := self._fault(one):
            raise self._damaged(fault)
        return one

    def _checked(self, one: T) -> msgspec.Struct:
        stored = self._form(one)
        numbers = [number for number in self._numbers(one) if number is not None]
        if max(numbers) > _LARGEST_NUMBER or min(numbers) < -_LARGEST_NUMBER:
            raise InvalidInput(
                f"{self._subject(one)} can't be stored: a number in it needs more than 64 bits"
            )
        if fault := self._fault(one):
            raise InvalidInput(f"{self._subject(one)} can't be stored: {fault}")
        return stored

    def _damaged(self, error: Exception | str) -> Damaged:
        return Damaged(f"A stored {self._noun.__name__.lower()} can't be read: {error}")
