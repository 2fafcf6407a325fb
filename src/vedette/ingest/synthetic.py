"""A test picture that moves, made here: a camera where there is no camera."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from pydantic import Field

from vedette.core.media import Packet, Pixels
from vedette.core.ports import Origin
from vedette.core.value import plugin
from vedette.ingest.pacer import Pacer
from vedette.ingest.unit import Unit, VideoFormat, stamp

__all__ = ["SyntheticSource"]

_GREY = 128


@plugin
class SyntheticSource:
    """A test picture with a moving square and a counter, encoded as H.264."""

    width: Annotated[int, Field(ge=64, le=3840, multiple_of=2)] = 640
    """Width in pixels."""
    height: Annotated[int, Field(ge=64, le=2160, multiple_of=2)] = 360
    """Height in pixels."""
    fps: Annotated[float, Field(gt=0, le=60)] = 10.0
    """Pictures per second."""
    gop_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    """From one key frame to the next."""
    pace: Literal["realtime", "fast"] = "realtime"
    """Whether it runs by the clock or as fast as it can."""
    pictures: Annotated[int, Field(ge=0)] = 0
    """End after so many pictures; 0 never ends."""

    def open(self, origin: Origin) -> _SyntheticPlay:
        """A run from picture 0."""
        return _SyntheticPlay(self, origin)


class _SyntheticPlay:
    def __init__(self, options: SyntheticSource, origin: Origin) -> None:
        self._options = options
        self._origin = origin
        self._pacer = Pacer(origin.clock)

    def close(self) -> None:
        self._pacer.stop()

    def packets(self) -> Iterator[Packet]:
        options, form = self._options, VideoFormat("h264")
        encoder, card = _encoder(options), _Card(options.width, options.height)
        step_us = 1e6 / options.fps
        begin_us = self._origin.clock.now_us()
        count = 0
        while not options.pictures or count < options.pictures:
            pts_us = round(count * step_us)
            if options.pace == "realtime":
                self._pacer.wait_for(pts_us)
            if self._pacer.stopped:
                return
            frame = av.VideoFrame.from_ndarray(card.draw(count), format="yuv420p")
            frame.pts = count
            for encoded in encoder.encode(frame):
                taken = form.take(bytes(encoded))
                if taken is None or form.format is None:
                    continue
                unit = Unit(
                    pts_us=pts_us,
                    dts_us=pts_us,
                    duration_us=round(step_us),
                    key=taken[1],
                    format=form.format,
                    data=taken[0],
                )
                yield stamp(self._origin, unit, begin_us + pts_us)
            count += 1


def _encoder(options: SyntheticSource) -> VideoCodecContext:
    rate = Fraction(options.fps).limit_denominator(1001)
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = options.width, options.height
    encoder.pix_fmt = "yuv420p"
    encoder.framerate = rate
    encoder.time_base = 1 / rate
    encoder.thread_count = 1
    encoder.gop_size = max(1, round(options.gop_s * options.fps))
    encoder.max_b_frames = 0
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "crf": "26",
        "x264-params": "scenecut=0:sliced-threads=0",
    }
    return encoder


class _Card:
    """The picture as I420 planes, drawn in place."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        ramp = np.linspace(40, 200, width, dtype=np.uint8)
        self._still = np.full((height * 3 // 2, width), _GREY, np.uint8)
        self._still[:height] = ramp
        self._side = max(8, height // 6) // 2 * 2

    def draw(self, count: int) -> Pixels:
        """uint8[H*3/2, W] of picture number `count`."""
        picture: Pixels = self._still.copy()
        luma = picture[: self._height]
        free_x, free_y = self._width - self._side, self._height - self._side
        x, y = _bounce(count * 4, free_x), _bounce(count * 2, free_y)
        luma[y : y + self._side, x : x + self._side] = 235
        scale = self._height / 360
        place = (round(12 * scale), round(self._height - 16 * scale))
        thick = max(1, round(2 * scale))
        cv2.putText(luma, f"{count:06d}", place, cv2.FONT_HERSHEY_SIMPLEX, scale, 16, thick)
        return picture


def _bounce(way: int, room: int) -> int:
    """Back and forth within 0 to `room`."""
    if room <= 0:
        return 0
    at = way % (2 * room)
    return at if at <= room else 2 * room - at
