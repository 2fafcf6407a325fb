"""Follows blobs from picture to picture, to tell what travels from what flickers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from vedette.core.geometry import area, iou_matrix
from vedette.core.media import Boxes
from vedette.detect.classical_blobs import Blobs
from vedette.detect.classical_path import Path, PathOptions, Place, Row, Sighting
from vedette.detect.classical_shape import Outline

__all__ = ["Moment", "Paths"]

Matrix = NDArray[np.float32]

_COVERED = 0.5
_INSIDE = 0.6
_FRESH_S = 0.3
_LARGER = 1.2
_EXPLAINED = 0.5
_LEAST_WORTH = 0.15
_SHADE = 0.4
_STIRS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When blobs were seen, and in what picture."""

    t_s: float
    dt_s: float
    size: tuple[int, int]
    """Width and height in working pixels."""
    calm: bool
    """False while the whole picture changes: nothing new is believed."""


class Paths:
    """All that is followed on one camera."""

    def __init__(self, options: PathOptions) -> None:
        self._options = options
        self._born = 0
        self.all: list[Path] = []

    def step(self, blobs: Blobs, now: Moment) -> None:
        """Take in one picture's blobs."""
        expected = self._expected(now.dt_s)
        for path, box in zip(self.all, expected, strict=True):
            path.seen, path.shed = None, []
            path.coast(box, now.dt_s)
        taken = self._share(blobs, expected, now)
        self._match(blobs, expected, taken, now)
        if now.calm:
            self._prove(now)
            self._begin(blobs, taken, now.t_s)
        self.all = [path for path in self.all if self._lives(path, now)]

    def rest(self) -> None:
        """Nobody looked for a while because nothing moved: all stand still."""
        for path in self.all:
            path.velocity = np.zeros(2, np.float32)

    def _expected(self, dt_s: float) -> Boxes:
        if not self.all:
            return np.zeros((0, 4), np.float32)
        box = np.stack([path.box for path in self.all])
        way = np.stack([path.velocity for path in self.all]) * np.float32(dt_s)
        return np.asarray(box + np.concatenate([way, way], axis=1), np.float32)

    def _share(self, blobs: Blobs, expected: Boxes, now: Moment) -> NDArray[np.bool_]:
        """Blobs that several proven paths ran into: each keeps its part. [n] which these are."""
        taken = np.zeros(len(blobs), np.bool_)
        if len(self.all) < 2 or not len(blobs):
            return taken
        fresh_s = max(_FRESH_S, 1.5 * now.dt_s)
        fresh = np.array([p.proven and now.t_s - p.seen_s < fresh_s for p in self.all])
        covered = _shared(expected, blobs.box) / np.maximum(area(expected)[:, None], 1.0)
        within = (covered > _COVERED) & fresh[:, None]
        for j in np.flatnonzero(within.sum(axis=0) > 1):
            rows = [i for i in np.flatnonzero(within[:, j]) if self.all[i].seen is None]
            others = expected[rows]
            whole, parts = float(area(blobs.box[[j]])[0]), area(others)
            if len(rows) < 2 or whole < _LARGER * parts.max() or parts.sum() < _EXPLAINED * whole:
                continue
            for i in rows:
                self.all[i].share(expected[i], others, blobs.box[j], now.t_s, now.dt_s)
            taken[j] = True
        return taken

    def _match(self, blobs: Blobs, expected: Boxes, taken: NDArray[np.bool_], now: Moment) -> None:
        """Pair the other paths with single blobs or with the parts that lie in their place."""
        rows = [i for i, path in enumerate(self.all) if path.seen is None]
        groups = self._groups(blobs, expected, taken, rows, now.t_s)
        if not rows or not groups:
            return
        place = expected[rows]
        boxes = np.stack([_around(blobs.box[group]) for group in groups])
        worth = iou_matrix(place, boxes) + 0.3 * np.maximum(0.0, 1.0 - _distance(place, boxes))
        # A person's shadow may be near, but it is the person that is meant.
        shade = np.array([blobs.relit[group].min() > self._options.birth_relit for group in groups])
        worth *= np.where(shade, _SHADE, 1.0)
        proven = np.array([self.all[i].proven for i in rows])
        worth += 0.1 * (worth > _LEAST_WORTH) * proven[:, None]
        for r, c in zip(*linear_sum_assignment(-worth), strict=True):
            if worth[r, c] < _LEAST_WORTH:
                continue
            path, group = self.all[rows[r]], groups[c]
            seen = _sighting(blobs, group, boxes[c])
            path.measure(place[r], seen, now.t_s, now.dt_s)
            if seen.moving > _STIRS:
                # Who stands still is the same picture again and again, and says nothing new.
                _judge(path, seen, now.size)
            taken[group] = True

    def _groups(
        self,
        blobs: Blobs,
        expected: Boxes,
        taken: NDArray[np.bool_],
        rows: list[int],
        t_s: float,
    ) -> list[list[int]]:
        """The blobs that lie within one path's place, and each other blob for itself."""
        used = taken.copy()
        groups: list[list[int]] = []
        if rows and len(blobs):
            inside = _shared(expected[rows], blobs.box) / np.maximum(area(blobs.box)[None], 1.0)
            best = inside.argmax(axis=0)
            for k, i in enumerate(rows):
                mine = np.flatnonzero((best == k) & (inside[k] > _INSIDE) & ~used).tolist()
                if mine:
                    place = Place(members=mine, box=blobs.box, area=blobs.area, moving=blobs.moving)
                    kept = self.all[i].own(place, t_s)
                    groups.append(kept)
                    used[kept] = True
                    if self.all[i].shed:
                        expected[i] = _around(blobs.box[kept])
        return groups + [[int(j)] for j in np.flatnonzero(~used)]

    def _begin(self, blobs: Blobs, taken: NDArray[np.bool_], t_s: float) -> None:
        o = self._options
        worthy = ~taken & (blobs.moving >= o.birth_moving) & (blobs.relit <= o.birth_relit)
        parents = {j: path for path in self.all if path.proven for j in path.shed}
        for j in np.flatnonzero(worthy):
            self._born += 1
            path = Path(
                number=self._born,
                box=blobs.box[j],
                born_s=t_s,
                soft=float(blobs.soft[j]),
                relit=float(blobs.relit[j]),
            )
            parent = parents.get(int(j))
            if parent is not None:
                # Who came in company has proved with it that he travels.
                path.velocity, path.proven = parent.velocity, True
            self.all.append(path)

    def _prove(self, now: Moment) -> None:
        for path in self.all:
            if path.seen is not None and not path.proven:
                path.proven = path.travels(now.size, self._options)

    def _lives(self, path: Path, now: Moment) -> bool:
        o = self._options
        x1, y1, x2, y2 = path.box
        if x2 < 1 or y2 < 1 or x1 > now.size[0] - 1 or y1 > now.size[1] - 1:
            return False
        if path.proven:
            return now.t_s - path.seen_s <= o.lost_s
        return now.t_s - path.seen_s <= o.doubt_s and now.t_s - path.moved_s <= o.idle_s


