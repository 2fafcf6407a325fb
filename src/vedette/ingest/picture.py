"""A decoded picture in the decoder's own memory; colours are made only where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from numpy.typing import NDArray

from vedette.core.media import Pixels, Region

__all__ = ["DecodedPlanes"]


class _Layout(NamedTuple):
    """How a pixel format we read directly lays its chroma out."""

    shift_x: int
    shift_y: int
    form: str
    """`planar`, `nv12`, `nv21` or `gray`."""


_LAYOUTS = {
    "yuv420p": _Layout(1, 1, "planar"),
    "yuvj420p": _Layout(1, 1, "planar"),
    "yuv422p": _Layout(1, 0, "planar"),
    "yuvj422p": _Layout(1, 0, "planar"),
    "yuv440p": _Layout(0, 1, "planar"),
    "yuvj440p": _Layout(0, 1, "planar"),
    "yuv444p": _Layout(0, 0, "planar"),
    "yuvj444p": _Layout(0, 0, "planar"),
    "nv12": _Layout(1, 1, "nv12"),
    "nv21": _Layout(1, 1, "nv21"),
    "gray": _Layout(0, 0, "gray"),
}

_BT709 = (0.2126, 0.0722)
_BT601 = (0.299, 0.114)
_BT2020 = (0.2627, 0.0593)
_WEIGHTS = {1: _BT709, 5: _BT601, 6: _BT601, 9: _BT2020, 10: _BT2020}
"""Shares of red and blue in luma, by FFmpeg's number of the colour space."""

_FULL_RANGE = 2
_HD_LINES = 720
_STRIP = 32


