"""One blob followed: where it is, how fast, and whether it truly travels."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vedette.core.media import Boxes
from vedette.detect.classical_shape import Shape

__all__ = ["Path", "PathOptions", "Place", "Row", "Sighting", "upright"]

Row = NDArray[np.float32]

_WINDOW_S = 1.5
_PROVE_HITS = 3
_APART_S = 0.3
_SAME_SHARE = 0.2
_ON_THE_WAY, _COMES_ALONG = 0.3, 0.15
_BORDER_PX = 1.0
_FLAT = 1.1
_INSECT_SHARE, _INSECT_LENGTHS, _INSECT_TIMES = 0.006, 2.2, 3.0
"""What is smaller than this share of the picture and faster than so many of its own lengths per
second must prove itself for so many times longer."""
_BETWEEN = 3.0
_POSITION_GAIN = 0.7
_EARLY_SPEED_GAIN, _SPEED_GAIN = 0.7, 0.45
_SHARED_GAIN, _SHARED_SHIFT = 0.2, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class PathOptions:
    """When a blob is believed to be somebody."""

    prove_s: float = 0.3
    """How long it must have been followed."""
    travel: float = 0.25
    """How far it must have gone, as a share of its smaller side."""
    travel_px: float = 4.0
    """The least of that, in working pixels."""
    straight: float = 0.55
    """Net way over way gone."""
    steady: float = 0.7
    """Share of the pictures on that way in which it must have been seen: rain and noise come
    and go."""
    birth_moving: float = 0.25
    """Share of a new blob that must be moving."""
    birth_relit: float = 0.85
    """A new blob of which more could be background under other light is a shadow."""
    soft: float = 0.65
    """What fades out more gently than this, on the average, is light or shade."""
    relit: float = 0.75
    """What is explained by other light to a larger share than this, on the average, is a shadow."""
    lost_s: float = 1.0
    """How long a proven path is looked for in vain."""
    doubt_s: float = 0.4
    """The same for one that is not proven yet."""
    idle_s: float = 1.0
    """After so long without motion a path that is not proven is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One path's blobs in one picture."""

    box: Row
    area: float
    moving: float
    soft: float
    relit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The blobs that lie where a path is expected."""

    members: list[int]
    box: Boxes
    """Of all blobs, as are the following."""
    area: Row
    moving: Row

    def goes_with(self, big: int, j: int) -> bool:
        """Whether a part moves with the largest, or belongs to the same figure."""
        return j == big or self.moving[j] > _COMES_ALONG or upright(self.box[[big, j]])

    def is_other(self, big: int, j: int) -> bool:
        """Whether a part is too large or too far away to be just that."""
        return bool(self.area[j] > _SAME_SHARE * self.area[big]) or _far(self.box[big], self.box[j])


class _Mark(NamedTuple):
    """Where it was once."""

    t_s: float
    picture: int
    """Counted from its birth."""
    box: Row


@dataclass(slots=True, eq=False)
class Path:
    """A blob's way so far; boxes in working pixels, times in the scene's own seconds."""

    number: int
    box: Row
    born_s: float
    velocity: Row = field(default_factory=lambda: np.zeros(2, np.float32))
    seen_s: float = 0.0
    moved_s: float = 0.0
    """When something moved in it last."""
    hits: int = 1
    soft: float = 0.0
    """How gently it faded out so far, the mean."""
    relit: float = 0.0
    """Which share of it other light could explain so far, the mean."""
    proven: bool = False
    seen: Row | None = None
    """Where it was measured in this very picture."""
    shed: list[int] = field(default_factory=list)
    """Blobs that turned out in this very picture to be others, who came along with it."""
    shape: Shape = field(default_factory=Shape)
    _apart_s: float | None = None
    _pictures: int = 0
    _trail: deque[_Mark] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.seen_s = self.moved_s = self.born_s
        self.seen = self.box
        self._trail.append(_Mark(self.born_s, 0, self.box))

    def coast(self, expected: Row, dt_s: float) -> None:
        """A new picture: on as before, but slower, unless it is measured."""
        self._pictures += 1
        self.box = expected
        self.velocity = self.velocity * np.float32(max(0.0, 1.0 - dt_s))

    def measure(self, expected: Row, sighting: Sighting, t_s: float, dt_s: float) -> None:
        """It was seen."""
        residual = sighting.box - expected
        gain = _EARLY_SPEED_GAIN if self.hits < _PROVE_HITS else _SPEED_GAIN
        since_s = max(t_s - self.seen_s, dt_s)
        quickened = np.float32(gain / since_s / 2) * (residual[:2] + residual[2:])
        self.velocity = np.asarray(self.velocity + quickened, np.float32)
        self.box = expected + np.float32(_POSITION_GAIN) * residual
        self.seen = sighting.box
        self.seen_s = t_s
        self.hits += 1
        self.soft += (sighting.soft - self.soft) / self.hits
        self.relit += (sighting.relit - self.relit) / self.hits
        if sighting.moving > 0.1:
            self.moved_s = t_s
        self._trail.append(_Mark(t_s, self._pictures, sighting.box))
        while t_s - self._trail[0].t_s > _WINDOW_S:
            self._trail.popleft()

    def share(self, expected: Row, others: Boxes, blob: Row, t_s: float, dt_s: float) -> None:
        """It hangs together with `others` in one blob, whose edges belong to the outermost."""
        shift = np.zeros(2, np.float32)
        for axis in (0, 1):
            edges = []
            if expected[axis] <= others[:, axis].min():
                edges.append(blob[axis] - expected[axis])
            if expected[axis + 2] >= others[:, axis + 2].max():
                edges.append(blob[axis + 2] - expected[axis + 2])
            if edges:
                most = _SHARED_SHIFT * (expected[axis + 2] - expected[axis])
                shift[axis] = np.clip(np.mean(edges), -most, most)
        self.velocity = self.velocity + np.float32(_SHARED_GAIN / dt_s) * shift
        self.box = self.seen = expected + np.concatenate([shift, shift])
        self.seen_s = self.moved_s = t_s

    def own(self, place: Place, t_s: float) -> list[int]:
        """Which of the blobs at its place are its own: parts that stay apart are others'."""
        big = max(place.members, key=lambda j: float(place.area[j]))
        members = place.members
        if place.moving[big] > _ON_THE_WAY:
            members = [j for j in members if place.goes_with(big, j)]
        rest = [j for j in members if j != big and place.is_other(big, j)]
        if not rest or upright(place.box[[big, *rest]]):
            self._apart_s = None
            return members
        if self._apart_s is None:
            self._apart_s = t_s
        if t_s - self._apart_s < _APART_S:
            return members
        self._apart_s = None
        self._trail.clear()
        self.shed = rest
        return [j for j in members if j not in rest]

    def travels(self, size: tuple[int, int], options: PathOptions) -> bool:
        """Whether a thing with edges went a straight way, neither grown nor trembling in place."""
        if self.soft > options.soft or self.relit > options.relit:
            return False
        boxes = np.stack([mark.box for mark in self._trail])
        last = self._trail[-1]
        needed_s = options.prove_s * (_INSECT_TIMES if self._darts(boxes, size) else 1.0)
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        steps = np.abs(np.diff(centres, axis=0)).sum(axis=1)
        for k in range(len(boxes) - _PROVE_HITS + 1):
            first = self._trail[k]
            if last.t_s - first.t_s < needed_s - 1e-3:
                break
            if len(boxes) - 1 - k < options.steady * (last.picture - first.picture):
                continue
            net = np.array([_moved(boxes[k], boxes[-1], axis, size[axis]) for axis in (0, 1)])
            side = min((boxes[k, 2:] - boxes[k, :2]).min(), (boxes[-1, 2:] - boxes[-1, :2]).min())
            far = float(np.hypot(*net)) >= max(options.travel_px, options.travel * side)
            if far and np.abs(net).sum() >= options.straight * steps[k:].sum():
                return True
        return False

    def _darts(self, boxes: Boxes, size: tuple[int, int]) -> bool:
        """Whether it is as small and as quick as an insect at the lens."""
        length = float(np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1)).mean())
        quick = float(np.hypot(*self.velocity)) > _INSECT_LENGTHS * length
        return quick and length * length < _INSECT_SHARE * size[0] * size[1]


