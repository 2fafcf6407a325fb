"""Which pictures are analysed, so that the rate is true whatever the stream's own is."""

from __future__ import annotations

__all__ = ["Sampler"]

_GAP_US = 1_000_000


class Sampler:
    """Picks pictures evenly on the stream's own clock: 2 of 15 a second are 2, not 2.14."""

    def __init__(self, fps: float) -> None:
        if fps <= 0:
            raise ValueError(f"a rate must be above 0, is {fps}")
        self._period_us = 1e6 / fps
        self._due_us: float | None = None
        self._newest_us: int | None = None
        self._step_us = 0.0

    def reset(self) -> None:
        """The stream's clock jumped: the next picture is wanted."""
        self._due_us = self._newest_us = None

    def resume(self, pts_us: int) -> None:
        """Go on from a picture that was taken, as if nothing had come after it."""
        self._due_us = pts_us + self._period_us

    def see(self, pts_us: int) -> None:
        """Learn how far pictures are apart; to be told of all of them, as they come."""
        newest_us = self._newest_us
        self._newest_us = pts_us if newest_us is None else max(newest_us, pts_us)
        if newest_us is None:
            return
        # Where pictures are reordered some steps are nought and some long; the mean is right.
        step_us = self._newest_us - newest_us
        if step_us < _GAP_US:
            gain = 0.1 if self._step_us else 1.0
            self._step_us += (step_us - self._step_us) * gain

    def take(self, pts_us: int) -> bool:
        """Whether the picture is one of those wanted; to be asked in the order of showing."""
        if self._due_us is None:
            self._due_us = pts_us + self._period_us
            return True
        if self.is_early(pts_us):
            return False
        # Behind by more than a period, lost time is not made up for by pictures in a hurry.
        late_us = pts_us - self._due_us
        skipped = int(max(late_us, 0.0) // self._period_us)
        self._due_us += (skipped + 1) * self._period_us
        return True

    def is_early(self, pts_us: int) -> bool:
        """Whether a picture is certainly not wanted, whatever is shown before it."""
        # Half a step of slack: the picture nearest to the moment due, not the first one after it.
        return self._due_us is not None and pts_us < self._due_us - self._step_us / 2
