"""Secrets that are made at first start and kept in the data folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from app.domain.errors import StoreUnavailable


def kept_token(path: Path) -> str:
    """The token in the file, made (mode 0600) where there is none. Raises `StoreUnavailable`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read(path)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(32) + "\n")
        return _read(path)
    except OSError as error:
        raise StoreUnavailable(
            f"{path} can't be used ({error.strerror}): make it belong to the account that runs "
            "watcher, or set ADMIN_TOKEN."
        ) from error


def _read(path: Path) -> str:
    token = path.read_text().strip()
    if not token:
        raise StoreUnavailable(f"{path} is empty: delete it, and a new token is made.")
    return token
