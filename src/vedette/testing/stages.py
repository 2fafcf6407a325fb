"""What one frame costs at each stage of its route, in processor time of the thread that does it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from vedette.bus.broker import Broker
from vedette.bus.local import LocalBus
from vedette.core import plugins
from vedette.core.clock import RealClock
from vedette.core.facts import Motion, Observation, Track
from vedette.core.media import WHOLE, Detections, Frame, Packet, Pixels, pictures_of
from vedette.core.ports import (
    Detector,
    DetectorPlace,
    DetectorPlugin,
    Gate,
    Look,
    Opener,
    Origin,
    Rule,
    Tracker,
)
from vedette.core.settings import SourceSettings
from vedette.core.site import Camera, Line, RuleSpec, Spec, Stream, Zone
from vedette.ingest.decode import DietDecoder
from vedette.testing.clips import Encoding, encode
from vedette.testing.rtsp.child import ChildMount, ChildPlan, RtspProcess

__all__ = ["BUDGETS_MS", "Cost", "measure_stages", "moving_clip"]

BUDGETS_MS = {
    "decode": 0.7,
    "gate": 0.15,
    "detect quiet": 0.15,
    "detect busy": 10.0,
    "track, 20 objects": 0.4,
}
"""From the design; tracking's budget covers rules and publishing too."""

_WARM = 30
_OBJECTS = 20


