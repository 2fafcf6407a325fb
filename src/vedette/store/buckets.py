"""Buckets of activity, packed: so many of one length in a row of the database.

The form: deflated; three planes of little-endian 16-bit numbers, one after the other: motion in
65535ths rounded up, objects, events.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from vedette.core.errors import StoreError
from vedette.core.footage import Activity, Span

__all__ = ["BUCKET_US", "DAY", "HOUR", "MOST", "Buckets", "Level", "Line", "coarser", "in_line"]

BUCKET_US = 10_000_000
"""How long a bucket of activity is."""
MOST = 65_535
"""The largest number of a bucket, and a motion of 1."""

Planes = npt.NDArray[np.uint16]
"""uint16[3, n]: motion, objects, events of n buckets."""


@dataclass(frozen=True, slots=True)
class Level:
    """How rows of one table are cut: the length of a row and of its buckets."""

    row_us: int
    bucket_us: int

    @property
    def count(self) -> int:
        """Buckets in a row."""
        return self.row_us // self.bucket_us

    def row_of(self, t_us: int) -> int:
        """Start of the row that a moment falls into."""
        return t_us // self.row_us * self.row_us


HOUR = Level(row_us=3_600_000_000, bucket_us=BUCKET_US)
DAY = Level(row_us=86_400_000_000, bucket_us=120_000_000)


class Buckets:
    """One row's buckets."""

    def __init__(self, level: Level, start_us: int, planes: Planes | None = None) -> None:
        self.level, self.start_us = level, start_us
        self.planes: Planes = np.zeros((3, level.count), np.uint16) if planes is None else planes

    @classmethod
    def unpack(cls, level: Level, start_us: int, packed: bytes) -> Buckets:
        """From a database row; StoreError when it is not what we would have written."""
        try:
            flat = np.frombuffer(zlib.decompress(packed), "<u2")
            planes = flat.reshape(3, level.count).astype(np.uint16)
        except (zlib.error, ValueError) as error:
            raise StoreError(f"the stored activity of {start_us} cannot be read") from error
        return cls(level, start_us, planes)

    def pack(self) -> bytes:
        """As a database row."""
        return zlib.compress(self.planes.astype("<u2").tobytes(), 6)

    def raise_to(self, rows: Iterable[Activity]) -> None:
        """Take the larger values."""
        for one in rows:
            bucket = (one.start_us - self.start_us) // self.level.bucket_us
            # A tiny motion is not none; what comes back from here goes in again unchanged.
            motion = ceil(min(max(one.motion, 0.0), 1.0) * MOST - 1e-6)
            told = np.array([motion, min(one.objects, MOST), min(one.events, MOST)], np.uint16)
            np.maximum(self.planes[:, bucket], told, out=self.planes[:, bucket])

    def put(self, finer: Buckets) -> None:
        """Replace the part that a finer row covers."""
        part = coarser(finer.planes, self.level.bucket_us // finer.level.bucket_us)
        first = (finer.start_us - self.start_us) // self.level.bucket_us
        self.planes[:, first : first + part.shape[1]] = part


def coarser(planes: Planes, by: int) -> Planes:
    """So many buckets made one: the largest motion, most objects, all events."""
    apart = planes.reshape(3, -1, by)
    events = np.minimum(apart[2].sum(axis=1, dtype=np.int64), MOST).astype(np.uint16)
    return np.stack([apart[0].max(axis=1), apart[1].max(axis=1), events])


@dataclass(frozen=True, slots=True)
class Line:
    """Buckets of many rows in which anything happened, in order of time."""

    start_us: npt.NDArray[np.int64]
    planes: npt.NDArray[np.int64]
    """int64[3, n]: motion, objects, events."""


def in_line(level: Level, rows: Sequence[Buckets], span: Span) -> Line:
    """What rows say of a span; buckets that lie across its ends belong to it."""
    apart = np.arange(level.count, dtype=np.int64) * level.bucket_us
    starts = [row.start_us + apart for row in rows]
    start_us = np.concatenate(starts) if rows else np.zeros(0, np.int64)
    planes = np.concatenate([row.planes for row in rows], axis=1) if rows else np.zeros((3, 0))
    wanted = (start_us > span[0] - level.bucket_us) & (start_us < span[1]) & planes.any(axis=0)
    return Line(start_us[wanted], planes[:, wanted].astype(np.int64))
