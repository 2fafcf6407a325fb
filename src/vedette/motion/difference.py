"""The default gate: what differs from the last second's picture moves."""

from __future__ import annotations

from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vedette.core.clock import to_seconds
from vedette.core.facts import Motion, Point
from vedette.core.media import WHOLE, Frame, Pixels, Region
from vedette.core.site import Camera
from vedette.core.value import plugin
from vedette.motion.backdrop import Backdrop
from vedette.motion.mask import draw_mask

__all__ = ["Difference"]

_LONG_SIDE = 320
_CELL = 4
_CELL_LEVEL = 28
"""Of 255: two of a cell's sixteen pixels; single ones are noise."""
_NEIGHBOURS = np.ones((3, 3), np.uint8)
_MOST_BOXES = 12
_GAP_S = 5.0
_REWIND_S = 5.0
"""After a longer gap, or when time began anew, the old picture says nothing."""


@plugin
class Difference:
    """Wakes when luma at 320×180 differs from the last second's mean by more than its noise."""

    threshold: Annotated[float, Field(ge=2, le=100)] = 10.0
    """Least difference that counts, in grey levels of 255; noise and waving leaves raise it by
    themselves, place by place."""
    least_size: Annotated[float, Field(ge=0, lt=1)] = 0.0005
    """Share of the picture that must differ."""
    jump: Annotated[float, Field(gt=0, le=1)] = 0.3
    """When a larger share differs, the light is taken to have changed, and is allowed for."""
    linger_s: Annotated[float, Field(ge=0, le=600)] = 2.0
    """How long it stays awake after the last motion."""
    heartbeat_s: Annotated[float, Field(ge=0, le=86_400)] = 10.0
    """Awake for one picture at least so often, however quiet it is; 0 means never."""
    memory_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    """Time constant of the mean."""

    def __post_init__(self) -> None:
        self._polygons: tuple[tuple[Point, ...], ...] = ()
        self._backdrop: Backdrop | None = None
        self._size = (0, 0)
        self._t_us = self._moved_us = self._awake_us = 0

    def bind(self, camera: Camera) -> None:
        """Learn the camera's exclude zones."""
        self._polygons = tuple(zone.polygon for zone in camera.zones if zone.exclude)
        self._size = (0, 0)

    def look(self, frame: Frame) -> Motion:
        """What moves since the last second; the first picture and all lingering ones are awake."""
        small = _shrunk(frame.luma, frame.width, frame.height)
        since_s = to_seconds(frame.t_us - self._t_us)
        self._t_us = frame.t_us
        size = (small.shape[1], small.shape[0])
        # A little back in time: what was left out while quiet is looked at after all.
        if self._backdrop is None or size != self._size or not -_REWIND_S <= since_s <= _GAP_S:
            return self._start(small, size)
        motion = self._compare(self._backdrop, small, max(since_s, 0.0))
        self._before = small
        if motion.awake:
            self._moved_us = frame.t_us
        return self._timed(motion)

    def _start(self, small: Pixels, size: tuple[int, int]) -> Motion:
        self._backdrop = Backdrop(small, self.threshold)
        self._size, self._before = size, small
        self._mask = draw_mask(self._polygons, size) if self._polygons else None
        self._moved_us = self._awake_us = self._t_us
        return Motion(fraction=0.0, boxes=(), awake=True)

    def _compare(self, backdrop: Backdrop, small: Pixels, since_s: float) -> Motion:
        """`awake` here means that something moved."""
        hot, share = self._hot(backdrop, small)
        jumped = share > self.jump
        if jumped:
            backdrop.relight(small)
            hot, share = self._hot(backdrop, small)
            if share > self.jump:
                backdrop.replace(small)
                return Motion(fraction=share, boxes=(WHOLE,), awake=True)
        boxes = self._boxes(hot, small) if share > self.least_size else ()
        backdrop.learn(small, since_s, self.memory_s)
        return Motion(fraction=share, boxes=boxes, awake=jumped or bool(boxes))

    def _hot(self, backdrop: Backdrop, small: Pixels) -> tuple[Pixels, float]:
        hot = backdrop.differs(small)
        if self._mask is not None:
            hot = np.asarray(cv2.bitwise_and(hot, self._mask), np.uint8)
        return hot, cv2.countNonZero(hot) / hot.size

    def _boxes(self, hot: Pixels, small: Pixels) -> tuple[Region, ...]:
        """Where it moves, on a grid of cells; of what trails behind a mover only the fresh part."""
        grid = (small.shape[1] // _CELL, small.shape[0] // _CELL)
        cells = _cells(hot, grid)
        change = _over(np.asarray(cv2.absdiff(small, self._before), np.uint8), self.threshold)
        fresh = cv2.bitwise_and(cells, cv2.dilate(_cells(change, grid), _NEIGHBOURS))
        joined = cv2.dilate(cells, _NEIGHBOURS)
        count, names = cv2.connectedComponents(joined, connectivity=8)
        if count - 1 > _MOST_BOXES:
            return (_around(cells, grid),)
        stale = np.bincount(names[fresh > 0], minlength=count) == 0
        y, x = np.nonzero((cells > 0) & ((fresh > 0) | stale[names]))
        return _each(np.asarray(names[y, x], np.int64), x, y, grid) if len(x) else ()

    def _timed(self, motion: Motion) -> Motion:
        """Linger after motion, and wake now and then without any."""
        quiet_s = to_seconds(self._t_us - self._moved_us)
        asleep_s = to_seconds(self._t_us - self._awake_us)
        due = self.heartbeat_s > 0 and asleep_s >= self.heartbeat_s
        awake = motion.awake or quiet_s <= self.linger_s or due
        if awake:
            self._awake_us = self._t_us
        return Motion(fraction=motion.fraction, boxes=motion.boxes, awake=awake)


def _shrunk(luma: Pixels, width: int, height: int) -> Pixels:
    """About 320 pixels on the longer side, whole cells both ways."""
    scale = min(1.0, _LONG_SIDE / max(width, height)) / _CELL
    size = max(round(width * scale), 1) * _CELL, max(round(height * scale), 1) * _CELL
    # Linear also where it skips pixels: averaging all of them would cost more than all the rest.
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _cells(mask: Pixels, grid: tuple[int, int]) -> Pixels:
    """uint8[h, w], 255 for each cell of which enough is set."""
    # Halving twice is four times faster than quartering.
    half = cv2.resize(mask, (2 * grid[0], 2 * grid[1]), interpolation=cv2.INTER_AREA)
    share = cv2.resize(half, grid, interpolation=cv2.INTER_AREA)
    return _over(np.asarray(share, np.uint8), _CELL_LEVEL)


def _over(levels: Pixels, level: float) -> Pixels:
    """uint8[H, W], 255 where the level is passed."""
    _, mask = cv2.threshold(levels, level, 255, cv2.THRESH_BINARY)
    return np.asarray(mask, np.uint8)


def _around(cells: Pixels, grid: tuple[int, int]) -> Region:
    x, y, w, h = cv2.boundingRect(cells)
    return x / grid[0], y / grid[1], (x + w) / grid[0], (y + h) / grid[1]


def _each(
    name: NDArray[np.int64], x: NDArray[np.intp], y: NDArray[np.intp], grid: tuple[int, int]
) -> tuple[Region, ...]:
    """The box around the cells of each name."""
    order = np.argsort(name, kind="stable")
    name, x, y = name[order], x[order], y[order]
    first = np.flatnonzero(np.concatenate([[True], name[1:] != name[:-1]]))
    edges = (
        np.minimum.reduceat(x, first) / grid[0],
        np.minimum.reduceat(y, first) / grid[1],
        (np.maximum.reduceat(x, first) + 1) / grid[0],
        (np.maximum.reduceat(y, first) + 1) / grid[1],
    )
    return tuple(zip(*(edge.tolist() for edge in edges), strict=True))
