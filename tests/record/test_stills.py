"""Kept pictures on the disk: whole or not there, listed by time, gone when they should be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from tests.record.files import DAY_US, MINUTE_US, START_US
from tests.record.test_sweeper import SIZE, Yard, _archive
from vedette.core.errors import NotFound, StoreError, Unavailable
from vedette.core.site import Camera, Keeping, Site
from vedette.record.growing import MARK
from vedette.record.layout import STILLS, still_path, streams_in
from vedette.record.retention import GIB
from vedette.record.stills import StillArchive
from vedette.store import open_store

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
EVER = (0, 2**53)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The first disk, marked as such."""
    folder = tmp_path / "fast"
    folder.mkdir()
    (folder / MARK).write_text("")
    return folder


@pytest.fixture
def archive(root: Path) -> StillArchive:
    """No pictures yet."""
    return StillArchive(root)


@pytest.fixture
def yard(root: Path, tmp_path: Path) -> Iterator[Yard]:
    """An archive of recordings around the pictures."""
    store = open_store(str(tmp_path / "vedette.db"), KEY)
    yield Yard(tmp_path, store)
    store.close()


def fill(archive: StillArchive, *minutes: float, camera: str = "gate") -> list[int]:
    """Pictures of these minutes; when they were taken."""
    times = [START_US + round(minute * MINUTE_US) for minute in minutes]
    for t_us in times:
        archive.put(camera, t_us, b"x" * SIZE)
    return times


def times(archive: StillArchive, camera: str = "gate") -> list[int]:
    """When those that are there were taken."""
    return [one.t_us for one in archive.find(camera, EVER, 10_000)]


def test_what_was_put_is_read_and_listed_by_time(archive: StillArchive) -> None:
    moments = fill(archive, 3000, 0, 29, 31, 1500)
    fill(archive, 7, camera="yard")
    assert times(archive) == sorted(moments)
    assert archive.newest_us("gate") == max(moments)
    assert archive.read("gate", moments[0]) == b"x" * SIZE
    found = archive.find("gate", (START_US + MINUTE_US, START_US + 3000 * MINUTE_US), 2)
    assert [(one.t_us, one.size) for one in found] == [(moments[2], SIZE), (moments[3], SIZE)]
    # Borders belong to what begins there.
    assert len(archive.find("gate", (moments[1], moments[2]), 10)) == 1


def test_what_is_not_there_is_not_found(archive: StillArchive) -> None:
    assert times(archive, "never") == []
    assert archive.newest_us("never") is None
    for camera in ("gate", "..", "a/b", "_stills"):
        with pytest.raises(NotFound):
            archive.read(camera, START_US)


def test_halves_links_and_strangers_are_no_pictures(root: Path, archive: StillArchive) -> None:
    [t_us] = fill(archive, 0)
    place = root / still_path("gate", t_us)
    (place.parent / f"{t_us + 1}.jpg.part").write_bytes(b"half")
    (place.parent / "notes.txt").write_text("")
    secret = root.parent / "secret"
    secret.write_text("secret")
    (place.parent / f"{t_us + 2}.jpg").symlink_to(secret)
    with pytest.raises(Unavailable):
        archive.read("gate", t_us + 2)
    assert t_us + 1 not in times(archive)


def test_nothing_is_written_without_the_disk(root: Path, archive: StillArchive) -> None:
    (root / MARK).unlink()
    with pytest.raises(Unavailable, match="disk"):
        fill(archive, 0)
    assert list(root.iterdir()) == []


def test_a_disk_that_takes_nothing_says_so_and_keeps_no_half(
    root: Path, archive: StillArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        fill(archive, 0)
    assert [one for one in root.rglob("*") if one.is_file() and one.name != MARK] == []


def test_they_are_no_stream_of_recordings(root: Path, archive: StillArchive) -> None:
    fill(archive, 0)
    (root / "gate" / "main").mkdir(parents=True)
    assert list(streams_in(root)) == [("gate", "main")]


def test_age_removes_them_as_footage_in_which_nothing_happened(
    yard: Yard, archive: StillArchive
) -> None:
    yard.site = Site(keep=Keeping(continuous_days=5, motion_days=90))
    moments = fill(archive, 0, 1, 2 * 24 * 60)
    fill(archive, 0, camera="removed")
    yard.clock.set_us(START_US + 5 * DAY_US + MINUTE_US // 2)
    yard.sweep()
    assert times(archive) == moments[1:]
    assert times(archive, "removed") == []
    yard.site = Site(keep=Keeping(continuous_days=0))
    yard.clock.set_us(START_US + 4000 * DAY_US)
    yard.sweep()
    assert times(archive) == moments[1:]


def test_a_camera_of_its_own_mind(yard: Yard, archive: StillArchive) -> None:
    shown = {"id": "gate", "name": "Gate", "streams": [{"id": "main", "source": {"kind": "file"}}]}
    camera = TypeAdapter(Camera).validate_python({**shown, "keep": Keeping(continuous_days=1)})
    yard.site = Site(keep=Keeping(continuous_days=5), cameras=(camera,))
    fill(archive, 0)
    fill(archive, 0, camera="yard")
    yard.clock.set_us(START_US + 2 * DAY_US)
    yard.sweep()
    assert (len(times(archive)), len(times(archive, "yard"))) == (0, 1)


def test_many_go_a_part_at_a_time_and_leave_no_folder(
    yard: Yard, root: Path, archive: StillArchive
) -> None:
    moments = fill(archive, *(minute / 4 for minute in range(450)))
    (root / still_path("gate", moments[0])).with_name("1.jpg.part").write_bytes(b"half")
    yard.clock.set_us(START_US + 6 * DAY_US)
    assert yard.sweeper().step()
    assert len(times(archive)) == 250
    yard.sweep()
    assert list((root / STILLS / "gate").iterdir()) == []


def test_short_of_space_they_go_before_footage_as_old(yard: Yard, archive: StillArchive) -> None:
    fill(archive, 0, 1)
    young = fill(archive, 30)
    yard.record(0, 1, 2, 3, 4, 5)
    yard.archive = _archive(min_free_gib=3 * SIZE / GIB)
    yard.totals["fast"] = 8 * SIZE
    busy = yard.sweeper().step()
    # The measured disk counts recordings alone: this round of removing gave pictures only.
    assert busy
    assert times(archive) == young
    assert yard.files() == [0, 1, 2, 3, 4, 5]
    yard.sweep()
    assert yard.files() == [2, 3, 4, 5]
    assert times(archive) == young


def test_without_recordings_pictures_give_way(yard: Yard, archive: StillArchive) -> None:
    moments = fill(archive, 0, 1, 2)
    yard.archive = _archive(min_free_gib=3 * SIZE / GIB)
    yard.totals["fast"] = round(1.5 * SIZE)
    assert yard.sweeper().step()
    assert times(archive) == moments[2:]
