"""Recordings played at the pace they were filmed at."""

from __future__ import annotations

import threading

from vedette.core.clock import Clock, to_seconds

__all__ = ["Pacer"]

_SLICE_S = 0.2
_FAR_BEHIND_S = 10.0
_FAR_AHEAD_S = 60.0


class Pacer:
    """Holds packets back until they are due; `stop` from any thread ends the waiting."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stopped = threading.Event()
        self._offset_us: int | None = None

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """End all waiting."""
        self._stopped.set()

    def wait_for(self, dts_us: int) -> None:
        """Return when the picture is due; the first one always is."""
        while not self.stopped:
            now_us = self._clock.now_us()
            due_us = now_us if self._offset_us is None else dts_us + self._offset_us
            left_s = to_seconds(due_us - now_us)
            if self._offset_us is None or not -_FAR_BEHIND_S < left_s < _FAR_AHEAD_S:
                # The first picture, or somebody has set the clock.
                self._offset_us = now_us - dts_us
                return
            if left_s <= 0:
                return
            self._clock.sleep(min(left_s, _SLICE_S))
