"""One stream's recording: packets in, parts of files out, and a reason for every second without."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from vedette.core.clock import Clock
from vedette.core.facts import StreamStatus
from vedette.core.footage import Gap, Segment
from vedette.core.media import Packet
from vedette.core.video.form import stored_form
from vedette.record.growing import Disk, is_full
from vedette.record.hearing import Hearing
from vedette.record.journal import append_journal
from vedette.record.layout import day_folder
from vedette.record.ledger import Ledger, Reason
from vedette.record.mending import mend
from vedette.record.roll import Roll
from vedette.record.tap import RecordTap
from vedette.record.wanted import Wanted
from vedette.record.writing import Writing

__all__ = ["Outlet", "Spot", "StreamRecorder"]

log = structlog.get_logger()

_FILE_US = 60_000_000
# A key picture that others shown before it follow is no good beginning, for so long.
_PATIENCE_US = 60_000_000
_PART_US = 400_000
_SHORT_PART_US = 200_000
_HOLE_US = 2_000_000
_JUMP_US = 1_500_000
_AGAIN_US = 2_000_000
# Sound that changes more often than this is left out in between.
_SOUND_US = 5_000_000


class Outlet(Protocol):
    """Where rows for the index are left."""

    def tell(self, row: Segment | Gap) -> None:
        """Take a row; never waits and never fails."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Which stream, where to, and by what."""

    camera: str
    stream: str
    root: Path
    disk: Disk
    clock: Clock
    steady_s: Callable[[], float]
    """A clock nobody sets."""
    outlet: Outlet
    health: Callable[[], StreamStatus | None]
    """How the connection is doing; None when there is none."""


