"""Long lists in portions that fit one call to a store."""

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from app.adapters.stores.common.title_codec import storable
from app.domain.catalogue.titles import TitleId
from app.domain.errors import InvalidInput

IDS_PER_CALL = 1000
_LARGEST_NUMBER = 2**63 - 1

T = TypeVar("T")


def portions(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, in sequences of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def key_portions(ids: Collection[TitleId]) -> Iterator[Sequence[int]]:
    """The keys of the ids, each once and ascending, in portions of `IDS_PER_CALL`.

    Ids out of range are left out: nothing was ever stored under them.
    """
    return portions(sorted({i.key for i in ids if storable(i)}), IDS_PER_CALL)


def text_portions(texts: Collection[str]) -> Iterator[Sequence[str]]:
    """The texts, each once and ascending, in portions of `IDS_PER_CALL`.

    Those with half a character (a lone surrogate) are left out: nothing was ever stored under them.
    """
    return portions(sorted({text for text in texts if _is_whole(text)}), IDS_PER_CALL)


def number_portions(numbers: Collection[int]) -> Iterator[Sequence[int]]:
    """The numbers, each once and ascending, in portions of `IDS_PER_CALL`.

    Those of more than 64 bits are left out: nothing was ever stored under them.
    """
    return portions(sorted({n for n in numbers if abs(n) <= _LARGEST_NUMBER}), IDS_PER_CALL)


def checked_size(name: str, size: int) -> int:
    """The size of a list asked for; raises `InvalidInput` below 1."""
    if size < 1:
        raise InvalidInput(f"{name} must be at least 1, not {size}")
    return size


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
