"""Generations as folders: written aside, checked, published by replacing one small file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from app.adapters.sealed_files import (
    check_files,
    checksums,
    clear_disk_errors,
    remove,
    sync,
    sync_all,
    write_synced,
)
from app.domain.errors import Damaged, NotFound, StoreUnavailable
from app.domain.index.generations import Manifest

FORMAT: Final = 4
_POINTER: Final = "CURRENT"
_MANIFEST: Final = "manifest.json"
_ASIDE: Final = ".building-"
GENERATION: Final = "g-"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Names of the published generation and of the one before it.

    `held`: it was gone back to by hand, and only an asked-for rebuild should replace it.
    """

    current: str
    previous: str | None = None
    held: bool = False


class GenerationFolder:
    """The folder that holds all generations of one installation."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pointer(self) -> Pointer | None:
        """What is published; None before the first time. Raises `Damaged`, `StoreUnavailable`."""
        try:
            text = (self.root / _POINTER).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{self.root / _POINTER} can't be read: {error}") from error
        try:
            return msgspec.json.decode(text, type=Pointer)
        except (ValueError, msgspec.MsgspecError) as error:
            raise Damaged(f"{self.root / _POINTER} is damaged: rebuild the index") from error

    def manifest(self, name: str) -> Manifest:
        """The manifest of a generation. Raises `Damaged` where it is missing or unreadable."""
        path = self.root / name / _MANIFEST
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise Damaged(f"{name}: the manifest can't be read ({error})") from error
        if manifest.format != FORMAT:
            raise Damaged(
                f"{name}: another version wrote it (format {manifest.format}, this one reads "
                f"{FORMAT}), a rebuild replaces it"
            )
        return manifest

    def verify(self, manifest: Manifest) -> None:
        """Compare every file's size and SHA-256 with the manifest. Raises `Damaged`."""
        check_files(self.root / manifest.name, manifest.files)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A folder to write a generation into; it vanishes unless `seal` was called on it."""
        with clear_disk_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            for leftover in self.root.glob(f"{_ASIDE}*"):
                shutil.rmtree(leftover)
            aside = self.root / f"{_ASIDE}{name}"
            aside.mkdir()
            try:
                yield aside
            finally:
                if aside.exists():
                    shutil.rmtree(aside)

    def seal(self, aside: Path, manifest: Manifest) -> Manifest:
        """Add checksums, sync everything to disk and give the folder its name."""
        sealed = replace(manifest, files=checksums(aside))
        document = msgspec.json.format(msgspec.json.encode(sealed), indent=1)
        write_synced(aside / _MANIFEST, document)
        sync_all(aside)
        aside.rename(self.root / manifest.name)
        sync(self.root)
        return sealed

    def publish(self, name: str) -> None:
        """Point to a sealed generation; the last sound one before it stays for rolling back."""
        before = self.pointer_or_none()
        earlier = (before.current, before.previous) if before else ()
        previous = next((n for n in earlier if n and n != name and self._sound(n)), None)
        self._point(Pointer(name, previous))
        for path in self.root.glob(f"{GENERATION}*"):
            if path.name not in (name, previous):
                remove(path)

    def roll_back(self) -> Manifest:
        """Publish the previous generation. Raises `NotFound` where there is none."""
        pointer = self.pointer()
        if pointer is None or pointer.previous is None:
            raise NotFound("There is no previous generation to go back to: rebuild the index.")
        manifest = self.manifest(pointer.previous)
        self.verify(manifest)
        with clear_disk_errors(self.root):
            self._point(Pointer(pointer.previous, pointer.current, held=True))
        return manifest

    def pointer_or_none(self) -> Pointer | None:
        """As `pointer`, with a damaged one counted as none: a rebuild replaces it."""
        try:
            return self.pointer()
        except Damaged:
            return None

    def _sound(self, name: str) -> bool:
        try:
            self.verify(self.manifest(name))
        except Damaged:
            return False
        return True

    def _point(self, pointer: Pointer) -> None:
        fresh = self.root / f"{_POINTER}.new"
        write_synced(fresh, msgspec.json.encode(pointer))
        fresh.replace(self.root / _POINTER)
        sync(self.root)
