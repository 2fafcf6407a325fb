"""Footage from elsewhere put into a gap: only what is missing, where it belongs, as a file of ours.

Pictures that are here already tell exactly how the other clock stands, for a device records the
same bytes it sends. What a picture needs to be decoded with comes along, but takes no time.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vedette.core.errors import Gone
from vedette.core.footage import Segment, Span, segment_id
from vedette.core.media import Packet
from vedette.core.video.form import stored_form
from vedette.core.video.nal import VideoCodec, is_picture, nal_type, split, split_lengths
from vedette.record.head import Head
from vedette.record.index import head_of, parts_of
from vedette.record.layout import file_path
from vedette.record.reading import ArchiveFiles, FileReader
from vedette.record.runs import Run
from vedette.record.shape import Shape

__all__ = ["Mark", "Placed", "marks_in", "place", "write_fetched"]

_PART_US = 500_000
# Two ticks of a file's clock: pictures that take no time must still follow each other.
_NO_TIME_US = 25
_FIRST_US = 40_000
# Further apart are other pictures that look the same.
_FAR_US = 8_000_000
_SAME_US = 15_000
_FEWEST = 3
_HOLE_US = 2_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A picture that is here already."""

    t_us: int
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What goes into a gap."""

    pictures: tuple[Packet, ...]
    """As decoded, from a key picture on, by our clock."""
    start_us: int
    """When the first missing picture was taken; those before it only help to decode."""
    end_us: int
    interval_us: int
    matched: bool
    """Whether pictures that are here already told how the clocks stand."""


def marks_in(files: ArchiveFiles, segments: Iterable[Segment], span: Span) -> list[Mark]:
    """The pictures of a span that these files hold, in order of time."""
    found: list[Mark] = []
    for segment in segments:
        try:
            reader = files.open(segment)
        except Gone:
            continue
        try:
            found += _marks(reader, segment, span)
        except ValueError:
            continue
        finally:
            reader.close()
    return sorted(found, key=lambda one: one.t_us)


def place(
    packets: Sequence[Packet], gap: Span, before: Sequence[Mark], after: Sequence[Mark]
) -> Placed | None:
    """What of these is missing in the gap, with times that fit; None when it is nothing."""
    digests = [_digest(one.format.codec, split(one.data)) for one in packets]
    left = max(_matches(packets, digests, before), default=None)
    later = (one for one in _matches(packets, digests, after) if left is None or one[0] > left[0])
    right = min(later, default=None)
    times = _times(packets, left, right)
    begin = _from(times, gap[0]) if left is None else left[0] + 1
    end = _from(times, gap[1]) if right is None else right[0]
    key = next((at for at in range(min(begin, len(packets) - 1), -1, -1) if packets[at].key), None)
    if key is not None and _unbroken(times, key, begin + 1) <= begin:
        key = None
    if key is None:
        # It begins in the middle: what comes before its first key picture cannot be shown.
        key = begin = next((at for at in range(begin, end) if packets[at].key), end)
    if begin >= end:
        return None
    end = _unbroken(times, begin, end)
    return _laid(packets[key:end], times[key:end], begin - key, matched=bool(left or right))


def write_fetched(root: Path, placed: Placed) -> Segment:
    """Write a file below the root and tell its row; OSError when the disk does not take it.

    The file is not in the chain of what was recorded here: it came later, and from elsewhere.
    """
    first = placed.pictures[0]
    stored = stored_form(first.format, first.data)
    if stored is None:
        raise ValueError("the footage does not say how it is coded")
    shape = Shape(stored, first)
    octets = bytearray(shape.beginning)
    parts = list(_parts(placed.pictures))
    for at, part in enumerate(parts):
        next_us = parts[at + 1][0].t_us if at + 1 < len(parts) else placed.end_us
        octets += shape.part(part, next_us)[0]
    path = file_path(first.camera, first.stream, first.t_us)
    _write(root / path, octets)
    return Segment(
        id=segment_id(first.camera, first.stream, first.t_us),
        camera=first.camera,
        stream=first.stream,
        start_us=first.t_us,
        end_us=placed.end_us,
        media_us=placed.end_us - first.t_us,
        frames=len(placed.pictures),
        size=len(octets),
        path=path,
        codec=first.format.codec,
        width=first.format.width,
        height=first.format.height,
        sha256=hashlib.sha256(octets).hexdigest(),
        origin="backfilled",
    )


def _write(path: Path, octets: bytes | bytearray) -> None:
    """Whole or not at all: a name that is none of a recording's until it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.fetched")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(aside, flags, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


_Match = tuple[int, int]
"""Which of the fetched pictures, and how much later it is here than there."""


