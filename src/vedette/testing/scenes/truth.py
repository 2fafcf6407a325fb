"""What really happens in a scene, computed from what is drawn."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vedette.core.facts import Point
from vedette.core.geometry import Side, contains, crossing
from vedette.core.media import Region
from vedette.core.site import Line, Zone
from vedette.core.value import value
from vedette.testing.scenes.stage import Actor, Stage

__all__ = ["SceneTruth", "TruthBox", "TruthCrossing", "TruthPresence", "TruthStay", "find_truth"]

_STEP_S = 0.04
_EXACT_S = 1e-4
_SURE_S = 1.0
"""Shorter stays are neither wanted nor wrong."""

Moment = tuple[float, Point]
"""A time in seconds and where a foot point is then."""


@value
class TruthBox:
    """One actor in one frame."""

    actor: str
    label: str
    box: Region
    """Around the pixels of it that can be seen."""
    foot: Point
    """Where it touches the ground, even if that is hidden or outside the picture."""
    visible: float
    """Share of its pixels that can be seen, 0–1."""


@value
class TruthCrossing:
    """An actor's foot point crosses a line."""

    line: str
    actor: str
    label: str
    t_s: float
    """From the loop's beginning."""
    side: Side
    """Towards which side, seen along the line."""
    at: Point
    moving: Point
    """Direction in the picture, unit vector."""


@value
class TruthStay:
    """An actor's foot point is inside a zone."""

    zone: str
    actor: str
    label: str
    enter_s: float
    exit_s: float


@value
class TruthPresence:
    """An actor is on the stage, seen or hidden; before and after it cannot be seen."""

    actor: str
    label: str
    first_s: float
    last_s: float


@value
class SceneTruth:
    """One loop of a scene; every loop is the same."""

    scene: str
    length_s: float
    lines: tuple[Line, ...]
    zones: tuple[Zone, ...]
    crossings: tuple[TruthCrossing, ...]
    stays: tuple[TruthStay, ...]
    presence: tuple[TruthPresence, ...]

    def quiet(self, margin_s: float = 1.0) -> tuple[tuple[float, float], ...]:
        """Spans in which nobody is to be seen, shortened on both sides."""
        spans, free_from = [], 0.0
        for one in sorted(self.presence, key=lambda p: p.first_s):
            spans.append((free_from, one.first_s))
            free_from = max(free_from, one.last_s)
        spans.append((free_from, self.length_s))
        shrunk = [(a + margin_s * (a > 0), b - margin_s * (b < self.length_s)) for a, b in spans]
        return tuple((a, b) for a, b in shrunk if b > a)

    def eval_json(self, clip: Path, *, tolerance_s: float = 0.5) -> str:
        """As a truth file for `vedette eval` (docs/ref/truth.md)."""
        told = {
            "clip": clip.name,
            "lines": [self._line_json(line, tolerance_s) for line in self.lines],
            "zones": [self._zone_json(zone, tolerance_s) for zone in self.zones],
            "quiet": [list(span) for span in self.quiet()],
        }
        return json.dumps(told, indent=1)

    def _line_json(self, line: Line, tolerance_s: float) -> dict[str, object]:
        events = [
            {"t": round(c.t_s, 3), "cls": c.label, "direction": _words(c.moving), "certain": True}
            for c in self.crossings
            if c.line == line.id
        ]
        points = [list(point) for point in line.points]
        return {"name": line.id, "points": points, "anchor": "box bottom centre",
                "tol_s": tolerance_s, "events": events}  # fmt: skip

    def _zone_json(self, zone: Zone, tolerance_s: float) -> dict[str, object]:
        events = [
            {
                "cls": s.label,
                "t_enter": round(s.enter_s, 3),
                "t_exit": round(s.exit_s, 3),
                "certain": s.exit_s - s.enter_s >= _SURE_S,
            }
            for s in self.stays
            if s.zone == zone.id
        ]
        polygon = [list(point) for point in zone.polygon]
        return {"name": zone.id, "polygon": polygon, "anchor": "box bottom centre",
                "tol_s": tolerance_s, "events": events}  # fmt: skip


