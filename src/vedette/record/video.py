"""A video file made of pictures we drew on; recordings of cameras are never made this way."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream

from vedette.core.media import Pixels

__all__ = ["VideoFile"]

_CLOCK = Fraction(1, 1_000)


class VideoFile:
    """Writes pictures as H.264 in MP4 at their true times; may be closed twice."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        # The encoder wants even sides.
        self._size = (width - width % 2, height - height % 2)
        self._file = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        stream = self._file.add_stream("libx264", options={"preset": "veryfast", "crf": "23"})
        if not isinstance(stream, VideoStream):
            raise TypeError("libx264 makes video")
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        stream.time_base = _CLOCK
        stream.codec_context.time_base = _CLOCK
        self._stream = stream
        self._last_ms = -1
        self._open = True

    def add(self, rgb: Pixels, t_s: float) -> None:
        """Append a picture, uint8[h, w, 3], shown at `t_s` seconds from the start."""
        width, height = self._size
        frame = av.VideoFrame.from_ndarray(rgb[:height, :width], format="rgb24")
        self._last_ms = max(self._last_ms + 1, round(t_s * 1_000))
        frame.pts, frame.time_base = self._last_ms, _CLOCK
        self._file.mux(self._stream.encode(frame))

    def close(self) -> None:
        if self._open:
            self._open = False
            self._file.mux(self._stream.encode(None))
            self._file.close()
