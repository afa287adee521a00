"""Fitted co-rating models as folders: written aside, checked, published by one small file.

``<root>/<version>/`` holds an ``.npy`` file per array and ``manifest.json``; ``<root>/CURRENT``
names the published version and the one before it.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from app.adapters.sealed_files import (
    check_files,
    checksums,
    clear_disk_errors,
    remove,
    sync,
    sync_all,
    write_synced,
)
from app.domain.errors import Damaged, InvalidInput, StoreUnavailable
from app.domain.ports.collaborative_models import Array, CoRatingStatus, Meta, SavedModel
from app.domain.ports.work import Clock

FORMAT: Final = 1
_POINTER: Final = "CURRENT"
_MANIFEST: Final = "manifest.json"
_ASIDE: Final = ".building-"
_VERSION: Final = re.compile(r"c-[0-9]{8}T[0-9]{6}-[0-9a-f]{6}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_KEPT_KINDS: Final = "biuf"
_RETRAIN: Final = "Run: python -m scripts.train_co_ratings"


class _Pointer(msgspec.Struct, frozen=True):
    current: str
    previous: str | None = None


class _Manifest(msgspec.Struct, frozen=True):
    """`arrays` maps a name to its type and shape, `files` a file to its bytes and SHA-256."""

    format: int
    version: str
    made_at: float
    arrays: dict[str, tuple[str, tuple[int, ...]]]
    files: dict[str, tuple[int, str]]
    meta: dict[str, Any]


class CoRatingFiles:
    """See `app.domain.ports.collaborative_models.CoRatingStore`."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock
        self._status = CoRatingStatus()

    def save(self, arrays: Mapping[str, Array], meta: Meta) -> str:
        """Write, publish, and return the version."""
        described = _described(arrays)
        now = self._clock.now()
        stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%S")
        version = f"c-{stamp}-{secrets.token_hex(3)}"
        with clear_disk_errors(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
            for leftover in self._root.glob(f"{_ASIDE}*"):
                shutil.rmtree(leftover)
            aside = self._root / f"{_ASIDE}{version}"
            aside.mkdir()
            try:
                for name, array in arrays.items():
                    np.save(aside / _file(name), array, allow_pickle=False)
                files = checksums(aside)
                manifest = _Manifest(FORMAT, version, now, described, files, dict(meta))
                write_synced(aside / _MANIFEST, _encoded(manifest))
                sync_all(aside)
                aside.rename(self._root / version)
            finally:
                if aside.exists():
                    shutil.rmtree(aside)
            sync(self._root)
            self._publish(version)
        return version

    def load(self) -> SavedModel | None:
        """The published model, or the sound one before it."""
        for _ in range(2):  # two trainings in a row remove what the pointer named
            pointer = self._pointer()
            if pointer is None:
                self._status = CoRatingStatus()
                return None
            refused = list[str]()
            for version in filter(None, (pointer.current, pointer.previous)):
                try:
                    found = self._opened(version)
                except Damaged as error:
                    refused.append(error.detail)
                    continue
                self._status = CoRatingStatus(version, tuple(refused))
                return found
            self._status = CoRatingStatus("", tuple(refused))
            if self._pointer() == pointer:
                break
        raise Damaged(f"No co-rating model can be used: {'; '.join(refused)}. {_RETRAIN}")

    def current_version(self) -> str | None:
        """The published model's version."""
        pointer = self._pointer()
        return None if pointer is None else pointer.current

    def status(self) -> CoRatingStatus:
        """What the last `load` returned and refused."""
        return self._status

    def _pointer(self) -> _Pointer | None:
        path = self._root / _POINTER
        try:
            found = msgspec.json.decode(path.read_bytes(), type=_Pointer)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{path} can't be read: {error.strerror}") from error
        except (ValueError, msgspec.MsgspecError) as error:
            raise Damaged(f"{path} is damaged. {_RETRAIN}") from error
        for version in filter(None, (found.current, found.previous)):
            if not _VERSION.fullmatch(version):
                raise Damaged(f"{path} is damaged. {_RETRAIN}")
        return found

    def _publish(self, version: str) -> None:
        try:
            before = self._pointer()
        except Damaged:
            before = None  # a new training mends it
        earlier = (before.current, before.previous) if before else ()
        previous = next((v for v in earlier if v and self._sound(v)), None)
        fresh = self._root / f"{_POINTER}.new"
        write_synced(fresh, msgspec.json.encode(_Pointer(version, previous)))
        fresh.replace(self._root / _POINTER)
        sync(self._root)
        for path in self._root.iterdir():
            if _VERSION.fullmatch(path.name) and path.name not in (version, previous):
                remove(path)

    def _sound(self, version: str) -> bool:
        try:
            self._opened(version)
        except Damaged:
            return False
        return True

    def _opened(self, version: str) -> SavedModel:
        folder = self._root / version
        try:
            manifest = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=_Manifest)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise Damaged(f"{version}: the manifest can't be read ({error})") from error
        if manifest.format != FORMAT:
            raise Damaged(f"{version}: format {manifest.format}, this version reads {FORMAT}")
        if set(manifest.files) != {_file(name) for name in manifest.arrays}:
            raise Damaged(f"{version}: the manifest names other files than arrays")
        check_files(folder, manifest.files)
        try:
            arrays = {
                name: np.load(folder / _file(name), mmap_mode="r", allow_pickle=False)
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


def _encoded(manifest: _Manifest) -> bytes:
    try:
        return msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    except (TypeError, ValueError, msgspec.MsgspecError) as error:
        raise InvalidInput(f"meta must be what JSON can hold: {error}") from error


def _file(name: str) -> str:
    return f"{name}.npy"
