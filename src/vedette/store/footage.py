"""The index of recordings: rows that can be made anew from the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select

from vedette.core.archive import Holding
from vedette.core.errors import ConfigError, NotFound
from vedette.core.footage import KEEPS, Gap, Keep, Pin, Segment, Span, Tier, segment_id
from vedette.store import gaps, keeping
from vedette.store.covered import find_covered
from vedette.store.engine import Database
from vedette.store.reach import reach_of
from vedette.store.rows import Rows, one_at_a_time, upsert
from vedette.store.sums import Changes, holdings, note_longest
from vedette.store.tables import segment as table

__all__ = ["Footage"]

_LOCK = 8_971_003
_AT_ONCE = 500  # SQLite refuses statements with very many values
_TIERS: tuple[Tier, ...] = ("fast", "slow", "remote")
_NAMES = tuple(column.name for column in table.columns)
_ROWS = Rows(Segment, table)
_LARGEST = 2**62

Place = tuple[str, str, int]
"""Camera, stream and start: what an id is made of."""
Found = Select[tuple[object, ...]]


class Footage:
    """The store of footage (see `FootageStore`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, segments: Sequence[Segment]) -> None:
        """Store durably, all or none; what is known already is replaced, never made worth less."""
        for one in segments:
            _check(one)
        if not segments:
            return
        cameras = {one.camera for one in segments}
        with self._database.writing() as connection:
            one_at_a_time(connection, _LOCK, cameras)
            known = _known(connection, (_place(one) for one in segments))
            newest = dict(known)
            for one in segments:
                newest[_place(one)] = _replaced(newest.get(_place(one)), one)
            for camera in sorted(cameras):
                _appraise(connection, camera, newest)
            _write(connection, known, newest)
            lengths = [(one.camera, one.stream, one.end_us - one.start_us) for one in segments]
            note_longest(connection, "longest_us", lengths)

    def get(self, segment_id: str) -> Segment:
        """The file of that id, or NotFound."""
        with self._database.reading() as connection:
            return _get(connection, segment_id)

    def forget(self, segment_ids: Sequence[str]) -> None:
        """Remove rows; those that are not there are no error."""
        places = [place for one in segment_ids if (place := _parsed(one))]
        if not places:
            return
        with self._database.writing() as connection:
            one_at_a_time(connection, _LOCK, {camera for camera, _, _ in places})
            known = _known(connection, places)
            changes = Changes()
            for one in known.values():
                changes.add(one, None)
            for (camera, stream), starts in _by_stream(known):
                here = (table.c.camera == camera) & (table.c.stream == stream)
                connection.execute(delete(table).where(here, table.c.start_us.in_(starts)))
            changes.apply(connection)

    def find(
        self, camera: str, stream: str | None, span: Span, *, limit: int = 1000
    ) -> tuple[Segment, ...]:
        """Files that overlap a span, oldest first."""
        with self._database.reading() as connection:
            return _overlapping(connection, camera, stream, span, limit=limit)

    def latest(self, camera: str, stream: str) -> Segment | None:
        """The newest file of a stream."""
        newest = _of(camera, stream).order_by(table.c.start_us.desc()).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(newest).first()
        return None if row is None else _segment(row)

    def following(self, camera: str, stream: str | None, t_us: int) -> Segment | None:
        """The first file that begins at or after a moment."""
        with self._database.reading() as connection:
            reach = reach_of(connection, camera, stream)
            later = (
                _of(camera, one.id).where(table.c.start_us >= t_us).order_by(table.c.start_us)
                for one in reach.streams
            )
            found = [_segment(row) for ask in later for row in connection.execute(ask.limit(1))]
        return min(found, key=_start, default=None)

    def covered(self, camera: str, stream: str | None, span: Span, *, step_us: int) -> list[Span]:
        """Where there is footage; neighbours closer than `step_us` are one."""
        with self._database.reading() as connection:
            return find_covered(connection, reach_of(connection, camera, stream), span, step_us)

    def raise_keep(self, camera: str, span: Span, keep: Keep) -> int:
        """Make files that overlap a span at least that valuable, those too that are indexed
        later; how many changed."""
        if keep == "continuous" or span[0] >= span[1]:
            return 0
        with self._database.writing() as connection:
            one_at_a_time(connection, _LOCK, [camera])
            keeping.mark(connection, camera, span, keep)
            return _raise(connection, camera, span, keep)

    def move(self, segment_id: str, tier: Tier) -> None:
        """Note that a file now lies in another tier; NotFound when it is not known."""
        with self._database.writing() as connection:
            if place := _parsed(segment_id):
                one_at_a_time(connection, _LOCK, [place[0]])
            before = _get(connection, segment_id)
            _write(
                connection, {_place(before): before}, {_place(before): replace(before, tier=tier)}
            )

    def oldest(
        self, keep: Keep, *, tier: Tier | None, camera: str | None, before_us: int, limit: int
    ) -> tuple[Segment, ...]:
        """Closed files of one class that ended before a moment, oldest first."""
        wanted = select(table).where(
            table.c.keep == keep,
            table.c.start_us < before_us,
            table.c.end_us < before_us,
            table.c.open.is_(False),
        )
        if camera is not None:
            wanted = wanted.where(table.c.camera == camera)
        wanted = wanted.order_by(table.c.start_us).limit(limit)
        with self._database.reading() as connection:
            # Each tier on its own: an index has it in order.
            by_tier = [
                [_segment(row) for row in connection.execute(wanted.where(table.c.tier == one))]
                for one in ((tier,) if tier else _TIERS)
            ]
        return tuple(islice(merge(*by_tier, key=_start), limit))

    def holdings(self) -> tuple[Holding, ...]:
        """Sums by camera, class and tier."""
        with self._database.reading() as connection:
            return holdings(connection)

    def put_gaps(self, gaps_: Sequence[Gap]) -> None:
        """Store gaps; one of the same camera, stream and start is replaced."""
        if gaps_:
            with self._database.writing() as connection:
                gaps.put_gaps(connection, gaps_)

    def gaps(self, camera: str, stream: str | None, span: Span) -> tuple[Gap, ...]:
        """Gaps that overlap a span, oldest first."""
        with self._database.reading() as connection:
            return gaps.find_gaps(connection, reach_of(connection, camera, stream), span)

    def put_pin(self, pin: Pin) -> None:
        """Keep a span for ever: its files, those too that are indexed later, become `pinned`."""
        with self._database.writing() as connection:
            one_at_a_time(connection, _LOCK, [pin.camera])
            keeping.add_pin(connection, pin)
            _raise(connection, pin.camera, (pin.start_us, pin.end_us), "pinned")

    def remove_pin(self, pin_id: str) -> None:
        """Let a span go, or NotFound; files no other pin covers become `alarm`."""
        with self._database.writing() as connection:
            gone = keeping.get_pin(connection, pin_id)
            one_at_a_time(connection, _LOCK, [gone.camera])
            keeping.take_pin(connection, pin_id)
            span = (gone.start_us, gone.end_us)
            files = _overlapping(connection, gone.camera, None, span, limit=_LARGEST)
            before = {_place(one): one for one in files if one.keep == "pinned"}
            after: dict[Place, Segment] = {
                place: replace(one, keep="alarm") for place, one in before.items()
            }
            _appraise(connection, gone.camera, after)
            _write(connection, before, after)

    def pins(self, camera: str | None) -> tuple[Pin, ...]:
        """Pins of a camera or of all, by where they begin."""
        with self._database.reading() as connection:
            return keeping.find_pins(connection, camera)


