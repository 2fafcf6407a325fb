"""Files encrypted in chunks, so that any span of them can be read by itself.

A file is a header of 44 bytes and chunks. Header: `VEDETTE` and a byte 1, the first 8 bytes of the
SHA-256 of the archive key, a salt of 16 bytes, the size of a chunk (4 bytes) and of the plain file
(8 bytes), numbers big endian. Each chunk is AES-256-GCM with its tag of 16 bytes behind it; its
nonce is its number, from 0, in 12 bytes, and the header is authenticated with it. The key of a file
is HKDF-SHA256 of the archive key with the salt and the words `vedette file 1`, a zero byte and the
file's name; the archive key is HKDF-SHA256 of a line of `seal.key`, as the 32 bytes it stands for,
with the words `vedette archive 1`.
"""

from __future__ import annotations

import binascii
import hashlib
import os
import struct
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vedette.core.errors import ConfigError, StoreError

__all__ = ["CHUNK", "ArchiveKeys", "Bytes", "SealedReader", "seal", "sealed_size"]

CHUNK = 64 * 1024
_TAG = 16
_MAGIC = b"VEDETTE\x01"
_HEADER = struct.Struct(">8s8s16sIQ")
_KEPT = 64  # plain chunks that wait for the next read: 4 MiB


class Bytes(Protocol):
    """Something of which any span can be read."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, n: int) -> bytes:
        """At most `n` bytes from there; fewer only at the end."""
        ...

    def close(self) -> None: ...


class ArchiveKeys:
    """The keys of an archive, from the installation's: the first encrypts, all decrypt."""

    def __init__(self, installation: bytes) -> None:
        try:
            lines = [urlsafe_b64decode(line) for line in installation.split()]
        except binascii.Error:
            lines = []
        if not lines or any(len(line) != 32 for line in lines):
            raise ConfigError("expected a key of 32 bytes in base64", path=("store_key",))
        keys = [_derive(line, b"", b"vedette archive 1") for line in lines]
        self._by_id = {hashlib.sha256(key).digest()[:8]: key for key in reversed(keys)}
        self.newest = hashlib.sha256(keys[0]).digest()[:8]
        """Names the key that encrypts."""

    def cipher(self, key_id: bytes, salt: bytes, name: str) -> AESGCM:
        """The cipher of one file; StoreError when it was encrypted with a key we do not have."""
        if key_id not in self._by_id:
            raise StoreError(f"{name} was encrypted with another key; put the former seal.key back")
        about = b"vedette file 1\x00" + name.encode()
        return AESGCM(_derive(self._by_id[key_id], salt, about))


def sealed_size(plain: int) -> int:
    """How long a file of so many bytes becomes."""
    return _HEADER.size + plain + -(-plain // CHUNK) * _TAG


def seal(pieces: Iterable[bytes], size: int, name: str, keys: ArchiveKeys) -> Iterator[bytes]:
    """Encrypt a file of `size` bytes; ValueError when it turns out to have another size."""
    salt = os.urandom(16)
    header = _HEADER.pack(_MAGIC, keys.newest, salt, CHUNK, size)
    cipher = keys.cipher(keys.newest, salt, name)
    yield header
    taken = 0
    for number, chunk in enumerate(_chunks(pieces)):
        taken += len(chunk)
        yield cipher.encrypt(_nonce(number), chunk, header)
    if taken != size:
        raise ValueError(f"{name} has {taken} bytes instead of {size}")


class SealedReader:
    """An encrypted file, read as if it were not."""

    def __init__(self, sealed: Bytes, name: str, keys: ArchiveKeys) -> None:
        self._sealed, self._name = sealed, name
        self._header = sealed.read(0, _HEADER.size)
        if len(self._header) < _HEADER.size or not self._header.startswith(_MAGIC):
            raise StoreError(f"{name} is not a file that we encrypted")
        _, key_id, salt, self._chunk, self._size = _HEADER.unpack(self._header)
        if not 1024 <= self._chunk <= 1 << 24:
            raise StoreError(f"{name} has been changed: its chunks make no sense")
        self._cipher = keys.cipher(key_id, salt, name)
        self._known: OrderedDict[int, bytes] = OrderedDict()

    @property
    def size(self) -> int:
        return int(self._size)

    def read(self, offset: int, n: int) -> bytes:
        end = min(offset + n, self.size)
        if offset >= end:
            return b""
        first, last = offset // self._chunk, (end - 1) // self._chunk
        plain = b"".join(self._plain(first, last))
        start = offset - first * self._chunk
        return plain[start : start + end - offset]

    def close(self) -> None:
        self._sealed.close()

    def _plain(self, first: int, last: int) -> Iterator[bytes]:
        known = {number: self._known[number] for number in self._known if first <= number <= last}
        missing = [number for number in range(first, last + 1) if number not in known]
        if missing:
            known |= self._decrypted(missing[0], missing[-1])
        for number in range(first, last + 1):
            self._known[number] = known[number]
            self._known.move_to_end(number)
            yield known[number]
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def _decrypted(self, first: int, last: int) -> dict[int, bytes]:
        whole = self._chunk + _TAG
        length = (last - first + 1) * whole
        sealed = self._sealed.read(_HEADER.size + first * whole, length)
        found = {}
        for number in range(first, last + 1):
            chunk = sealed[(number - first) * whole : (number - first + 1) * whole]
            wanted = min(self._chunk, self.size - number * self._chunk) + _TAG
            try:
                if len(chunk) != wanted:
                    raise InvalidTag
                found[number] = self._cipher.decrypt(_nonce(number), chunk, self._header)
            except InvalidTag:
                raise StoreError(f"{self._name} has been changed in the remote store") from None
        return found


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= CHUNK:
            yield bytes(waiting[:CHUNK])
            del waiting[:CHUNK]
    if waiting:
        yield bytes(waiting)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _derive(key: bytes, salt: bytes, about: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=about).derive(key)
