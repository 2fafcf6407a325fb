"""Plays a stage: frame by frame as a camera would deliver it, with the truth of each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.testing.counter import draw_counter
from vedette.testing.scenes.foliage import Foliage
from vedette.testing.scenes.nuisances import Nuisance
from vedette.testing.scenes.paste import Layer, lay_over
from vedette.testing.scenes.routes import Place
from vedette.testing.scenes.sensor import Sensor
from vedette.testing.scenes.stage import Actor, Stage
from vedette.testing.scenes.truth import SceneTruth, TruthBox, find_truth

__all__ = ["Playing", "Scene", "SceneFrame"]

_LEAST_PX = 40
"""Less of somebody than this, in a picture 640 wide, is nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """How a stage is played."""

    fps: float = 10.0
    noise: float = 2.2
    """Standard deviation of the sensor's noise, in steps of luma; 0 for none."""
    nuisances: tuple[Nuisance, ...] = ()
    empty: bool = False
    """Nobody comes."""
    wind: float = 1.0
    """How far leaves sway, pixels at 640 wide."""
    counter: bool = False
    """The frame's number stands in the corner."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SceneFrame:
    """One picture and who is in it."""

    index: int
    t_s: float
    planes: Pixels
    """Planar I420, uint8[H*3/2, W]."""
    boxes: tuple[TruthBox, ...]

    @property
    def luma(self) -> Pixels:
        """uint8[H, W], no copy."""
        return self.planes[: self.planes.shape[0] * 2 // 3]

    def bgr(self) -> Pixels:
        """uint8[H, W, 3]."""
        return np.asarray(cv2.cvtColor(self.planes, cv2.COLOR_YUV2BGR_I420), np.uint8)


class Seen(NamedTuple):
    """An actor on the stage; no box if hidden or outside the picture."""

    actor: Actor
    place: Place
    veil: Pixels | None
    layer: Layer
    box: TruthBox | None


class Scene:
    """A stage that is played; the same seed gives the same pixels."""

    def __init__(self, stage: Stage, playing: Playing | None = None) -> None:
        self.stage = stage
        self.playing = playing or Playing()
        width, height = stage.optics.width, stage.optics.height
        self._sensor = Sensor(width, height, noise=self.playing.noise, seed=self.playing.seed)
        self._veils: dict[tuple[bool, ...], Pixels] = {}
        push = self.playing.wind * width / 640
        self._foliage = [
            Foliage(at, stage.leaves, push_px=push, loop_s=stage.length_s, seed=n)
            for n, at in enumerate(stage.foliage)
            if push > 0
        ]

    @property
    def loop_frames(self) -> int:
        """Frames in one loop."""
        return round(self.stage.length_s * self.playing.fps)

    @cached_property
    def truth(self) -> SceneTruth:
        """What happens in one loop."""
        return find_truth(self.stage)

    def frames(self, count: int | None = None, start: int = 0) -> Iterator[SceneFrame]:
        """Frames from number `start` on, one loop of them if no count is given."""
        count = self.loop_frames if count is None else count
        for index in range(start, start + count):
            yield self._frame(index)

    def boxes(self, t_s: float) -> tuple[TruthBox, ...]:
        """Who is to be seen at that time, and where; nothing is painted."""
        return tuple(one.box for one in self._seen(t_s) if one.box)

    def _frame(self, index: int) -> SceneFrame:
        chance = np.random.default_rng((self.playing.seed, index))
        t_s = index / self.playing.fps
        seen = self._seen(t_s)
        planes = self._paint(t_s, seen)
        luma, chroma = _split(planes)
        for nuisance in self.playing.nuisances:
            nuisance.disturb(luma, chroma, t_s, chance)
        self._sensor.disturb(luma, chroma, chance)
        if self.playing.counter:
            draw_counter(planes, index)
        return SceneFrame(index, t_s, planes, tuple(one.box for one in seen if one.box))

    def _seen(self, t_s: float) -> list[Seen]:
        """Actors who are there, the farthest first."""
        if self.playing.empty:
            return []
        within = t_s % self.stage.length_s
        there = [(actor, place) for actor in self.stage.actors if (place := actor.route.at(within))]
        there.sort(key=lambda one: math.hypot(one[1].x, one[1].y))
        seen: list[Seen] = []
        for actor, place in there:
            seen.append(self._look_at(actor, place, [one.layer for one in seen]))
        return seen[::-1]

    def _look_at(self, actor: Actor, place: Place, nearer: Sequence[Layer]) -> Seen:
        optics = self.stage.optics
        layer = actor.painter.layer(place)
        whole = float(layer.colour[..., 3].sum())
        veil = self._veil(place)
        if veil is not None:
            _hide(layer, veil)
        alpha = layer.behind(nearer)
        solid = alpha.solid(optics.width, optics.height)
        if solid is None:
            return Seen(actor, place, veil, layer, None)
        shown = float(alpha.inside(optics.width, optics.height).sum())
        if shown < 255 * _LEAST_PX * (optics.width / 640) ** 2:
            return Seen(actor, place, veil, layer, None)
        width, height = optics.width, optics.height
        box = TruthBox(
            actor=actor.id,
            label=actor.painter.label,
            box=(
                solid.left / width,
                solid.top / height,
                solid.right / width,
                solid.bottom / height,
            ),
            foot=actor.painter.foot(place),
            visible=shown / whole,
        )
        return Seen(actor, place, veil, layer, box)

    def _veil(self, place: Place) -> Pixels | None:
        """All that stands before somebody there, uint8[H, W]."""
        hiding = tuple(curtain.hides(place) for curtain in self.stage.curtains)
        if not any(hiding):
            return None
        if hiding not in self._veils:
            before = [
                c.alpha for c, hides in zip(self.stage.curtains, hiding, strict=True) if hides
            ]
            self._veils[hiding] = np.maximum.reduce(before)
        return self._veils[hiding]

    def _paint(self, t_s: float, seen: Sequence[Seen]) -> Pixels:
        if not seen and not self._foliage:
            return self._still.copy()
        canvas = self.stage.plate.copy()
        for leaves in self._foliage:
            leaves.sway(canvas, t_s)
        for one in seen:
            one.actor.painter.shade(canvas, one.place, one.veil)
        for one in seen:
            lay_over(canvas, one.layer)
        return _planar(canvas)

    @cached_property
    def _still(self) -> Pixels:
        return _planar(self.stage.plate)


def _planar(canvas: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(canvas, cv2.COLOR_BGR2YUV_I420), np.uint8)


def _split(planes: Pixels) -> tuple[Pixels, Pixels]:
    """Luma uint8[H, W] and chroma uint8[2, H/2, W/2], both views."""
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    return planes[:height], planes[height:].reshape(2, height // 2, width // 2)


def _hide(layer: Layer, veil: Pixels) -> None:
    """Take away what is behind a veil, in place."""
    height, width = veil.shape
    at = layer.at.within(width, height)
    if at.empty:
        return
    before = veil[at.top : at.bottom, at.left : at.right]
    part = layer.inside(width, height)
    part *= (1 - before.astype(np.float32) / 255)[..., None]
