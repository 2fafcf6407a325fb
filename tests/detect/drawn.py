"""Drawn places with actors of our choice, and what the detector makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.detect.pictures import frame, look
from vedette.core.geometry import iou
from vedette.core.media import Detections, Region
from vedette.core.ports import Detector, DetectorPlace
from vedette.detect.classical import Classical
from vedette.testing.scenes import Playing, Scene, SceneFrame, Stage, TruthBox
from vedette.testing.scenes.coachwork import CARS
from vedette.testing.scenes.lighting import Lighting
from vedette.testing.scenes.looks import LOOKS
from vedette.testing.scenes.people import PersonPainter
from vedette.testing.scenes.routes import Leg, Route
from vedette.testing.scenes.sculpt import Sculptor
from vedette.testing.scenes.stage import Actor
from vedette.testing.scenes.vehicles import VehiclePainter

FPS = 8.0
SURE = 0.5
"""Scores from which on the tracker begins tracks."""
SUNNY = Lighting(azimuth_deg=118, altitude_deg=45, direct=0.8, shadow=0.5)
CLOUDED = Lighting(azimuth_deg=118, altitude_deg=60, direct=0.1, shadow=0.0)


@dataclass(frozen=True)
class Sight:
    """One picture, what is true and what was found."""

    t_s: float
    truth: tuple[TruthBox, ...]
    found: Detections

    @property
    def sure(self) -> Detections:
        """What may begin a track."""
        return self.found[self.found.score > SURE]

    def hit(self, actor: str, least: float = 0.4) -> str | None:
        """The label under which that actor was surely found, if so."""
        for one in self.truth:
            for box, label in zip(self.sure.box, self.sure.label, strict=True):
                if one.actor == actor and iou(one.box, _region(box)) > least:
                    return str(label)
        return None


def person(
    stage: Stage, name: str, legs: Sequence[Leg], start: tuple[float, float], start_s: float,
    *, look_no: int = 0, light: Lighting = CLOUDED,
) -> Actor:  # fmt: skip
    """Somebody who walks there."""
    sculptor = Sculptor(light.seen(), 0.17 * stage.optics.width)
    painter = PersonPainter(LOOKS[look_no], sculptor, stage.optics, light)
    return Actor(name, painter, Route(start, legs, start_s))


def car(
    stage: Stage, name: str, legs: Sequence[Leg], start: tuple[float, float], start_s: float,
    *, light: Lighting = CLOUDED,
) -> Actor:  # fmt: skip
    """A red saloon that drives there."""
    painter = VehiclePainter(CARS["saloon"], (44, 42, 150), stage.optics, light)
    return Actor(name, painter, Route(start, legs, start_s, rounded=True))


def walk(*to: tuple[float, float], wait_s: float = 0.0, speed_mps: float = 1.4) -> Leg:
    """A stretch on foot."""
    return Leg(to=to, speed_mps=speed_mps, wait_s=wait_s)


def drive(*to: tuple[float, float], wait_s: float = 0.0, speed_mps: float = 5.0) -> Leg:
    """A stretch on wheels."""
    return Leg(to=to, speed_mps=speed_mps, wait_s=wait_s, ease_m=2.0)


def play(stage: Stage, seconds: float, *actors: Actor, playing: Playing | None = None) -> Scene:
    """The place with these actors and no others."""
    playing = playing or Playing(fps=FPS, wind=0, empty=not actors)
    return Scene(replace(stage, actors=actors, length_s=seconds), playing)


def detector(**options: float) -> Detector:
    """A fresh one."""
    return Classical(**options).open(DetectorPlace(models=Path("none")))


def watch(
    shown: Iterable[SceneFrame], by: Detector | None = None, camera: str = "yard"
) -> list[Sight]:
    """What the detector finds in each picture of a scene."""
    by = by or detector()
    return [see(by, one, camera) for one in shown]


def see(by: Detector, one: SceneFrame, camera: str = "yard") -> Sight:
    """What it finds in one picture."""
    rgb = np.asarray(cv2.cvtColor(one.planes, cv2.COLOR_YUV2RGB_I420), np.uint8)
    t_us = 1_700_000_000_000_000 + round(one.t_s * 1e6)
    (found,) = by.detect([look(frame(rgb, camera, t_us))])
    return Sight(one.t_s, one.boxes, found)


def recall(sights: Iterable[Sight], actor: str, least: float = 0.4) -> float:
    """The share of pictures with that actor in full sight in which it was surely found."""
    hits = [
        sight.hit(actor, least) is not None
        for sight in sights
        if any(one.actor == actor and one.visible > 0.9 for one in sight.truth)
    ]
    return float(np.mean(hits))


def strays(sights: Iterable[Sight]) -> list[float]:
    """Times at which something was surely found where nobody is."""
    return [
        sight.t_s
        for sight in sights
        for box in sight.sure.box
        if not any(_touch(box, one.box) for one in sight.truth)
    ]


def labels(sights: Iterable[Sight], actor: str) -> Iterator[str]:
    """All that an actor was called."""
    for sight in sights:
        found = sight.hit(actor)
        if found is not None:
            yield found


def _touch(box: NDArray[np.float32], other: Region) -> bool:
    x1, y1, x2, y2 = (float(v) for v in box)
    return x1 < other[2] and other[0] < x2 and y1 < other[3] and other[1] < y2


def _region(box: NDArray[np.float32]) -> Region:
    x1, y1, x2, y2 = (float(v) for v in box)
    return x1, y1, x2, y2
