"""Fills gaps from the cameras' own recordings: one errand at a time, and what it did is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from vedette.core import plugins
from vedette.core.archive import FootageStore
from vedette.core.camera_archive import ArchiveVisit, CameraArchive, Recorded
from vedette.core.clock import Clock, RealClock
from vedette.core.errors import SourceError, StreamMissing, VedetteError
from vedette.core.footage import Gap, GapCause, Segment, Span
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.settings import Settings, SourceSettings
from vedette.core.site import Camera, Site
from vedette.core.value import value
from vedette.record.fetched import Mark, Placed, marks_in, place, write_fetched
from vedette.record.journal import append_journal
from vedette.record.layout import day_folder
from vedette.record.reading import ArchiveFiles

__all__ = [
    "BACKFILL_STATE",
    "MOST_TRIES",
    "Attempt",
    "Backfill",
    "Fetching",
    "attempts_in",
    "open_backfill",
]

log = structlog.get_logger()

BACKFILL_STATE = "backfill.json"
"""File in the data folder that remembers attempts."""
MOST_TRIES = 6
"""After so many a gap stays one."""
_CAUSES: frozenset[GapCause] = frozenset({"silent", "unreachable", "restart"})
_EVERY_S = 5.0
_SETTLE_US = 15_000_000
_SHORTEST_US = 400_000
_PIECE_US = 60_000_000
# Clocks are known to a second, and pictures need the key picture before them.
_MARGIN_US = 6_000_000
_JOINED_US = 2_000_000
_FIRST_PAUSE_US = 30_000_000
_LONGEST_PAUSE_US = 3_600_000_000
_HORIZON_US = 14 * 86_400_000_000


@value
class Attempt:
    """What came of trying to fill one gap."""

    camera: str
    stream: str
    start_us: int
    """When the gap begins."""
    tries: int
    next_us: int
    """When to try again."""
    reason: str
    """Why it failed last."""

    @property
    def given_up(self) -> bool:
        """Whether nobody tries any more."""
        return self.tries >= MOST_TRIES


_ATTEMPTS: TypeAdapter[tuple[Attempt, ...]] = TypeAdapter(tuple[Attempt, ...])
Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """What backfilling works with."""

    footage: FootageStore
    files: ArchiveFiles
    root: Path
    """Where recordings are written."""
    state: Path
    """File that remembers attempts."""
    clock: Clock
    allowed: SourceSettings
    silent_s: float = 8.0
    bytes_per_s: float = 0.0
    """So much may be fetched in a second; 0: as it comes."""


class Backfill:
    """Watches the ledger of gaps of cameras that have an archive of their own."""

    def __init__(self, fetching: Fetching) -> None:
        self._with = fetching
        self._lock = threading.Lock()
        self._cameras: tuple[Camera, ...] = ()
        self._visit: ArchiveVisit | None = None
        self._ending = threading.Event()
        self._attempts: dict[Key, Attempt] = {
            (one.camera, one.stream, one.start_us): one for one in attempts_in(fetching.state)
        }

    def apply(self, site: Site) -> None:
        """Look after these cameras from now on."""
        self._cameras = tuple(one for one in site.cameras if one.enabled and one.archive)

    def run(self) -> None:
        """Fill gaps until closed."""
        while not self._ending.is_set():
            if not self.turn():
                self._ending.wait(_EVERY_S)

    def close(self) -> None:
        """End, also an errand that goes on; may be called twice."""
        self._ending.set()
        with self._lock:
            if self._visit is not None:
                self._visit.close()

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Gaps that were tried in vain up to now, with the reason."""
        return tuple(self._attempts.values())

    def turn(self) -> bool:
        """Fetch one piece of one gap; False when there is nothing to do just now."""
        for camera in self._cameras:
            stream = camera.stream_for("record")
            for gap in self._gaps(camera, stream.id) if stream else ():
                if self._ending.is_set():
                    return False
                self._try(camera, gap)
                return True
        return False

    def _gaps(self, camera: Camera, stream: str) -> Iterator[Gap]:
        now_us = self._with.clock.now_us()
        found = self._with.footage.gaps(camera.id, stream, (now_us - _HORIZON_US, now_us))
        for gap in found:
            if gap.cause not in _CAUSES or gap.end_us is None:
                continue
            attempt = self._attempts.get(_key(gap))
            tried = attempt is not None and (attempt.given_up or attempt.next_us > now_us)
            lasted_us, ago_us = gap.end_us - gap.start_us, now_us - gap.end_us
            if lasted_us >= _SHORTEST_US and ago_us >= _SETTLE_US and not tried and self._back(gap):
                yield gap

    def _back(self, gap: Gap) -> bool:
        """Whether the camera has come back since, so that asking it makes sense."""
        newest = self._with.footage.latest(gap.camera, gap.stream)
        return newest is not None and newest.end_us > (gap.end_us or 0)

    def _try(self, camera: Camera, gap: Gap) -> None:
        try:
            placed = self._fill(camera, gap)
        except (VedetteError, OSError, ValueError) as error:
            if not self._ending.is_set():
                self._failed(gap, str(error))
            return
        self._settle(gap, placed)

    def _fill(self, camera: Camera, gap: Gap) -> Placed:
        if camera.archive is None or gap.end_us is None:
            raise SourceError("the camera has no archive of its own")
        archive: CameraArchive = plugins.build(
            "camera_archive", camera.archive, path=("cameras", camera.id, "archive")
        )
        origin = Origin(
            camera=gap.camera,
            stream=gap.stream,
            clock=self._with.clock,
            allowed=self._with.allowed,
            silent_s=self._with.silent_s,
        )
        visit = archive.open(origin)
        with self._lock:
            self._visit = visit
        with closing(visit):
            piece, asked = self._piece(visit, gap)
            packets = list(self._throttled(visit.fetch(asked)))
        before, after = self._marks(gap, piece)
        placed = place(packets, piece, before, after) if packets else None
        if placed is None:
            raise StreamMissing("the device has no pictures of that time")
        return placed

    def _piece(self, visit: ArchiveVisit, gap: Gap) -> tuple[Span, Span]:
        """The first minute of the gap of which the device has something, and what to ask for."""
        whole = gap.start_us, gap.end_us or gap.start_us
        for run in _runs(visit.recordings(_wider(whole))):
            begin_us = max(whole[0], run[0])
            if begin_us < min(whole[1], run[1]):
                # What is nearly whole is fetched whole.
                rest_us = whole[1] - begin_us
                lasts_us = _PIECE_US if rest_us > _PIECE_US * 5 // 4 else rest_us
                piece = begin_us, begin_us + lasts_us
                # A device that is asked for a time it lacks begins anywhere.
                return piece, (max(piece[0] - _MARGIN_US, run[0]), piece[1] + _MARGIN_US)
        raise StreamMissing("the device has no recording of that time")

    def _throttled(self, packets: Iterator[Packet]) -> Iterator[Packet]:
        rate = self._with.bytes_per_s
        for packet in packets:
            yield packet
            if self._ending.wait(len(packet.data) / rate if rate else 0):
                raise SourceError("the errand was given up")

    def _marks(self, gap: Gap, piece: Span) -> tuple[list[Mark], list[Mark]]:
        sides = []
        for span in (
            (piece[0] - 2 * _MARGIN_US, piece[0]),
            (piece[1], piece[1] + 2 * _MARGIN_US),
        ):
            found = self._with.footage.find(gap.camera, gap.stream, span)
            sides.append(marks_in(self._with.files, found, span))
        return sides[0], sides[1]

    def _settle(self, gap: Gap, placed: Placed) -> None:
        """File first, then journal, then rows: whatever stops us, the next try goes on there."""
        near_us = max(2 * placed.interval_us, 100_000)
        rest = _rest(gap, (placed.start_us, placed.end_us), near_us)
        placed = replace(placed, end_us=min(placed.end_us, gap.end_us or placed.end_us))
        try:
            segment = write_fetched(self._with.root, placed)
            _write_down(self._with.root, [segment, *rest])
        except (OSError, ValueError) as error:
            self._failed(gap, f"the footage cannot be written: {error}")
            return
        self._with.footage.put([segment])
        self._with.footage.put_gaps(rest)
        self._attempts.pop(_key(gap), None)
        log.info("fetched", camera=gap.camera, since_us=placed.start_us, until_us=placed.end_us)
        if rest[0].start_us == gap.start_us and rest[0].end_us != gap.start_us:
            self._failed(rest[0], "the device has nothing of its beginning")
        self._save()

    def _failed(self, gap: Gap, reason: str) -> None:
        before = self._attempts.get(_key(gap))
        tries = (before.tries if before else 0) + 1
        pause_us = min(_FIRST_PAUSE_US << tries, _LONGEST_PAUSE_US)
        self._attempts[_key(gap)] = Attempt(
            camera=gap.camera,
            stream=gap.stream,
            start_us=gap.start_us,
            tries=tries,
            next_us=self._with.clock.now_us() + pause_us,
            reason=reason,
        )
        log.warning("nothing fetched", camera=gap.camera, tries=tries, reason=reason)
        self._save()

    def _save(self) -> None:
        oldest_us = self._with.clock.now_us() - _HORIZON_US
        self._attempts = {
            key: one for key, one in self._attempts.items() if one.start_us > oldest_us
        }
        state = self._with.state
        aside = state.with_suffix(".part")
        aside.write_bytes(_ATTEMPTS.dump_json(self.attempts))
        aside.replace(state)


