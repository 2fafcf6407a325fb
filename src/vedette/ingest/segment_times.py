"""Times of HLS segments: one running clock for the stream, wall-clock time for each picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vedette.ingest.address import Address
from vedette.ingest.playlist import Part
from vedette.ingest.timeline import Timeline
from vedette.ingest.unit import Unit

__all__ = ["Listed", "SegmentTimes"]

_JUMP_US = 1_000_000
_LONGEST_GAP_US = 60_000_000
_MOST_WRONG_US = 120_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A segment as found in a playlist."""

    page: Address
    """The playlist that names it."""
    part: Part
    ready_us: int
    """When, as far as we can tell, its last picture was there."""
    live: bool


class SegmentTimes:
    """Lays segments end to end on one clock, and that clock onto wall-clock time."""

    def __init__(self) -> None:
        self._timeline = Timeline()
        self._shift_us = 0
        self._end_us: int | None = None

    def place(self, listed: Listed, units: Sequence[Unit]) -> Iterator[tuple[Unit, int]]:
        """The segment's pictures on the running clock, each with its time of capture."""
        if not units:
            return
        first_us = min(unit.pts_us for unit in units)
        self._shift_us = self._shift_for(listed.part, first_us)
        end_us = max(unit.pts_us + unit.duration_us for unit in units) + self._shift_us
        self._end_us = end_us
        self._timeline.hear(end_us, listed.ready_us)
        told_us = _told_us(listed, units)
        for unit in units:
            placed = replace(
                unit, pts_us=unit.pts_us + self._shift_us, dts_us=unit.dts_us + self._shift_us
            )
            t_us = self._timeline.at(placed.pts_us)
            yield placed, t_us if told_us is None else told_us + unit.pts_us - first_us

    def _shift_for(self, part: Part, first_us: int) -> int:
        """What to add so that the clock runs on; gaps that the stream itself tells of stay."""
        if self._end_us is None:
            return -first_us
        step_us = first_us + self._shift_us - self._end_us
        if part.new_times or step_us < -_JUMP_US or step_us > _LONGEST_GAP_US:
            return self._end_us - first_us
        return self._shift_us


def _told_us(listed: Listed, units: Sequence[Unit]) -> int | None:
    """The time the playlist gives the segment, unless the camera's clock is plainly wrong."""
    t_us = listed.part.t_us
    if t_us is None or not listed.live:
        return t_us
    lasts_us = sum(unit.duration_us for unit in units)
    return t_us if abs(t_us + lasts_us - listed.ready_us) < _MOST_WRONG_US else None
