"""Secrets that are made at first start and kept in the data folder."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from app.adapters.private_files import make_private_folder, narrow
from app.domain.errors import StoreUnavailable


def kept_token(path: Path, setting: str) -> str:
    """The token in the file (mode 0600), made where there is none.

    `setting` is the one that can be set instead, for the error. Raises `StoreUnavailable`.
    """
    try:
        make_private_folder(path.parent)
        narrow(path)
        if path.exists() and path.stat().st_size == 0:
            path.unlink()  # a start that was cut off left it
        if not path.exists():
            _make(path)
        return path.read_text().strip()
    except OSError as error:
        raise StoreUnavailable(
            f"{path} can't be used ({error.strerror}): make it belong to the account that runs "
            f"watcher, or set {setting}."
        ) from error


def _make(path: Path) -> None:
    """Write a token aside and link it into place: it is there whole, and the first one stays."""
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".token-")  # has mode 0600
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(32) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        Path(aside).unlink()
