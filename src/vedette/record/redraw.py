"""Encodes a plain MP4 anew with something drawn into its pictures; its sound stays."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame

from vedette.core.errors import StoreError
from vedette.core.media import Pixels

__all__ = ["Paint", "redraw"]

Paint = Callable[[Pixels, float], None]
"""Draws into an RGB picture, uint8[h, w, 3], shown so many seconds from the beginning."""

_CLOCK = Fraction(1, 90_000)
# What an MP4 can hold as it is; anything else is encoded anew.
_KEPT_SOUND = {"aac", "opus", "mp3"}


def redraw(source: Path, target: Path, paint: Paint, report: Callable[[float], None]) -> int:
    """Write `target`; how many pictures it has. `report` hears the second that was reached."""
    try:
        with (
            av.open(str(source)) as given,
            av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as made,
        ):
            return _Redrawing(given, made, paint).run(report)
    except av.error.FFmpegError as error:
        raise StoreError(f"the pictures cannot be drawn on: {error.strerror}") from error


class _Redrawing:
    def __init__(self, given: InputContainer, made: OutputContainer, paint: Paint) -> None:
        self._given, self._made, self._paint = given, made, paint
        self._pictures = given.streams.video[0]
        self._width = self._pictures.width - self._pictures.width % 2
        self._height = self._pictures.height - self._pictures.height % 2
        self._video = made.add_stream("libx264", options={"preset": "veryfast", "crf": "21"})
        self._video.width, self._video.height = self._width, self._height
        self._video.pix_fmt = "yuv420p"
        self._video.time_base = self._video.codec_context.time_base = _CLOCK
        self._sound = given.streams.audio[0] if given.streams.audio else None
        self._kept: AudioStream | None = None
        self._coded: AudioStream | None = None
        self._resampler: AudioResampler | None = None
        if self._sound is not None:
            self._add_sound(self._sound)
        self._last = -1
        self._frames = 0

    def run(self, report: Callable[[float], None]) -> int:
        streams = [one for one in (self._pictures, self._sound) if one is not None]
        for packet in self._given.demux(streams):
            if packet.stream.type == "video":
                for frame in packet.decode():
                    if isinstance(frame, VideoFrame):
                        self._draw(frame)
                        report(float(frame.time or 0.0))
            elif packet.dts is not None and not packet.is_discard:
                if self._kept is not None:
                    packet.stream = self._kept
                    self._made.mux(packet)
                else:
                    self._encode(packet.decode())
        self._encode([None])
        self._made.mux(self._video.encode(None))
        return self._frames

    def _draw(self, frame: VideoFrame) -> None:
        time_s = float(frame.time or 0.0)
        rgb = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
        rgb = np.ascontiguousarray(rgb[: self._height, : self._width])
        self._paint(rgb, time_s)
        drawn = VideoFrame.from_ndarray(rgb, format="rgb24")
        self._last = max(self._last + 1, round(time_s / _CLOCK))
        drawn.pts, drawn.time_base = self._last, _CLOCK
        self._frames += 1
        self._made.mux(self._video.encode(drawn))

    def _add_sound(self, sound: AudioStream) -> None:
        if sound.codec_context.name in _KEPT_SOUND:
            self._kept = self._made.add_stream_from_template(sound)
            return
        rate = sound.codec_context.sample_rate
        self._coded = self._made.add_stream("aac", rate=rate, layout="mono")
        self._resampler = AudioResampler(format="fltp", layout="mono", rate=rate)

    def _encode(self, frames: object) -> None:
        if self._coded is None or self._resampler is None or not isinstance(frames, list):
            return
        for frame in frames:
            if frame is None or isinstance(frame, AudioFrame):
                for piece in self._resampler.resample(frame):
                    self._made.mux(self._coded.encode(piece))
        if frames == [None]:
            self._made.mux(self._coded.encode(None))
