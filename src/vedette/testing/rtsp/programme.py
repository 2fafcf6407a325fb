"""When each picture of a looped clip is due on a mount's clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, NamedTuple

from vedette.testing.clips import CLOCK_HZ
from vedette.testing.rtsp.reel import Reel, ReelFrame

__all__ = ["Cursor", "Join", "MountClock", "Programme"]

Join = Literal["key", "now", "burst", "start"]


class MountClock:
    """A camera's clock: ticks since the mount began, never jumping back over loops and switches."""

    def __init__(self, offset_s: float, wall_offset_s: float) -> None:
        self._began = time.monotonic() - offset_s
        self._wall_began = time.time() - offset_s + wall_offset_s

    def now(self) -> int:
        """Ticks since the mount began."""
        return round((time.monotonic() - self._began) * CLOCK_HZ)

    def wall_s(self, ticks: int) -> float:
        """What the camera believes the time is at that tick, in seconds since 1970 UTC."""
        return self._wall_began + ticks / CLOCK_HZ


@dataclass(frozen=True, slots=True)
class Programme:
    """One clip in a loop, from a moment on."""

    reel: Reel
    start_ticks: int


class Due(NamedTuple):
    """A frame and when it is due."""

    frame: ReelFrame
    ticks: int


class Cursor:
    """Walks through a programme, one frame after the other, for ever."""

    def __init__(self, programme: Programme, now: int, join: Join) -> None:
        self.programme = programme
        reel = programme.reel
        self._loop, within = divmod(max(0, now - programme.start_ticks), reel.duration_ticks)
        self._index = reel.index_at(within)
        if self._index == len(reel.frames):
            self._loop, self._index = self._loop + 1, 0
        if join == "key":
            while not reel.frames[self._index].key:
                self._step()
        elif join == "burst":
            while not reel.frames[self._index].key:
                self._index -= 1

    @property
    def due(self) -> Due:
        """The frame at the cursor."""
        reel = self.programme.reel
        frame = reel.frames[self._index]
        ticks = self.programme.start_ticks + self._loop * reel.duration_ticks + frame.ticks
        return Due(frame, ticks)

    def take(self) -> Due:
        """The frame at the cursor; the cursor moves on."""
        due = self.due
        self._step()
        return due

    def _step(self) -> None:
        self._index += 1
        if self._index == len(self.programme.reel.frames):
            self._loop, self._index = self._loop + 1, 0