class DecodedPlanes:
    """The planes of one AVFrame, which lives as long as this object."""

    __slots__ = ("_frame", "_layout", "_luma")

    def __init__(self, frame: VideoFrame) -> None:
        layout = _LAYOUTS.get(frame.format.name)
        if layout is None:
            # Ten bits, packed or RGB: rare enough that a copy by swscale does.
            gray = frame.format.name.startswith("gray")
            frame = frame.reformat(format="gray" if gray else "yuv420p")
            layout = _LAYOUTS[frame.format.name]
        self._frame = frame
        self._layout = layout
        self._luma: Pixels | None = None

    @property
    def width(self) -> int:
        return self._frame.width

    @property
    def height(self) -> int:
        return self._frame.height

    def luma(self) -> Pixels:
        if self._luma is None:
            self._luma = _view(self._frame.planes[0], self._frame.width, self._frame.height)
        return self._luma

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        x1, y1, x2, y2 = _pixels(region, self.width, self.height)
        sx, sy = self._layout.shift_x, self._layout.shift_y
        rows, columns = slice(y1 >> sy, (y2 + sy) >> sy), slice(x1 >> sx, (x2 + sx) >> sx)
        cut = [self.luma()[y1:y2, x1:x2], *(plane[rows, columns] for plane in self._chroma())]
        return self._colour(cut, size or (x2 - x1, y2 - y1))

    def _chroma(self) -> list[Pixels]:
        """Cb and Cr, or both in one where they are interleaved."""
        frame, layout = self._frame, self._layout
        wide = (frame.width + layout.shift_x) >> layout.shift_x
        high = (frame.height + layout.shift_y) >> layout.shift_y
        if layout.form == "gray":
            return []
        if layout.form == "planar":
            return [_view(plane, wide, high) for plane in frame.planes[1:3]]
        return [_view(frame.planes[1], 2 * wide, high).reshape(high, wide, 2)]

    def _colour(self, cut: list[Pixels], size: tuple[int, int]) -> Pixels:
        luma = _scaled(cut[0], size)
        if self._layout.form == "gray":
            return _array(cv2.cvtColor(luma, cv2.COLOR_GRAY2RGB))
        weights, full = self._colours()
        wide, high = size
        if not full and wide % 2 == 0 and high % 2 == 0 and self._layout.shift_y:
            return _limited_range(luma, self._pair(cut[1:], (wide // 2, high // 2)), weights)
        return _by_matrix(luma, self._pair(cut[1:], size), _to_rgb(weights, full=full))

    def _pair(self, chroma: list[Pixels], size: tuple[int, int]) -> Pixels:
        """uint8[h, w, 2]: Cb and Cr at that size."""
        scaled = [_scaled(plane, size) for plane in chroma]
        if self._layout.form == "planar":
            return _array(cv2.merge(scaled))
        return scaled[0] if self._layout.form == "nv12" else scaled[0][:, :, ::-1].copy()

    def _colours(self) -> tuple[tuple[float, float], bool]:
        """What the stream says of its colours: shares of red and blue in luma, and full range."""
        frame = self._frame
        default = _BT709 if frame.height >= _HD_LINES else _BT601
        full = frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")
        return _WEIGHTS.get(frame.colorspace, default), full


def _limited_range(luma: Pixels, pair: Pixels, weights: tuple[float, float]) -> Pixels:
    """By OpenCV's own BT.601 conversion; other colour spaces are that and a turn of the colours."""
    if weights == _BT601:
        return _array(cv2.cvtColorTwoPlane(luma, pair, cv2.COLOR_YUV2RGB_NV12))
    usual, wanted = _to_rgb(_BT601, full=False), _to_rgb(weights, full=False)
    turn = wanted[:, :3] @ np.linalg.inv(usual[:, :3])
    matrix = np.column_stack([turn, wanted[:, 3] - turn @ usual[:, 3]])
    rgb = np.empty((*luma.shape, 3), np.uint8)
    for rows, half in _strips(luma.shape[0]):
        part = cv2.cvtColorTwoPlane(luma[rows], pair[half], cv2.COLOR_YUV2RGB_NV12)
        cv2.transform(part, matrix, dst=rgb[rows])
    return rgb


def _by_matrix(luma: Pixels, pair: Pixels, matrix: NDArray[np.float64]) -> Pixels:
    rgb = np.empty((*luma.shape, 3), np.uint8)
    for rows, _ in _strips(luma.shape[0]):
        part = cv2.merge((luma[rows], pair[rows, :, 0], pair[rows, :, 1]))
        cv2.transform(part, matrix, dst=rgb[rows])
    return rgb


def _strips(height: int) -> Iterator[tuple[slice, slice]]:
    """Rows of luma and of halved chroma, so few that what is made of them stays in the cache."""
    for top in range(0, height, _STRIP):
        bottom = min(top + _STRIP, height)
        yield slice(top, bottom), slice(top // 2, (bottom + 1) // 2)


def _view(plane: VideoPlane, width: int, height: int) -> Pixels:
    rows = np.frombuffer(cast("bytes", plane), np.uint8).reshape(-1, plane.line_size)
    view: Pixels = rows[:height, :width]
    view.flags.writeable = False
    return view


def _pixels(region: Region, width: int, height: int) -> tuple[int, int, int, int]:
    """The region in whole pixels, at least one each way, inside the picture."""
    x1 = min(max(round(region[0] * width), 0), width - 1)
    y1 = min(max(round(region[1] * height), 0), height - 1)
    x2 = min(max(round(region[2] * width), x1 + 1), width)
    y2 = min(max(round(region[3] * height), y1 + 1), height)
    return x1, y1, x2, y2


def _scaled(plane: Pixels, size: tuple[int, int]) -> Pixels:
    high, wide = plane.shape[:2]
    # Halving is many times cheaper than any other shrinking, and looks the same.
    while wide >= 2 * size[0] and high >= 2 * size[1]:
        wide, high = wide // 2, high // 2
        even = plane[: 2 * high, : 2 * wide]
        plane = _array(cv2.resize(even, (wide, high), interpolation=cv2.INTER_AREA))
    if (wide, high) == size:
        return plane
    # Area averaging pays only where linear interpolation would skip pixels.
    shrinks = size[0] * 2 < wide or size[1] * 2 < high
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return _array(cv2.resize(plane, size, interpolation=way))


def _array(pixels: object) -> Pixels:
    return np.asarray(pixels, np.uint8)


def _to_rgb(weights: tuple[float, float], *, full: bool) -> NDArray[np.float64]:
    red, blue = weights
    green = 1.0 - red - blue
    luma_gain, chroma_gain, black = (1.0, 1.0, 0.0) if full else (255 / 219, 255 / 224, 16.0)
    cr, cb = 2 * (1 - red) * chroma_gain, 2 * (1 - blue) * chroma_gain
    rows = np.array(
        [
            [luma_gain, 0.0, cr],
            [luma_gain, -cb * blue / green, -cr * red / green],
            [luma_gain, cb, 0.0],
        ]
    )
    offset = -rows @ np.array([black, 128.0, 128.0])
    return np.hstack([rows, offset[:, None]])
