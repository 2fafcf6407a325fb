"""Scenes for rules: objects walk along paths, seconds are given, tracks follow from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from vedette.core import plugins
from vedette.core.facts import Event, Motion, Observation, Point, Track
from vedette.core.media import Region
from vedette.core.ports import Rule
from vedette.core.site import Camera, Line, RuleSpec, Spec, Stream, Zone

T0_US = 1_700_000_000_000_000
FPS = 8.0

CAMERA = Camera(
    id="yard",
    name="Yard",
    streams=(Stream(source=Spec(kind="file")),),
    lines=(
        # From top to bottom in the middle: who goes right in the picture goes to its left.
        Line(id="mid", name="Middle", points=((0.5, 0.0), (0.5, 1.0))),
        Line(id="short", name="Short", points=((0.5, 0.4), (0.5, 0.6))),
        Line(id="bent", name="Bent", points=((0.5, 0.0), (0.5, 0.5), (1.0, 0.5))),
        Line(id="foot", name="Fence foot", points=((0.0, 0.7), (1.0, 0.7))),
        Line(id="top", name="Fence top", points=((0.0, 0.5), (1.0, 0.5))),
    ),
    zones=(
        Zone(id="box", name="Box", polygon=((0.4, 0.3), (0.6, 0.3), (0.6, 0.9), (0.4, 0.9))),
        Zone(id="right", name="Right", polygon=((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))),
    ),
)

Path = Callable[[float], Point | None]
"""Seconds to where the foot is, None while nobody sees it."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody with a path."""

    id: str
    path: Path
    label: str = "person"
    size: Point = (0.06, 0.2)
    score: float = 0.8
    begin_s: float = 0.0
    end_s: float = 1e9
    sure_s: float = 0.0
    """From when on the track is confirmed."""
    coast_s: float = 1.5
    """For how long it is told where it is expected while it is not seen."""


def at(x: float, y: float = 0.8) -> Path:
    """Standing."""
    return lambda _: (x, y)


def straight(begin: Point, end: Point, over_s: float, start_s: float = 0.0) -> Path:
    """Standing, then going from one point to another, then standing."""

    def path(t_s: float) -> Point:
        share = min(max((t_s - start_s) / over_s, 0.0), 1.0)
        return begin[0] + share * (end[0] - begin[0]), begin[1] + share * (end[1] - begin[1])

    return path


def stops(*points: tuple[float, Point | None]) -> Path:
    """At each time a leap to the next point; None hides."""

    def path(t_s: float) -> Point | None:
        return next((point for time_s, point in reversed(points) if t_s >= time_s), None)

    return path


def observe(actors: Sequence[Actor], times_s: Iterable[float]) -> Iterator[Observation]:
    """What the tracker would tell of them."""
    seen: dict[str, Track] = {}
    for t_s in times_s:
        t_us = T0_US + round(t_s * 1e6)
        tracks = []
        for actor in actors:
            if not actor.begin_s <= t_s < actor.end_s:
                seen.pop(actor.id, None)
                continue
            foot = actor.path(t_s)
            last = seen.get(actor.id)
            if foot is not None:
                seen[actor.id] = track = _track(actor, foot, t_us, last)
                tracks.append(_sure(actor, track, t_s))
            elif last is not None and t_us - last.last_us <= actor.coast_s * 1e6:
                tracks.append(_sure(actor, last, t_s))
        yield Observation(
            camera=CAMERA.id,
            t_us=t_us,
            motion=Motion(fraction=0.01, boxes=(), awake=True),
            tracks=tuple(tracks),
        )


def _track(actor: Actor, foot: Point, t_us: int, last: Track | None) -> Track:
    return Track(
        id=f"{CAMERA.id}-{actor.id}",
        label=actor.label,
        box=box_at(foot, actor.size),
        score=actor.score,
        velocity=(0.0, 0.0),
        first_us=t_us if last is None else last.first_us,
        last_us=t_us,
        state="tentative",
    )


def _sure(actor: Actor, track: Track, t_s: float) -> Track:
    return replace(track, state="confirmed") if t_s >= actor.sure_s else track


def box_at(foot: Point, size: Point) -> Region:
    """The box that stands there."""
    x, y = foot
    return (x - size[0] / 2, y - size[1], x + size[0] / 2, y)


def every(seconds: float, fps: float = FPS) -> list[float]:
    """Regular times."""
    return [n / fps for n in range(round(seconds * fps) + 1)]


def rule(kind: str, options: Mapping[str, JsonValue]) -> Rule:
    """A rule as a camera would have it, through the one door for plugins."""
    spec = RuleSpec(id=f"a-{kind}", name=kind, kind=kind, options=dict(options))
    made: Rule = plugins.build("rule", Spec(kind=kind, options=spec.options))
    made.bind(CAMERA, spec)
    return made


def events(
    kind: str,
    options: Mapping[str, JsonValue],
    actors: Sequence[Actor],
    times_s: Iterable[float],
) -> list[Event]:
    """What a rule says of a scene."""
    made = rule(kind, options)
    return [event for seen in observe(actors, times_s) for event in made.check(seen)]


def seconds(event: Event) -> float:
    """When it happened."""
    return (event.t_us - T0_US) / 1e6
