"""What a catalogue source answered, without its signs that nothing has come yet."""

from collections.abc import Iterable

from app.domain.catalogue.source_answers import Answer


def answered(answers: Iterable[Answer | None]) -> list[Answer]:
    return [answer for answer in answers if answer is not None]
