"""Shows drawn scenes to a gate, picture by picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from vedette.core.facts import Motion
from vedette.core.media import Frame, Pixels, Region
from vedette.core.ports import Gate
from vedette.core.site import Camera, Spec, Stream, Zone
from vedette.testing.scenes import Playing, Scene, SceneFrame, Stage, TruthBox, build
from vedette.testing.scenes.nuisances import Nuisance

T0_US = 1_700_000_000_000_000
FPS = 8.0


class Luma:
    """A picture of which only the brightness is known."""

    def __init__(self, luma: Pixels) -> None:
        self._luma = luma
        self.height, self.width = luma.shape

    def luma(self) -> Pixels:
        return self._luma

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        raise AssertionError("a gate asks for luma only")


@dataclass(frozen=True)
class Told:
    """What the gate said of a picture."""

    t_s: float
    boxes: tuple[TruthBox, ...]
    """Who is truly there."""
    motion: Motion


def frame(luma: Pixels, t_s: float) -> Frame:
    """A picture at a time."""
    t_us = T0_US + round(t_s * 1e6)
    return Frame(camera="yard", stream="main", seq=0, t_us=t_us, pts_us=t_us, planes=Luma(luma))


def camera(*excluded: tuple[tuple[float, float], ...]) -> Camera:
    """A camera with these polygons left out."""
    zones = tuple(
        Zone(id=f"out-{n}", name="Out", polygon=polygon, exclude=True)
        for n, polygon in enumerate(excluded)
    )
    return Camera(id="yard", name="Yard", streams=(Stream(source=Spec(kind="file")),), zones=zones)


def yard() -> Stage:
    """A small picture of a yard."""
    return build("yard", (320, 180))


def nobody(stage: Stage, seconds: float, *nuisances: Nuisance) -> Iterator[SceneFrame]:
    """The place with no one in it, and no wind."""
    playing = Playing(fps=FPS, empty=True, wind=0, nuisances=nuisances)
    return Scene(stage, playing).frames(round(seconds * FPS))


def somebody(stage: Stage, from_s: float, to_s: float) -> Iterator[SceneFrame]:
    """The place as its actors walk through it."""
    first, end = round(from_s * FPS), round(to_s * FPS)
    return Scene(stage, Playing(fps=FPS, wind=0)).frames(end - first, start=first)


def watch(gate: Gate, shown: Iterable[SceneFrame]) -> list[Told]:
    """What the gate says of each, at its time."""
    return [
        Told(one.t_s, one.boxes, gate.look(frame(np.ascontiguousarray(one.luma), one.t_s)))
        for one in shown
    ]


def awake_s(told: Iterable[Told]) -> list[float]:
    """When the gate was awake."""
    return [one.t_s for one in told if one.motion.awake]


def overlap(box: Region, boxes: Iterable[Region]) -> float:
    """The share of a box that others cover."""
    canvas = np.zeros((180, 320), np.uint8)
    for x1, y1, x2, y2 in boxes:
        corner, other = (round(x1 * 320), round(y1 * 180)), (round(x2 * 320), round(y2 * 180))
        cv2.rectangle(canvas, corner, other, 1, cv2.FILLED)
    x1, y1, x2, y2 = box
    part = canvas[round(y1 * 180) : round(y2 * 180), round(x1 * 320) : round(x2 * 320)]
    return float(part.mean()) if part.size else 0.0
