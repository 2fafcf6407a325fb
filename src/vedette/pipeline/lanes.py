"""The lanes of a site: one a camera, kept in step with the configuration."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from vedette.core.clock import Clock, from_seconds
from vedette.core.errors import Unavailable
from vedette.core.facts import LaneStatus, Picture, PictureWanted
from vedette.core.ports import Bus, PacketHub
from vedette.core.site import Camera, Site
from vedette.pipeline.build import Builder
from vedette.pipeline.evidence import Evidence, jpeg
from vedette.pipeline.frames import Live
from vedette.pipeline.keeper import Keeper

__all__ = ["Lanes"]

_TELL_EVERY_S = 1.0
_RATE_OVER_US = from_seconds(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all lanes of a process share."""

    builder: Builder
    packets: PacketHub
    evidence: Evidence
    bus: Bus
    clock: Clock


class _Running:
    """One camera's lane in its thread."""

    def __init__(self, camera: Camera, time_zone: str, around: Surroundings) -> None:
        self.camera, self._time_zone, self._around = camera, time_zone, around
        self._frames: Live | None = None
        self._seen: list[tuple[int, int]] = []
        self._detector = ""
        self.keeper = Keeper(f"lane-{camera.id}", self._work, self._hang_up)

    def _work(self) -> None:
        around = self._around
        stream = self.camera.stream_for("analyse")
        if stream is None:
            raise Unavailable("no stream of this camera has the role analyse")
        built = around.builder.lane(self.camera, self._time_zone)
        self._detector = built.detector_name
        try:
            inbox = around.packets.watch(self.camera.id, stream.id)
            self._frames = Live(inbox, built.decoder, around.clock)
            if self.keeper.stopping:
                return
            self.keeper.well()
            built.lane.run(self._frames, around.evidence, around.bus, around.clock)
        finally:
            self._hang_up()
            built.close()

    def _hang_up(self) -> None:
        if self._frames is not None:
            self._frames.close()

    def status(self, now_us: int) -> LaneStatus:
        frames = self._frames
        seen = frames.seen if frames is not None else 0
        return LaneStatus(
            camera=self.camera.id,
            state=self._state(),
            reason=self.keeper.reason,
            detector=self._detector,
            fps=self._rate(now_us, seen),
            wanted_fps=self.camera.analyse_fps,
            frames=seen,
            dropped=frames.dropped if frames is not None else 0,
            awake=frames.awake if frames is not None else False,
            lag_us=frames.lag_us if frames is not None else 0,
            t_us=now_us,
        )

    def _state(self) -> Literal["starting", "running", "waiting", "failed"]:
        if self.keeper.reason:
            return "failed"
        if self._frames is None:
            return "starting"
        return "waiting" if self._frames.waiting else "running"

    def _rate(self, now_us: int, seen: int) -> float:
        if self._seen and seen < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now_us, seen))
        while len(self._seen) > 2 and now_us - self._seen[0][0] > _RATE_OVER_US:
            self._seen.pop(0)
        first_us, first = self._seen[0]
        span_us = now_us - first_us
        return (seen - first) * 1_000_000 / span_us if span_us else 0.0

    def picture(self, asked: PictureWanted) -> Picture | None:
        frame = self._frames.newest if self._frames is not None else None
        if frame is None:
            return None
        width = min(asked.width or frame.width, frame.width)
        return Picture(
            ticket=asked.ticket,
            camera=asked.camera,
            t_us=frame.t_us,
            width=width,
            height=max(1, round(frame.height * width / frame.width)),
            jpeg=jpeg(frame, width),
        )


class Lanes:
    """Owns the lanes of the cameras for which `mine` says yes."""

    def __init__(self, around: Surroundings, mine: Callable[[str], bool] = lambda _: True) -> None:
        self._around, self._mine = around, mine
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self.ended = threading.Event()
        self._asked = around.bus.subscribe(PictureWanted, depth=100)

    def apply(self, site: Site) -> None:
        """Start, stop and replace lanes until they are what the site says; others go on."""
        wanted = {c.id: c for c in site.cameras if c.enabled and self._mine(c.id)}
        with self._lock:
            gone = [
                key
                for key, running in self._running.items()
                if key not in wanted or _route(wanted[key]) != _route(running.camera)
            ]
            ended = [self._running.pop(key) for key in gone]
        for running in ended:
            running.keeper.stop()
        with self._lock:
            for key, camera in wanted.items():
                if key not in self._running:
                    zone = camera.time_zone or site.time_zone
                    self._running[key] = _Running(camera, zone, self._around)
                    self._running[key].keeper.start()

    def tell(self) -> None:
        """Publish how the lanes are doing, every second until closed."""
        while not self.ended.wait(_TELL_EVERY_S):
            now_us = self._around.clock.now_us()
            for running in tuple(self._running.values()):
                self._around.bus.publish(running.status(now_us))

    def answer(self) -> None:
        """Make pictures for whoever asks, until closed."""
        while not self.ended.is_set():
            asked = self._asked.get(1.0)
            running = self._running.get(asked.camera) if asked is not None else None
            if asked is None or running is None:
                continue
            picture = running.picture(asked)
            if picture is not None:
                self._around.bus.publish(picture)

    def close(self) -> None:
        """Stop all lanes; may be called twice."""
        self.ended.set()
        self._asked.close()
        with self._lock:
            ended = tuple(self._running.values())
            self._running.clear()
        for running in ended:
            running.keeper.stop()


def _route(camera: Camera) -> Camera:
    """A camera less what its lane does not care about."""
    return replace(camera, name="-", group="")
