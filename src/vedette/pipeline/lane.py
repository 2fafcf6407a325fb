"""One camera's route: frame in, facts out. Reading this page is reading the product."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vedette.core.clock import Clock
from vedette.core.facts import Event, Motion, Observation
from vedette.core.media import Frame
from vedette.core.ports import Bus, Detector, Gate, Look, Rule, Tracker
from vedette.pipeline.attention import Attention
from vedette.pipeline.evidence import Evidence
from vedette.pipeline.frames import Frames

__all__ = ["Lane", "Step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one frame told us."""

    frame: Frame
    observation: Observation
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One camera's route."""

    gate: Gate
    attention: Attention
    detector: Detector
    tracker: Tracker
    rules: tuple[Rule, ...]

    def run(self, frames: Frames, evidence: Evidence, bus: Bus, clock: Clock) -> None:
        """Carry frames the whole way until they end; an event is stored before it is told."""
        for step in self.steps(frames):
            observation = replace(step.observation, lag_us=clock.now_us() - step.frame.t_us)
            bus.publish(observation)
            for event in step.events:
                bus.publish(evidence.keep(event, step.frame))

    def steps(self, frames: Frames) -> Iterable[Step]:
        """Every frame with what it told; the frames are thinned out while nothing moves."""
        for frame in frames:
            motion = self.gate.look(frame)
            if motion.awake and frames.rewind():
                continue  # what woke us began earlier: the pictures left out come first
            frames.rouse(motion.awake)
            yield self.step(frame, motion)

    def step(self, frame: Frame, motion: Motion) -> Step:
        """Detect, track, judge: pure but for the memory of the parts."""
        if motion.awake:
            before = self.tracker.hold(frame.t_us)
            regions = self.attention.regions(frame.t_us, motion, before)
            look = Look(frame=frame, motion=motion, regions=regions, tracks=before)
            [found] = self.detector.detect([look])
            tracks = self.tracker.update(frame.t_us, self.attention.allowed(found))
        else:
            tracks = self.tracker.hold(frame.t_us)  # not looking is not seeing nothing
        observation = Observation(
            camera=frame.camera,
            t_us=frame.t_us,
            pts_us=frame.pts_us,
            motion=motion,
            tracks=tracks,
        )
        events = tuple(event for rule in self.rules for event in rule.check(observation))
        return Step(frame=frame, observation=observation, events=events)
