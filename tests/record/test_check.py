"""Files, journals and index against each other; the chain; an index made anew from the disk."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.record.ledgers import KEY, age, everything, filled
from tests.record.shelf import Film
from vedette.core.clock import SimulatedClock
from vedette.core.footage import Segment
from vedette.core.settings import RemoteArchiveSettings
from vedette.record.census import days_known
from vedette.record.changes import Changes
from vedette.record.check import Check, Finding, Mode
from vedette.record.journal import Deleted, append_journal, link, read_journal
from vedette.record.layout import day_folder
from vedette.record.places import Places
from vedette.record.remote import Remote
from vedette.record.sealed import ArchiveKeys
from vedette.record.verify import Breach, Verification
from vedette.store import Store, open_store

LOOK, DEEP, MEND = Mode(), Mode(deep=True), Mode(deep=True, repair=True)


def quiet(_: int) -> None:
    """Nobody watches the progress."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "vedette.db"), KEY)
    yield opened
    opened.close()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Two disks."""
    return Places({"fast": tmp_path / "fast", "slow": tmp_path / "slow"})


@pytest.fixture
def rows(places: Places, store: Store) -> list[Segment]:
    """Four files."""
    return filled(places.root, store)


def look(places: Places, store: Store, mode: Mode) -> list[Finding]:
    """Everything that does not fit."""
    check = Check(places, store.footage, SimulatedClock(), mode)
    return [found for day in check.days() for found in check.look(day, quiet)]


def verify(places: Places, store: Store) -> list[Breach]:
    """Everything that is not as it was recorded."""
    verification = Verification(places, store.footage)
    days = days_known(places, store.footage, None)
    return [found for day in days for found in verification.look(day, quiet)]


def journal_of(places: Places, row: Segment) -> Path:
    return places.root / day_folder(row.camera, row.stream, row.start_us).journal


Harm = Callable[[Places, Store, Segment], None]


def delete_file(places: Places, _: Store, row: Segment) -> None:
    (places.root / row.path).unlink()


def forget_row(_: Places, store: Store, row: Segment) -> None:
    store.footage.forget([row.id])


def forget_line(places: Places, _: Store, row: Segment) -> None:
    path = journal_of(places, row)
    lines = path.read_bytes().splitlines(keepends=True)
    its = f'"start_us":{row.start_us},'.encode()
    path.write_bytes(b"".join(one for one in lines if its not in one))


def flip_a_bit(places: Places, _: Store, row: Segment) -> None:
    path = places.root / row.path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_short(places: Places, _: Store, row: Segment) -> None:
    path = places.root / row.path
    path.write_bytes(path.read_bytes()[:-100])


def move_by_hand(places: Places, _: Store, row: Segment) -> None:
    (places.folders["slow"] / row.path).parent.mkdir(parents=True)
    (places.root / row.path).rename(places.folders["slow"] / row.path)


def copy_by_hand(places: Places, _: Store, row: Segment) -> None:
    (places.folders["slow"] / row.path).parent.mkdir(parents=True)
    shutil.copy(places.root / row.path, places.folders["slow"] / row.path)


def leave_a_half(places: Places, _: Store, row: Segment) -> None:
    (places.root / (row.path + ".part")).write_bytes(b"half")


def tear_a_line(places: Places, _: Store, row: Segment) -> None:
    with journal_of(places, row).open("ab") as journal:
        journal.write(b'{"kind":"segm')


@pytest.mark.parametrize(
    ("harm", "kind", "mended"),
    [
        (delete_file, "missing", True),
        (forget_row, "unlisted", True),
        (forget_line, "unjournalled", True),
        (flip_a_bit, "changed", False),
        (cut_short, "changed", False),
        (move_by_hand, "elsewhere", True),
        (copy_by_hand, "twice", True),
        (leave_a_half, "leftover", True),
        (tear_a_line, "torn", False),
    ],
)
def test_every_harm_is_found_and_mended_if_it_can_be(
    places: Places, store: Store, rows: list[Segment], harm: Harm, kind: str, mended: bool
) -> None:
    assert look(places, store, DEEP) == []
    harm(places, store, rows[1])
    age(places.root)
    (found,) = look(places, store, DEEP)
    assert (found.kind, found.repaired) == (kind, False)
    wanted = journal_of(places, rows[1]).relative_to(places.root).as_posix()
    assert found.path.removesuffix(".part") in (rows[1].path, wanted)
    (found,) = look(places, store, MEND)
    assert (found.kind, found.repaired) == (kind, mended)
    assert [one.kind for one in look(places, store, DEEP)] == ([] if mended else [kind])


def test_a_shallow_look_reads_no_file(places: Places, store: Store, rows: list[Segment]) -> None:
    flip_a_bit(places, store, rows[1])
    assert look(places, store, LOOK) == []


def test_what_is_gone_becomes_a_gap(places: Places, store: Store, rows: list[Segment]) -> None:
    delete_file(places, store, rows[1])
    look(places, store, MEND)
    assert rows[1].id not in [one.id for one in store.footage.find("gate", None, (0, 2**60))]
    gaps = store.footage.gaps("gate", None, (rows[1].start_us, rows[1].end_us))
    assert [(one.start_us, one.end_us, one.cause) for one in gaps] == [
        (rows[1].start_us, rows[1].end_us, "missing")
    ]
    # It turns up again: a disk that was away, a file put back from a copy.
    shutil.copy(places.root / rows[0].path, places.root / rows[1].path)
    age(places.root)
    assert next(one.kind for one in look(places, store, MEND)) == "unlisted"
    assert store.footage.get(rows[1].id) == rows[1]


def test_what_is_being_recorded_is_left_alone(
    places: Places, store: Store, rows: list[Segment]
) -> None:
    fresh = places.root / rows[0].path.replace(str(rows[0].start_us), str(rows[3].end_us + 9))
    shutil.copy(places.root / rows[0].path, fresh)
    fresh.touch()
    assert look(places, store, MEND) == []


@pytest.mark.parametrize(
    "film", [Film(seconds=8, file_s=2, sound=True), Film(seconds=4, file_s=2, codec="hevc")]
)
def test_an_index_is_made_anew_from_files_and_journals(
    places: Places, store: Store, tmp_path: Path, film: Film
) -> None:
    rows = filled(places.root, store, film)
    changes = Changes(store.footage, places, SimulatedClock(), quiet)
    store.footage.raise_keep("gate", (rows[0].start_us, rows[0].start_us + 1), "alarm")
    changes.move([store.footage.get(rows[0].id)], "slow")
    changes.delete([rows[1]], "person")
    age(tmp_path)
    before = list(everything(store))
    anew = open_store(str(tmp_path / "anew.db"), KEY)
    found = look(places, anew, MEND)
    assert {one.kind for one in found} == {"unlisted", "gap"}
    assert all(one.repaired for one in found)
    assert list(everything(anew)) == before
    assert look(places, anew, DEEP) == []
    assert verify(places, anew) == []
    anew.close()


@pytest.mark.parametrize(
    "film", [Film(seconds=4, file_s=2, sound=True), Film(seconds=4, file_s=2, codec="hevc")]
)
def test_files_alone_are_enough(places: Places, store: Store, film: Film) -> None:
    rows = filled(places.root, store, film)
    journal_of(places, rows[0]).unlink()
    store.footage.forget([one.id for one in rows])
    found = look(places, store, MEND)
    assert [(one.kind, one.repaired) for one in found] == [("unlisted", True)] * len(rows)
    known = store.footage.find("gate", None, (0, 2**60))
    assert known == tuple(replace(one, chain="") for one in rows)
    assert look(places, store, DEEP) == []


def test_what_is_no_footage_is_said_to_be_none(
    places: Places, store: Store, rows: list[Segment]
) -> None:
    odd = places.root / rows[0].path.replace(str(rows[0].start_us), "1763000039000000")
    odd.write_bytes(b"no video at all")
    age(places.root)
    (found,) = look(places, store, MEND)
    assert (found.kind, found.repaired) == ("unlisted", False)
    assert "cannot be read" in found.message
    assert odd.exists()


def test_the_remote_store_alone_is_enough(
    places: Places, store: Store, tmp_path: Path, s3: RemoteArchiveSettings
) -> None:
    remote = Remote(s3, ArchiveKeys(KEY))
    tiers = Places(places.folders, remote)
    rows = filled(places.root, store)
    Changes(store.footage, tiers, SimulatedClock(), quiet).move(rows, "remote")
    before = list(everything(store))
    new = Places({"fast": tmp_path / "new"}, remote)
    anew = open_store(str(tmp_path / "anew.db"), KEY)
    found = look(new, anew, MEND)
    assert all(one.repaired for one in found)
    assert list(everything(anew)) == before
    assert verify(new, anew) == []
    # Recording goes on with the chain where it was.
    journal = day_folder("gate", "main", rows[0].start_us).journal
    assert read_journal(tmp_path / "new" / journal).entries[: len(rows)] == tuple(rows)
    anew.close()


def test_an_archive_as_recorded_verifies(places: Places, store: Store, rows: list[Segment]) -> None:
    changes = Changes(store.footage, places, SimulatedClock(), quiet)
    changes.move(rows[:2], "slow")
    changes.delete(rows[2:3], "age")
    verification = Verification(places, store.footage)
    (day,) = days_known(places, store.footage, None)
    assert verification.look(day, quiet) == []
    assert (verification.files, verification.deleted) == (3, 1)


def insert_file(places: Places, _: Store, row: Segment) -> None:
    other = row.path.replace(str(row.start_us), str(row.start_us + 500_000))
    shutil.copy(places.root / row.path, places.root / other)


def forge_journal(places: Places, store: Store, row: Segment) -> None:
    """Change a file and say in its line that it was always so, index and line's own link too."""
    flip_a_bit(places, store, row)

    digest = hashlib.sha256((places.root / row.path).read_bytes()).hexdigest()
    path = journal_of(places, row)
    lines = []
    before = "0" * 64
    for entry in read_journal(path).entries:
        if isinstance(entry, Segment):
            if entry.id == row.id:
                chain = link(before, entry.start_us, entry.size, digest)
                entry = replace(entry, sha256=digest, chain=chain)
                store.footage.put([entry])
            before = entry.chain
        lines.append(entry)
    path.unlink()
    append_journal(path, lines)


