"""What comes is on disk, whole and at its time; what is not has a reason."""

from __future__ import annotations

import errno
import hashlib
import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from tests.record.desk import (
    FPS,
    START_US,
    Desk,
    assert_union,
    film,
    later,
    reordered_film,
    shown,
)
from vedette.core.media import Packet
from vedette.core.schedule import Schedule, Window
from vedette.core.site import Recording, RecordTime
from vedette.record.growing import LocalDisk
from vedette.record.journal import START, link, read_journal
from vedette.testing.clips import Codec

MOTION = Recording(modes=(RecordTime(mode="motion"),), pre_s=4.0, post_s=3.0)


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> list[Packet]:
    """150 seconds of H.264."""
    return film(tmp_path_factory.mktemp("film"), seconds=150)


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_the_union_of_files_is_what_came(tmp_path: Path, codec: Codec) -> None:
    packets = film(tmp_path, codec, seconds=80)
    desk = Desk(tmp_path / "archive")
    desk.play(packets)
    desk.stop()
    assert len(desk.files()) in (2, 3)
    assert_union(desk.root, desk.files(), packets)
    assert desk.told.causes() == []
    assert {(row.codec, row.width, row.height) for row in desk.files()} == {(codec, 320, 192)}


def test_reordered_pictures_keep_their_times(tmp_path: Path) -> None:
    packets = reordered_film(tmp_path, seconds=80)
    assert any(a.t_us > b.t_us for a, b in itertools.pairwise(packets))
    desk = Desk(tmp_path / "archive")
    desk.play(packets)
    desk.stop()
    assert len(desk.files()) > 1
    assert_union(desk.root, desk.files(), packets)


def test_files_end_about_every_minute_at_the_cameras_own_second(
    tmp_path: Path, packets: list[Packet]
) -> None:
    desk = Desk(tmp_path)
    desk.play(packets)
    desk.stop()
    starts = [row.start_us for row in desk.files()][1:]
    assert all(58e6 <= b - a <= 62e6 for a, b in itertools.pairwise(starts))
    assert all(shown(desk.root / row.path) for row in desk.files())


def test_a_row_is_told_when_the_file_has_its_first_part_and_again_when_closed(
    tmp_path: Path, packets: list[Packet]
) -> None:
    desk = Desk(tmp_path)
    desk.play(packets[: 3 * FPS])
    (row,) = desk.told.segments.values()
    assert row.open
    assert row.frames and (tmp_path / row.path).stat().st_size >= row.size
    desk.stop()
    (row,) = desk.told.segments.values()
    assert not row.open
    assert row.sha256 == hashlib.sha256((tmp_path / row.path).read_bytes()).hexdigest()
    assert row.size == (tmp_path / row.path).stat().st_size
    assert (row.frames, row.end_us - row.start_us) == (3 * FPS, 3_000_000)


def test_files_are_journalled_and_chained(tmp_path: Path, packets: list[Packet]) -> None:
    desk = Desk(tmp_path)
    desk.play(packets)
    desk.stop()
    (journal,) = tmp_path.glob("gate/main/*/journal.jsonl")
    assert list(read_journal(journal).entries) == desk.files()
    chain = START
    for row in desk.files():
        chain = link(chain, row.start_us, row.size, row.sha256)
        assert row.chain == chain


def test_at_most_a_second_is_not_yet_on_disk(tmp_path: Path, packets: list[Packet]) -> None:
    desk = Desk(tmp_path)
    worst_us = 0
    for one in packets[:200]:
        desk.play([one])
        if desk.stream.last_us is not None:
            worst_us = max(worst_us, one.t_us - desk.stream.last_us)
    assert worst_us <= 800_000


def test_a_stream_that_changes_size_goes_on_in_a_new_file(tmp_path: Path) -> None:
    small, large = film(tmp_path, seconds=6), film(tmp_path, seconds=6, size=(640, 384))
    desk = Desk(tmp_path / "archive")
    desk.play(small)
    desk.play(later(large, 6_000_000))
    desk.stop()
    assert [(row.width, row.frames) for row in desk.files()] == [(320, 60), (640, 60)]
    assert desk.told.causes() == []
    assert len(shown(desk.root / desk.files()[1].path)) == 60


