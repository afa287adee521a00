"""Fitted co-rating models in a published folder: an ``.npy`` file per array."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from app.adapters.published_folder import PublishedFolder
from app.domain.errors import Damaged, InvalidInput
from app.domain.ports.collaborative_models import Array, CoRatingStatus, Meta, SavedModel
from app.domain.ports.work import Clock

FORMAT: Final = 1
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_KEPT_KINDS: Final = "biuf"
_RETRAIN: Final = "Run: python -m scripts.train_co_ratings"


@dataclass(frozen=True, slots=True)
class _Manifest:
    """`arrays` maps a name to its type and shape, `files` a file to its bytes and SHA-256."""

    format: int
    version: str
    made_at: float
    arrays: dict[str, tuple[str, tuple[int, ...]]]
    meta: dict[str, Any]
    files: dict[str, tuple[int, str]] = field(default_factory=dict)


class CoRatingFiles:
    """See `app.domain.ports.collaborative_models.CoRatingStore`."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._folder = PublishedFolder(
            root,
            prefix="c-",
            manifests=_Manifest,
            format=FORMAT,
            other_format=f"format {{format}}, this version reads {FORMAT}",
            mend=f". {_RETRAIN}",
        )
        self._clock = clock
        self._status = CoRatingStatus()

    def save(self, arrays: Mapping[str, Array], meta: Meta) -> str:
        """Write, publish, and return the version."""
        now = self._clock.now()
        version = self._folder.fresh_name(now)
        manifest = _Manifest(FORMAT, version, now, _described(arrays), _checked(meta))
        with self._folder.writing(version) as aside:
            for name, array in arrays.items():
                np.save(aside / _file(name), array, allow_pickle=False)
            self._folder.seal(version, manifest)
            self._folder.publish(version)
        return version

    def load(self) -> SavedModel | None:
        """The published model, or the sound one before it."""
        for _ in range(2):  # two trainings in a row remove what the pointer named
            pointer = self._folder.pointer()
            if pointer is None:
                self._status = CoRatingStatus()
                return None
            refused = list[str]()
            for version in pointer.names:
                try:
                    found = self._opened(version)
                except Damaged as error:
                    refused.append(error.detail)
                    continue
                self._status = CoRatingStatus(version, tuple(refused))
                return found
            self._status = CoRatingStatus("", tuple(refused))
            if self._folder.pointer() == pointer:
                break
        raise Damaged(f"No co-rating model can be used: {'; '.join(refused)}. {_RETRAIN}")

    def current_version(self) -> str | None:
        """The published model's version."""
        pointer = self._folder.pointer()
        return None if pointer is None else pointer.current

    def status(self) -> CoRatingStatus:
        """What the last `load` returned and refused."""
        return self._status

    def _opened(self, version: str) -> SavedModel:
        manifest = self._folder.manifest(version)
        if set(manifest.files) != {_file(name) for name in manifest.arrays}:
            raise Damaged(f"{version}: the manifest names other files than arrays")
        self._folder.verify(version, manifest)
        try:
            arrays = {
                name: np.load(
                    self._folder.root / version / _file(name), mmap_mode="r", allow_pickle=False
                )
                for name in manifest.arrays
            }
        except (OSError, ValueError) as error:
            raise Damaged(f"{version}: an array can't be opened ({error})") from error
        return SavedModel(arrays, {**manifest.meta, "made_at": manifest.made_at}, version)


def _described(arrays: Mapping[str, Array]) -> dict[str, tuple[str, tuple[int, ...]]]:
    for name, array in arrays.items():
        if not _NAME.fullmatch(name):
            raise InvalidInput(f"{name!r} can't be an array's name: use a-z, 0-9 and _")
        if array.dtype.kind not in _KEPT_KINDS:
            raise InvalidInput(f"The array {name} holds {array.dtype}: only numbers can be kept")
    return {name: (array.dtype.str, array.shape) for name, array in arrays.items()}


def _checked(meta: Meta) -> dict[str, Any]:
    try:
        msgspec.json.encode(meta)
    except (TypeError, ValueError, msgspec.MsgspecError) as error:
        raise InvalidInput(f"meta must be what JSON can hold: {error}") from error
    return dict(meta)


def _file(name: str) -> str:
    return f"{name}.npy"
