"""What an export says of itself, signed: what is in it, out of which recordings, by whom."""

from __future__ import annotations

import base64
import binascii
import os
import struct
import tempfile
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import TypeAdapter, ValidationError

from vedette.core.errors import ConfigError, StoreError
from vedette.core.value import value

__all__ = [
    "SIGNATURE_BYTES",
    "ExportedFile",
    "Manifest",
    "Signer",
    "SourceFile",
    "is_signed",
    "open_signer",
    "read_manifest",
    "seal_box",
    "unseal_box",
    "write_manifest",
]

SIGNATURE_BYTES = 64
# Names our box at the end of an MP4 among those of others; players skip it.
_BOX_ID = bytes.fromhex("6f0b5f4b9d0c4b0e8a61d5f0c2a7e913")
_BOX_HEAD = 8 + len(_BOX_ID) + SIGNATURE_BYTES


@value
class ExportedFile:
    """A file in an export; an MP4 that is the whole export is hashed without its manifest."""

    name: str
    camera: str
    start_us: int
    end_us: int
    frames: int
    size: int
    sha256: str


@value
class SourceFile:
    """A recording that something was taken from."""

    id: str
    camera: str
    stream: str
    start_us: int
    end_us: int
    size: int
    sha256: str
    """As it was noted when the file was closed; empty of a file that still grew."""
    chain: str
    """Its place in the chain over all files of its stream."""
    found_sha256: str
    """As it was read for the export."""
    intact: bool | None
    """Whether both are the same; null where none had been noted yet."""


@value
class Manifest:
    """Everything an export says of itself."""

    kind: Literal["vedette-export"] = "vedette-export"
    version: Literal[1] = 1
    software: str
    export: str
    author: str
    made_us: int
    cameras: tuple[str, ...]
    without_footage: tuple[str, ...] = ()
    """Cameras that had no footage in that time."""
    start_us: int
    end_us: int
    note: str = ""
    boxes: bool = False
    """Pictures were encoded anew, with boxes drawn in."""
    blur: bool = False
    """Pictures were encoded anew, with recognised people made unrecognisable."""
    files: tuple[ExportedFile, ...]
    sources: tuple[SourceFile, ...]
    public_key: str
    """Of the installation that signed it; compare it with the one its people tell you."""


_MANIFEST: TypeAdapter[Manifest] = TypeAdapter(Manifest)


class Signer:
    """Signs with the installation's key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public_key(self) -> str:
        """Base64, to be told to whoever verifies."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, content: bytes) -> bytes:
        return self._key.sign(content)


def open_signer(file: Path) -> Signer:
    """The key in a file that only its owner may read; made when there is none."""
    try:
        if not file.exists():
            _make(file)
        return Signer(Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_bytes())))
    except OSError as error:
        raise StoreError(f"the key file {file} cannot be used: {error.strerror}") from error
    except ValueError as error:
        raise StoreError(f"the key file {file} holds no key") from error


def write_manifest(manifest: Manifest) -> bytes:
    """As it is signed."""
    return _MANIFEST.dump_json(manifest, indent=2) + b"\n"


def read_manifest(content: bytes) -> Manifest:
    """StoreError when it is none of ours."""
    try:
        return _MANIFEST.validate_json(content)
    except ValidationError as error:
        raise StoreError("the manifest is none that Vedette writes") from error


def is_signed(content: bytes, signature: bytes, public_key: str) -> bool:
    """Whether the holder of that key signed exactly these bytes; ConfigError for a bad key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    except (ValueError, binascii.Error) as error:
        raise ConfigError(f"{public_key[:60]!r} is no public key of Vedette") from error
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def seal_box(manifest: bytes, signature: bytes) -> bytes:
    """The box that an MP4 carries its manifest in, as its last."""
    size = _BOX_HEAD + len(manifest)
    return struct.pack(">I4s", size, b"uuid") + _BOX_ID + signature + manifest


def unseal_box(box: bytes) -> tuple[bytes, bytes] | None:
    """(manifest, signature) of such a box; None when it is another."""
    if len(box) < _BOX_HEAD or box[4:8] != b"uuid" or box[8:24] != _BOX_ID:
        return None
    if struct.unpack_from(">I", box)[0] != len(box):
        return None
    return box[_BOX_HEAD:], box[24:_BOX_HEAD]


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=file.parent, prefix=file.name)  # 0600
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        # Linking refuses to replace: of several processes that start at once one key wins, whole.
        os.link(part, file)
    except FileExistsError:
        return
    finally:
        os.unlink(part)