@pytest.mark.parametrize(
    ("state", "cause"), [("silent", "silent"), ("failed", "unreachable"), ("live", "silent")]
)
def test_a_camera_that_falls_silent_leaves_a_gap_that_grows(
    tmp_path: Path, packets: list[Packet], state: str, cause: str
) -> None:
    desk = Desk(tmp_path)
    desk.play(packets[:40])
    desk.state, desk.reason = state, "words"  # type: ignore[assignment]  # one of three
    desk.wait(8.0)
    assert desk.told.causes() == [(cause, 4.0, None)]
    desk.state, desk.reason = "live", ""
    # What comes first cannot be decoded: the gap lasts until the next key picture.
    desk.play(packets[130:180])
    assert desk.told.causes() == [(cause, 4.0, 14.0)]
    desk.stop()
    assert [row.frames for row in desk.files()] == [40, 40]


@pytest.mark.parametrize("hour_us", [3_600_000_000, -3_600_000_000])
def test_a_clock_that_jumps_makes_a_new_file(
    tmp_path: Path, packets: list[Packet], hour_us: int
) -> None:
    desk = Desk(tmp_path)
    desk.play(packets[:40])
    desk.clock.set_us(desk.clock.now_us() + hour_us)
    desk.play(later(packets[40:80], hour_us))
    desk.stop()
    rows = desk.files()
    assert sorted(row.frames for row in rows) == [40, 40]
    assert {row.start_us for row in rows} == {START_US, START_US + 4_000_000 + hour_us}
    forward = [("clock", 4.0, 3604.0)]
    assert desk.told.causes() == (forward if hour_us > 0 else [])