def _sighting(blobs: Blobs, group: list[int], box: Row) -> Sighting:
    weight = blobs.area[group] / max(float(blobs.area[group].sum()), 1.0)
    return Sighting(
        box=box,
        area=float(blobs.area[group].sum()),
        moving=float((blobs.moving[group] * weight).sum()),
        soft=float((blobs.soft[group] * weight).sum()),
        relit=float((blobs.relit[group] * weight).sum()),
    )


def _judge(path: Path, seen: Sighting, size: tuple[int, int]) -> None:
    x1, y1, x2, y2 = (float(v) for v in seen.box)
    wide, high = max(x2 - x1, 1.0), max(y2 - y1, 1.0)
    path.shape.see(
        Outline(
            aspect=high / wide,
            fill=seen.area / (wide * high),
            share=wide * high / (size[0] * size[1]),
            cut_wide=x1 <= 1 or x2 >= size[0] - 1,
            cut_high=y1 <= 1 or y2 >= size[1] - 1,
        )
    )


def _around(boxes: Boxes) -> Row:
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _shared(a: Boxes, b: Boxes) -> Matrix:
    """float32[len(a), len(b)] area of the intersection."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1], np.float32)


def _distance(a: Boxes, b: Boxes) -> Matrix:
    """float32[len(a), len(b)] of the centres, in sizes of the larger."""
    apart = (a[:, None, :2] + a[:, None, 2:] - b[None, :, :2] - b[None, :, 2:]) / 2
    size = np.sqrt(np.maximum(area(a)[:, None], area(b)[None, :]))
    return np.asarray(np.hypot(apart[..., 0], apart[..., 1]) / np.maximum(size, 1.0), np.float32)
