"""Where fitted co-rating models are kept: the port, and what it tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray

Array = NDArray[Any]
"""Of any shape; numbers or booleans."""

Meta = Mapping[str, Any]
"""What JSON can hold, such as the name of the rating set and the model's parameters."""


class SavedModel(NamedTuple):
    """A kept model. Its arrays are read-only and mapped from the disk: opening them reads little.

    `meta` is what `save` was given, and ``made_at`` (Unix seconds).
    """

    arrays: Mapping[str, Array]
    meta: Meta
    version: str


@dataclass(frozen=True, slots=True)
class CoRatingStatus:
    """What `load` would find or found. `refused` tells which versions are damaged, and how."""

    version: str = ""
    refused: tuple[str, ...] = ()


class CoRatingStore(Protocol):
    """One model at a time, and the one before it."""

    def save(self, arrays: Mapping[str, Array], meta: Meta) -> str:
        """Write a model, publish it, and return its version; drops those before the previous.

        Until the last step nothing that is used changes. One at a time (the caller holds the
        lease). Raises `InvalidInput` for what can't be kept, `StoreUnavailable` on a full disk.
        """
        ...

    def load(self) -> SavedModel | None:
        """The published model; None where there is none.

        A damaged one is refused, noted in `status`, and the previous returned. Raises `Damaged`
        where none that was published is sound.
        """
        ...

    def current_version(self) -> str | None:
        """The published model's version, without a look at it: reads one small file."""
        ...

    def status(self) -> CoRatingStatus:
        """What the last `load` of this object returned and refused."""
        ...
