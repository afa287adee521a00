"""Secrets that tests plant, so that they are known again wherever they come to light."""

import re
import secrets
from collections.abc import Set as AbstractSet
from typing import Final

MARK: Final = "canary-"
"""A secret that begins so is known again in any process, and by anybody who reads a log."""

_SHORTEST: Final = 16
_WORD: Final = re.compile(rf"[\w-]{{{_SHORTEST},}}", re.ASCII)
_planted: set[str] = set()


def canary() -> str:
    """A new secret, which can stand in an address as it is."""
    return MARK + secrets.token_hex(32)


def plant(*given: str) -> None:
    """Watch for these besides: 16 or more letters, digits, ``-`` and ``_`` each."""
    for one in given:
        assert _WORD.fullmatch(one), "it would not be found as a word, or in too many places"
        _planted.add(one)


def leaks(text: str, more: AbstractSet[str] = frozenset()) -> list[int]:
    """The lines that hold a secret, counted from 1; `more` are secrets besides."""
    known = _planted | more
    if MARK not in text and known.isdisjoint(_WORD.findall(text)):
        return []
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if MARK in line or not known.isdisjoint(_WORD.findall(line))
    ]


def check(text: str, where: str) -> None:
    """Fail where this holds a secret: for what a process said that left no file."""
    found = leaks(text)
    assert not found, f"{where} holds a secret, in the lines {found}"
