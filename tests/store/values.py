"""Events, alarms and cameras for tests: everything filled in, so that nothing can get lost."""

from __future__ import annotations

from dataclasses import replace

from pydantic import SecretStr

from vedette.core.facts import Alarm, Event, event_id
from vedette.core.footage import Segment, Span, segment_id
from vedette.core.schedule import Schedule, Window
from vedette.core.site import Camera, Line, RuleSpec, Site, Spec, Stream, Zone

START_US = 1_763_000_000_000_000
"""A moment in November 2025."""
DAY_US = 86_400_000_000
MINUTE_US = 60_000_000
PASSWORD = "hunter2-of-the-gate"


def event(number: int = 0, **changed: object) -> Event:
    """An event with all fields filled; `number` seconds after the start unless `t_us` says."""
    t_us = changed.pop("t_us", START_US + number * 1_000_000)
    assert isinstance(t_us, int)
    camera, rule = str(changed.pop("camera", "gate")), str(changed.pop("rule", "fence"))
    full = Event(
        id=event_id(camera, rule, t_us, f"t{number}"),
        camera=camera,
        rule=rule,
        rule_kind="crossing",
        t_us=t_us,
        end_us=t_us + 500_000,
        track_ids=(f"t{number}", "t-other"),
        zone="yard",
        line="fence",
        direction="in",
        label="person",
        score=0.1 + 0.2,
        boxes=((0.1, 0.2, 0.3, 1 / 3), (0.0, 0.0, 1.0, 1.0)),
        count=3,
        snapshot="2025-11-13/02/picture.jpg",
        text="Zwei Personen am Zaun, 两个人 ✓",
        severity="warning",
    )
    return replace(full, **changed)  # type: ignore[arg-type]  # fields by name


def alarm(of: Event, **changed: object) -> Alarm:
    """The alarm an event opens."""
    full = Alarm(
        id=f"a-{of.id}",
        camera=of.camera,
        rule=of.rule,
        severity=of.severity,
        opened_us=of.t_us,
        changed_us=of.t_us + 1,
        last_event_us=of.t_us,
        event_ids=(of.id,),
        label=of.label,
        snapshot=of.snapshot,
    )
    return replace(full, **changed)  # type: ignore[arg-type]  # fields by name


def site(*camera_ids: str, password: str = PASSWORD) -> Site:
    """A site whose cameras each have everything, a password too."""
    return Site(name="Hof", cameras=tuple(camera(one, password) for one in camera_ids))


def camera(camera_id: str = "gate", password: str = PASSWORD) -> Camera:
    """A camera with everything."""
    night = Schedule(windows=(Window(days=("fri", "sat"), start="22:00", end="06:00"),))
    return Camera(
        id=camera_id,
        name="Gate 大门",
        streams=(
            Stream(
                source=Spec(
                    kind="rtsp",
                    options={"url": "rtsp://10.0.0.9/main", "udp": False, "depth": [1, 2.5, None]},
                    secrets={"password": SecretStr(password)},
                )
            ),
        ),
        zones=(Zone(id="yard", name="Yard", polygon=((0, 0), (1, 0), (1, 1 / 3))),),
        lines=(Line(id="fence", name="Fence", points=((0.1, 0.5), (0.9, 0.5))),),
        rules=(
            RuleSpec(
                id="fence",
                name="Over the fence",
                kind="crossing",
                options={"line": "fence"},
                severity="critical",
                schedule=night,
                cooldown_s=30,
            ),
        ),
    )


def file(minute: float = 0, **changed: object) -> Segment:
    """A closed file of a minute, so many minutes after the start unless `start_us` says."""
    start_us = changed.pop("start_us", START_US + round(minute * MINUTE_US))
    assert isinstance(start_us, int)
    camera, stream = str(changed.pop("camera", "gate")), str(changed.pop("stream", "main"))
    full = Segment(
        id=segment_id(camera, stream, start_us),
        camera=camera,
        stream=stream,
        start_us=start_us,
        end_us=start_us + MINUTE_US,
        media_us=MINUTE_US - 40_000,
        frames=1_499,
        size=30_000_000,
        path=f"{camera}/{stream}/2025-11-13/02/{start_us}.mp4",
        codec="h264",
        width=1920,
        height=1080,
        audio="aac",
        sha256="ab" * 32,
        chain="cd" * 32,
    )
    return replace(full, **changed)  # type: ignore[arg-type]  # fields by name


def minutes(start: float, end: float) -> Span:
    """A span, in minutes after the start."""
    return START_US + round(start * MINUTE_US), START_US + round(end * MINUTE_US)