def _check(one: Segment) -> None:
    wanted = segment_id(one.camera, one.stream, one.start_us)
    if one.id != wanted:
        raise ConfigError(f"the file {one.id!r} should have the id {wanted!r}")
    if one.end_us < one.start_us:
        raise ConfigError(f"the file {one.id!r} ends before it begins")


def _place(one: Segment) -> Place:
    return one.camera, one.stream, one.start_us


def _start(one: Segment) -> tuple[int, str]:
    return one.start_us, one.stream


def _parsed(segment_id: str) -> Place | None:
    camera, _, rest = segment_id.partition(":")
    stream, _, start = rest.partition(":")
    if not (start.removeprefix("-").isdecimal() and len(start) <= 19 and start.isascii()):
        return None
    return camera, stream, int(start)


def _of(camera: str, stream: str) -> Found:
    return select(table).where(table.c.camera == camera, table.c.stream == stream)


def _segment(row: Row[Any]) -> Segment:
    # Not validated: a day of a camera is 1,440 rows, and each column has its type already.
    fields = dict(zip(_NAMES, row, strict=True))
    return Segment(
        id=segment_id(fields["camera"], fields["stream"], fields["start_us"]),
        **fields,
    )


def _get(connection: Connection, segment_id: str) -> Segment:
    place = _parsed(segment_id)
    found = _known(connection, [place]) if place else {}
    if place is None or place not in found:
        raise NotFound(f"there is no recording {segment_id!r}")
    return found[place]


