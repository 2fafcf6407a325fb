"""Sound in memory, coded as cameras code it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from vedette.core.media import SoundCodec, SoundFormat
from vedette.testing.clips import CLOCK_HZ

__all__ = ["Samples", "SoundClip", "SoundPiece", "code_sound", "flat", "rising_clicks"]

Samples = NDArray[np.int16]
"""int16[n], one channel."""

_ENCODERS = {"aac": "aac", "opus": "libopus", "pcm_alaw": "pcm_alaw", "pcm_mulaw": "pcm_mulaw"}
_G711_SAMPLES = 320


@dataclass(frozen=True, slots=True)
class SoundPiece:
    """One access unit, times from the clip's start in 1/90000 s."""

    ticks: int
    lasts_ticks: int
    data: bytes


@dataclass(frozen=True, slots=True)
class SoundClip:
    """A whole coded sound."""

    format: SoundFormat
    pieces: tuple[SoundPiece, ...]

    @property
    def clock_hz(self) -> int:
        """Of its RTP times."""
        return 48_000 if self.format.codec == "opus" else self.format.rate_hz


def flat(seconds: float, rate_hz: int) -> Samples:
    """Silence."""
    return np.zeros(round(seconds * rate_hz), np.int16)


def rising_clicks(seconds: float, rate_hz: int, at_s: tuple[float, ...]) -> Samples:
    """Silence with loud bursts of 40 ms that begin at these times."""
    samples = flat(seconds, rate_hz)
    burst = np.sin(np.arange(round(0.04 * rate_hz)) * 2 * np.pi * 1000 / rate_hz) * 24_000
    for start_s in at_s:
        at = round(start_s * rate_hz)
        samples[at : at + len(burst)] = burst[: len(samples) - at]
    return samples


def code_sound(samples: Samples, rate_hz: int, codec: SoundCodec) -> SoundClip:
    """Code one channel; Opus wants 48 kHz, G.711 8 kHz."""
    coder = av.CodecContext.create(_ENCODERS[codec], "w")
    assert isinstance(coder, av.AudioCodecContext)
    coder.sample_rate = rate_hz
    coder.layout = "mono"
    coder.format = "fltp" if codec == "aac" else "s16"
    coder.bit_rate = 32_000
    coder.time_base = Fraction(1, rate_hz)
    coder.open()
    size = coder.frame_size or _G711_SAMPLES
    pieces: list[SoundPiece] = []
    for at in range(0, len(samples) - size + 1, size):
        part = samples[np.newaxis, at : at + size]
        frame = (
            av.AudioFrame.from_ndarray((part / 32_768).astype(np.float32), "fltp", "mono")
            if codec == "aac"
            else av.AudioFrame.from_ndarray(np.ascontiguousarray(part), "s16", "mono")
        )
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, at, coder.time_base
        pieces += [_piece(packet, size, rate_hz) for packet in coder.encode(frame)]
    pieces += [_piece(packet, size, rate_hz) for packet in coder.encode(None)]
    config = bytes(coder.extradata or b"") if codec == "aac" else b""
    form = SoundFormat(codec=codec, rate_hz=rate_hz, channels=1, config=config)
    return SoundClip(form, tuple(one for one in pieces if one.ticks >= 0))


def _piece(packet: av.Packet[AudioStream], size: int, rate_hz: int) -> SoundPiece:
    # What coding delays comes with a time before the first sample.
    pts = packet.pts or 0
    return SoundPiece(pts * CLOCK_HZ // rate_hz, size * CLOCK_HZ // rate_hz, bytes(packet))