def pretend_deleted(places: Places, _: Store, row: Segment) -> None:
    append_journal(journal_of(places, row), [Deleted(start_us=row.start_us, reason="age", t_us=1)])


@pytest.mark.parametrize(
    ("harm", "kinds"),
    [
        (flip_a_bit, {"changed"}),
        (cut_short, {"changed"}),
        (delete_file, {"missing"}),
        (insert_file, {"inserted"}),
        (forget_line, {"inserted", "chain"}),
        (forge_journal, {"chain"}),
        (pretend_deleted, {"inserted"}),
    ],
)
def test_what_was_tampered_with_is_named(
    places: Places, store: Store, rows: list[Segment], harm: Harm, kinds: set[str]
) -> None:
    harm(places, store, rows[1])
    found = verify(places, store)
    assert {one.kind for one in found} == kinds
    inserted = rows[1].path.replace(str(rows[1].start_us), str(rows[1].start_us + 500_000))
    near = {rows[1].path, rows[2].path, inserted}
    assert {one.path for one in found} <= near


def test_a_journal_rewritten_as_a_whole_disagrees_with_the_index(
    places: Places, store: Store, rows: list[Segment]
) -> None:
    path = journal_of(places, rows[0])
    before, lines = "0" * 64, []
    for entry in read_journal(path).entries[1:]:
        if isinstance(entry, Segment):
            before = link(before, entry.start_us, entry.size, entry.sha256)
            entry = replace(entry, chain=before)
        lines.append(entry)
    path.unlink()
    append_journal(path, lines)
    (places.root / rows[0].path).unlink()
    assert {one.kind for one in verify(places, store)} == {"index"}