def _words(moving: Point) -> str:
    """The direction as people say it: down, right, down-right."""
    x, y = moving
    most = max(abs(x), abs(y))
    words = []
    if abs(y) > 0.5 * most:
        words.append("down" if y > 0 else "up")
    if abs(x) > 0.5 * most:
        words.append("right" if x > 0 else "left")
    return "-".join(words)


def find_truth(stage: Stage) -> SceneTruth:
    """Follow every actor's foot point through the lines and zones."""
    tracks = [(actor, list(_track(actor))) for actor in stage.actors]
    crossings = [found for one, track in tracks for found in _crossings(one, track, stage.lines)]
    stays = [found for one, track in tracks for found in _stays(one, track, stage.zones)]
    there = [
        TruthPresence(
            actor=one.id,
            label=one.painter.label,
            first_s=one.route.start_s,
            last_s=one.route.end_s,
        )
        for one in stage.actors
    ]
    return SceneTruth(
        scene=stage.name,
        length_s=stage.length_s,
        lines=stage.lines,
        zones=stage.zones,
        crossings=tuple(sorted(crossings, key=lambda c: c.t_s)),
        stays=tuple(sorted(stays, key=lambda s: s.enter_s)),
        presence=tuple(there),
    )


def _foot(actor: Actor, t_s: float) -> Point | None:
    place = actor.route.at(t_s)
    return None if place is None else actor.painter.foot(place)


def _track(actor: Actor) -> Iterator[Moment]:
    steps = math.ceil((actor.route.end_s - actor.route.start_s) / _STEP_S)
    for step in range(steps):
        t_s = actor.route.start_s + step * _STEP_S
        foot = _foot(actor, t_s)
        if foot is not None:
            yield t_s, foot


def _crossings(
    actor: Actor, track: Sequence[Moment], lines: Sequence[Line]
) -> Iterator[TruthCrossing]:
    for before, after in itertools.pairwise(track):
        for line in lines:
            if crossing(line.points, before[1], after[1]) is not None:
                yield _exact_crossing(actor, line, before, after)


def _exact_crossing(actor: Actor, line: Line, before: Moment, after: Moment) -> TruthCrossing:
    while after[0] - before[0] > _EXACT_S:
        t_s = (before[0] + after[0]) / 2
        foot = _foot(actor, t_s)
        assert foot is not None, "between two moments at which it is there"
        if crossing(line.points, before[1], foot) is not None:
            after = (t_s, foot)
        else:
            before = (t_s, foot)
    found = crossing(line.points, before[1], after[1])
    assert found is not None, "halving keeps the crossing inside"
    return TruthCrossing(
        line=line.id,
        actor=actor.id,
        label=actor.painter.label,
        t_s=after[0],
        side=found[0],
        at=after[1],
        moving=_moving(actor, after[0]),
    )


def _moving(actor: Actor, t_s: float) -> Point:
    a = _foot(actor, max(actor.route.start_s, t_s - 0.25))
    b = _foot(actor, min(actor.route.end_s - _STEP_S, t_s + 0.25))
    assert a is not None
    assert b is not None
    x, y = b[0] - a[0], b[1] - a[1]
    length = math.hypot(x, y) or 1.0
    return x / length, y / length


def _stays(actor: Actor, track: Sequence[Moment], zones: Sequence[Zone]) -> Iterator[TruthStay]:
    for zone in zones:
        inside = ((t_s, contains(zone.polygon, foot)) for t_s, foot in track)
        for enter_s, exit_s in _spans(inside):
            yield TruthStay(
                zone=zone.id,
                actor=actor.id,
                label=actor.painter.label,
                enter_s=enter_s,
                exit_s=exit_s,
            )


def _spans(states: Iterable[tuple[float, bool]]) -> Iterator[tuple[float, float]]:
    """From each time at which something becomes true to the time at which it ends."""
    since: float | None = None
    last = 0.0
    for t_s, true in states:
        if true and since is None:
            since = t_s
        if not true and since is not None:
            yield since, t_s
            since = None
        last = t_s
    if since is not None:
        yield since, last
