"""A file of one stream while pictures are added, and the row that tells of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vedette.core.footage import KEEPS, Keep, Segment, segment_id
from vedette.core.media import Packet, Sound, SoundFormat
from vedette.core.video.form import StoredForm
from vedette.record.growing import Disk, GrowingFile
from vedette.record.journal import link
from vedette.record.layout import file_path
from vedette.record.shape import Shape

__all__ = ["Writing"]


class Writing:
    """Begins at a key picture; nothing is on the disk before its first part is."""

    def __init__(self, root: Path, disk: Disk, stored: StoredForm, first: Packet) -> None:
        self.start_us = first.t_us
        self.format = first.format
        self.sound: SoundFormat | None = None
        self.end_us = first.t_us
        self.frames = 0
        self.grown = 0
        self.reorders = False
        self.interval_us = first.duration_us
        self._keep: Keep = "continuous"
        self._camera, self._stream = first.camera, first.stream
        self._shape = Shape(stored, first)
        self._path = file_path(first.camera, first.stream, first.t_us)
        self._file = GrowingFile(root / self._path, disk)

    def raise_keep(self, keep: Keep) -> None:
        """It is worth at least that much."""
        self._keep = max(self._keep, keep, key=KEEPS.index)

    def hear(self, about: SoundFormat | None) -> None:
        """Have sound of that format too; only before the first part."""
        self.sound = about
        if about is not None:
            self._shape.hear(about)

    def add(self, pictures: Sequence[Packet], sounds: Sequence[Sound], next_us: int | None) -> None:
        """Write one part; OSError when the disk does not take it."""
        part, end_us = self._shape.part(pictures, next_us, sounds)
        octets = part if self.frames else self._shape.beginning + part
        self._file.append(octets)
        times = [picture.t_us for picture in pictures]
        self.reorders = self.reorders or times != sorted(times)
        self.interval_us = (end_us - min(times)) // len(times)
        self.end_us = end_us
        self.frames += len(pictures)
        self.grown = len(octets)

    def row(self) -> Segment:
        """What is known of it while it grows."""
        return Segment(
            id=segment_id(self._camera, self._stream, self.start_us),
            camera=self._camera,
            stream=self._stream,
            start_us=self.start_us,
            end_us=self.end_us,
            media_us=self.end_us - self.start_us,
            frames=self.frames,
            size=self._file.size,
            path=self._path,
            codec=self.format.codec,
            width=self.format.width,
            height=self.format.height,
            audio=self.sound.codec if self.sound else "",
            open=True,
            keep=self._keep,
        )

    def close(self, chain: str) -> Segment | None:
        """End it after the file with that chain value; None when nothing was ever in it."""
        if not self.frames:
            self._drop()
            return None
        return self._ended(chain, self._file.close())

    def abandon(self, chain: str) -> Segment | None:
        """End it although the disk fails: what is whole counts."""
        if not self.frames:
            self._drop()
            return None
        return self._ended(chain, self._file.abandon())

    def _ended(self, chain: str, sha256: str) -> Segment:
        row = self.row()
        chained = link(chain, row.start_us, row.size, sha256)
        return replace(row, open=False, sha256=sha256, chain=chained)

    def _drop(self) -> None:
        self._file.abandon()
        try:
            os.unlink(self._file.path)
        except OSError:
            # An empty file is removed at the next start.
            return
