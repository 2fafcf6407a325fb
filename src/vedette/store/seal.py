"""Secrets at rest: encrypted with a key that is not in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from vedette.core.errors import ConfigError, StoreError

__all__ = ["Sealer", "open_key"]


class Sealer:
    """Encrypts and decrypts; of several keys, one on each line, the first one encrypts."""

    def __init__(self, key: bytes) -> None:
        lines = key.split()
        try:
            self._fernet = MultiFernet([Fernet(line) for line in lines])
        except ValueError:
            raise ConfigError(
                "expected a key of 32 bytes in base64, as `openssl rand -base64 32` makes it",
                path=("store_key",),
            ) from None

        # A key of their own for marks, so that no sealed text is ever a mark.
        self._marking = [
            hmac.digest(base64.urlsafe_b64decode(line), b"vedette marks", hashlib.sha256)
            for line in lines
        ]

    def seal(self, secret: str) -> str:
        """Encrypt."""
        return self._fernet.encrypt(secret.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Decrypt; StoreError when it was encrypted with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise StoreError(
                "passwords in the database were encrypted with another key; "
                "put the former seal.key back, or set store_key to it"
            ) from None

    def mark(self, said: str) -> str:
        """A hash that only who has the key can make."""
        return hmac.digest(self._marking[0], said.encode(), hashlib.sha256).hex()

    def marked(self, said: str, mark: str) -> bool:
        """Whether a mark was made of this text with any of the keys."""
        made = (hmac.digest(key, said.encode(), hashlib.sha256).hex() for key in self._marking)
        return any(hmac.compare_digest(one, mark) for one in made)


def open_key(path: Path) -> bytes:
    """The key in a file that only its owner may read; made when there is none."""
    try:
        if not path.exists():
            _make(path)
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"the key file {path} cannot be used: {error.strerror}") from error


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # Linking refuses to replace: of several processes that start at once one key wins, whole.
        os.link(part, path)
    except FileExistsError:
        return
    finally:
        os.unlink(part)
