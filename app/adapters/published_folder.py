"""A folder of versions: written aside, checked, published by replacing one small file.

``<root>/<version>/`` holds a version's files and its ``manifest.json``; ``<root>/CURRENT`` names
the published version and the one before it.
"""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

import msgspec

from app.adapters.private_files import make_private_folder
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

_POINTER: Final = "CURRENT"
_MANIFEST: Final = "manifest.json"
_ASIDE: Final = ".building-"
_NAME: Final = "[0-9]{8}T[0-9]{6}-[0-9a-f]{6}"


class Manifest(Protocol):
    """A dataclass that tells what a version is; `files` maps a name to (bytes, SHA-256 in hex)."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def format(self) -> int:
        """Which program can read the version."""
        ...

    @property
    def files(self) -> dict[str, tuple[int, str]]:
        """All but the manifest itself."""
        ...


M = TypeVar("M", bound=Manifest)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Names of the published version and of the one before it.

    `held`: it was gone back to by hand, and only a new one that is asked for should replace it.
    """

    current: str
    previous: str | None = None
    held: bool = False

    @property
    def names(self) -> list[str]:
        """Those that may be used, the published one first."""
        return [name for name in (self.current, self.previous) if name]


@dataclass(frozen=True, slots=True)
class PublishedFolder(Generic[M]):
    """The versions of one thing. Their names begin with `prefix`, their manifests are `manifests`.

    `format` is the one that is read; `other_format` says that a version has another, which stands
    for ``{format}``. `mend` is how a sentence about a damaged pointer ends.
    """

    root: Path
    prefix: str
    manifests: type[M]
    format: int
    other_format: str
    mend: str

    def pointer(self) -> Pointer | None:
        """What is published; None before the first time. Raises `Damaged`, `StoreUnavailable`."""
        path = self.root / _POINTER
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Pointer)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{path} can't be read: {error.strerror}") from error
        except (ValueError, msgspec.MsgspecError) as error:
            raise Damaged(f"{path} is damaged{self.mend}") from error
        if not all(map(self._is_name, found.names)):
            raise Damaged(f"{path} is damaged{self.mend}")
        return found

    def manifest(self, name: str) -> M:
        """The manifest of a version. Raises `Damaged` where it is missing or unreadable."""
        path = self.root / name / _MANIFEST
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=self.manifests)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise Damaged(f"{name}: the manifest can't be read ({error})") from error
        if manifest.format != self.format:
            raise Damaged(f"{name}: {self.other_format.format(format=manifest.format)}")
        return manifest

    def verify(self, name: str, manifest: M) -> None:
        """Compare every file's size and SHA-256 with the manifest. Raises `Damaged`."""
        check_files(self.root / name, manifest.files)

    def fresh_name(self, now: float) -> str:
        """A name that no version has had."""
        stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%S")
        return f"{self.prefix}{stamp}-{secrets.token_hex(3)}"

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A folder to write a version into; it vanishes unless `seal` was called on it."""
        with clear_disk_errors(self.root):
            make_private_folder(self.root)
            for leftover in self.root.glob(f"{_ASIDE}*"):
                shutil.rmtree(leftover)
            aside = self.root / f"{_ASIDE}{name}"
            aside.mkdir()
            try:
                yield aside
            finally:
                if aside.exists():
                    shutil.rmtree(aside)

    def seal(self, name: str, manifest: M) -> M:
        """Add checksums, sync everything to disk and give the folder that was written its name."""
        aside = self.root / f"{_ASIDE}{name}"
        sealed = replace(manifest, files=checksums(aside))
        document = msgspec.json.format(msgspec.json.encode(sealed), indent=1)
        write_synced(aside / _MANIFEST, document)
        sync_all(aside)
        aside.rename(self.root / name)
        sync(self.root)
        return sealed

    def publish(self, name: str) -> None:
        """Point to a sealed version; the last sound one before it stays for rolling back."""
        before = self.pointer_or_none()
        earlier = before.names if before else ()
        previous = next((n for n in earlier if n != name and self._is_sound(n)), None)
        self._point(Pointer(name, previous))
        for path in self.root.iterdir():
            if self._is_name(path.name) and path.name not in (name, previous):
                remove(path)

    def roll_back(self) -> M:
        """Publish the previous version. Raises `NotFound` where there is none."""
        pointer = self.pointer()
        if pointer is None or pointer.previous is None:
            raise NotFound(f"There is no previous generation to go back to{self.mend}.")
        manifest = self.manifest(pointer.previous)
        self.verify(pointer.previous, manifest)
        with clear_disk_errors(self.root):
            self._point(Pointer(pointer.previous, pointer.current, held=True))
        return manifest

    def pointer_or_none(self) -> Pointer | None:
        """As `pointer`, with a damaged one counted as none: the next version mends it."""
        try:
            return self.pointer()
        except Damaged:
            return None

    def _is_name(self, name: str) -> bool:
        return re.fullmatch(re.escape(self.prefix) + _NAME, name) is not None

    def _is_sound(self, name: str) -> bool:
        try:
            self.verify(name, self.manifest(name))
        except Damaged:
            return False
        return True

    def _point(self, pointer: Pointer) -> None:
        fresh = self.root / f"{_POINTER}.new"
        write_synced(fresh, msgspec.json.encode(pointer))
        fresh.replace(self.root / _POINTER)
        sync(self.root)
