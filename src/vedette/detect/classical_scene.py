"""One camera as `classical` sees it: background, what differs, who travels."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.detect.background_masks import either, grown, over, shared, without
from vedette.detect.background_model import Background, BackgroundOptions
from vedette.detect.classical_blobs import Layers, find_blobs
from vedette.detect.classical_path import Path, PathOptions
from vedette.detect.classical_paths import Moment, Paths
from vedette.detect.classical_shade import relit

__all__ = ["Scene", "SceneOptions"]

_MOTION_S = 0.1
_MOTION_LEVELS = 12
_SETTLED_S = 1.0
"""A pixel's background counts only where something moves until it was seen this long."""
_WILD = 0.6
_WILD_S = 1.5
_PAUSE_S = 0.6
"""A longer gap means that nobody looked; more of it does not count."""
_AROUND_PX, _BESIDE_PX = 2, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneOptions:
    """How a camera is looked at."""

    background: BackgroundOptions = field(default_factory=BackgroundOptions)
    path: PathOptions = field(default_factory=PathOptions)
    least: float = 0.0008
    """Least size of a blob as a share of the picture."""
    hold_s: float = 120.0
    """What stands still for longer becomes background."""


class Scene:
    """Remembers one camera's background and paths between pictures."""

    def __init__(self, options: SceneOptions) -> None:
        self._options = options
        self._background: Background | None = None
        self._recent: deque[tuple[float, Pixels]] = deque()
        self._paths = Paths(options.path)
        self._t_s = 0.0
        self._wild_s = 0.0

    @property
    def paths(self) -> list[Path]:
        """All that is followed, proven or not."""
        return self._paths.all

    def look(self, picture: Pixels, since_s: float) -> None:
        """Take in uint8[H, W, 3], seen `since_s` after the one before."""
        smooth = np.asarray(cv2.blur(picture, (3, 3)), np.uint8)
        grey = np.asarray(cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY), np.uint8)
        if self._background is None:
            self._start(smooth, grey)
            return
        if since_s > _PAUSE_S:
            self._paths.rest()
        dt_s = min(max(since_s, 1e-3), _PAUSE_S)
        self._t_s += dt_s
        self._step(self._background, smooth, grey, dt_s)
        if self._wild_s > _WILD_S:
            self._start(smooth, grey)

    def _start(self, smooth: Pixels, grey: Pixels) -> None:
        self._background = Background(smooth, self._options.background)
        self._recent = deque([(self._t_s, grey)])
        self._busy = np.zeros_like(grey)
        self._paths = Paths(self._options.path)
        self._wild_s = 0.0

    def _step(self, background: Background, smooth: Pixels, grey: Pixels, dt_s: float) -> None:
        differs = background.compare(smooth, self._busy)
        layers = _layers(background, smooth, differs, self._moving(grey))
        share = cv2.countNonZero(layers.differs) / grey.size
        self._wild_s = self._wild_s + dt_s if share > _WILD else 0.0
        moment = Moment(
            t_s=self._t_s, dt_s=dt_s, size=(grey.shape[1], grey.shape[0]), calm=share <= _WILD
        )
        self._paths.step(find_blobs(layers, self._options.least * grey.size), moment)
        held = self._held(grey.shape)
        background.learn(smooth, held, layers.moving, dt_s)
        self._busy = either(grown(differs, _AROUND_PX), held)

    def _moving(self, grey: Pixels) -> Pixels:
        """uint8[H, W], 255 where something changed within the last tenth of a second."""
        while len(self._recent) > 1 and self._t_s - self._recent[1][0] >= _MOTION_S:
            self._recent.popleft()
        change = np.asarray(cv2.absdiff(grey, self._recent[0][1]), np.uint8)
        self._recent.append((self._t_s, grey))
        return grown(over(change, _MOTION_LEVELS), _BESIDE_PX)

    def _held(self, shape: tuple[int, ...]) -> Pixels:
        """uint8[H, W], 255 where somebody is, whom the background must not learn."""
        held = np.zeros(shape, np.uint8)
        for path in self._paths.all:
            if path.hits < 2 or self._t_s - path.moved_s > self._options.hold_s:
                continue
            x1, y1, x2, y2 = path.box
            dx, dy = 0.08 * (x2 - x1) + 1, 0.08 * (y2 - y1) + 1
            rows = slice(max(int(y1 - dy), 0), max(int(y2 + dy), 0))
            held[rows, max(int(x1 - dx), 0) : max(int(x2 + dx), 0)] = 255
        return held


def _layers(background: Background, smooth: Pixels, differs: Pixels, moving: Pixels) -> Layers:
    differs = shared(differs, either(moving, background.settled(_SETTLED_S)))
    light = relit(smooth, background.now, differs)
    return Layers(
        differs=without(differs, light.sure),
        moving=moving,
        relit=light.may,
        difference=background.difference,
    )
