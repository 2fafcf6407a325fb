"""How well the pipeline did on a clip whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.core.facts import Event, Point, Track
from vedette.core.geometry import anchor_of, contains
from vedette.pipeline.truth import (
    Crossing,
    Stay,
    Truth,
    TruthLine,
    anchor_named,
    family,
)

__all__ = ["Occupied", "Result", "Score", "score"]

_COMPASS: dict[str, Point] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Hits, false ones and misses of one line or zone."""

    name: str
    tp: int
    fp: int
    fn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupied:
    """How well objects were counted at the moments that people counted them."""

    n: int
    within_tol: int
    mae: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All scores of a clip."""

    lines: tuple[Score, ...]
    zones: tuple[Score, ...]
    occupancy: Occupied
    quiet_false: int
    """Events raised while nothing happened."""

    def total(self) -> Score:
        """Lines and zones together."""
        every = (*self.lines, *self.zones)
        return Score(
            name="total",
            tp=sum(one.tp for one in every),
            fp=sum(one.fp for one in every),
            fn=sum(one.fn for one in every),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who was there at a moment, in seconds from the clip's first frame."""

    t: float
    tracks: tuple[Track, ...]


def score(truth: Truth, events: Sequence[Event], seen: Sequence[Seen], start_us: int) -> Result:
    """Compare events and tracks with the truth; `start_us` is when the clip's first frame was."""
    lines = []
    for n, line in enumerate(truth.lines):
        raised = [
            (_seconds(event, start_us), _towards(event, line))
            for event in events
            if event.rule == f"line-{n}"
        ]
        lines.append(_match(line.name, line.events, raised, line.tol_s))
    zones = []
    for n, zone in enumerate(truth.zones):
        entered = [(_seconds(e, start_us), None) for e in events if e.rule == f"zone-{n}"]
        # A zone without stays was drawn to count in, not to judge entries by.
        if zone.events:
            zones.append(_match(zone.name, zone.events, entered, zone.tol_s))
    quiet = sum(1 for e in events if any(a <= _seconds(e, start_us) <= b for a, b in truth.quiet))
    return Result(
        lines=tuple(lines),
        zones=tuple(zones),
        occupancy=_occupancy(truth, seen),
        quiet_false=quiet,
    )


def _seconds(event: Event, start_us: int) -> float:
    return (event.t_us - start_us) / 1_000_000


def _towards(event: Event, line: TruthLine) -> Point | None:
    """The direction of a crossing as a vector in the picture, y down."""
    (x1, y1), (x2, y2) = line.points[0], line.points[-1]
    right = (-(y2 - y1), x2 - x1)
    if event.direction == "right":
        return right
    return (-right[0], -right[1]) if event.direction == "left" else None


def _match(
    name: str,
    truths: Sequence[Crossing | Stay],
    raised: Sequence[tuple[float, Point | None]],
    tol_s: float,
) -> Score:
    """One to one, nearest in time first; what is uncertain is neither required nor punished."""
    pairs = sorted(
        (abs(t - _when(one)), i, j)
        for i, one in enumerate(truths)
        for j, (t, towards) in enumerate(raised)
        if abs(t - _when(one)) <= tol_s and _agrees(one, towards)
    )
    hit: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in hit and j not in hit.values():
            hit[i] = j
    tp = sum(1 for i in hit if truths[i].certain)
    missed = sum(1 for i, one in enumerate(truths) if one.certain and i not in hit)
    return Score(name=name, tp=tp, fp=len(raised) - len(hit), fn=missed)


def _when(one: Crossing | Stay) -> float:
    return one.t if isinstance(one, Crossing) else one.t_enter


def _agrees(one: Crossing | Stay, towards: Point | None) -> bool:
    if isinstance(one, Stay) or one.direction is None or towards is None:
        return True
    steps = [_COMPASS[word] for word in one.direction.split("-") if word in _COMPASS]
    x, y = sum(step[0] for step in steps), sum(step[1] for step in steps)
    return x * towards[0] + y * towards[1] > 0


def _occupancy(truth: Truth, seen: Sequence[Seen]) -> Occupied:
    off = [abs(_count(truth, n, seen) - one.count) for n, one in enumerate(truth.occupancy)]
    within = sum(1 for n, one in enumerate(truth.occupancy) if off[n] <= one.tol)
    return Occupied(n=len(off), within_tol=within, mae=sum(off) / len(off) if off else 0.0)


def _count(truth: Truth, n: int, seen: Sequence[Seen]) -> int:
    asked = truth.occupancy[n]
    at = min(seen, key=lambda one: abs(one.t - asked.t), default=None)
    if at is None:
        return 0
    zone = next((zone for zone in truth.zones if zone.name == asked.zone), None)
    there = [
        track
        for track in at.tracks
        if track.state == "confirmed" and family(track.label) == family(asked.cls)
    ]
    if zone is None:
        return len(there)
    anchor = anchor_named(zone.anchor)
    return sum(1 for track in there if contains(zone.polygon, anchor_of(track.box, anchor)))
