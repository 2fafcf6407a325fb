"""Sound as an MP4 file keeps it: its track's form, and its pieces one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vedette.core.media import Sound, SoundFormat
from vedette.core.video.mp4 import Run, Sample, SoundForm, aac_record, opus_record

__all__ = ["SoundLane", "sound_codecs", "sound_form"]

# Nearer than this to where the piece before it ends, a piece follows it without a hole.
_NEAR_S = 0.03
# How much of a piece's length is taken to come nearer to the true time: nobody hears it.
_SLEW = 0.002


def sound_form(about: SoundFormat) -> SoundForm:
    """The form of a track with this sound."""
    entry, config = b"alaw" if about.codec == "pcm_alaw" else b"ulaw", b""
    if about.codec == "aac":
        entry, config = b"mp4a", aac_record(about.config)
    elif about.codec == "opus":
        entry, config = b"Opus", opus_record(about.channels, about.rate_hz)
    return SoundForm(entry=entry, config=config, rate_hz=about.rate_hz, channels=about.channels)


def sound_codecs(about: SoundFormat) -> str:
    """What a browser is told (RFC 6381); empty for G.711, which none of them plays in MP4."""
    if about.codec == "aac":
        # SBR is told as such; what a browser does with it is the same.
        return "mp4a.40.5" if about.config and about.config[0] >> 3 == 5 else "mp4a.40.2"
    return "opus" if about.codec == "opus" else ""


class SoundLane:
    """Lays pieces of one format on a track whose time 0 is `base_us`.

    They follow each other without holes where nothing is missing, although their wall-clock times
    shake a little; true times are kept to within 30 ms.
    """

    def __init__(self, about: SoundFormat, base_us: int) -> None:
        self._rate_hz, self._base_us = about.rate_hz, base_us
        self._near = round(_NEAR_S * about.rate_hz)
        self._next: int | None = None

    def run(self, track: int, sounds: Iterable[Sound]) -> Run | None:
        """The pieces as samples; those from before time 0 or the piece before are left out."""
        begin = 0
        samples: list[Sample] = []
        for sound in sounds:
            length = max(1, self._ticks(sound.duration_us))
            at = self._ticks(sound.t_us - self._base_us)
            due = at if self._next is None else self._next
            error = at - due
            if at < 0 or error < -self._near:
                continue
            if error > self._near:
                if samples:
                    samples[-1] = replace(samples[-1], duration=samples[-1].duration + error)
                due, error = at, 0
            if not samples:
                begin = due
            most = max(1, round(length * _SLEW))
            length = max(1, length + min(max(error, -most), most))
            samples.append(Sample(duration=length, payload=sound.data))
            self._next = due + length
        return Run(track=track, decode_time=begin, samples=samples) if samples else None

    def _ticks(self, us: int) -> int:
        return round(us * self._rate_hz / 1_000_000)
