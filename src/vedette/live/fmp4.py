"""Packets of one stream as a fragmented MP4 that a browser plays, one fragment per picture.

Decode times run on without holes, because browsers skip to the next key frame at a hole; the true
times stand in the composition offsets. Media time is therefore exact: `t_us - base_t_us`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.core.errors import StreamUnsupported
from vedette.core.media import Packet, Sound, SoundFormat
from vedette.core.video.form import StoredForm, stored_form, stored_picture
from vedette.core.video.mp4 import TIMESCALE, Run, Sample, fragment, init
from vedette.core.video.nal import VideoCodec
from vedette.core.video.sound import SoundLane, sound_codecs, sound_form

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

    def __init__(
        self,
        codec: VideoCodec,
        stored: StoredForm,
        first: Packet,
        sound: SoundFormat | None = None,
    ) -> None:
        form = stored.form
        base_us = first.t_us - _LEAD_US
        self.sound = sound
        self._lane = None if sound is None else SoundLane(sound, base_us)
        self.opening = Opening(
            mime=stored.mime if sound is None else _with_sound(stored, sound),
            codec=first.format.codec,
            width=form.width,
            height=form.height,
            base_t_us=base_us,
            segment=init(form) if sound is None else init(form, sound_form(sound)),
        )
        self._codec = codec
        self._sequence = 0
        self._decode_time = self._shown(first) - _AHEAD
        self._interval = _ticks(first.duration_us) or _FIRST_DURATION
        self._latest_us = first.t_us
        self._since_latest = 0

    def fits(self, packet: Packet) -> bool:
        """Whether the packet's time lies where this media timeline can carry it."""
        earliest_us = max(self.opening.base_t_us + _LEAD_US // 2, self._latest_us - _LEAD_US)
        return earliest_us < packet.t_us < self._latest_us + _LONGEST_HOLE_US

    def wrap(self, packet: Packet, sounds: Sequence[Sound] = ()) -> bytes:
        """The packet as moof and mdat, and what was heard since the one before."""
        shown = self._shown(packet)
        due = shown - _AHEAD
        if packet.key and abs(due - self._decode_time) > _ASTRAY:
            # A decoder starts afresh here, so a hole does no harm.
            self._decode_time = max(self._decode_time, due)
        duration = self._next_duration(packet, due)
        self._sequence += 1
        sample = Sample(
            offset=shown - self._decode_time,
            duration=duration,
            key=packet.key,
            payload=stored_picture(self._codec, packet.data),
        )
        run = Run(track=1, decode_time=self._decode_time, samples=(sample,))
        self._decode_time += duration
        heard = None if self._lane is None else self._lane.run(2, sounds)
        return fragment(self._sequence, *((run,) if heard is None else (run, heard)))

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


def open_stream(packet: Packet, sound: SoundFormat | None = None) -> Fragmenter | None:
    """Begin with this key frame; None while its parameter sets are still unknown."""
    stream = packet.format
    if stream.codec not in ("h264", "hevc"):
        raise StreamUnsupported(f"browsers cannot show {stream.codec or 'this codec'}")
    codec: VideoCodec = "h264" if stream.codec == "h264" else "hevc"
    try:
        stored = stored_form(stream, packet.data)
    except ValueError as error:
        raise StreamUnsupported(f"the stream's parameter sets make no sense: {error}") from None
    return None if stored is None else Fragmenter(codec, stored, packet, sound)


def _with_sound(stored: StoredForm, sound: SoundFormat) -> str:
    return f'video/mp4; codecs="{stored.codecs},{sound_codecs(sound)}"'


def _ticks(duration_us: int) -> int:
    return round(duration_us * TIMESCALE / 1_000_000)
