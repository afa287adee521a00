"""Generations as folders: written aside, checked, published by replacing one small file."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from app.domain.errors import Damaged, NotFound, StoreUnavailable
from app.domain.generations import Manifest

FORMAT: Final = 3
_POINTER: Final = "CURRENT"
_MANIFEST: Final = "manifest.json"
_ASIDE: Final = ".building-"
GENERATION: Final = "g-"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Names of the published generation and of the one before it.

    `held`: it was gone back to by hand, and only an asked-for rebuild should replace it.
    """

    current: str
    previous: str | None = None
    held: bool = False


@contextmanager
def clear_disk_errors(folder: Path) -> Iterator[None]:
    """Turn a full disk and missing rights into a sentence that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StoreUnavailable(
                f"The disk under {folder} is full: free some space and run the rebuild again. "
                "What is published is untouched."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StoreUnavailable(
                f"{error.filename or folder} can't be used with this account's rights: "
                f"make {folder} belong to the account that runs watcher."
            ) from error
        raise StoreUnavailable(f"{folder} can't be used: {error}") from error


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
            raise Damaged(f"{name}: format {manifest.format}, this version reads {FORMAT}")
        return manifest

    def verify(self, manifest: Manifest) -> None:
        """Compare every file's size and SHA-256 with the manifest. Raises `Damaged`."""
        folder = self.root / manifest.name

        def fault(item: tuple[str, tuple[int, str]]) -> str | None:
            name, (size, digest) = item
            try:
                if (folder / name).stat().st_size != size:
                    return f"{name} has the wrong size"
                return None if _sha256(folder / name) == digest else f"{name} fails its checksum"
            except OSError as error:
                return f"{name} can't be read ({error.strerror})"

        with ThreadPoolExecutor(2) as pool:
            faults = [f for f in pool.map(fault, manifest.files.items()) if f]
        if faults:
            raise Damaged(f"{manifest.name}: {'; '.join(faults)}")

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
        files = {
            path.relative_to(aside).as_posix(): (path.stat().st_size, _sha256(path))
            for path in sorted(aside.rglob("*"))
            if path.is_file()
        }
        sealed = replace(manifest, files=files)
        _write_synced(aside / _MANIFEST, msgspec.json.format(msgspec.json.encode(sealed), indent=1))
        for path in aside.rglob("*"):
            _sync(path)
        _sync(aside)
        aside.rename(self.root / manifest.name)
        _sync(self.root)
        return sealed

    def publish(self, name: str) -> None:
        """Point to a sealed generation; the last sound one before it stays for rolling back."""
        before = self.pointer_or_none()
        earlier = (before.current, before.previous) if before else ()
        previous = next((n for n in earlier if n and n != name and self._sound(n)), None)
        self._point(Pointer(name, previous))
        for path in self.root.glob(f"{GENERATION}*"):
            if path.name not in (name, previous):
                # What can't be removed takes up space, but what was published stands.
                shutil.rmtree(path, onerror=_kept)

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
        _write_synced(fresh, msgspec.json.encode(pointer))
        fresh.replace(self.root / _POINTER)
        _sync(self.root)


def _kept(_remove: object, path: str, _error: object) -> None:
    _log.warning("%s could not be removed", path)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        if path.is_file():
            # Read back in order, as a reader's check does, the system caches it in larger pages
            # than as it was written: a search then maps it with fewer faults.
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
