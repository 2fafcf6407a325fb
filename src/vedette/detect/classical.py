"""The `classical` detector: people and vehicles on a fixed camera, without any model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from pydantic import Field

from vedette.core.clock import from_seconds, to_seconds
from vedette.core.media import WHOLE, Boxes, Detections, Frame
from vedette.core.ports import DetectorPlace, Look
from vedette.core.value import plugin
from vedette.detect.classical_path import Path
from vedette.detect.classical_scene import Scene, SceneOptions

__all__ = ["Classical", "ClassicalDetector"]

_PIXELS = 320 * 180
"""Pictures are brought to about this many pixels, whatever their form."""
_SURE, _FAINT = 0.7, 0.3
"""Scores: somebody who travels may begin a track, anything else only continues one."""
_FORGET_US = from_seconds(3600)


@plugin
class Classical:
    """What stands out from a learnt background and travels, on a camera that does not move."""

    contrast: Annotated[float, Field(ge=4, le=100)] = 18.0
    """Least difference from the background that counts, in grey levels of 255; noisy and moving
    places raise it by themselves."""
    least_size: Annotated[float, Field(gt=0, lt=1)] = 0.0008
    """Least size of somebody, as a share of the picture's area."""
    prove_s: Annotated[float, Field(ge=0, le=10)] = 0.3
    """How long something must have gone a straight way before it counts."""
    hold_s: Annotated[float, Field(ge=1, le=86_400)] = 120.0
    """What stopped and then stood perfectly still for so long becomes part of the background."""

    def open(self, place: DetectorPlace) -> ClassicalDetector:
        """Nothing to load."""
        options = SceneOptions()
        return ClassicalDetector(
            SceneOptions(
                background=replace(options.background, floor=self.contrast),
                path=replace(options.path, prove_s=self.prove_s),
                least=self.least_size,
                hold_s=self.hold_s,
            )
        )


@dataclass(slots=True, eq=False)
class _Memory:
    """What is remembered of one camera."""

    scene: Scene
    size: tuple[int, int]
    t_us: int


class ClassicalDetector:
    """Remembers a scene per camera, forgets those it has not seen for an hour of pictures."""

    name = "classical"

    def __init__(self, options: SceneOptions) -> None:
        self._options = options
        self._cameras: dict[str, _Memory] = {}

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        """What travels, and faintly what may; every look also teaches the background."""
        return [self._detect(look) for look in looks]

    def close(self) -> None:
        self._cameras.clear()

    def _detect(self, look: Look) -> Detections:
        memory = self._recall(look.frame)
        since_us, memory.t_us = look.frame.t_us - memory.t_us, look.frame.t_us
        memory.scene.look(look.frame.rgb(WHOLE, memory.size), to_seconds(since_us))
        seen = [path for path in memory.scene.paths if path.seen is not None]
        return _told(seen, memory.size)

    def _recall(self, frame: Frame) -> _Memory:
        size = _working_size(frame.width, frame.height)
        known = self._cameras.get(frame.camera)
        if known is None or known.size != size or not 0 <= frame.t_us - known.t_us < _FORGET_US:
            self._forget(frame.t_us)
            known = _Memory(scene=Scene(self._options), size=size, t_us=frame.t_us)
            self._cameras[frame.camera] = known
        return known

    def _forget(self, now_us: int) -> None:
        old = [name for name, one in self._cameras.items() if now_us - one.t_us >= _FORGET_US]
        for name in old:
            del self._cameras[name]


def _working_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the same form with about `_PIXELS`, even; smaller pictures stay."""
    scale = min(1.0, math.sqrt(_PIXELS / (width * height)))
    return max(2 * round(width * scale / 2), 2), max(2 * round(height * scale / 2), 2)


def _told(paths: Sequence[Path], size: tuple[int, int]) -> Detections:
    if not paths:
        return Detections.none()
    whole = np.array([*size, *size], np.float32)
    box: Boxes = np.stack([path.box if path.seen is None else path.seen for path in paths])
    return Detections(
        box=np.clip(box / whole, 0.0, 1.0).astype(np.float32),
        score=np.array([_SURE if path.proven else _FAINT for path in paths], np.float32),
        label=np.array([path.shape.label for path in paths]),
    )
