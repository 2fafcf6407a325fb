"""What a crash left behind: files that were never closed are cut to their last whole part."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from vedette.core.footage import Gap, Segment, segment_id
from vedette.record.head import Head
from vedette.record.index import head_of, parts_of, start_of
from vedette.record.journal import START, Anchor, Entry, append_journal, link, read_journal
from vedette.record.layout import DayFolder, days_of, file_path, start_of_name
from vedette.record.reading import LocalReader

__all__ = ["Standing", "mend"]

_CODECS = {b"avc1": "h264", b"hvc1": "hevc", b"jpeg": "mjpeg"}
_SOUNDS = {b"mp4a": "aac", b"Opus": "opus", b"alaw": "pcm_alaw", b"ulaw": "pcm_mulaw"}
# Older days have been mended by whoever began the next one.
_DAYS = 2
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a stream's recordings stand when recording begins."""

    chain: str
    end_us: int | None
    """Until when is known what there is and why; None: there is nothing."""
    mended: tuple[Segment, ...]


def mend(root: Path, camera: str, stream: str) -> Standing:
    """Close what was left open, and say where to go on; OSError when the disk does not answer."""
    known = _Known()
    mended: list[Segment] = []
    for day in list(days_of(root, camera, stream))[-_DAYS:]:
        for entry in read_journal(root / day.journal).entries:
            known.take(entry)
        for path, start_us in _files(root, day):
            found = None if start_us in known.starts else _close(path, camera, stream, start_us)
            if found is None:
                continue
            chain = link(known.chain, start_us, found.size, found.sha256)
            found = replace(found, chain=chain)
            append_journal(root / day.journal, [found])
            known.take(found)
            mended.append(found)
    return Standing(chain=known.chain, end_us=known.end_us or None, mended=tuple(mended))


class _Known:
    """What the journals say, summed up."""

    def __init__(self) -> None:
        self.starts: set[int] = set()
        self.chain = START
        self.end_us = 0

    def take(self, entry: Entry) -> None:
        if isinstance(entry, Segment):
            self.starts.add(entry.start_us)
        if isinstance(entry, Segment | Anchor) and entry.chain:
            self.chain = entry.chain
        if isinstance(entry, Segment | Gap):
            self.end_us = max(self.end_us, entry.end_us or 0)


def _files(root: Path, day: DayFolder) -> list[tuple[Path, int]]:
    found = []
    for path in (root / day.path).glob("*/*.mp4"):
        start_us = start_of_name(path.name)
        if start_us is not None:
            found.append((path, start_us))
    return sorted(found, key=lambda one: one[1])


def _close(path: Path, camera: str, stream: str, start_us: int) -> Segment | None:
    reader = LocalReader(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC))
    try:
        head = head_of(reader)
        spans, frames, end = _walk(reader, head)
    except ValueError:
        # Cut off within its first bytes; something larger is for people to look at.
        if reader.size < _CHUNK:
            path.unlink()
        return None
    finally:
        reader.close()
    if not spans or head.video is None:
        path.unlink()
        return None
    if path.stat().st_size > end:
        os.truncate(path, end)
    sound = head.audio
    return Segment(
        id=segment_id(camera, stream, start_us),
        camera=camera,
        stream=stream,
        start_us=start_us,
        end_us=start_us + spans[-1][1],
        media_us=spans[-1][1] - spans[0][0],
        frames=frames,
        size=end,
        path=file_path(camera, stream, start_us),
        codec=_CODECS.get(head.video.entry[4:8], ""),
        width=head.video.width,
        height=head.video.height,
        audio=_SOUNDS.get(sound.entry[4:8], "") if sound else "",
        sha256=_sha256(path),
    )


def _walk(reader: LocalReader, head: Head) -> tuple[list[tuple[int, int]], int, int]:
    """(begin, end) of every whole part, how many pictures, and where the last part ends."""
    spans: list[tuple[int, int]] = []
    frames, end = 0, head.size
    for offset, size, runs in parts_of(reader, head, head.size):
        span = start_of(head, runs)
        if span is None or head.video is None:
            continue
        spans.append(span[:2])
        frames += sum(len(run) for run in runs if run.track == head.video.id)
        end = offset + size
    return spans, frames, end


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
