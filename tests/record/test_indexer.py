"""The index catches up with the disk, whatever happened to either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.record.desk import START_US, Desk, film
from vedette.core.archive import FootageStore
from vedette.core.clock import SimulatedClock
from vedette.core.errors import Unavailable
from vedette.core.footage import Gap, Segment, Span
from vedette.record.indexer import Indexer


class Rows:
    """What the index needs of a store, in memory; `away` makes it fail like a stopped database."""

    def __init__(self) -> None:
        self.rows: dict[str, Segment] = {}
        self.holes: dict[int, Gap] = {}
        self.away = False

    def _ask(self) -> None:
        if self.away:
            raise Unavailable("the database is away")

    def put(self, segments: Sequence[Segment]) -> None:
        self._ask()
        self.rows |= {row.id: row for row in segments}

    def put_gaps(self, gaps: Sequence[Gap]) -> None:
        self._ask()
        self.holes |= {gap.start_us: gap for gap in gaps}

    def latest(self, camera: str, stream: str) -> Segment | None:
        self._ask()
        return max(self.rows.values(), key=lambda row: row.start_us, default=None)

    def find(
        self, camera: str, stream: str | None, span: Span, *, limit: int = 1000
    ) -> tuple[Segment, ...]:
        self._ask()
        return tuple(
            row for row in self.rows.values() if row.end_us > span[0] and row.start_us < span[1]
        )

    def forget(self, segment_ids: Sequence[str]) -> None:
        for one in segment_ids:
            self.rows.pop(one, None)


def index_of(rows: Rows, root: Path) -> Indexer:
    store: FootageStore = rows  # type: ignore[assignment]  # as much of it as is used
    return Indexer(store, root, SimulatedClock(START_US + 200_000_000))


def tell_all(desk: Desk, indexer: Indexer) -> None:
    """Everything the recorder told."""
    for row in desk.told.segments.values():
        indexer.tell(row)
    for gap in desk.told.gaps.values():
        indexer.tell(gap)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two minutes recorded, with a gap in them."""
    desk = Desk(tmp_path / "archive")
    packets = film(tmp_path, seconds=130)
    desk.play(packets[:400])
    desk.wait(10.0)
    desk.play(packets[500:])
    desk.stop()
    return desk


def test_rows_wait_while_the_database_is_away(desk: Desk) -> None:
    rows = Rows()
    indexer = index_of(rows, desk.root)
    rows.away = True
    tell_all(desk, indexer)
    assert not indexer.flush()
    assert (rows.rows, rows.holes) == ({}, {})
    rows.away = False
    assert indexer.flush()
    assert (list(rows.rows.values()), rows.holes) == (desk.files(), desk.told.gaps)
    assert indexer.waiting == 0


def test_what_no_longer_fits_in_memory_is_read_from_the_journal(desk: Desk) -> None:
    rows = Rows()
    store: FootageStore = rows  # type: ignore[assignment]  # as much of it as is used
    indexer = Indexer(store, desk.root, SimulatedClock(START_US + 200_000_000), most=1)
    tell_all(desk, indexer)
    assert indexer.flush()
    assert list(rows.rows.values()) == desk.files()
    assert [one for one in rows.holes.values() if one.end_us != one.start_us] == [
        one for one in desk.told.gaps.values() if one.end_us != one.start_us
    ]


def test_at_start_an_empty_index_is_made_anew_from_the_journals(desk: Desk) -> None:
    rows = Rows()
    indexer = index_of(rows, desk.root)
    indexer.catch_up("gate", "main")
    assert indexer.flush()
    assert list(rows.rows.values()) == desk.files()
    assert [gap.cause for gap in rows.holes.values()] == ["silent"]


def test_a_file_that_is_gone_becomes_a_gap(desk: Desk) -> None:
    rows = Rows()
    indexer = index_of(rows, desk.root)
    indexer.catch_up("gate", "main")
    indexer.flush()
    lost = desk.files()[0]
    (desk.root / lost.path).unlink()
    indexer.catch_up("gate", "main")
    indexer.flush()
    assert lost.id not in rows.rows
    gap = rows.holes[lost.start_us]
    assert (gap.cause, gap.end_us) == ("missing", lost.end_us)


def test_a_row_left_open_by_a_crash_is_closed(desk: Desk) -> None:
    rows = Rows()
    closed = desk.files()[-1]
    rows.rows[closed.id] = replace(closed, open=True, sha256="", chain="")
    indexer = index_of(rows, desk.root)
    indexer.catch_up("gate", "main")
    indexer.flush()
    assert rows.rows[closed.id] == closed
