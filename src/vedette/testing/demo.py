"""A site of four drawn cameras over real RTSP, where everything that happens is known."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from vedette.core.facts import Event
from vedette.core.site import Camera, RuleSpec, Spec, Stream
from vedette.testing.rtsp import Mount, RtspServer
from vedette.testing.scenes import SITES, Playing, Scene, build, film
from vedette.testing.scenes.film import Film

__all__ = ["DWELL_S", "Expected", "Outcome", "camera_of", "compare", "draw_films", "expected"]

DWELL_S = 1.0
"""How long somebody must stay in a zone of the demo before it is an event."""
_FPS = 10.0
_DOUBT_S = 0.5
_WITHIN_S = 3.0
"""How far off an event may be: who walks towards the camera crosses a line slowly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Something that truly happened."""

    camera: str
    rule: str
    label: str
    t_us: int
    """When a perfect observer would have spoken."""
    last_us: int | None = None
    """Until when it may still be told, where that is longer."""
    certain: bool = True
    """Neither required nor punished when not: too short to be sure of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of it: a hit has both, a miss no event, a false alarm no truth."""

    truth: Expected | None
    event: Event | None
    delay_s: float | None = None
    """From the moment in the picture to the message at the client."""


def draw_films(folder: Path, tell: Callable[[str], None]) -> dict[str, Film]:
    """One loop of every demo site, drawn once and then kept in the folder."""
    films: dict[str, Film] = {}
    with ProcessPoolExecutor(max_workers=max(1, min(4, os.cpu_count() or 1))) as pool:
        waiting = {pool.submit(_draw, name, folder): name for name in SITES}
        for done in as_completed(waiting):
            name = waiting[done]
            films[name] = done.result()
            tell(f"camera {name!r} is drawn ({len(films)} of {len(SITES)})")
    return {name: films[name] for name in SITES}


def _draw(name: str, folder: Path) -> Film:
    return film(Scene(build(name), Playing(fps=_FPS)), folder)


def camera_of(name: str, film_of_it: Film, server: RtspServer) -> Camera:
    """A demo camera: a crossing rule on each line, an intrusion rule on each zone."""
    truth = film_of_it.truth
    crossings = tuple(
        RuleSpec(id=f"cross-{x.id}", name=f"{x.name} crossed", kind="crossing",
                 options={"line": x.id, "labels": ["any"]}, cooldown_s=2.0)
        for x in truth.lines
    )  # fmt: skip
    stays = tuple(
        RuleSpec(id=f"enter-{z.id}", name=f"{z.name} entered", kind="intrusion",
                 options={"zone": z.id, "dwell_s": DWELL_S, "labels": ["any"]},
                 cooldown_s=2.0, severity="critical")
        for z in truth.zones
    )  # fmt: skip
    return Camera(
        id=name,
        name=build(name).title,
        streams=(Stream(source=Spec(kind="rtsp", options={"url": server.url(name)})),),
        analyse_fps=_FPS,
        zones=truth.zones,
        lines=truth.lines,
        rules=(*crossings, *stays),
    )


def expected(
    cameras: Iterable[tuple[str, Film, Mount]], from_us: int, until_us: int
) -> Iterator[Expected]:
    """Everything that happens on the cameras in a span of time, loop after loop."""
    for name, shown, mount in cameras:
        loop, _ = mount.loop_at(from_us)
        loop -= 1
        last, _ = mount.loop_at(until_us)
        for turn in range(loop, last + 1):
            for one in _in_one_loop(name, shown, mount, turn):
                if from_us <= one.t_us < until_us:
                    yield one
                elif one.last_us is not None and one.t_us < from_us < one.last_us:
                    # Somebody was there before we were: it may be told, when it is first seen.
                    yield replace(one, certain=False)


def _in_one_loop(name: str, shown: Film, mount: Mount, turn: int) -> Iterator[Expected]:
    for crossing in shown.truth.crossings:
        yield Expected(
            camera=name,
            rule=f"cross-{crossing.line}",
            label=crossing.label,
            t_us=mount.wall_us(turn, crossing.t_s),
        )
    for stay in shown.truth.stays:
        length_s = stay.exit_s - stay.enter_s
        if length_s >= DWELL_S - _DOUBT_S:
            yield Expected(
                camera=name,
                rule=f"enter-{stay.zone}",
                label=stay.label,
                t_us=mount.wall_us(turn, stay.enter_s + DWELL_S),
                last_us=mount.wall_us(turn, max(stay.exit_s, stay.enter_s + DWELL_S)),
                certain=length_s >= DWELL_S + _DOUBT_S,
            )


def compare(
    truths: Sequence[Expected], heard: Sequence[tuple[Event, int]], from_us: int, until_us: int
) -> list[Outcome]:
    """Match what happened with events and when they were heard; nearest in time first."""
    pairs = sorted(
        (abs(event.t_us - truth.t_us), i, j)
        for i, truth in enumerate(truths)
        for j, (event, _) in enumerate(heard)
        if (event.camera, event.rule) == (truth.camera, truth.rule) and _may_be(event, truth)
    )
    hits: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in hits and j not in hits.values():
            hits[i] = j
    outcomes = []
    for i, truth in enumerate(truths):
        if i in hits:
            event, at_us = heard[hits[i]]
            delay_s = (at_us - truth.t_us) / 1_000_000
            outcomes.append(Outcome(truth=truth, event=event, delay_s=delay_s))
        elif truth.certain:
            outcomes.append(Outcome(truth=truth, event=None))
    for j, (event, _) in enumerate(heard):
        if j not in hits.values() and from_us <= event.t_us < until_us:
            outcomes.append(Outcome(truth=None, event=event))
    return sorted(outcomes, key=_when)


def _may_be(event: Event, truth: Expected) -> bool:
    slack_us = round(_WITHIN_S * 1_000_000)
    last_us = truth.last_us if truth.last_us is not None else truth.t_us
    return truth.t_us - slack_us <= event.t_us <= last_us + slack_us


def _when(one: Outcome) -> int:
    if one.truth is not None:
        return one.truth.t_us
    return one.event.t_us if one.event is not None else 0
