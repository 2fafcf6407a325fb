"""The lane's page: quiet pictures are not detected, and what is told is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from vedette.bus.memory import MemoryBus
from vedette.core.clock import SimulatedClock
from vedette.core.facts import Event, Motion, Observation, Track
from vedette.core.media import WHOLE, Boxes, Detections, Frame, Pixels, Region
from vedette.core.ports import Look
from vedette.core.queries import EventQuery, Page
from vedette.core.schedule import Schedule, Window
from vedette.core.site import Camera, RuleSpec, Spec, Stream, Zone
from vedette.pipeline.attention import Attention
from vedette.pipeline.evidence import Evidence, snapshot_path
from vedette.pipeline.governed import Governed
from vedette.pipeline.lane import Lane

START_US = 1_700_000_000_000_000
CAMERA = Camera(id="gate", name="Gate", streams=(Stream(source=Spec(kind="synthetic")),))


class Grey:
    """A picture of one colour."""

    width, height = 64, 36

    def luma(self) -> Pixels:
        return np.full((36, 64), 100, np.uint8)

    def rgb(self, region: Region, size: tuple[int, int] | None) -> Pixels:
        width, height = size or (64, 36)
        return np.full((height, width, 3), 100, np.uint8)


def frame(seq: int) -> Frame:
    t_us = START_US + seq * 125_000
    return Frame(camera="gate", stream="main", seq=seq, t_us=t_us, pts_us=t_us, planes=Grey())


@dataclass
class Gate:
    """Awake when told so."""

    awake: bool = True

    def bind(self, camera: Camera) -> None: ...

    def look(self, frame: Frame) -> Motion:
        return Motion(fraction=0.1, boxes=((0.4, 0.4, 0.5, 0.6),), awake=self.awake)


@dataclass
class Detector:
    """Sees a person, and remembers where it was asked to look."""

    name: str = "fake"
    looks: list[Look] = field(default_factory=list)

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        self.looks += looks
        one = Detections(
            box=np.array([[0.4, 0.4, 0.5, 0.6]], np.float32),
            score=np.array([0.9], np.float32),
            label=np.array(["person"]),
        )
        return [one for _ in looks]

    def close(self) -> None: ...


@dataclass
class Tracker:
    """One track; counts how it was told of time."""

    updates: int = 0
    holds: int = 0

    def bind(self, camera: Camera) -> None: ...

    def update(self, t_us: int, detections: Detections) -> tuple[Track, ...]:
        self.updates += 1
        return (track(t_us),) if len(detections) else ()

    def hold(self, t_us: int) -> tuple[Track, ...]:
        self.holds += 1
        return ()


def track(t_us: int) -> Track:
    return Track(
        id="gate-1",
        label="person",
        box=(0.4, 0.4, 0.5, 0.6),
        score=0.9,
        velocity=(0, 0),
        first_us=START_US,
        last_us=t_us,
        state="confirmed",
    )


class Always:
    """A rule that speaks whenever it sees a track."""

    def bind(self, camera: Camera, spec: RuleSpec) -> None: ...

    def check(self, observation: Observation) -> Iterator[Event]:
        for one in observation.tracks:
            yield Event(
                id=f"{observation.t_us}-{one.id}",
                camera=observation.camera,
                rule="always",
                rule_kind="always",
                t_us=observation.t_us,
                boxes=(one.box,),
            )


class Events:
    """A store in memory that knows whether it was asked before the bus was."""

    def __init__(self) -> None:
        self.stored: list[Event] = []

    def add(self, event: Event) -> bool:
        self.stored.append(event)
        return True

    def get(self, event_id: str) -> Event:
        return next(one for one in self.stored if one.id == event_id)

    def find(self, query: EventQuery) -> Page[Event]:
        return Page(items=tuple(self.stored))

    def without_alarm(self, limit: int) -> tuple[Event, ...]:
        return ()


class Frames:
    """Some frames, and whether the lane said it was awake."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.roused: list[bool] = []

    def __iter__(self) -> Iterator[Frame]:
        return (frame(seq) for seq in range(self.count))

    def rouse(self, awake: bool) -> None:
        self.roused.append(awake)

    def rewind(self) -> bool:
        return False


def lane(gate: Gate, detector: Detector, tracker: Tracker) -> Lane:
    return Lane(
        gate=gate,
        attention=Attention(CAMERA),
        detector=detector,
        tracker=tracker,
        rules=(Always(),),
    )


def test_while_nothing_moves_nobody_detects_and_tracks_are_held() -> None:
    detector, tracker = Detector(), Tracker()
    [step] = lane(Gate(awake=False), detector, tracker).steps(Frames(1))
    assert (detector.looks, tracker.updates, tracker.holds) == ([], 0, 1)
    assert step.events == ()


