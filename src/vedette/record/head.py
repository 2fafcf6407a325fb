"""What the head of a recorded file says: its tracks, and what a browser has to be able to play."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from vedette.core.video.form import hevc_words

__all__ = ["Head", "Inner", "TrackHead", "inner_boxes", "read_head"]

_KINDS: dict[bytes, Literal["video", "audio"]] = {b"vide": "video", b"soun": "audio"}
# What of a sample entry stands before the boxes within it.
_VIDEO_ENTRY, _AUDIO_ENTRY = 86, 36


@dataclass(frozen=True, slots=True)
class Inner:
    """A box within bytes: its name, and where its content begins and ends."""

    name: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackHead:
    """One track as the head describes it."""

    id: int
    kind: Literal["video", "audio"]
    timescale: int
    entry: bytes
    """The whole sample entry: codec and its configuration."""
    width: int
    height: int
    duration: int = 0
    """Of samples that do not say their own."""
    size: int = 0
    flags: int = 0

    @property
    def codec(self) -> str:
        """As the `codecs` parameter of a MIME type names it."""
        return _codec(self.entry)

    def fits(self, other: TrackHead) -> bool:
        """Whether a decoder set up for one can go on with the other."""
        return self.timescale == other.timescale and _form(self.entry) == _form(other.entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The beginning of a file, which all its parts need."""

    size: int
    """Bytes before the first part."""
    tracks: tuple[TrackHead, ...]

    @property
    def video(self) -> TrackHead | None:
        return next((track for track in self.tracks if track.kind == "video"), None)

    @property
    def audio(self) -> TrackHead | None:
        return next((track for track in self.tracks if track.kind == "audio"), None)

    @property
    def mime(self) -> str:
        """What a player is asked whether it can play."""
        return f'video/mp4; codecs="{",".join(track.codec for track in self.tracks)}"'


def read_head(moov: bytes, size: int) -> Head:
    """Read the content of a `moov` box; ValueError when it makes no sense."""
    try:
        boxes = list(inner_boxes(moov, 0, len(moov)))
        tracks = [_track(moov, box) for box in boxes if box.name == b"trak"]
        known = {track.id: track for track in tracks if track is not None}
        for box in boxes:
            if box.name == b"mvex":
                _take_defaults(moov, box, known)
        head = Head(size=size, tracks=tuple(known.values()))
        # Asked once here, so that nobody finds out later that a description makes no sense.
        [_form(track.entry) for track in head.tracks if track.codec]
    except (struct.error, IndexError, StopIteration) as error:
        raise ValueError(f"the head of the file makes no sense: {error}") from error
    return head


def inner_boxes(content: bytes, start: int, end: int) -> Iterator[Inner]:
    """The boxes that stand one after the other; ValueError when one does not fit."""
    while start + 8 <= end:
        size, name = struct.unpack_from(">I4s", content, start)
        body = start + 8
        if size == 1:
            size = struct.unpack_from(">Q", content, body)[0]
            body += 8
        if size < body - start or start + size > end:
            raise ValueError(f"a box {name!r} is longer than what holds it")
        yield Inner(name, body, start + size)
        start += size


def _track(moov: bytes, trak: Inner) -> TrackHead | None:
    header = _only(moov, trak, b"tkhd")
    media = _only(moov, trak, b"mdia")
    handler = _only(moov, media, b"hdlr")
    kind = _KINDS.get(moov[handler.start + 8 : handler.start + 12])
    if kind is None:
        return None
    described = _only(moov, _only(moov, _only(moov, media, b"minf"), b"stbl"), b"stsd")
    size = struct.unpack_from(">I", moov, described.start + 8)[0]
    times = _only(moov, media, b"mdhd")
    width, height = struct.unpack_from(">II", moov, header.end - 8)
    return TrackHead(
        id=struct.unpack_from(">I", moov, header.start + (20 if moov[header.start] else 12))[0],
        kind=kind,
        timescale=struct.unpack_from(">I", moov, times.start + (20 if moov[times.start] else 12))[0]
        or 1,
        entry=moov[described.start + 8 : described.start + 8 + size],
        width=width >> 16,
        height=height >> 16,
    )


def _take_defaults(moov: bytes, mvex: Inner, known: dict[int, TrackHead]) -> None:
    for box in inner_boxes(moov, mvex.start, mvex.end):
        if box.name != b"trex":
            continue
        track, _, duration, size, flags = struct.unpack_from(">5I", moov, box.start + 4)
        if track in known:
            known[track] = replace(known[track], duration=duration, size=size, flags=flags)


def _only(content: bytes, within: Inner, name: bytes) -> Inner:
    for box in inner_boxes(content, within.start, within.end):
        if box.name == name:
            return box
    raise ValueError(f"a box {name!r} is missing")


def _form(entry: bytes) -> bytes:
    """What of a sample entry concerns a decoder: bit rates it may carry do not."""
    name = entry[4:8]
    if name == b"mp4a":
        return entry[8:_AUDIO_ENTRY] + _decoder(_config(entry, _AUDIO_ENTRY, b"esds"))[1]
    if name not in (b"avc1", b"avc3", b"hvc1", b"hev1"):
        return entry[4:]
    boxes = inner_boxes(entry, _VIDEO_ENTRY, len(entry))
    kept = [entry[box.start : box.end] for box in boxes if box.name != b"btrt"]
    return b"".join([name, entry[8:_VIDEO_ENTRY], *kept])


def _codec(entry: bytes) -> str:
    name = entry[4:8].decode("ascii", "replace")
    if name in ("avc1", "avc3"):
        config = _config(entry, _VIDEO_ENTRY, b"avcC")
        return f"{name}.{config[1:4].hex()}"
    if name in ("hvc1", "hev1"):
        return f"{name}.{hevc_words(_config(entry, _VIDEO_ENTRY, b'hvcC')[1:13])}"
    if name == "mp4a":
        return f"mp4a.{_aac_words(_config(entry, _AUDIO_ENTRY, b'esds'))}"
    return name.lower()


def _config(entry: bytes, start: int, name: bytes) -> bytes:
    for box in inner_boxes(entry, start, len(entry)):
        if box.name == name:
            return entry[box.start : box.end]
    raise ValueError(f"a sample entry lacks its {name!r}")


def _aac_words(esds: bytes) -> str:
    kind, told = _decoder(esds)
    return f"40.{told[0] >> 3}" if kind == 0x40 and told else f"{kind:02x}"


def _decoder(esds: bytes) -> tuple[int, bytes]:
    """(kind, what the decoder is told) out of descriptors within one another (ISO/IEC 14496-1)."""
    at, _ = _descriptor(esds, 4, 3)
    at += 3 + (2 if esds[at + 2] & 0x80 else 0)
    at, end = _descriptor(esds, at, 4)
    kind = esds[at]
    if at + 13 >= end:
        return kind, b""
    at, end = _descriptor(esds, at + 13, 5)
    return kind, esds[at:end]


def _descriptor(esds: bytes, at: int, tag: int) -> tuple[int, int]:
    if esds[at] != tag:
        raise ValueError(f"descriptor {tag} of the sound is missing")
    size = 0
    while True:
        at += 1
        size = size << 7 | esds[at] & 0x7F
        if not esds[at] & 0x80:
            return at + 1, at + 1 + size
