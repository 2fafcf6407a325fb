"""Says whether an exported file is what was exported, or what of it was changed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vedette.core.errors import ConfigError, StoreError
from vedette.record.manifest import Manifest, is_signed, read_manifest, unseal_box

__all__ = ["MANIFEST", "SIGNATURE", "Verdict", "verify_export"]

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
_LARGEST_MANIFEST = 256 * 1024 * 1024
_CHUNK = 1 << 20
# The records at the end of a ZIP: the short one, and the two of large archives before it.
_END, _LONG_END = 22, 56 + 20
_UNSAID = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found."""

    manifest: Manifest | None
    """None when there is none that can be read."""
    changed: tuple[str, ...]
    """What is not as it was exported, in words; empty: it is genuine."""

    @property
    def genuine(self) -> bool:
        return not self.changed


def verify_export(file: Path, public_key: str | None) -> Verdict:
    """Compare a file with what was signed; without a key, the one it names itself is taken.

    StoreError when the file cannot be read.
    """
    try:
        with file.open("rb") as opened:
            if opened.read(4) == b"PK\x03\x04":
                return _verify_zip(opened, public_key)
            return _verify_mp4(opened, file.name, public_key)
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}") from error


def _verify_mp4(opened: IO[bytes], name: str, public_key: str | None) -> Verdict:
    begin = _last_box(opened)
    size = opened.seek(0, os.SEEK_END) - (begin or 0)
    sealed = None
    if begin is not None and size <= _LARGEST_MANIFEST:
        opened.seek(begin)
        sealed = unseal_box(opened.read())
    if begin is None or sealed is None:
        return _unreadable("it has no manifest at its end: one was never there, or was cut off")
    written, signature = sealed
    manifest, changed = _signed(written, signature, public_key)
    if manifest is None:
        return Verdict(manifest=None, changed=tuple(changed))
    if len(manifest.files) != 1:
        changed.append("the manifest is that of another export")
    elif (_sha256(opened, begin), begin) != (manifest.files[0].sha256, manifest.files[0].size):
        changed.append(f"{name}: its pictures or sound are not those that were exported")
    return Verdict(manifest=manifest, changed=tuple(changed))


def _verify_zip(opened: IO[bytes], public_key: str | None) -> Verdict:
    try:
        with zipfile.ZipFile(opened) as archive:
            names = archive.namelist()
            if not {MANIFEST, SIGNATURE} <= set(names):
                return _unreadable(f"{MANIFEST} or {SIGNATURE} is missing")
            if archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
                return _unreadable(f"{MANIFEST} is too large to be one of ours")
            written = archive.read(MANIFEST)
            signature = base64.b64decode(archive.read(SIGNATURE)[:200])
            manifest, changed = _signed(written, signature, public_key)
            if manifest is None:
                return Verdict(manifest=None, changed=tuple(changed))
            changed += _differences(archive, manifest, names)
            changed += _smuggled(opened, archive)
            return Verdict(manifest=manifest, changed=tuple(changed))
    except (zipfile.BadZipFile, RuntimeError, binascii.Error, EOFError) as why:
        return _unreadable(f"the archive is damaged: {why}")


def _signed(
    written: bytes, signature: bytes, public_key: str | None
) -> tuple[Manifest | None, list[str]]:
    try:
        manifest = read_manifest(written)
    except StoreError as error:
        return None, [f"{MANIFEST}: {error}"]
    changed = []
    if public_key is not None and public_key != manifest.public_key:
        changed.append(f"{MANIFEST}: it names another key than the one given")
    try:
        held = is_signed(written, signature, public_key or manifest.public_key)
    except ConfigError:
        # A wrong key on the command line is a mistake, one in the manifest a forgery.
        if public_key is not None:
            raise
        held = False
    if not held:
        changed.append(f"{MANIFEST}: it is not what was signed, or somebody else signed it")
    return manifest, changed


def _differences(archive: zipfile.ZipFile, manifest: Manifest, names: Sequence[str]) -> list[str]:
    wanted = [MANIFEST, SIGNATURE, *(one.name for one in manifest.files)]
    changed = [f"{name}: it was not exported" for name in sorted(set(names) - set(wanted))]
    changed += [
        f"{name}: it is there twice" for name in sorted(set(names)) if names.count(name) > 1
    ]
    for one in manifest.files:
        if one.name not in names:
            changed.append(f"{one.name}: it is missing")
        elif not _same(archive, one.name, one.sha256):
            changed.append(f"{one.name}: it is not what was exported")
    return changed


def _same(archive: zipfile.ZipFile, name: str, sha256: str) -> bool:
    try:
        with archive.open(name) as entry:
            return _sha256(entry, None) == sha256
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError):
        return False


def _smuggled(opened: IO[bytes], archive: zipfile.ZipFile) -> list[str]:
    """Bytes that belong to no entry: other programs might find other files in them."""
    at = 0
    for info in sorted(archive.infolist(), key=lambda one: one.header_offset):
        opened.seek(info.header_offset)
        head = opened.read(30)
        if info.header_offset != at or len(head) < 30 or head[:4] != b"PK\x03\x04":
            return ["the archive holds bytes that belong to no file"]
        name, extra = struct.unpack_from("<HH", head, 26)
        if opened.read(name) != info.orig_filename.encode():
            return [f"{info.filename}: it has two names"]
        at += 30 + name + extra + info.compress_size
    if at != archive.start_dir or not _ends_with_its_list(opened, at):
        return ["the archive holds bytes that belong to no file"]
    return []


def _ends_with_its_list(opened: IO[bytes], begin: int) -> bool:
    """Whether the list of files from `begin` on and the records that close it fill the rest."""
    size = opened.seek(0, os.SEEK_END)
    opened.seek(max(0, size - _LONG_END - _END))
    tail = opened.read()
    end = tail[-_END:]
    if end[:4] != b"PK\x05\x06" or end[20:] != b"\0\0":
        return False
    listed, at = struct.unpack_from("<II", end, 12)
    if _UNSAID not in (listed, at):
        return bool(at == begin and at + listed + _END == size)
    long = tail[:-_END]
    if long[:4] != b"PK\x06\x06":
        return False
    listed, at = struct.unpack_from("<QQ", long, 40)
    return bool(at == begin and at + listed + _LONG_END + _END == size)


def _last_box(opened: IO[bytes]) -> int | None:
    """Where the last box of an MP4 begins; None when the boxes do not fill the file."""
    size = opened.seek(0, os.SEEK_END)
    at, last = 0, None
    while at < size:
        opened.seek(at)
        head = opened.read(16)
        if len(head) < 8:
            return None
        length = int(struct.unpack_from(">I", head)[0])
        if length == 1 and len(head) == 16:
            length = int(struct.unpack_from(">Q", head, 8)[0])
        if length < 8 or at + length > size:
            return None
        at, last = at + length, at
    return last


def _sha256(opened: IO[bytes], size: int | None) -> str:
    """Of the first `size` bytes, or of all that is left."""
    found = hashlib.sha256()
    if size is not None:
        opened.seek(0)
    while size is None or size > 0:
        piece = opened.read(_CHUNK if size is None else min(_CHUNK, size))
        if not piece:
            break
        found.update(piece)
        size = None if size is None else size - len(piece)
    return found.hexdigest()


def _unreadable(why: str) -> Verdict:
    return Verdict(manifest=None, changed=(why,))