def _matches(
    packets: Sequence[Packet], digests: Sequence[bytes], marks: Sequence[Mark]
) -> list[_Match]:
    """Pictures that are here as well: the same bytes, all with nearly the same difference.

    Pictures in which nothing moves may have the same bytes; those with much in them decide.
    """
    known: dict[bytes, list[int]] = {}
    for mark in marks:
        known.setdefault(mark.digest, []).append(mark.t_us)
    pairs = [
        (at, t_us - packet.t_us)
        for at, packet in enumerate(packets)
        for t_us in known.get(digests[at], ())
        if abs(t_us - packet.t_us) < _FAR_US
    ]
    weights: Counter[int] = Counter()
    for at, off_us in pairs:
        for near in (-1, 0, 1):
            weights[off_us // _SAME_US + near] += len(packets[at].data)
    if not weights:
        return []
    best = weights.most_common(1)[0][0]
    found = [one for one in pairs if abs(one[1] // _SAME_US - best) <= 1]
    # One key picture at least: no two of those are alike, not even at night.
    sure = len(found) >= _FEWEST and any(packets[at].key for at, _ in found)
    return found if sure else []


def _times(packets: Sequence[Packet], left: _Match | None, right: _Match | None) -> list[int]:
    """Times by our clock; between two matches the difference changes evenly."""
    first, last = left or right, right or left
    if first is None or last is None:
        return [one.t_us for one in packets]
    begin_us = packets[first[0]].t_us
    lasts_us = max(1, packets[last[0]].t_us - begin_us)
    drift_us = last[1] - first[1]
    return [
        one.t_us + first[1] + drift_us * min(max(one.t_us - begin_us, 0), lasts_us) // lasts_us
        for one in packets
    ]


def _unbroken(times: Sequence[int], begin: int, end: int) -> int:
    """Where the first hole is: what comes after it is another file."""
    steps = (at for at in range(begin + 1, end) if times[at] - times[at - 1] > _HOLE_US)
    return next(steps, end)


def _from(times: Sequence[int], t_us: int) -> int:
    return next((at for at, one in enumerate(times) if one >= t_us), len(times))


def _laid(packets: Sequence[Packet], times: Sequence[int], lead: int, *, matched: bool) -> Placed:
    """The pictures with their times; the first `lead` of them take no time."""
    shown = sorted(times[lead:])
    steps = len(shown) - 1
    interval_us = (shown[-1] - shown[0]) // steps if steps else packets[0].duration_us or _FIRST_US
    begin_us = shown[0]
    moved = [begin_us - (lead - at) * _NO_TIME_US for at in range(lead)] + list(times[lead:])
    return Placed(
        pictures=tuple(replace(one, t_us=t_us) for one, t_us in zip(packets, moved, strict=True)),
        start_us=begin_us,
        end_us=shown[-1] + interval_us,
        interval_us=interval_us,
        matched=matched,
    )


def _parts(pictures: Sequence[Packet]) -> Iterator[list[Packet]]:
    part: list[Packet] = []
    newest_us = 0
    for one in pictures:
        long = part and one.t_us > newest_us and one.t_us - part[0].t_us >= _PART_US
        if long:
            yield part
            part = []
        newest_us = max(newest_us, one.t_us)
        part.append(one)
    if part:
        yield part


def _marks(reader: FileReader, segment: Segment, span: Span) -> Iterator[Mark]:
    head = head_of(reader)
    for _, _, runs in parts_of(reader, head, head.size):
        for run in runs:
            if head.video is not None and run.track == head.video.id:
                yield from _marks_of(reader, (segment, head), run, span)


def _marks_of(reader: FileReader, of: tuple[Segment, Head], run: Run, span: Span) -> Iterator[Mark]:
    segment, head = of
    scale = head.video.timescale if head.video is not None else 1
    for shown, offset, size in zip(run.shown, run.offset, run.size, strict=True):
        t_us = segment.start_us + int(shown) * 1_000_000 // scale
        if span[0] <= t_us < span[1]:
            payload = reader.read(int(offset), int(size))
            units = [payload] if segment.codec == "mjpeg" else split_lengths(payload, 4)
            yield Mark(t_us, _digest(segment.codec, units))


def _digest(codec: str, units: Iterable[bytes]) -> bytes:
    """Of the picture's slices alone: devices add and leave out what stands around them."""
    mixed = hashlib.blake2b(digest_size=16)
    known: VideoCodec = "h264" if codec == "h264" else "hevc"
    for unit in units:
        if codec == "mjpeg" or is_picture(known, nal_type(known, unit)):
            mixed.update(unit.rstrip(b"\x00"))
    return mixed.digest()
