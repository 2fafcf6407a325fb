"""The journal beside the files: whole lines, torn lines, the chain."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

from tests.record.files import DAY_US, START_US, segment
from vedette.core.footage import Gap
from vedette.record.journal import (
    START,
    Anchor,
    Deleted,
    Moved,
    append_journal,
    last_chain,
    link,
    read_journal,
)
from vedette.record.layout import (
    day_folder,
    day_of,
    day_span,
    days_of,
    file_path,
    start_of_name,
    streams_in,
)


def test_names_say_camera_stream_day_and_hour() -> None:
    assert file_path("gate", "main", START_US) == f"gate/main/2026-11-19/10/{START_US}.mp4"
    assert start_of_name(f"{START_US}.mp4") == START_US
    assert start_of_name("notes.txt") is None
    assert start_of_name(f"{START_US}.mp4.part") is None
    first, last = day_span(day_of(START_US))
    assert first <= START_US < last == first + DAY_US


def test_streams_and_days_are_found_on_the_disk(tmp_path: Path) -> None:
    for camera, stream, start_us in (("b", "main", 0), ("a", "sub", DAY_US), ("a", "sub", 0)):
        append_journal(tmp_path / day_folder(camera, stream, start_us).journal, [Anchor(chain="")])
    (tmp_path / "a" / "sub" / "lost+found").mkdir()
    assert list(streams_in(tmp_path)) == [("a", "sub"), ("b", "main")]
    assert [one.day for one in days_of(tmp_path, "a", "sub")] == ["1970-01-01", "1970-01-02"]
    assert list(streams_in(tmp_path / "nowhere")) == []


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    gap = Gap(camera="gate", stream="main", start_us=1, end_us=2, cause="silent", detail="ü")
    entries = (
        segment(0, chain="ab" * 32),
        gap,
        Moved(start_us=START_US, tier="slow", t_us=5),
        Deleted(start_us=START_US, reason="age", t_us=6),
        Anchor(chain=START),
    )
    append_journal(path, entries[:2])
    append_journal(path, entries[2:])
    append_journal(path, ())
    read = read_journal(path)
    assert (read.entries, read.torn) == (entries, ())


def test_a_torn_line_costs_itself_and_nothing_after_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    append_journal(path, [segment(0), segment(1)])
    path.write_bytes(path.read_bytes()[:-30])
    append_journal(path, [segment(2)])
    read = read_journal(path)
    assert read.entries == (segment(0), segment(2))
    assert read.torn == (2,)


def _append_many(path: Path, offset: int) -> None:
    for number in range(100):
        append_journal(path, [Moved(start_us=offset + number, tier="slow", t_us=0)])


def test_two_processes_write_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(path, o)) for o in (0, 1000)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    read = read_journal(path)
    assert (len(read.entries), read.torn) == (200, ())


def test_the_chain_holds_all_that_is_before() -> None:
    first = link(START, 1, 2, "aa" * 32)
    assert link(first, 2, 2, "bb" * 32) != link(START, 2, 2, "bb" * 32)
    assert (
        len({link(START, t, s, h * 32) for t in (1, 2) for s in (1, 2) for h in ("a0", "b0")}) == 8
    )


def test_the_chain_goes_on_over_days(tmp_path: Path) -> None:
    assert last_chain(tmp_path, "gate", "main") == START
    old = segment(0, chain="ab" * 32)
    append_journal(tmp_path / day_folder("gate", "main", old.start_us).journal, [old])
    today = day_folder("gate", "main", old.start_us + DAY_US)
    append_journal(tmp_path / today.journal, [Moved(start_us=old.start_us, tier="slow", t_us=1)])
    assert last_chain(tmp_path, "gate", "main") == "ab" * 32
    # What was fetched later stands outside the chain.
    append_journal(tmp_path / today.journal, [replace(segment(9), origin="backfilled", chain="")])
    assert last_chain(tmp_path, "gate", "main") == "ab" * 32


def test_an_anchor_stands_for_what_is_gone(tmp_path: Path) -> None:
    append_journal(tmp_path / day_folder("g", "m", 0).journal, [Anchor(chain="cd" * 32)])
    assert last_chain(tmp_path, "g", "m") == "cd" * 32
