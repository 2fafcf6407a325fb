"""Keeps what lanes saw, for timelines and for boxes over recordings; no lane ever waits for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from vedette.core.clock import Clock, from_seconds
from vedette.core.facts import Event, Observation
from vedette.core.footage import Activity, Keep, KeepRaised, Memories, Span
from vedette.core.ports import Bus, Subscription
from vedette.core.site import Recording, Site
from vedette.pipeline.boxes import pack
from vedette.store.buckets import BUCKET_US
from vedette.store.memories import SpooledMemories

__all__ = ["CHUNK_US", "Memory", "Remembering"]

M = TypeVar("M")

CHUNK_US = 60_000_000
"""Tracks are packed by minutes of the clock."""
_FLUSH_S = 10.0
_IDLE_US = from_seconds(90)
# Rules speak of moments a little ago; after that a bucket's values do not change any more.
_BUCKETS_OPEN_US = from_seconds(300)
_MINUTES_WAITING = 30
# About as long as a file: to tell it sooner makes none worth more.
_MOTION_US = CHUNK_US


@dataclass(slots=True)
class _Bucket:
    motion: float = 0.0
    objects: int = 0
    events: int = 0
    told: bool = False


@dataclass(slots=True)
class _Recent:
    """What one camera's lane saw and nobody was told yet."""

    recording: Recording = field(default_factory=Recording)
    minute: list[Observation] = field(default_factory=list)
    minutes: deque[list[Observation]] = field(default_factory=deque)
    buckets: dict[int, _Bucket] = field(default_factory=dict)
    moving: Span | None = None
    keeps: list[KeepRaised] = field(default_factory=list)
    taken_us: int = 0
    dropped: int = 0

    def see(self, seen: Observation) -> None:
        if self.minute and self.minute[-1].t_us >= seen.t_us:
            self.end_minute()  # the clock was put back
        if self.minute and self.minute[0].t_us // CHUNK_US != seen.t_us // CHUNK_US:
            self.end_minute()
        if seen.tracks or self.minute:
            self.minute.append(seen)
        confirmed = sum(track.state == "confirmed" for track in seen.tracks)
        moved = bool(seen.motion.boxes)
        if confirmed or moved:
            bucket = self._bucket(seen.t_us)
            if confirmed > bucket.objects:
                bucket.objects, bucket.told = confirmed, False
            if moved and seen.motion.fraction > bucket.motion:
                bucket.motion, bucket.told = seen.motion.fraction, False
        if moved:
            self._move(seen)

    def hear(self, event: Event) -> None:
        bucket = self._bucket(event.t_us)
        bucket.events, bucket.told = bucket.events + 1, False
        if event.severity != "info":
            last_us = max(event.t_us, event.end_us or 0)
            self._keep(event.camera, self._around(event.t_us, last_us), "alarm")

    def end_minute(self) -> None:
        if self.minute:
            if len(self.minutes) >= _MINUTES_WAITING:
                self.minutes.popleft()
                self.dropped += 1
            self.minutes.append(self.minute)
            self.minute = []

    def note_motion(self, camera: str, now_us: int) -> None:
        """Tell of motion that is over, or of what there was of it so far."""
        if self.moving and (now_us > self.moving[1] or now_us - self.moving[0] > _MOTION_US):
            self.end_motion(camera)

    def end_motion(self, camera: str) -> None:
        if self.moving is not None:
            self._keep(camera, self.moving, "motion")
            self.moving = None

    def activity(self, camera: str, now_us: int) -> Iterator[Activity]:
        for start_us, bucket in list(self.buckets.items()):
            if not bucket.told:
                bucket.told = True
                yield Activity(
                    camera=camera,
                    start_us=start_us,
                    motion=bucket.motion,
                    objects=bucket.objects,
                    events=bucket.events,
                )
            elif abs(now_us - start_us) > _BUCKETS_OPEN_US:
                del self.buckets[start_us]

    def _bucket(self, t_us: int) -> _Bucket:
        return self.buckets.setdefault(t_us // BUCKET_US * BUCKET_US, _Bucket())

    def _move(self, seen: Observation) -> None:
        span = self._around(seen.t_us, seen.t_us)
        if self.moving is not None and self.moving[0] <= span[0] <= self.moving[1]:
            self.moving = (self.moving[0], max(span[1], self.moving[1]))
        else:
            self.end_motion(seen.camera)
            self.moving = span

    def _around(self, first_us: int, last_us: int) -> Span:
        pre_us, post_us = (from_seconds(s) for s in (self.recording.pre_s, self.recording.post_s))
        return first_us - pre_us, last_us + post_us + 1

    def _keep(self, camera: str, span: Span, keep: Keep) -> None:
        self.keeps.append(KeepRaised(camera=camera, start_us=span[0], end_us=span[1], keep=keep))


class Memory:
    """Gathers what lanes of this process see and brings it to the archive every ten seconds."""

    def __init__(self, spool: SpooledMemories, clock: Clock) -> None:
        self._spool, self._clock = spool, clock
        self._lock = threading.Lock()
        self._recent: dict[str, _Recent] = {}
        self._recording: dict[str, Recording] = {}
        self._ended = threading.Event()

    def apply(self, site: Site) -> None:
        """Learn how much before and after an alarm each camera keeps."""
        with self._lock:
            self._recording = {camera.id: camera.record for camera in site.cameras}
            for name, recent in self._recent.items():
                recent.recording = self._recording.get(name, recent.recording)

    def take(self, told: Observation | Event) -> None:
        """Note it; costs some microseconds and no disk."""
        with self._lock:
            recent = self._recent.get(told.camera)
            if recent is None:
                recording = self._recording.get(told.camera, Recording())
                recent = self._recent[told.camera] = _Recent(recording=recording)
            recent.taken_us = self._clock.now_us()
            if isinstance(told, Event):
                recent.hear(told)
            else:
                recent.see(told)

    def run(self) -> None:
        """Bring it to the archive again and again until closed."""
        while not self._ended.wait(_FLUSH_S):
            self.flush()
            self._spool.replay()

    def flush(self, *, everything: bool = False) -> None:
        """Bring to the archive what is complete, or all there is."""
        now_us = self._clock.now_us()
        minutes: list[list[Observation]] = []
        told = Memories()
        with self._lock:
            for camera, recent in list(self._recent.items()):
                idle = now_us - recent.taken_us > _IDLE_US
                if everything or idle:
                    recent.end_minute()
                    recent.end_motion(camera)
                recent.note_motion(camera, now_us)
                minutes += recent.minutes
                recent.minutes.clear()
                told = replace(
                    told,
                    activity=(*told.activity, *recent.activity(camera, now_us)),
                    keeps=(*told.keeps, *recent.keeps),
                )
                recent.keeps.clear()
                if idle and not recent.buckets:
                    del self._recent[camera]
        # Packed out here: lanes do not wait for it.
        self._spool.put(replace(told, chunks=tuple(pack(minute) for minute in minutes)))

    def close(self) -> None:
        """Let `run` end and bring what there is to the archive; may be called twice."""
        self._ended.set()
        self.flush(everything=True)


class Remembering:
    """A bus that lets a memory hear what lanes publish."""

    def __init__(self, bus: Bus, memory: Memory) -> None:
        self._bus, self._memory = bus, memory

    def publish(self, message: object) -> None:
        if isinstance(message, Observation | Event):
            self._memory.take(message)
        self._bus.publish(message)

    def subscribe(self, *types: type[M], depth: int = 1000) -> Subscription[M]:
        return self._bus.subscribe(*types, depth=depth)

    def close(self) -> None:
        self._bus.close()