@dataclass(slots=True)
class Cost:
    """Milliseconds of one stage, one figure a frame."""

    stage: str
    ms: list[float] = field(default_factory=list)

    @property
    def median_ms(self) -> float:
        return float(np.median(self.ms)) if self.ms else 0.0

    @property
    def p95_ms(self) -> float:
        return float(np.percentile(self.ms, 95)) if self.ms else 0.0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Time what stands within."""
        began = time.thread_time()
        yield
        self.ms.append((time.thread_time() - began) * 1000)


def moving_clip(folder: Path, *, seconds: float, fps: float = 25.0, size: tuple[int, int]) -> Path:
    """A noisy, textured picture with moving blocks, as hard to decode as a camera's."""
    width, height = size
    random = np.random.default_rng(7)
    ground = cv2.resize(random.integers(60, 190, (18, 32, 3), np.uint8), size)

    def pictures() -> Iterator[Pixels]:
        for index in range(round(seconds * fps)):
            picture = ground + random.integers(0, 12, (height, width, 1), np.uint8)
            # Half of the time something moves, half of the time nothing does.
            if index % round(8 * fps) < 4 * fps:
                for lane in range(3):
                    x = (index * 6 + lane * width // 3) % width
                    y = height // 4 * (lane + 1)
                    top = (x, y - height // 6)
                    cv2.rectangle(picture, top, (x + width // 16, y), (20 + 70 * lane, 40, 200), -1)
            yield picture

    path = folder / f"moving-{width}x{height}.mp4"
    bitrate = 4_000_000 if width >= 1280 else 768_000
    return encode(pictures(), path, Encoding(fps=fps, bitrate_bps=bitrate))


def measure_stages(folder: Path, seconds: float, place: DetectorPlace) -> list[Cost]:
    """All stages on one clip; `seconds` of it are received over RTSP, in real time."""
    clip = moving_clip(folder, seconds=16, size=(640, 360))
    packets, receive = _receive(clip, seconds)
    frames, decode = _decode(packets)
    gate, motions = _gate(frames)
    detecting = _detect(frames, motions, place)
    return [
        receive,
        decode,
        gate,
        *detecting,
        _jpeg_baseline(frames),
        _track(),
        _rules(),
        _publish(folder),
    ]


def _receive(clip: Path, seconds: float) -> tuple[list[Packet], Cost]:
    cost = Cost("receive")
    with RtspProcess(ChildPlan(mounts=(ChildMount(path="cam", clip=str(clip)),))) as server:
        spec = Spec(kind="rtsp", options={"url": f"rtsp://127.0.0.1:{server.port}/cam"})
        opener: Opener = plugins.build("source", spec)
        origin = Origin(
            camera="bench",
            stream="main",
            clock=RealClock(),
            allowed=SourceSettings(allow_loopback=True),
        )
        source = opener.open(origin)
        packets: list[Packet] = []
        ends = time.monotonic() + seconds
        stream = pictures_of(source.packets())
        try:
            while time.monotonic() < ends:
                with cost.one():
                    packets.append(next(stream))
        finally:
            source.close()
    del cost.ms[:_WARM]
    return packets, cost


def _decode(packets: Iterable[Packet]) -> tuple[list[Frame], Cost]:
    cost = Cost("decode")
    decoder = DietDecoder(fps=25, idle=False)
    frames: list[Frame] = []
    for packet in packets:
        with cost.one():
            frames.extend(decoder.decode(packet))
    decoder.close()
    del cost.ms[:_WARM]
    return frames, cost


def _gate(frames: Iterable[Frame]) -> tuple[Cost, list[Motion]]:
    cost, motions = Cost("gate"), []
    gate: Gate = plugins.build("gate", Spec(kind="difference"))
    gate.bind(_camera())
    for frame in frames:
        with cost.one():
            motions.append(gate.look(frame))
    del cost.ms[:_WARM]
    return cost, motions


def _detect(frames: list[Frame], motions: list[Motion], place: DetectorPlace) -> list[Cost]:
    kinds = ["classical"] + (["auto"] if place.model else [])
    costs = []
    for kind in kinds:
        plugin: DetectorPlugin = plugins.build("detector", Spec(kind=kind))
        detector = plugin.open(place)
        costs += _detect_with(detector, frames, motions)
        detector.close()
    return costs


def _detect_with(detector: Detector, frames: list[Frame], motions: list[Motion]) -> list[Cost]:
    word = "detect" if detector.name == "classical" else f"detect {detector.name}"
    quiet, busy = Cost(f"{word} quiet"), Cost(f"{word} busy")
    regions = np.array([WHOLE], np.float32)
    for frame, motion in zip(frames, motions, strict=True):
        with (busy if motion.awake else quiet).one():
            if motion.awake:
                detector.detect([Look(frame=frame, motion=motion, regions=regions)])
    return [quiet, busy]


def _jpeg_baseline(frames: Iterable[Frame]) -> Cost:
    """What the systems before us did to every frame: all its pixels, and a JPEG of them."""
    cost = Cost("for comparison: pixels and JPEG of every frame")
    for frame in frames:
        with cost.one():
            cv2.imencode(".jpg", frame.rgb())
    return cost


def _track() -> Cost:
    cost = Cost("track, 20 objects")
    tracker: Tracker = plugins.build("tracker", Spec(kind="two_stage"))
    tracker.bind(_camera())
    for step in range(400):
        found = _crowd(step)
        with cost.one():
            tracker.update(step * 125_000, found)
    del cost.ms[:_WARM]
    return cost


def _rules() -> Cost:
    cost = Cost("rules, 4 of them, 20 objects")
    camera = _camera()
    rules: list[Rule] = []
    for spec in camera.rules:
        rule: Rule = plugins.build("rule", Spec(kind=spec.kind, options=spec.options))
        rule.bind(camera, spec)
        rules.append(rule)
    tracker: Tracker = plugins.build("tracker", Spec(kind="two_stage"))
    tracker.bind(camera)
    for step in range(400):
        observation = _observation(step, tracker.update(step * 125_000, _crowd(step)))
        with cost.one():
            for rule in rules:
                list(rule.check(observation))
    del cost.ms[:_WARM]
    return cost


def _publish(folder: Path) -> Cost:
    cost = Cost("publish, 20 objects")
    broker = Broker(folder / "bus")
    broker.start()
    bus, reader = LocalBus(broker.path), LocalBus(broker.path)
    bus.wait_connected(5)
    inbox = reader.subscribe(Observation)
    tracker: Tracker = plugins.build("tracker", Spec(kind="two_stage"))
    tracker.bind(_camera())
    for step in range(400):
        observation = _observation(step, tracker.update(step * 125_000, _crowd(step)))
        with cost.one():
            bus.publish(observation)
    inbox.close()
    bus.close()
    reader.close()
    broker.close()
    del cost.ms[:_WARM]
    return cost


def _observation(step: int, tracks: tuple[Track, ...]) -> Observation:
    return Observation(
        camera="bench",
        t_us=step * 125_000,
        motion=Motion(fraction=0.1, boxes=(), awake=True),
        tracks=tracks,
    )


def _crowd(step: int) -> Detections:
    random = np.random.default_rng(step)
    index = np.arange(_OBJECTS)
    x = 0.05 + 0.9 * (index / _OBJECTS) + 0.02 * np.sin(step / 20 + index)
    y = 0.2 + 0.6 * ((index * 7 % _OBJECTS) / _OBJECTS) + 0.02 * np.cos(step / 25 + index)
    box = np.stack([x - 0.015, y - 0.05, x + 0.015, y + 0.05], axis=1)
    box += random.normal(0, 0.001, box.shape)
    return Detections(
        box=box.astype(np.float32),
        score=np.full(_OBJECTS, 0.8, np.float32),
        label=np.full(_OBJECTS, "person"),
    )


def _camera() -> Camera:
    zone = Zone(id="yard", name="Yard", polygon=((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)))
    lines = tuple(
        Line(id=f"line-{n}", name=f"Line {n}", points=((0.3 * n, 0.0), (0.3 * n, 1.0)))
        for n in (1, 2)
    )
    rules = (
        RuleSpec(id="a", name="A", kind="intrusion", options={"zone": "yard"}),
        RuleSpec(id="b", name="B", kind="intrusion", options={"zone": "yard", "dwell_s": 5}),
        RuleSpec(id="c", name="C", kind="crossing", options={"line": "line-1"}),
        RuleSpec(id="d", name="D", kind="crossing", options={"line": "line-2"}),
    )
    stream = Stream(source=Spec(kind="synthetic"))
    return Camera(
        id="bench", name="Bench", streams=(stream,), zones=(zone,), lines=lines, rules=rules
    )
