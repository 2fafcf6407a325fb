"""The stream's own clock mapped to wall clock."""

from __future__ import annotations

from collections import deque

__all__ = ["Timeline"]

_JUMP_US = 1_000_000
_WINDOW_US = 10_000_000
# Faster than any camera's clock drifts, slow enough that no motion looks faster for it.
_SLEW = 0.001
_REORDERED = 16


class Timeline:
    """Gives each picture of a live stream its time of capture.

    The picture that came with the least delay tells how the two clocks stand to each other; all
    others were delayed on the way and do not count. The times keep the stream's own distances, and
    what is shown later has a later time; they follow slow drift and begin anew when the stream's
    clock jumps, or when this machine's own is set back.
    """

    def __init__(self) -> None:
        self._offset_us: int | None = None
        self._before_us = 0
        self._now_us = 0
        self._window_end_us = 0
        self._last_pts_us = 0
        self._last_arrival_us = 0
        self._newest_pts_us: int | None = None
        self._newest_t_us = 0
        self._recent: deque[tuple[int, int]] = deque(maxlen=_REORDERED)

    @property
    def offset_us(self) -> int | None:
        """From the stream's clock to the wall, None before the first picture."""
        return self._offset_us

    def place(self, pts_us: int, arrival_us: int) -> int:
        """Wall-clock time of the picture with that time stamp, received at `arrival_us`."""
        self.hear(pts_us, arrival_us)
        return self.at(pts_us)

    def hear(self, pts_us: int, arrival_us: int) -> None:
        """Learn that the picture with that time stamp was received at `arrival_us`."""
        delay_us = arrival_us - pts_us
        if arrival_us < self._last_arrival_us - _JUMP_US:
            self._offset_us, self._newest_t_us = None, 0
        if self._offset_us is None or self._jumped(pts_us, arrival_us):
            self._anchor(delay_us, arrival_us)
        else:
            self._follow(delay_us, pts_us, arrival_us)
        self._last_pts_us, self._last_arrival_us = pts_us, arrival_us

    def at(self, pts_us: int) -> int:
        """Wall-clock time of a picture, by what was learned up to now."""
        t_us = pts_us + (self._offset_us or 0)
        if self._newest_pts_us is not None and pts_us <= self._newest_pts_us:
            # Sent after a picture that is shown later, as with B-frames.
            before = [t for pts, t in self._recent if pts < pts_us]
            after = [t for pts, t in self._recent if pts > pts_us]
            t_us = min(max(t_us, *before, 0), *after, self._newest_t_us)
        else:
            self._newest_pts_us = pts_us
            t_us = self._newest_t_us = max(t_us, self._newest_t_us + 1)
        self._recent.append((pts_us, t_us))
        return t_us

    def _jumped(self, pts_us: int, arrival_us: int) -> bool:
        step_us = pts_us - self._last_pts_us
        passed_us = arrival_us - self._last_arrival_us
        # A long pause of both is a stalled network; what came late then has kept its time.
        return step_us < -_JUMP_US or step_us > max(passed_us, 0) + _JUMP_US

    def _anchor(self, delay_us: int, arrival_us: int) -> None:
        self._offset_us = self._before_us = self._now_us = delay_us
        self._window_end_us = arrival_us + _WINDOW_US
        self._newest_pts_us = None
        self._recent.clear()

    def _follow(self, delay_us: int, pts_us: int, arrival_us: int) -> None:
        if arrival_us >= self._window_end_us:
            self._before_us, self._now_us = self._now_us, delay_us
            self._window_end_us = arrival_us + _WINDOW_US
        self._now_us = min(self._now_us, delay_us)
        least_us = min(self._before_us, self._now_us)
        offset_us = self._offset_us or 0
        if least_us < offset_us:
            self._offset_us = least_us
        elif least_us > offset_us + _JUMP_US:
            self._anchor(delay_us, arrival_us)
        else:
            slew_us = round(max(0, pts_us - self._last_pts_us) * _SLEW)
            self._offset_us = min(least_us, offset_us + slew_us)
