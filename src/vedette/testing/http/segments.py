"""A clip cut into HLS segments: MPEG-TS or fragmented MP4, timed as one endless stream."""

from __future__ import annotations

import io
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import av
from av.container import InputContainer, OutputContainer

from vedette.testing.clips import CLOCK_HZ, Clip, load

__all__ = ["Container", "Segment", "Segments"]

Container = Literal["ts", "fmp4"]

_TS_PACKET = 188


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of the clip; times in ticks from the clip's start."""

    start: int
    end: int


class Segments:
    """The pieces of a clip that loops; piece number n goes on for ever."""

    def __init__(self, path: Path, segment_s: float, container: Container) -> None:
        self.clip = load(path)
        self.container = container
        self.pieces = _cut(self.clip, round(segment_s * CLOCK_HZ))
        self._path = path
        # How many packets of each kind a piece has: continuity counters go on from piece to piece.
        self._packets = [_count(self._mux(piece, 0)) for piece in self.pieces if container == "ts"]

    @property
    def longest_s(self) -> float:
        return max(piece.end - piece.start for piece in self.pieces) / CLOCK_HZ

    def start_ticks(self, number: int) -> int:
        """When a piece begins, from the first one's beginning."""
        loop, index = divmod(number, len(self.pieces))
        return loop * self.clip.duration_ticks + self.pieces[index].start

    def complete(self, ticks: int) -> int:
        """How many pieces have ended by then."""
        loop, within = divmod(max(0, ticks), self.clip.duration_ticks)
        return loop * len(self.pieces) + sum(piece.end <= within for piece in self.pieces)

    def duration_s(self, number: int) -> float:
        """Length of a piece."""
        piece = self.pieces[number % len(self.pieces)]
        return (piece.end - piece.start) / CLOCK_HZ

    def media(self, number: int, *, restart: bool = False) -> bytes:
        """The bytes of a piece; with `restart` times begin anew in each loop."""
        loop, index = divmod(number, len(self.pieces))
        offset = 0 if restart else loop * self.clip.duration_ticks
        if self.container == "ts":
            before = Counter[int]()
            for packets in self._packets[:index]:
                before.update(packets)
            for packets in self._packets:
                before.update({kind: loop * n for kind, n in packets.items()})
            return _continue(self._mux(self.pieces[index], offset), before)
        whole = self._mux(self.pieces[index], 0)
        return _retime(_after_moov(whole), number, self.pieces[index].start + offset)

    def head(self) -> bytes:
        """The initialisation section of fragmented MP4."""
        whole = self._mux(self.pieces[0], 0)
        return whole[: len(whole) - len(_after_moov(whole))]

    def _mux(self, piece: Segment, offset: int) -> bytes:
        sink = io.BytesIO()
        form, options = "mpegts", {"mpegts_copyts": "1"}
        if self.container == "fmp4":
            flags = "empty_moov+default_base_moof+frag_keyframe+skip_trailer"
            form = "mp4"
            options = {"movflags": flags, "video_track_timescale": str(CLOCK_HZ)}
        with (
            av.open(str(self._path)) as source,
            av.open(sink, "w", format=form, options=options) as out,
        ):
            _copy(source, out, piece, offset)
        return sink.getvalue()


def _copy(source: InputContainer, out: OutputContainer, piece: Segment, offset: int) -> None:
    stream = source.streams.video[0]
    target = out.add_stream_from_template(stream)
    for packet in source.demux(stream):
        if packet.pts is None or packet.dts is None:
            continue
        ticks = round(packet.pts * packet.time_base * CLOCK_HZ)
        if not piece.start <= ticks < piece.end:
            continue
        packet.stream = target
        shift = round(offset / CLOCK_HZ / packet.time_base)
        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
        out.mux(packet)


def _cut(clip: Clip, least: int) -> tuple[Segment, ...]:
    """Pieces of at least that many ticks, each from a key frame on."""
    starts = [0]
    for unit in clip.units:
        if unit.key and unit.ticks - starts[-1] >= least:
            starts.append(unit.ticks)
    ends = [*starts[1:], clip.duration_ticks]
    return tuple(Segment(start, end) for start, end in zip(starts, ends, strict=True))


def _count(stream: bytes) -> Counter[int]:
    """MPEG-TS packets with a payload, by packet id."""
    kinds = Counter[int]()
    for at in range(0, len(stream), _TS_PACKET):
        if stream[at + 3] & 0x10:
            kinds[_packet_id(stream, at)] += 1
    return kinds


def _continue(stream: bytes, before: Counter[int]) -> bytes:
    """Continuity counters as if the pieces before had been sent, too."""
    out = bytearray(stream)
    sent = Counter(before)
    for at in range(0, len(out), _TS_PACKET):
        kind = _packet_id(stream, at)
        # A packet without payload repeats the counter of the one before it.
        payload = bool(out[at + 3] & 0x10)
        counter = sent[kind] if payload else sent[kind] - 1
        out[at + 3] = (out[at + 3] & 0xF0) | (counter & 0x0F)
        sent[kind] += payload
    return bytes(out)


def _packet_id(stream: bytes, at: int) -> int:
    return (stream[at + 1] & 0x1F) << 8 | stream[at + 2]


def _after_moov(whole: bytes) -> bytes:
    at = 0
    while whole[at + 4 : at + 8] != b"moof":
        at += int.from_bytes(whole[at : at + 4], "big")
    return whole[at:]


def _retime(fragments: bytes, number: int, start: int) -> bytes:
    """Fragments whose decode times begin at `start` ticks; each is numbered after the piece."""
    out = bytearray(fragments)
    at, first = 0, cast("int | None", None)
    while (at := out.find(b"tfdt", at)) >= 0:
        form, place = (">Q", at + 8) if out[at + 4] else (">I", at + 8)
        (own,) = struct.unpack_from(form, out, place)
        first = own if first is None else first
        struct.pack_into(form, out, place, own - first + start)
        at += 4
    at = out.find(b"mfhd")
    struct.pack_into(">I", out, at + 8, number + 1)
    return bytes(out)