def test_an_event_is_stored_with_its_picture_before_it_is_told(tmp_path: Path) -> None:
    bus, events = MemoryBus(), Events()
    heard = bus.subscribe(Event)
    observed = bus.subscribe(Observation)
    lane(Gate(), Detector(), Tracker()).run(
        Frames(1), Evidence(tmp_path, events), bus, SimulatedClock(START_US + 40_000)
    )
    told = heard.get(0)
    assert told is not None and told == events.stored[0]
    assert told.snapshot == snapshot_path(told)
    picture = cv2.imread(str(tmp_path / told.snapshot))
    assert picture is not None and picture.shape == (36, 64, 3)
    observation = observed.get(0)
    assert observation is not None and observation.lag_us == 40_000


def test_the_decoder_hears_whether_anything_moves() -> None:
    frames = Frames(2)
    list(lane(Gate(awake=False), Detector(), Tracker()).steps(frames))
    assert frames.roused == [False, False]


def _look(boxes: tuple[Region, ...], tracks: tuple[Track, ...] = (), second: float = 0.5) -> Boxes:
    """What is looked at half a second after a look at all of the picture."""
    attention = Attention(CAMERA)
    still = Motion(fraction=0, boxes=(), awake=True)
    attention.regions(START_US, still, ())
    moving = Motion(fraction=0.01, boxes=boxes, awake=True)
    return attention.regions(START_US + round(second * 1e6), moving, tracks)


@pytest.mark.parametrize(
    ("boxes", "count"),
    [
        ((), 1),  # awake with nothing that moves: all of it
        (((0.1, 0.1, 0.12, 0.14),), 1),  # one small thing
        (((0.1, 0.1, 0.12, 0.14), (0.8, 0.8, 0.82, 0.84)), 2),  # two far apart
        (((0.1, 0.1, 0.12, 0.14), (0.15, 0.1, 0.17, 0.14)), 1),  # two close together
        (((0.0, 0.0, 0.9, 0.9),), 1),  # most of the picture
    ],
)
def test_regions_hold_what_moves_and_lie_within_the_picture(
    boxes: tuple[Region, ...], count: int
) -> None:
    regions = _look(boxes)
    assert len(regions) == count
    assert regions.min() >= 0 and regions.max() <= 1
    for box in boxes:
        assert any(
            region[0] <= box[0] and region[1] <= box[1] and region[2] >= box[2]
            for region in regions
        )


def test_a_track_that_stands_still_is_looked_at_too() -> None:
    regions = _look(((0.9, 0.9, 0.95, 0.95),), (track(START_US),))
    assert any(r[0] <= 0.4 and r[2] >= 0.5 and r[1] <= 0.4 and r[3] >= 0.6 for r in regions)


def test_all_of_the_picture_is_looked_at_now_and_then() -> None:
    small = ((0.1, 0.1, 0.12, 0.14),)
    assert not np.array_equal(_look(small, second=0.5), [WHOLE])
    assert np.array_equal(_look(small, second=2.5), [WHOLE])


def test_what_stands_in_a_mask_is_left_out() -> None:
    left = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    camera = replace(CAMERA, zones=(Zone(id="m", name="Mask", polygon=left, exclude=True),))
    found = Detections(
        box=np.array([[0.1, 0.1, 0.2, 0.4], [0.7, 0.1, 0.8, 0.4]], np.float32),
        score=np.array([0.9, 0.9], np.float32),
        label=np.array(["person", "person"]),
    )
    assert Attention(camera).allowed(found).box[:, 0].tolist() == pytest.approx([0.7])


def test_a_rule_speaks_within_its_schedule_and_with_its_severity() -> None:
    # 2023-11-14 22:13:20 UTC
    night = Schedule(windows=(Window(start="22:00", end="06:00"),))
    day = Schedule(windows=(Window(start="06:00", end="22:00"),))
    seen = Observation(
        camera="gate",
        t_us=START_US,
        motion=Motion(fraction=0, boxes=(), awake=True),
        tracks=(track(START_US),),
    )
    said = []
    for schedule in (night, day):
        rule = Governed(Always(), "UTC")
        spec = RuleSpec(id="r", name="R", kind="x", severity="critical", schedule=schedule)
        rule.bind(CAMERA, spec)
        said.append([event.severity for event in rule.check(seen)])
    assert said == [["critical"], []]


def test_what_a_rule_calls_information_stays_information() -> None:
    class Counting(Always):
        def check(self, observation: Observation) -> Iterator[Event]:
            for event in super().check(observation):
                yield replace(event, severity="info")

    rule = Governed(Counting(), "UTC")
    rule.bind(CAMERA, RuleSpec(id="r", name="R", kind="x", severity="critical"))
    seen = Observation(
        camera="gate",
        t_us=START_US,
        motion=Motion(fraction=0, boxes=(), awake=True),
        tracks=(track(START_US),),
    )
    assert [event.severity for event in rule.check(seen)] == ["info"]