class StreamRecorder:
    """Used by the writer's thread alone, except for its tap, `wanted` and what is plainly read."""

    def __init__(self, spot: Spot, tap: RecordTap, wanted: Wanted) -> None:
        self.spot, self.tap, self.wanted = spot, tap, wanted
        self.octets = 0
        self.last_us: int | None = None
        self._ledger = Ledger(spot.camera, spot.stream, self._tell_gap)
        self._unwritten: list[Segment | Gap] = []
        self._chain = ""
        self._until_us = 0
        self._ready = False
        self._trouble: Reason | None = None
        self._again_us = 0
        self._writing: Writing | None = None
        self._pending: list[Packet] = []
        self._carried: list[Packet] = []
        self._roll = Roll()
        self._hearing = Hearing()
        self._newest_us: int | None = None
        self._newest_s = 0.0
        self._dropped = 0
        self._due_us = 0
        self._offset_us = zlib.crc32(f"{spot.camera}/{spot.stream}".encode()) % _FILE_US

    @property
    def reason(self) -> Reason | None:
        """Why nothing is recorded now; None while something is."""
        gap = self._ledger.growing
        return Reason(gap.cause, gap.detail) if gap else None

    def turn(self) -> None:
        """Write what has come; to be called a few times a second."""
        now_us = self.spot.clock.now_us()
        if not self._ready and not self._begin(now_us):
            return
        packets = [*self._carried, *self.tap.drain()]
        self._carried = []
        self._listen()
        for index, packet in enumerate(packets):
            following = packets[index + 1] if index + 1 < len(packets) else None
            if self._is_border(packet) and self._waits_at(packet, packets[-1]):
                self._carried = packets[index:]
                break
            self._take(packet, following, now_us)
        self._idle(now_us)
        self._write_journal(now_us)

    def stop(self) -> None:
        """Close the file; what is missing from now on is for the next start to explain."""
        if not self._ready:
            return
        packets = [*self._carried, *self.tap.drain()]
        self._listen()
        for packet in packets:
            self._take(packet, None, self.spot.clock.now_us())
        self._close_file()
        self._ledger.end(max(self.spot.clock.now_us(), self._until_us))
        self._write_journal(0)

    def _listen(self) -> None:
        sounds = self.tap.listen()
        if self.wanted.recording.sound:
            self._hearing.add(sounds)

    def _begin(self, now_us: int) -> bool:
        if now_us < self._again_us:
            self.tap.drain()
            return False
        try:
            standing = mend(self.spot.root, self.spot.camera, self.spot.stream)
        except OSError as error:
            self._fail(error, now_us)
            return False
        for segment in standing.mended:
            self.spot.outlet.tell(segment)
        self._chain = standing.chain
        self._ready, self._trouble = True, None
        known_us = standing.end_us
        self._until_us = min(known_us, now_us) if known_us is not None else now_us
        if known_us is not None and known_us < now_us:
            self._ledger.note(Reason("restart"), known_us, now_us)
        return True

    def _take(self, packet: Packet, following: Packet | None, now_us: int) -> None:
        self._mind_holes(packet)
        self._newest_us = max(packet.t_us, self._newest_us or 0)
        self._newest_s = self.spot.steady_s()
        keep = self.wanted.keep(packet.t_us, now_us)
        if keep is None:
            self._close_file()
            self._roll.take(packet, self.wanted.roll_us)
            self._hearing.forget(self._roll.begin_us or packet.t_us)
            self._lack(self._unwanted(), packet.t_us)
            return
        for one in (*self._roll.empty(), packet):
            if self._writing is None or (one.key and self._ends_file(one, following)):
                self._open(one, now_us)
            if self._writing is not None:
                self._writing.raise_keep(keep)
            self._add(one)

    def _add(self, packet: Packet) -> None:
        writing = self._writing
        if writing is None or packet.t_us < writing.start_us:
            # Nothing to decode it with: its group began before the file.
            return
        if self._pending and self._ends_part(packet):
            self._flush(packet.t_us)
        if self._writing is not None:
            self._pending.append(packet)

    def _ends_part(self, packet: Packet) -> bool:
        newest_us = max(one.t_us for one in self._pending)
        if packet.t_us <= newest_us:
            return False
        lasted_us = packet.t_us - self._pending[0].t_us
        return lasted_us >= (_SHORT_PART_US if packet.key else _PART_US)

    def _is_border(self, packet: Packet) -> bool:
        return self._writing is not None and packet.key and packet.t_us >= self._due_us

    def _waits_at(self, border: Packet, newest: Packet) -> bool:
        """Whether it is too early to tell a border.

        If it is a good one is told by the picture after it; sound from before it comes later.
        """
        return border is newest or self._hearing.awaits(border.t_us, newest.t_us)

    def _ends_file(self, packet: Packet, following: Packet | None) -> bool:
        writing = self._writing
        if writing is None or packet.t_us < self._due_us:
            return writing is not None and self._has_changed(packet, writing)
        leading = following is not None and following.t_us < packet.t_us
        return not leading or packet.t_us > self._due_us + _PATIENCE_US

    def _has_changed(self, packet: Packet, writing: Writing) -> bool:
        if packet.format != writing.format:
            return True
        sound = self._hearing.format_at(packet.t_us)
        lasted_us = packet.t_us - writing.start_us
        return sound is not None and sound != writing.sound and lasted_us >= _SOUND_US

    def _mind_holes(self, packet: Packet) -> None:
        """End the file where time does not run on."""
        newest_us = self._newest_us
        if newest_us is None:
            return
        step_us = packet.t_us - newest_us
        if -_JUMP_US < step_us < self._hole_us():
            return
        passed_us = round((self.spot.steady_s() - self._newest_s) * 1e6)
        self._close_file()
        self._roll.empty()
        self._newest_us = packet.t_us
        if step_us < 0:
            # No footage is missing: an hour is there twice, each time as the clock showed it.
            self._hearing.clear()
            self._until_us = packet.t_us
            self._ledger.end(packet.t_us)
        elif self.tap.dropped != self._dropped:
            self._lack(Reason("overload", "the disk was too slow"), packet.t_us)
        elif step_us > passed_us + _JUMP_US:
            self._lack(Reason("clock", "the clock was set forward"), packet.t_us)
        elif self._ledger.growing is None:
            self._lack(self._lost(), packet.t_us)
        self._dropped = self.tap.dropped

    def _hole_us(self) -> int:
        interval_us = self._writing.interval_us if self._writing else 0
        return max(_HOLE_US, 4 * interval_us)

    def _open(self, packet: Packet, now_us: int) -> None:
        if not packet.key or now_us < self._again_us:
            return
        try:
            stored = stored_form(packet.format, packet.data)
        except ValueError:
            stored = None
        if stored is None:
            self._lack(Reason("silent", "the stream does not say how it is coded"), now_us)
            return
        joined = self._writing is not None
        self._close_file(next_us=packet.t_us if joined else None)
        if not joined and self._ledger.growing is None:
            # Where the file before this one goes on, there is nothing between them.
            self._lack(self._trouble or self._lost(), now_us)
        try:
            self._writing = Writing(self.spot.root, self.spot.disk, stored, packet)
        except OSError as error:
            self._fail(error, now_us)
            return
        self._due_us = self._border_after(packet.t_us)
        self._trouble = None

    def _border_after(self, t_us: int) -> int:
        border_us = (t_us - self._offset_us) // _FILE_US * _FILE_US + self._offset_us + _FILE_US
        # A file of some seconds only is not worth its rows.
        return border_us if border_us - t_us > _FILE_US // 6 else border_us + _FILE_US

    def _flush(self, next_us: int | None) -> None:
        """Write what is pending as one part."""
        pending, self._pending = self._pending, []
        writing = self._writing
        if writing is None or not pending:
            return
        first = writing.frames == 0
        until_us = next_us or max(one.t_us for one in pending) + writing.interval_us
        if first:
            writing.hear(self._hearing.format_at(writing.start_us))
            self._hearing.forget(writing.start_us)
        try:
            writing.add(pending, self._hearing.take(until_us, writing.sound), next_us)
        except OSError as error:
            self._fail(error, self.spot.clock.now_us())
            return
        self.octets += writing.grown
        self.last_us = self._until_us = writing.end_us
        if first:
            self._ledger.end(writing.start_us)
            self.spot.outlet.tell(writing.row())

    def _close_file(self, next_us: int | None = None) -> None:
        self._flush(next_us)
        writing, self._writing = self._writing, None
        if writing is None:
            return
        try:
            row = writing.close(self._chain)
        except OSError as error:
            self._writing = writing
            self._fail(error, self.spot.clock.now_us())
            return
        self._closed(row)

    def _closed(self, row: Segment | None) -> None:
        if row is not None:
            self._chain = row.chain
            self._unwritten.append(row)

    def give_up(self, why: str) -> None:
        """Begin anew after a fault of ours: what is whole is kept."""
        self._carried = []
        self._abandon(Reason("overload", f"recording broke ({why})"), self.spot.clock.now_us())

    def _fail(self, error: OSError, now_us: int) -> None:
        """The disk does not take it: keep what is whole, and try again in a while."""
        cause = Reason("disk_full" if is_full(error) else "disk_failed", error.strerror or "")
        if self._trouble is None:
            log.error(
                "recording fails", camera=self.spot.camera, cause=cause.cause, error=cause.detail
            )
        self._abandon(cause, now_us)

    def _abandon(self, cause: Reason, now_us: int) -> None:
        writing, self._writing = self._writing, None
        self._pending = []
        self._again_us = now_us + _AGAIN_US
        self._trouble = cause
        if writing is not None:
            self._until_us = writing.end_us or self._until_us
            self._closed(writing.abandon(self._chain))
        if self._ready:
            self._lack(cause, now_us)

    def _idle(self, now_us: int) -> None:
        quiet_us = round((self.spot.steady_s() - self._newest_s) * 1e6)
        writing = self._writing
        if self._pending and writing is not None and not writing.reorders and quiet_us > _PART_US:
            self._flush(None)
        if quiet_us > self._hole_us():
            self._close_file()
        if self._writing is None:
            self._lack(self._trouble or self._lacking(now_us, quiet_us), now_us)

    def _lacking(self, now_us: int, quiet_us: int) -> Reason:
        if self.wanted.keep(now_us, now_us) is None:
            return self._unwanted()
        growing, status = self._ledger.growing, self.spot.health()
        if growing is not None and growing.cause not in ("not_wanted", "disabled"):
            known = Reason(growing.cause, growing.detail)
            # What comes again waits for a key picture; a further attempt is the same trouble.
            if quiet_us < self._hole_us() or status is None or status.state == "connecting":
                return known
        return self._lost()

    def _unwanted(self) -> Reason:
        return Reason("disabled" if self.wanted.disabled else "not_wanted")

    def _lost(self) -> Reason:
        """Why nothing comes, as the connection has it."""
        status = self.spot.health()
        if status is None:
            return Reason("unreachable")
        silent = status.state in ("live", "silent", "stopped")
        return Reason("silent" if silent else "unreachable", status.reason)

    def _lack(self, reason: Reason, now_us: int) -> None:
        self._ledger.note(reason, self._until_us, now_us)

    def _tell_gap(self, gap: Gap) -> None:
        self.spot.outlet.tell(gap)
        if gap.end_us is not None:
            self._unwritten.append(gap)
            self._until_us = max(self._until_us, gap.end_us)

    def _write_journal(self, now_us: int) -> None:
        if not self._unwritten or 0 < now_us < self._again_us:
            return
        rows = self._unwritten
        try:
            for folder, some in _by_day(rows):
                append_journal(self.spot.root / folder, some)
        except OSError as error:
            self._fail(error, now_us)
            return
        self._unwritten = []
        for row in rows:
            if isinstance(row, Segment):
                self.spot.outlet.tell(row)


def _by_day(rows: Sequence[Segment | Gap]) -> list[tuple[str, list[Segment | Gap]]]:
    days: dict[str, list[Segment | Gap]] = {}
    for row in rows:
        # An empty gap only takes back what was told as growing.
        if isinstance(row, Gap) and row.end_us == row.start_us:
            continue
        days.setdefault(day_folder(row.camera, row.stream, row.start_us).journal, []).append(row)
    return list(days.items())
