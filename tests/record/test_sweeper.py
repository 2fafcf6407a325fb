"""The sweeper over real files, a real database and a real S3 server; disks that are told how full
they are; killed between any two steps."""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.record.files import DAY_US, MINUTE_US, START_US, segment
from tests.services.s3 import S3Server
from vedette.core.clock import SimulatedClock
from vedette.core.errors import Gone, Unavailable
from vedette.core.facts import SystemWarning
from vedette.core.footage import Segment, Tier
from vedette.core.settings import ArchiveSettings, RemoteArchiveSettings
from vedette.core.site import Keeping, Site
from vedette.record import changes as changes_module
from vedette.record.journal import Anchor, Deleted, Moved, append_journal, link, read_journal
from vedette.record.layout import day_folder
from vedette.record.places import Places, Room
from vedette.record.remote import Remote
from vedette.record.retention import GIB
from vedette.record.sealed import ArchiveKeys
from vedette.record.sweeper import Sweeper, Terms
from vedette.store import Store, open_store

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
SIZE = 10_000


class Killed(BaseException):
    """The process ended here."""


@dataclass
class Yard:
    """An archive with everything around it."""

    folder: Path
    store: Store
    archive: ArchiveSettings = field(default_factory=lambda: _archive(min_free_gib=0))
    remote: Remote | None = None
    site: Site = field(default_factory=lambda: Site(keep=Keeping(continuous_days=5)))
    totals: dict[str, int] = field(default_factory=dict)
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(START_US + DAY_US))
    told: list[SystemWarning] = field(default_factory=list)

    def places(self) -> Places:
        folders: dict[Tier, Path] = {"fast": self.folder / "fast"}
        if self.archive.slow_folder:
            folders["slow"] = self.archive.slow_folder
        return Places(folders, self.remote, self.measure)

    def measure(self, folder: Path) -> Room:
        """A disk with so many bytes, filled by the files that are there."""
        total = self.totals.get(folder.name, 1000 * GIB)
        used = sum(one.stat().st_size for one in folder.rglob("*.mp4"))
        return Room(total=total, free=total - used, device=sum(folder.name.encode()))

    def sweeper(self, places: Places | None = None) -> Sweeper:
        """A new one, as after a start."""
        terms = Terms(archive=self.archive, site=lambda: self.site)
        places = places or self.places()
        return Sweeper(self.store.footage, places, terms, self.clock, self.told.append)

    def sweep(self, rounds: int = 30) -> Sweeper:
        """Start and work until there is nothing to do."""
        sweeper = self.sweeper()
        for _ in range(rounds):
            if not sweeper.step():
                return sweeper
        raise AssertionError("it never ends")

    def record(self, *numbers: int, **changed: object) -> list[Segment]:
        """Files of these minutes: bytes, journal, row."""
        rows, before = [], "0" * 64
        for number in numbers:
            content = random.Random(number).randbytes(SIZE)
            digest = hashlib.sha256(content).hexdigest()
            row = segment(number, size=SIZE, sha256=digest, **changed)
            before = link(before, row.start_us, SIZE, digest)
            row = replace(row, chain=before)
            place = self.folder / "fast" / row.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            journal = day_folder(row.camera, row.stream, row.start_us).journal
            append_journal(self.folder / "fast" / journal, [row])
            rows.append(row)
        self.store.footage.put(rows)
        return rows

    def files(self, name: str = "fast") -> list[int]:
        """Starts of the files on a disk, as numbers of minutes."""
        found = (self.folder / name).rglob("*.mp4")
        return sorted((int(one.stem) - START_US) // MINUTE_US for one in found)

    def rows(self) -> list[int]:
        """Starts of rows, as numbers of minutes."""
        found = self.store.footage.find("gate", None, (0, 2**60))
        return [(one.start_us - START_US) // MINUTE_US for one in found]

    def entries(self, kind: type) -> list[int]:
        """Minutes of the journal's lines of a kind."""
        journal = day_folder("gate", "main", START_US).journal
        lines = read_journal(self.folder / "fast" / journal).entries
        starts = [
            one.start_us for one in lines if not isinstance(one, Anchor) and type(one) is kind
        ]
        return sorted((start_us - START_US) // MINUTE_US for start_us in starts)

    def check_readable(self) -> None:
        """Every row's file can be read and is what was recorded."""
        places = self.places()
        for row in self.store.footage.find("gate", None, (0, 2**60)):
            with closing(places.open(row)) as reader:
                content = reader.read(0, reader.size)
            assert hashlib.sha256(content).hexdigest() == row.sha256


def _archive(**changed: object) -> ArchiveSettings:
    defaults: dict[str, object] = {"min_free_gib": 0, "warn_free_gib": 0, "move_mib_s": 10_000}
    return ArchiveSettings(**{**defaults, **changed})  # type: ignore[arg-type]  # fields by name


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database."""
    path = tmp_path_factory.mktemp("template") / "vedette.db"
    open_store(str(path), KEY).close()
    return path


@pytest.fixture
def yard(tmp_path: Path, template: Path) -> Iterator[Yard]:
    """An empty archive."""
    database = tmp_path / "vedette.db"
    database.write_bytes(template.read_bytes())
    store = open_store(str(database), KEY)
    (tmp_path / "fast").mkdir()
    yield Yard(tmp_path, store)
    store.close()


def test_age_removes_by_class(yard: Yard) -> None:
    yard.site = Site(keep=Keeping(continuous_days=5, motion_days=10, alarm_days=20))
    yard.record(0)
    yard.record(1, keep="motion")
    yard.record(2, keep="alarm")
    yard.record(3, keep="pinned")
    yard.record(4, 5)
    left = {4: [0, 1, 2, 3, 4, 5], 6: [1, 2, 3, 5], 11: [2, 3, 5], 21: [3, 5], 4000: [3, 5]}
    for days, minutes in left.items():
        yard.clock.set_us(START_US + days * DAY_US)
        yard.sweep()
        assert (yard.files(), yard.rows()) == (minutes, minutes), days
    assert yard.entries(Deleted) == [0, 1, 2, 4]


def test_a_camera_of_its_own_mind(yard: Yard) -> None:
    yard.site = Site(keep=Keeping(most_gib=3.5 * SIZE / GIB, continuous_days=0))
    yard.record(1, 2, 3, 4, 5)
    yard.record(0, keep="alarm")
    yard.sweep()
    assert yard.files() == yard.rows() == [0, 4, 5]


def test_what_is_missing_within_has_a_cause(yard: Yard) -> None:
    yard.record(0, keep="alarm")
    yard.record(*range(1, 40))
    yard.record(40, 41, keep="alarm")
    yard.record(42)
    yard.clock.set_us(START_US + 6 * DAY_US)
    yard.sweep()
    assert yard.rows() == [0, 40, 41, 42]
    (gap,) = yard.store.footage.gaps("gate", None, (0, 2**60))
    assert gap.cause == "deleted"
    assert gap.start_us == START_US + MINUTE_US
    assert gap.end_us == START_US + 40 * MINUTE_US


def test_what_is_missing_at_the_beginning_is_no_gap(yard: Yard) -> None:
    yard.record(0, 1, 2)
    yard.clock.set_us(START_US + 6 * DAY_US)
    yard.sweep()
    assert yard.rows() == [2]
    assert yard.store.footage.gaps("gate", None, (0, 2**60)) == ()


def test_a_full_disk_is_told_of_first_and_then_freed(yard: Yard) -> None:
    yard.archive = _archive(min_free_gib=3 * SIZE / GIB, warn_free_gib=5 * SIZE / GIB)
    yard.totals["fast"] = 12 * SIZE
    yard.record(0, 1, 2, 3, 4, keep="motion")
    yard.record(5, 6)
    yard.sweep()
    assert yard.told == []
    yard.record(7)
    yard.sweep()
    assert [(one.code, one.active) for one in yard.told] == [("disk_nearly_full", True)]
    assert yard.files() == list(range(8))
    yard.record(8, 9, keep="alarm")
    yard.sweep()
    assert yard.files() == yard.rows() == [0, 1, 2, 3, 4, 7, 8, 9]
    yard.record(10, 11, keep="alarm")
    yard.sweep()
    # The least valuable first, the oldest of them first.
    assert yard.files() == yard.rows() == [1, 2, 3, 4, 8, 9, 10, 11]
    assert "disk_full" in [one.code for one in yard.told]


def test_what_may_not_go_stays_however_full_the_disk_is(yard: Yard) -> None:
    yard.archive = _archive(min_free_gib=2000)
    yard.record(0, 1, keep="pinned")
    yard.record(2, 3)
    yard.record(0, stream="sub")
    yard.sweep()
    assert yard.files() == [0, 0, 1, 3]


def test_a_warning_ends(yard: Yard) -> None:
    yard.archive = _archive(warn_free_gib=5 * SIZE / GIB)
    yard.totals["fast"] = 2 * SIZE
    sweeper = yard.sweeper()
    sweeper.step()
    yard.clock.sleep(100)
    sweeper.step()
    yard.totals["fast"] = 20 * SIZE
    sweeper.step()
    sweeper.step()
    assert [one.active for one in yard.told] == [True, True, False]
    assert len({one.since_us for one in yard.told}) == 1


def test_an_empty_mount_point_is_not_swept(yard: Yard) -> None:
    yard.archive = _archive(min_free_gib=2000)
    yard.record(0, 1, 2, 3)
    (yard.folder / "fast").rename(yard.folder / "unplugged")
    (yard.folder / "fast").mkdir()
    yard.sweep()
    assert yard.rows() == [0, 1, 2, 3]
    assert [one.code for one in yard.told] == ["disk_away"]
    (yard.folder / "fast").rmdir()
    (yard.folder / "unplugged").rename(yard.folder / "fast")
    yard.sweep()
    assert yard.files() == [3]


@pytest.fixture
def tiered(yard: Yard, s3: RemoteArchiveSettings) -> Yard:
    """An archive with all tiers."""
    yard.archive = _archive(
        slow_folder=yard.folder / "slow", slow_after_h=24, remote=s3, remote_after_h=48
    )
    yard.remote = Remote(s3, ArchiveKeys(KEY))
    return yard


def test_files_go_from_tier_to_tier_and_can_always_be_read(tiered: Yard) -> None:
    tiered.record(0, 1, keep="pinned")
    tiered.record(2, 3)
    tiered.sweep()
    assert tiered.files() == [0, 1, 2, 3]
    tiered.clock.sleep(150)  # a day after the first two have ended
    tiered.sweep()
    assert (tiered.files(), tiered.files("slow")) == ([2, 3], [0, 1])
    tiered.check_readable()
    tiered.clock.sleep(86_400)
    tiered.sweep()
    assert (tiered.files(), tiered.files("slow")) == ([], [2, 3])
    tiered.check_readable()
    tiered.clock.sleep(86_400)
    tiered.sweep()
    tiered.check_readable()
    assert (tiered.rows(), tiered.files("slow")) == ([0, 1, 2, 3], [])
    assert tiered.entries(Moved) == [0, 0, 1, 1, 2, 2, 3, 3]
    # The remote store says by itself what lies in it.
    journal = day_folder("gate", "main", START_US).journal
    assert tiered.places().get("remote", journal) == tiered.places().get("fast", journal)
    # And retention reaches there too.
    tiered.clock.sleep(6 * 86_400)
    tiered.sweep()
    assert tiered.rows() == [0, 1, 3]
    assert tiered.remote is not None
    assert len([name for name, _ in tiered.remote.names() if name.endswith(".mp4")]) == 3


def test_a_full_fast_disk_gives_to_the_slow_one_before_anything_is_lost(tiered: Yard) -> None:
    tiered.record(*range(6))
    tiered.archive = replace(tiered.archive, min_free_gib=4 * SIZE / GIB)
    tiered.totals["fast"] = 8 * SIZE
    tiered.sweep()
    assert tiered.rows() == list(range(6))
    assert tiered.files("slow")
    tiered.check_readable()


def test_a_full_slow_disk_takes_no_more(tiered: Yard) -> None:
    tiered.archive = replace(tiered.archive, min_free_gib=3 * SIZE / GIB, remote_after_h=9999)
    tiered.totals["slow"] = 5 * SIZE
    tiered.record(*range(6))
    tiered.clock.sleep(86_400)
    tiered.sweep()
    assert tiered.files("slow") == []
    assert tiered.files() == list(range(6))


def test_a_remote_store_that_is_away_costs_nothing(yard: Yard) -> None:
    server = S3Server()
    settings = server.bucket("away")
    yard.archive = _archive(remote=settings, remote_after_h=1)
    yard.remote = Remote(settings, ArchiveKeys(KEY))
    yard.record(0, 1, 2)
    sweeper = yard.sweep()
    assert yard.files() == [0, 1, 2]
    assert [one.code for one in yard.told] == ["remote_away"]
    try:
        server.start()
        server.bucket("away")
        assert not sweeper.step()  # not tried again at once
        yard.clock.sleep(61)
        sweeper.step()
        assert yard.files() == []
        yard.check_readable()
        assert [one.active for one in yard.told] == [True, False]
    finally:
        server.stop()


def test_a_remote_store_that_is_away_stops_nothing_else(
    yard: Yard, s3: RemoteArchiveSettings
) -> None:
    yard.archive = _archive(remote=s3, remote_after_h=1)
    yard.remote = Remote(s3, ArchiveKeys(KEY))
    yard.record(0, 1)
    yard.sweep()
    assert yard.files() == []
    yard.remote = Remote(replace(s3, endpoint="http://127.0.0.1:1"), ArchiveKeys(KEY))
    yard.archive = replace(yard.archive, min_free_gib=3 * SIZE / GIB)
    yard.totals["fast"] = 6 * SIZE
    yard.clock.set_us(START_US + 6 * DAY_US)
    yard.record(8 * 1440, 8 * 1440 + 1, 8 * 1440 + 2, 8 * 1440 + 3)
    yard.clock.set_us(START_US + 8 * DAY_US + 10 * MINUTE_US)
    yard.sweep()
    # What lies there is too old, but cannot be deleted now; the full disk could not wait.
    assert yard.rows()[:2] == [0, 1]
    assert len(yard.files()) == 2
    assert "remote_away" in [one.code for one in yard.told]
    yard.remote = Remote(s3, ArchiveKeys(KEY))
    yard.sweep()
    assert yard.rows()[0] > 1


def test_a_file_that_was_changed_is_neither_moved_nor_lost(tiered: Yard) -> None:
    rows = tiered.record(0, 1)
    place = tiered.folder / "fast" / rows[0].path
    place.write_bytes(place.read_bytes()[:-1] + b"x")
    tiered.clock.sleep(1000)
    tiered.sweep()
    assert (tiered.files(), tiered.files("slow")) == ([0], [1])


class Sabotage:
    """Ends the process at the n-th step that leaves a trace."""

    def __init__(self, patch: pytest.MonkeyPatch, yard: Yard, places: Places, at: int) -> None:
        self.left = at
        for owner, name in (
            (places, "remove"),
            (places, "copy"),
            (places, "put"),
            (yard.store.footage, "forget"),
            (yard.store.footage, "put_gaps"),
            (yard.store.footage, "move"),
            (changes_module, "append_journal"),
        ):
            patch.setattr(owner, name, self._cut(getattr(owner, name)))

    def _cut(self, real: Callable[..., object]) -> Callable[..., object]:
        def step(*given: object, **named: object) -> object:
            self.left -= 1
            if self.left == 0:
                raise Killed
            return real(*given, **named)

        return step


@pytest.mark.parametrize("at", range(1, 14))
def test_killed_between_any_two_steps_of_deleting(yard: Yard, at: int) -> None:
    yard.record(0, keep="alarm")
    yard.record(1, 2, 3)
    yard.record(4, keep="alarm")
    yard.record(5)
    yard.clock.set_us(START_US + 6 * DAY_US)
    places = yard.places()
    with pytest.MonkeyPatch.context() as patch:
        Sabotage(patch, yard, places, at)
        with suppress(Killed):
            yard.sweeper(places).step()
    # Whoever starts next does not need the policy to find out what is left to do.
    yard.site = Site(keep=Keeping(continuous_days=100))
    yard.sweep()
    assert yard.files() == yard.rows()
    assert yard.rows() in ([0, 1, 2, 3, 4, 5], [0, 4, 5])
    assert set(yard.entries(Deleted)) == set(range(6)) - set(yard.rows())
    gaps = yard.store.footage.gaps("gate", None, (0, 2**60))
    assert len(gaps) == (0 if 1 in yard.rows() else 1)
    yard.check_readable()


@pytest.mark.parametrize("to", ["slow", "remote"])
@pytest.mark.parametrize("at", range(1, 12))
def test_killed_between_any_two_steps_of_moving(tiered: Yard, at: int, to: str) -> None:
    tiered.record(0, 1, 2)
    if to == "remote":
        tiered.archive = replace(tiered.archive, slow_folder=None, remote_after_h=24)
    tiered.clock.sleep(86_400 + 1000)
    places = tiered.places()
    with pytest.MonkeyPatch.context() as patch:
        Sabotage(patch, tiered, places, at)
        with suppress(Killed):
            tiered.sweeper(places).step()
    tiered.check_readable()  # also before anybody has tidied up
    tiered.sweep()
    assert tiered.rows() == [0, 1, 2]
    assert tiered.files() == []
    assert not list(tiered.folder.rglob("*.part"))
    assert not (tiered.folder / "fast" / "changes.json").exists()
    tiered.check_readable()


def test_without_the_database_a_disk_does_not_fill_up(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.archive = _archive(min_free_gib=3 * SIZE / GIB)
    yard.totals["fast"] = 12 * SIZE
    yard.record(*range(8))
    sweeper = yard.sweeper()
    sweeper.step()
    yard.totals["fast"] = 9 * SIZE

    def away() -> None:
        raise Unavailable("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(yard.store.footage, "holdings", away)
        patch.setattr(yard.store.footage, "forget", away)
        with pytest.raises(Unavailable):
            sweeper.run()
    assert yard.files() == [3, 4, 5, 6, 7]
    assert yard.rows() == list(range(8))
    with pytest.raises(Gone):
        yard.check_readable()
    sweeper.step()
    assert yard.rows() == yard.files() == [3, 4, 5, 6, 7]


def test_it_works_in_a_thread_and_ends_when_told(yard: Yard) -> None:
    yard.record(0, 1, 2)
    yard.clock.set_us(START_US + 6 * DAY_US)
    sweeper = yard.sweeper()
    thread = threading.Thread(target=sweeper.run)
    thread.start()
    for _ in range(500):
        if yard.files() == [2]:
            break
        thread.join(0.01)
    sweeper.close()
    thread.join(5)
    assert not thread.is_alive()
    assert yard.files() == [2]