def upright(boxes: Boxes) -> bool:
    """Whether boxes stand above each other as one person's parts do, not like queueing cars."""
    x1, y1 = boxes[:, :2].min(axis=0)
    x2, y2 = boxes[:, 2:].max(axis=0)
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    if np.count_nonzero(wide > _FLAT * high) > 1:
        return False
    return bool(y2 - y1 > 1.5 * (x2 - x1) and wide.min() > 0.3 * (x2 - x1))


def _far(big: Row, part: Row) -> bool:
    """Whether a box around both would hold mostly what is between them."""
    low, high = np.minimum(big[:2], part[:2]), np.maximum(big[2:], part[2:])
    added = float((high - low).prod() - (big[2:] - big[:2]).prod())
    return added > _BETWEEN * float((part[2:] - part[:2]).prod())


def _moved(first: Row, last: Row, axis: int, limit: int) -> float:
    """How far both edges went the same way; an edge that the picture cuts off says nothing."""
    low, high = float(last[axis] - first[axis]), float(last[axis + 2] - first[axis + 2])
    low_free = min(first[axis], last[axis]) > _BORDER_PX
    high_free = max(first[axis + 2], last[axis + 2]) < limit - _BORDER_PX
    if low_free and high_free:
        return 0.0 if low * high <= 0 else min(low, high, key=abs)
    if low_free:
        return low
    return high if high_free else 0.0
