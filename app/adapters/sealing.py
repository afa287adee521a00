"""Secrets at rest: sealed with a key that is derived from the setting SECRET_KEY."""

import base64
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.errors import ConnectAgain

_PURPOSE: Final = b"watcher: tokens of linked accounts"


class FernetSeal:
    """See `app.domain.ports.people.Seal`. `secret` is any text, best a long random one."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def sealed(self, secret: bytes) -> bytes:
        """The secret, sealed."""
        return self._fernet.encrypt(secret)

    def opened(self, sealed: bytes) -> bytes:
        """The secret. Raises `ConnectAgain`."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise ConnectAgain(
                "The account's tokens can't be read: SECRET_KEY is another one than when it was "
                "connected. Connect the account again, or bring the former key back."
            ) from None
