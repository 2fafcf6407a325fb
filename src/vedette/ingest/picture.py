"""A decoded picture in the decoder's own memory; colours are made only where they are asked for."""

from __future__ import annotations

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


class DecodedPlanes:
    """The planes of one AVFrame, which lives as long as this object."""

    __slots__ = ("_frame", "_layout", "_views")

    def __init__(self, frame: VideoFrame) -> None:
        layout = _LAYOUTS.get(frame.format.name)
        if layout is None:
            # Ten bits, packed or RGB: rare enough that a copy by swscale does.
            gray = frame.format.name.startswith("gray")
            frame = frame.reformat(format="gray" if gray else "yuv420p")
            layout = _LAYOUTS[frame.format.name]
        self._frame = frame
        self._layout = layout
        self._views: tuple[Pixels, ...] | None = None

    @property
    def width(self) -> int:
        return self._frame.width

    @property
    def height(self) -> int:
        return self._frame.height

    def luma(self) -> Pixels:
        return self._planes()[0]

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        x1, y1, x2, y2 = _pixels(region, self.width, self.height)
        luma, *chroma = self._planes()
        cut = [luma[y1:y2, x1:x2]]
        sx, sy = self._layout.shift_x, self._layout.shift_y
        rows, columns = slice(y1 >> sy, (y2 + sy) >> sy), slice(x1 >> sx, (x2 + sx) >> sx)
        cut += [plane[rows, columns] for plane in chroma]
        return self._colour(cut, size or (x2 - x1, y2 - y1))

    def _planes(self) -> tuple[Pixels, ...]:
        if self._views is None:
            frame, layout = self._frame, self._layout
            wide, high = frame.width, frame.height
            sx, sy = layout.shift_x, layout.shift_y
            half = (wide + sx) >> sx, (high + sy) >> sy
            views = [_view(frame.planes[0], wide, high)]
            if layout.form == "planar":
                views += [_view(frame.planes[1], *half), _view(frame.planes[2], *half)]
            elif layout.form != "gray":
                both = _view(frame.planes[1], 2 * half[0], half[1]).reshape(half[1], half[0], 2)
                views.append(both)
            self._views = tuple(views)
        return self._views

    def _colour(self, cut: list[Pixels], size: tuple[int, int]) -> Pixels:
        luma = _scaled(cut[0], size)
        if self._layout.form == "gray":
            return _array(cv2.cvtColor(luma, cv2.COLOR_GRAY2RGB))
        matrix = self._matrix()
        wide, high = size
        halved = (wide // 2, high // 2)
        if matrix is None and wide % 2 == 0 and high % 2 == 0 and self._layout.shift_y:
            pair = self._pair(cut[1:], halved)
            return _array(cv2.cvtColorTwoPlane(luma, pair, cv2.COLOR_YUV2RGB_NV12))
        pair = self._pair(cut[1:], size)
        yuv = cv2.merge((luma, pair[:, :, 0], pair[:, :, 1]))
        return _array(cv2.transform(yuv, _LIMITED_BT601 if matrix is None else matrix))

    def _pair(self, chroma: list[Pixels], size: tuple[int, int]) -> Pixels:
        """uint8[h, w, 2]: Cb and Cr at that size."""
        scaled = [_scaled(plane, size) for plane in chroma]
        if self._layout.form == "planar":
            return _array(cv2.merge(scaled))
        return scaled[0] if self._layout.form == "nv12" else scaled[0][:, :, ::-1]

    def _matrix(self) -> NDArray[np.float64] | None:
        """float64[3, 4] from YCbCr to RGB; None for the usual one, which OpenCV has built in."""
        frame = self._frame
        default = _BT709 if frame.height >= _HD_LINES else _BT601
        weights = _WEIGHTS.get(frame.colorspace, default)
        full = frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")
        if weights == _BT601 and not full:
            return None
        return _to_rgb(weights, full=full)


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


_LIMITED_BT601 = _to_rgb(_BT601, full=False)
