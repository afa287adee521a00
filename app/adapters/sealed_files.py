"""Folders of files that are written aside, synced and checksummed, and checked before use."""

import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import Damaged, StoreUnavailable

_log = logging.getLogger(__name__)


@contextmanager
def clear_disk_errors(folder: Path) -> Iterator[None]:
    """Turn a full disk and missing rights into a sentence that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StoreUnavailable(
                f"The disk under {folder} is full: free some space and run it again. "
                "What is published is untouched."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StoreUnavailable(
                f"{error.filename or folder} can't be used with this account's rights: "
                f"make {folder} belong to the account that runs watcher."
            ) from error
        raise StoreUnavailable(f"{folder} can't be used: {error}") from error


def checksums(folder: Path) -> dict[str, tuple[int, str]]:
    """Size in bytes and SHA-256 in hex of every file in the folder, by its relative path."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, sha256_of(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def check_files(folder: Path, files: Mapping[str, tuple[int, str]]) -> None:
    """Compare the files with what `checksums` said of them. Raises `Damaged` naming the bad."""

    def fault(item: tuple[str, tuple[int, str]]) -> str | None:
        name, (size, digest) = item
        try:
            if (folder / name).stat().st_size != size:
                return f"{name} has the wrong size"
            return None if sha256_of(folder / name) == digest else f"{name} fails its checksum"
        except OSError as error:
            return f"{name} can't be read ({error.strerror})"

    with ThreadPoolExecutor(2) as pool:
        faults = [f for f in pool.map(fault, files.items()) if f]
    if faults:
        raise Damaged(f"{folder.name}: {'; '.join(faults)}")


def write_synced(path: Path, data: bytes) -> None:
    """Write a file that survives a loss of power, but for its name: see `sync`."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def sync_all(folder: Path) -> None:
    """Bring the folder and all in it to the disk."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Bring a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        if path.is_file():
            # Read back in order, as a reader's check does, the system caches it in larger pages
            # than as it was written: a search then maps it with fewer faults.
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def remove(folder: Path) -> None:
    """Remove it; what can't be removed takes up space, and is noted in the log."""
    shutil.rmtree(folder, onerror=_kept)


def _kept(_remove: object, path: str, _error: object) -> None:
    _log.warning("%s could not be removed", path)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