def _by_stream(places: Iterable[Place]) -> list[tuple[tuple[str, str], list[int]]]:
    """Starts by camera and stream, few enough for one statement, always in the same order."""
    starts: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for camera, stream, start_us in sorted(set(places)):
        starts[camera, stream].append(start_us)
    return [
        (stream, some[first : first + _AT_ONCE])
        for stream, some in starts.items()
        for first in range(0, len(some), _AT_ONCE)
    ]


def _known(connection: Connection, places: Iterable[Place]) -> dict[Place, Segment]:
    found = (
        _segment(row)
        for (camera, stream), starts in _by_stream(places)
        for row in connection.execute(_of(camera, stream).where(table.c.start_us.in_(starts)))
    )
    return {_place(one): one for one in found}


def _replaced(old: Segment | None, new: Segment) -> Segment:
    if old is None:
        return new
    keep = keeping.more_valuable(old.keep, new.keep)
    # What comes late of the time when it was open tells nothing new.
    return replace(old if new.open and not old.open else new, keep=keep)


def _appraise(connection: Connection, camera: str, files: dict[Place, Segment]) -> None:
    """Raise files of a camera to what marks and pins say of them."""
    ours = [one for one in files.values() if one.camera == camera]
    if not ours:
        return
    span = (min(one.start_us for one in ours), max(one.end_us for one in ours) + 1)
    worth = keeping.Worth(connection, camera, span)
    for one in ours:
        files[_place(one)] = replace(one, keep=worth.of(one))


def _overlapping(
    connection: Connection, camera: str, stream: str | None, span: Span, *, limit: int
) -> tuple[Segment, ...]:
    found: list[Segment] = []
    for one in reach_of(connection, camera, stream).streams:
        within = _of(camera, one.id).where(
            table.c.start_us >= span[0] - one.longest_us,
            table.c.start_us < span[1],
            table.c.end_us > span[0],
        )
        rows = connection.execute(within.order_by(table.c.start_us).limit(limit))
        found += (_segment(row) for row in rows)
    return tuple(sorted(found, key=_start)[:limit])


def _raise(connection: Connection, camera: str, span: Span, keep: Keep) -> int:
    files = _overlapping(connection, camera, None, span, limit=_LARGEST)
    less = {_place(one): one for one in files if KEEPS.index(one.keep) < KEEPS.index(keep)}
    _write(connection, less, {place: replace(one, keep=keep) for place, one in less.items()})
    return len(less)


def _write(
    connection: Connection, before: dict[Place, Segment], after: dict[Place, Segment]
) -> None:
    changes, rows = Changes(), []
    for place, one in sorted(after.items(), key=lambda item: item[0]):
        if one != before.get(place):
            changes.add(before.get(place), one)
            row = _ROWS.to_row(one)
            del row["id"]
            rows.append(row)
    upsert(connection, table, rows)
    changes.apply(connection)
