"""A condition that must last, and must be over for as long before it can come again."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Lasting"]


@dataclass(slots=True)
class Lasting:
    """Tells once that something has been so for `for_us`; interruptions up to `gap_us` are none."""

    for_us: int
    gap_us: int
    since_us: int | None = None
    """Since when it has been so; None while it is not."""
    told: bool = False
    """Whether it was told already; until it has been over for `gap_us`."""
    _ended_us: int | None = None

    def step(self, t_us: int, *, holds: bool) -> bool:
        """Whether it has just lasted long enough."""
        if not holds:
            self._end(t_us)
            return False
        self._ended_us = None
        if self.since_us is None:
            self.since_us = t_us
        if self.told or t_us - self.since_us < self.for_us:
            return False
        self.told = True
        return True

    def _end(self, t_us: int) -> None:
        if self.since_us is None:
            return
        if self._ended_us is None:
            self._ended_us = t_us
        if t_us - self._ended_us >= self.gap_us:
            self.since_us, self._ended_us, self.told = None, None, False
