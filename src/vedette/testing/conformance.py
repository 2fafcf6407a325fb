"""The laws every plugin obeys, as checks that authors of plugins can run on their own.

Each check raises AssertionError with the law that was broken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from vedette.core.facts import Event, Motion, Observation, Track
from vedette.core.media import WHOLE, Detections, Frame, Pixels, Region
from vedette.core.ports import Detector, Gate, Look, Rule, Tracker
from vedette.core.site import Camera, Line, RuleSpec, Spec, Stream, Zone

__all__ = ["CAMERA", "check_detector", "check_gate", "check_rule", "check_tracker", "walk"]

_START_US = 1_700_000_000_000_000
_STEP_US = 125_000

CAMERA = Camera(
    id="conformance",
    name="Conformance",
    streams=(Stream(source=Spec(kind="synthetic")),),
    zones=(Zone(id="zone", name="Zone", polygon=((0.3, 0.0), (0.7, 0.0), (0.7, 1.0), (0.3, 1.0))),),
    lines=(
        Line(id="line", name="Line", points=((0.4, 0.0), (0.4, 1.0))),
        Line(id="second", name="Second", points=((0.6, 0.0), (0.6, 1.0))),
    ),
)
"""A camera with a zone and two lines that `walk` goes through."""


class _Drawn:
    """A picture of noise with a bright block at a place."""

    width, height = 320, 180

    def __init__(self, x: float | None) -> None:
        self._luma = np.random.default_rng(3).integers(90, 110, (180, 320), np.uint8)
        if x is not None:
            left = round(x * 320)
            self._luma[60:140, left : left + 30] = 220

    def luma(self) -> Pixels:
        return self._luma

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        width, height = size or (320, 180)
        return np.full((height, width, 3), 100, np.uint8)


def _frame(index: int, x: float | None) -> Frame:
    t_us = _START_US + index * _STEP_US
    return Frame(
        camera=CAMERA.id, stream="main", seq=index, t_us=t_us, pts_us=t_us, planes=_Drawn(x)
    )


def check_gate(make: Callable[[], Gate]) -> None:
    """A gate is awake for what moves, keeps within the picture and leaves pixels alone."""
    gate = make()
    gate.bind(CAMERA)
    for index in range(20):
        frame = _frame(index, None)
        before = frame.luma.copy()
        gate.look(frame)
        assert np.array_equal(frame.luma, before), "a gate never changes pixels"
    moved = [gate.look(_frame(20 + n, 0.1 + 0.05 * n)) for n in range(8)]
    assert any(motion.awake for motion in moved), "a gate wakes for what moves"
    for motion in moved:
        assert 0 <= motion.fraction <= 1, "the moving share lies between 0 and 1"
        assert all(0 <= edge <= 1 for box in motion.boxes for edge in box), "boxes lie inside"


def check_detector(detector: Detector) -> None:
    """A detector answers each look in order, takes none at all, and closes twice."""
    assert detector.name, "a detector has a name for people"
    assert detector.detect([]) == [], "no looks, no answers"
    motion = Motion(fraction=0.1, boxes=(), awake=True)
    whole = np.array([WHOLE], np.float32)
    looks = [
        Look(frame=replace(_frame(0, 0.2), camera=name), motion=motion, regions=whole)
        for name in ("a", "b", "c")
    ]
    found = detector.detect(looks)
    assert len(found) == len(looks), "one answer for each look"
    for one in found:
        assert one.box.shape == (len(one), 4), "boxes are n by 4"
        assert not len(one) or (one.box.min() >= 0 and one.box.max() <= 1), "boxes lie inside"
    assert np.array_equal(whole, [WHOLE]), "a detector never changes its input"
    detector.close()
    detector.close()


def check_tracker(make: Callable[[], Tracker]) -> None:
    """A tracker follows one walker under one id, takes empty input, and knows hold from update."""
    tracker = make()
    tracker.bind(CAMERA)
    assert tracker.update(_START_US, Detections.none()) == (), "nothing seen, nothing followed"
    ids = set()
    for index in range(1, 30):
        found = _detections(0.1 + 0.02 * index)
        tracks = tracker.update(_START_US + index * _STEP_US, found)
        ids |= {track.id for track in tracks if track.state == "confirmed"}
    assert len(ids) == 1, f"one walker is one track, got {len(ids)}"
    held = tracker.hold(_START_US + 34 * _STEP_US)
    assert ids <= {track.id for track in held}, "not looking is not the same as seeing nothing"


def _detections(x: float) -> Detections:
    return Detections(
        box=np.array([[x, 0.3, x + 0.08, 0.7]], np.float32),
        score=np.array([0.9], np.float32),
        label=np.array(["person"]),
    )


def walk(steps: int = 80) -> list[Observation]:
    """Somebody walks from left to right through the zone and over both lines."""
    seen = []
    for index in range(steps):
        x = index / steps * 0.9
        t_us = _START_US + index * _STEP_US
        track = Track(
            id="conformance-1",
            label="person",
            box=(x, 0.3, x + 0.08, 0.7),
            score=0.9,
            velocity=(0.1, 0.0),
            first_us=_START_US,
            last_us=t_us,
            state="confirmed",
        )
        motion = Motion(fraction=0.05, boxes=(track.box,), awake=True)
        seen.append(Observation(camera=CAMERA.id, t_us=t_us, motion=motion, tracks=(track,)))
    return seen


def check_rule(make: Callable[[], Rule], spec: RuleSpec) -> None:
    """A rule says the same of the same observations, years later too, and nothing of nobody."""
    first = _said(make(), spec, walk())
    assert first == _said(make(), spec, walk()), "a replayed recording raises the same events"
    for event in first:
        assert (event.camera, event.rule) == (CAMERA.id, spec.id), "an event names its rule"
    empty = [replace(one, tracks=()) for one in walk()]
    for event in _said(make(), spec, empty):
        assert not event.track_ids, "an event of nobody has no tracks"


def _said(rule: Rule, spec: RuleSpec, seen: Sequence[Observation]) -> list[Event]:
    rule.bind(CAMERA, spec)
    return [event for observation in seen for event in rule.check(observation)]
