"""What a recorder has recorded: a clip over and over, each picture at a time of its own clock."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction

import av

from vedette.core.clock import RealClock
from vedette.testing.clips import CLOCK_HZ, Clip

__all__ = ["Tape", "Taped"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Taped:
    """One picture and when it was taken, by true time."""

    index: int
    t_us: int
    key: bool


@dataclass(slots=True)
class Tape:
    """Footage of a clip that was first shown at `began_us`, kept in files of `file_s`."""

    clip: Clip
    began_us: int
    until_us: int
    ahead_us: int = 0
    """How wrong the device's clock is."""
    zone: tzinfo = UTC
    """Where its clock is set to."""
    file_s: int = 10
    now_us: Callable[[], int] = RealClock().now_us
    """The true time."""
    holes: tuple[tuple[int, int], ...] = ()
    """Spans it has not recorded itself."""

    def words(self, t_us: int) -> datetime:
        """A true time as the device calls it."""
        moment = _EPOCH + timedelta(microseconds=t_us + self.ahead_us)
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def true_us(self, said: datetime) -> int:
        """The true time of what the device calls so."""
        moment = said.replace(tzinfo=self.zone) - _EPOCH
        return moment // timedelta(microseconds=1) - self.ahead_us

    def files(self, span: tuple[int, int]) -> list[tuple[int, int]]:
        """Its files that overlap a span."""
        step_us = self.file_s * 1_000_000
        found = []
        at = self.began_us
        while at < self.until_us:
            end = min(at + step_us, self.until_us)
            whole = at < span[1] and end > span[0]
            if whole and not any(at < b and end > a for a, b in self.holes):
                found.append((at, end))
            at = end
        return found

    def pictures(self, span: tuple[int, int]) -> Iterator[Taped]:
        """Those of a span, from the key picture at or before its beginning."""
        waiting: list[Taped] = []
        for one in self._all():
            if one.t_us >= span[1]:
                return
            if one.t_us >= span[0]:
                if not one.key:
                    yield from waiting
                waiting = []
                if one.t_us > span[0] or one.key:
                    yield one
                    continue
            if one.key or (waiting and one.t_us - waiting[-1].t_us > 1_000_000):
                waiting = []
            waiting.append(one)

    def _all(self) -> Iterator[Taped]:
        lasts_us = self.clip.duration_ticks * 1_000_000 // CLOCK_HZ
        start_us = self.began_us
        while start_us < self.until_us:
            for index, unit in enumerate(self.clip.units):
                t_us = start_us + unit.ticks * 1_000_000 // CLOCK_HZ
                if any(a <= t_us < b for a, b in self.holes) or t_us >= self.until_us:
                    continue
                yield Taped(index, t_us, unit.key)
            start_us += lasts_us

    def file(self, span: tuple[int, int]) -> bytes:
        """The span as an MPEG programme stream, as recorders keep it."""
        out = io.BytesIO()
        pictures = list(self.pictures(span))
        with av.open(out, "w", format="vob") as container:
            stream = container.add_stream("libx264", rate=round(self.clip.fps))
            stream.width, stream.height = self.clip.width, self.clip.height
            for one in pictures:
                packet = av.Packet(self.clip.annexb(one.index))
                packet.stream = stream
                packet.time_base = Fraction(1, CLOCK_HZ)
                packet.pts = packet.dts = (one.t_us - pictures[0].t_us) * 9 // 100
                packet.is_keyframe = one.key
                container.mux(packet)
        return out.getvalue()