class FullDisk(LocalDisk):
    """Refuses to write while `error` is set; injected, as a quota or a small disk needs rights."""

    error = 0

    def write(self, descriptor: int, octets: bytes) -> int:
        if self.error == errno.ENOSPC:
            return super().write(descriptor, octets[: len(octets) // 2])
        if self.error:
            raise OSError(self.error, "the disk is broken")
        return super().write(descriptor, octets)


@pytest.mark.parametrize(
    ("error", "cause"), [(errno.ENOSPC, "disk_full"), (errno.EIO, "disk_failed")]
)
def test_a_disk_that_takes_nothing_costs_a_gap_and_it_goes_on_by_itself(
    tmp_path: Path, packets: list[Packet], error: int, cause: str
) -> None:
    disk = FullDisk(tmp_path)
    desk = Desk(tmp_path, disk=disk)
    desk.play(packets[:100])
    disk.error = error
    desk.play(packets[100:200])
    assert [(one, end) for one, _, end in desk.told.causes()] == [(cause, None)]
    disk.error = 0
    desk.play(packets[200:300])
    desk.stop()
    first, second = desk.files()
    assert desk.told.causes() == [
        (cause, (first.end_us - START_US) / 1e6, (second.start_us - START_US) / 1e6)
    ]
    for row in (first, second):
        assert len(shown(tmp_path / row.path)) == row.frames
        octets = (tmp_path / row.path).read_bytes()
        assert (len(octets), hashlib.sha256(octets).hexdigest()) == (row.size, row.sha256)
    assert second.start_us <= packets[220].t_us


def test_a_folder_that_vanishes_and_comes_back(tmp_path: Path, packets: list[Packet]) -> None:
    root, away = tmp_path / "disk", tmp_path / "away"
    root.mkdir()
    desk = Desk(root)
    desk.play(packets[:100])
    root.rename(away)
    root.write_text("not a folder")
    desk.play(packets[100:1000])
    root.unlink()
    away.rename(root)
    desk.play(packets[1000:1300])
    desk.stop()
    assert [one for one, _, _ in desk.told.causes()] == ["disk_failed"]
    assert all(len(shown(root / row.path)) == row.frames for row in desk.files())


def test_what_belongs_on_a_disk_that_is_not_mounted_is_not_put_elsewhere(
    tmp_path: Path, packets: list[Packet]
) -> None:
    (tmp_path / "archive.txt").write_text("This disk holds footage of Vedette.")
    desk = Desk(tmp_path)
    desk.play(packets[:100])
    (tmp_path / "archive.txt").unlink()
    desk.play(packets[100:1000])
    assert desk.told.causes()[-1][0] == "disk_failed"
    (tmp_path / "archive.txt").write_text("This disk holds footage of Vedette.")
    desk.play(packets[1000:1300])
    assert desk.stream.reason is None


def test_a_stalled_disk_costs_packets_never_memory(tmp_path: Path, packets: list[Packet]) -> None:
    desk = Desk(tmp_path)
    desk.play(packets[:40])
    desk.stream.tap._most_octets = sum(len(one.data) for one in packets[40:60])
    desk.play(packets[40:200], turn_every=1000)
    assert desk.stream.tap.dropped > 100
    desk.play(packets[200:300])
    desk.stop()
    ((cause, _, _),) = desk.told.causes()
    assert cause == "overload"
    assert sum(row.frames for row in desk.files()) == 300 - desk.stream.tap.dropped


def test_only_motion_is_recorded_with_what_was_before_and_after(
    tmp_path: Path, packets: list[Packet]
) -> None:
    desk = Desk(tmp_path, recording=MOTION)
    for one in packets[:600]:
        desk.stream.wanted.watched(one.t_us)
        if one.t_us == START_US + 30_000_000:
            desk.stream.wanted.moved(one.t_us)
        desk.play([one])
    desk.stop()
    (row,) = desk.files()
    assert row.keep == "motion"
    assert START_US + 22_000_000 <= row.start_us <= START_US + 26_000_000
    assert 32.9 <= (row.end_us - START_US) / 1e6 <= 33.3
    assert [one[0] for one in desk.told.causes()] == ["not_wanted", "not_wanted"]


def test_everything_is_recorded_when_nobody_tells_what_moves(
    tmp_path: Path, packets: list[Packet]
) -> None:
    desk = Desk(tmp_path, recording=MOTION)
    for one in packets[:600]:
        if one.t_us < START_US + 20_000_000:
            desk.stream.wanted.watched(one.t_us)
        desk.play([one])
    desk.stop()
    (row, *_) = desk.files()
    assert row.start_us < START_US + 30_000_000
    assert desk.files()[-1].end_us >= START_US + 59_900_000


def test_alarm_and_schedule(tmp_path: Path, packets: list[Packet]) -> None:
    off = Window(start="00:00", end="24:00")
    modes = (RecordTime(mode="alarm", schedule=Schedule(windows=(off,))),)
    desk = Desk(tmp_path, recording=replace(MOTION, modes=modes))
    for one in packets[:300]:
        if one.t_us == START_US + 10_000_000:
            desk.stream.wanted.alarmed(one.t_us)
        desk.play([one])
    desk.stop()
    (row,) = desk.files()
    assert row.keep == "alarm"
    assert row.end_us < START_US + 13_500_000


def test_a_disabled_camera_says_so(tmp_path: Path, packets: list[Packet]) -> None:
    desk = Desk(tmp_path)
    desk.play(packets[:40])
    desk.stream.wanted.configure(Recording(), "UTC", disabled=True)
    desk.wait(5.0)
    assert [(one, end) for one, _, end in desk.told.causes()][-1] == ("disabled", None)


def test_a_restart_is_a_gap_from_the_last_picture_to_the_next(
    tmp_path: Path, packets: list[Packet]
) -> None:
    before = Desk(tmp_path)
    before.play(packets[:55])
    (row,) = before.told.segments.values()
    with (tmp_path / row.path).open("ab") as file:
        file.write(b"half a part that was being written")
    # No stop: as after kill -9.
    after = Desk(tmp_path, at_us=START_US + 9_000_000)
    after.play(packets[100:200])
    after.stop()
    first, second = after.files()
    assert first.start_us == row.start_us
    assert len(shown(tmp_path / first.path)) == first.frames
    octets = (tmp_path / first.path).read_bytes()
    assert (len(octets), hashlib.sha256(octets).hexdigest()) == (first.size, first.sha256)
    assert START_US + 5_500_000 - first.end_us <= 1_000_000
    assert after.told.causes() == [("restart", (first.end_us - START_US) / 1e6, 10.0)]
    assert second.chain == link(first.chain, second.start_us, second.size, second.sha256)
