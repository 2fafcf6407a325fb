"""Packets of one stream as a fragmented MP4 that a browser plays, one fragment per picture.

Decode times run on without holes, because browsers skip to the next key frame at a hole; the true
times stand in the composition offsets. Media time is therefore exact: `t_us - base_t_us`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vedette.core.errors import StreamUnsupported
from vedette.core.media import Packet, StreamFormat
from vedette.live.bits import HevcProfile, avc_profile, hevc_profile, nal_units
from vedette.live.boxes import (
    TIMESCALE,
    Sample,
    TrackForm,
    avc_record,
    fragment,
    hevc_record,
    init,
)

__all__ = ["Fragmenter", "Opening", "open_stream"]

# Media time at which a stream begins, so that nothing before it becomes negative.
_LEAD_US = 1_000_000
# Decoding runs this far ahead of showing; enough for any reordering that is seen in practice.
_AHEAD = TIMESCALE * 9 // 10
_FIRST_DURATION = TIMESCALE // 25
_SHORTEST, _LONGEST = TIMESCALE // 1000, TIMESCALE * 10
_LONGEST_HOLE_US = 60_000_000
# Off by more than this, decode times are set anew at the next key frame.
_ASTRAY = TIMESCALE // 2

_HEVC_SETS = (32, 33, 34)
_AVC_LEFT_OUT = {7, 8, 9, 12}
_HEVC_LEFT_OUT = {*_HEVC_SETS, 35, 38}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a viewer is told before the first picture."""

    mime: str
    codec: str
    width: int
    height: int
    base_t_us: int
    """Wall clock at media time 0."""
    segment: bytes
    """The init segment; empty where pictures stand alone."""


class Fragmenter:
    """Wraps the packets of one format, beginning with a key frame."""

    def __init__(self, form: TrackForm, mime: str, first: Packet) -> None:
        self.opening = Opening(
            mime=mime,
            codec=first.format.codec,
            width=form.width,
            height=form.height,
            base_t_us=first.t_us - _LEAD_US,
            segment=init(form),
        )
        self._hevc = first.format.codec == "hevc"
        self._sequence = 0
        self._decode_time = self._shown(first) - _AHEAD
        self._interval = _ticks(first.duration_us) or _FIRST_DURATION
        self._latest_us = first.t_us
        self._since_latest = 0

    def fits(self, packet: Packet) -> bool:
        """Whether the packet's time lies where this media timeline can carry it."""
        earliest_us = max(self.opening.base_t_us + _LEAD_US // 2, self._latest_us - _LEAD_US)
        return earliest_us < packet.t_us < self._latest_us + _LONGEST_HOLE_US

    def wrap(self, packet: Packet) -> bytes:
        """The packet as moof and mdat."""
        shown = self._shown(packet)
        due = shown - _AHEAD
        if packet.key and abs(due - self._decode_time) > _ASTRAY:
            # A decoder starts afresh here, so a hole does no harm.
            self._decode_time = max(self._decode_time, due)
        duration = self._next_duration(packet, due)
        self._sequence += 1
        sample = Sample(
            sequence=self._sequence,
            decode_time=self._decode_time,
            offset=shown - self._decode_time,
            duration=duration,
            key=packet.key,
            payload=self._payload(packet.data),
        )
        self._decode_time += duration
        return fragment(sample)

    def _shown(self, packet: Packet) -> int:
        return round((packet.t_us - self.opening.base_t_us) * TIMESCALE / 1_000_000)

    def _next_duration(self, packet: Packet, due: int) -> int:
        step_us = packet.t_us - self._latest_us
        self._since_latest += 1
        if step_us > 0:
            # Pictures sent out of order fill the step up from behind.
            step = min(max(_ticks(step_us) // self._since_latest, _SHORTEST), _LONGEST)
            self._latest_us = packet.t_us
            self._since_latest = 0
            # The usual distance of pictures, hardly moved by a single late one.
            self._interval += (min(step, 2 * self._interval) - self._interval) // 8
        behind = due - self._decode_time
        wanted = self._interval + behind // 8
        return min(max(wanted, self._interval // 2, _SHORTEST), 2 * self._interval)

    def _payload(self, data: bytes) -> bytes:
        parts = []
        for unit in nal_units(data):
            kind = (unit[0] >> 1) & 0x3F if self._hevc else unit[0] & 0x1F
            if kind not in (_HEVC_LEFT_OUT if self._hevc else _AVC_LEFT_OUT):
                parts.append(struct.pack(">I", len(unit)))
                parts.append(unit)
        return b"".join(parts)


def open_stream(packet: Packet) -> Fragmenter | None:
    """Begin with this key frame; None while its parameter sets are still unknown."""
    stream = packet.format
    if stream.codec not in ("h264", "hevc"):
        raise StreamUnsupported(f"browsers cannot show {stream.codec or 'this codec'}")
    try:
        # The newest parameter sets travel with the picture; extradata may be older.
        form = _form(stream, packet.data) or _form(stream, stream.extradata)
    except ValueError as error:
        raise StreamUnsupported(f"the stream's parameter sets make no sense: {error}") from None
    if form is None:
        return None
    return Fragmenter(form[0], form[1], packet)


def _form(stream: StreamFormat, annex_b: bytes) -> tuple[TrackForm, str] | None:
    avc = stream.codec == "h264"
    found = _avc(annex_b) if avc else _hevc(annex_b)
    if found is None:
        return None
    config, mime = found
    entry = b"avc1" if avc else b"hvc1"
    form = TrackForm(entry=entry, config=config, width=stream.width, height=stream.height)
    return form, f'video/mp4; codecs="{mime}"'


def _avc(annex_b: bytes) -> tuple[bytes, str] | None:
    sps: list[bytes] = []
    pps: list[bytes] = []
    for unit in nal_units(annex_b):
        kept = {7: sps, 8: pps}.get(unit[0] & 0x1F)
        if kept is not None and unit not in kept:
            kept.append(unit)
    if not sps or not pps:
        return None
    about = avc_profile(sps[0])
    mime = f"avc1.{about.profile:02x}{about.constraints:02x}{about.level:02x}"
    return avc_record(about, sps[:31], pps[:255]), mime


def _hevc(annex_b: bytes) -> tuple[bytes, str] | None:
    sets: dict[int, list[bytes]] = {kind: [] for kind in _HEVC_SETS}
    for unit in nal_units(annex_b):
        kept = sets.get((unit[0] >> 1) & 0x3F)
        if kept is not None and unit not in kept:
            kept.append(unit)
    if not all(sets.values()):
        return None
    about = hevc_profile(sets[33][0])
    return hevc_record(about, list(sets.items())), f"hvc1.{_hevc_words(about)}"


def _hevc_words(about: HevcProfile) -> str:
    # ISO/IEC 14496-15 annex E: space and profile, compatibility bits reversed, tier and level,
    # constraint bytes without the trailing zero ones.
    first, level = about.general[0], about.general[11]
    space, tier, profile = first >> 6, (first >> 5) & 1, first & 0x1F
    flags = int(f"{int.from_bytes(about.general[1:5], 'big'):032b}"[::-1], 2)
    parts = [f"{('', 'A', 'B', 'C')[space]}{profile}", f"{flags:X}", f"{'HL'[1 - tier]}{level}"]
    constraints = about.general[5:11].rstrip(b"\x00")
    return ".".join([*parts, *(f"{byte:X}" for byte in constraints)])


def _ticks(duration_us: int) -> int:
    return round(duration_us * TIMESCALE / 1_000_000)