def open_backfill(
    settings: Settings, footage: FootageStore, files: ArchiveFiles, root: Path
) -> Backfill:
    """The one of an installation; recordings are written below `root`."""
    return Backfill(
        Fetching(
            footage=footage,
            files=files,
            root=root,
            state=settings.data_dir / BACKFILL_STATE,
            clock=RealClock(),
            allowed=settings.sources,
            silent_s=settings.media.silent_s,
        )
    )


def _key(gap: Gap) -> Key:
    return gap.camera, gap.stream, gap.start_us


def _wider(span: Span) -> Span:
    return span[0] - _MARGIN_US, span[1] + _MARGIN_US


def _runs(items: Sequence[Recorded]) -> list[Span]:
    """Spans that the device's files cover, one after the other."""
    runs: list[Span] = []
    for item in items:
        if runs and item.start_us - runs[-1][1] < _JOINED_US:
            runs[-1] = runs[-1][0], max(runs[-1][1], item.end_us)
        else:
            runs.append((item.start_us, item.end_us))
    return runs


def _rest(gap: Gap, filled: Span, near_us: int) -> list[Gap]:
    """What is left of a gap; the first stands in its place, empty when nothing is."""
    end_us = gap.end_us or gap.start_us
    begins = filled[0] - gap.start_us > near_us
    first = replace(gap, end_us=filled[0] if begins else gap.start_us)
    if end_us - filled[1] <= near_us:
        return [first]
    return [first, replace(gap, start_us=filled[1])]


def _write_down(root: Path, entries: Sequence[Segment | Gap]) -> None:
    for entry in entries:
        folder = day_folder(entry.camera, entry.stream, entry.start_us)
        append_journal(root / folder.journal, [entry])


def attempts_in(state: Path) -> tuple[Attempt, ...]:
    """Gaps that were tried in vain, as a file remembers them."""
    try:
        return _ATTEMPTS.validate_json(state.read_bytes())
    except (FileNotFoundError, ValidationError):
        return ()
