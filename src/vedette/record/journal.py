"""What happened to a stream's files, a line each, beside the files of every day.

The index in the database can be made anew from it, and each file is chained to the one before it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from vedette.core.footage import Gap, Keep, Segment, Tier
from vedette.core.value import value
from vedette.record.layout import days_of

__all__ = [
    "START",
    "Anchor",
    "Deleted",
    "DeletedFor",
    "Entry",
    "JournalRead",
    "Moved",
    "append_journal",
    "last_chain",
    "link",
    "parse_journal",
    "read_journal",
]

START = "0" * 64
"""What the first file of a stream is chained to."""

DeletedFor = Literal["age", "size", "space", "person", "missing"]
"""Why a file is gone: too old, its camera takes too much, the disk is full, somebody wanted it,
or it was simply not there any more."""


@value
class Moved:
    """A file lies in another tier now."""

    kind: Literal["moved"] = "moved"
    start_us: int
    """Which: files of a stream have different starts."""
    tier: Tier
    keep: Keep = "continuous"
    """What it was worth by then."""
    t_us: int
    """When that was."""


@value
class Deleted:
    """A file is gone."""

    kind: Literal["deleted"] = "deleted"
    start_us: int
    reason: DeletedFor
    t_us: int


@value
class Anchor:
    """What the first file of this journal is chained to, once older journals are gone."""

    kind: Literal["anchor"] = "anchor"
    chain: str


Entry = Segment | Gap | Moved | Deleted | Anchor
"""A line of a journal: a closed file, a gap, or what became of a file."""

_ENTRY: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRead:
    """What a journal says."""

    entries: tuple[Entry, ...]
    torn: tuple[int, ...] = ()
    """Numbers, from 1, of lines that cannot be read: torn by a crash, or changed."""


def link(before: str, start_us: int, size: int, sha256: str) -> str:
    """The chain value of a file: SHA-256 over the one before it, start, size (8 bytes each, big
    endian) and the file's own SHA-256."""
    facts = start_us.to_bytes(8, "big", signed=True) + size.to_bytes(8, "big")
    return hashlib.sha256(bytes.fromhex(before) + facts + bytes.fromhex(sha256)).hexdigest()


def append_journal(path: Path, entries: Sequence[Entry]) -> None:
    """Add lines with one write, on disk when this returns; several processes may do so.

    OSError when the disk does not take them; what it took of them is a torn line, which counts not.
    """
    if not entries:
        return
    lines = b"".join(_ENTRY.dump_json(one, exclude_defaults=False) + b"\n" for one in entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            # A crash tore the last line: what follows must not become part of it.
            lines = b"\n" + lines
        if os.write(descriptor, lines) != len(lines):
            raise OSError(28, "no space left on the disk", str(path))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_journal(path: Path) -> JournalRead:
    """All lines of a journal; empty when there is none."""
    try:
        return parse_journal(path.read_bytes())
    except FileNotFoundError:
        return JournalRead(entries=())


def parse_journal(content: bytes) -> JournalRead:
    """The lines of a journal that was read from somewhere."""
    entries: list[Entry] = []
    torn: list[int] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            entries.append(_ENTRY.validate_json(line))
        except ValidationError:
            torn.append(number)
    return JournalRead(entries=tuple(entries), torn=tuple(torn))


def last_chain(root: Path, camera: str, stream: str) -> str:
    """What the next file of a stream is to be chained to."""
    for day in reversed(list(days_of(root, camera, stream))):
        for entry in reversed(read_journal(root / day.journal).entries):
            if isinstance(entry, Segment) and entry.chain:
                return entry.chain
            if isinstance(entry, Anchor):
                return entry.chain
    return START
