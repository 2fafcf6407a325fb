"""Exports play, carry what is drawn into them, and tell when somebody changed them."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from tests.record.shelf import START_US, STEP_US, Film, heard, record, shown
from vedette.core.errors import NotFound
from vedette.core.facts import Motion, Observation, Track
from vedette.core.footage import Export
from vedette.core.media import Region
from vedette.core.site import Camera, Site, Spec, Stream
from vedette.pipeline.boxes import pack
from vedette.pipeline.export import ExportMaker, Made
from vedette.record.archive import Archive
from vedette.record.manifest import Manifest, Signer, open_signer, read_manifest
from vedette.record.proof import verify_export
from vedette.record.reading import LocalFiles
from vedette.store import Store, open_store

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
WANTED = Export(
    id="e1",
    cameras=("gate",),
    start_us=START_US + 1_500_000,
    end_us=START_US + 6_000_000,
    note="after the break-in",
    author="otto",
    made_us=START_US + 3_600_000_000,
)


class Desk:
    """An archive, and what is needed to export from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recordings = folder / "recordings"
        self.store: Store = open_store(str(folder / "vedette.db"), KEY)
        self.signer: Signer = open_signer(folder / "export.key")
        self.out = folder / "exports"
        self.out.mkdir()

    def put(self, film: Film, camera: str = "gate", start_us: int = START_US) -> None:
        self.store.footage.put(record(self.recordings, film, camera=camera, start_us=start_us))

    def make(self, export: Export = WANTED) -> Made:
        cameras = tuple(
            Camera(id=name, name=name, streams=(Stream(source=Spec(kind="synthetic")),))
            for name in ("gate", "yard")
        )
        maker = ExportMaker(
            Archive(self.store.footage, LocalFiles({"fast": self.recordings})),
            self.store.activity,
            Site(cameras=cameras),
            self.signer,
        )
        told: list[float] = []
        made = maker.make(export, self.out, told.append)
        assert told == sorted(told)
        assert 0 < told[0] <= told[-1] < 1
        return made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with closing(made.store):
        yield made


def manifest(made: Made) -> Manifest:
    found = verify_export(made.path, None).manifest
    assert found is not None
    return found


def test_one_camera_is_an_mp4_that_vouches_for_itself(desk: Desk) -> None:
    desk.put(Film(sound=True))
    made = desk.make()
    assert made.name == "gate_20251113T021401Z.mp4"
    assert made.size == made.path.stat().st_size
    assert shown(made.path)[0] == list(range(15, 60))
    assert heard(made.path)
    assert verify_export(made.path, desk.signer.public_key).genuine
    told = manifest(made)
    assert (told.author, told.note, told.cameras) == ("otto", "after the break-in", ("gate",))
    assert [one.intact for one in told.sources] == [True, True]
    assert [one.id for one in told.sources] == [
        f"gate:main:{START_US}",
        f"gate:main:{START_US + 4_000_000}",
    ]
    known = desk.store.footage.get(told.sources[0].id)
    assert (told.sources[0].sha256, told.sources[0].chain) == (known.sha256, known.chain)
    assert told.files[0].start_us == START_US + 1_500_000


def test_the_key_is_for_its_owner_only(desk: Desk) -> None:
    key = desk.folder / "export.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert open_signer(key).public_key == desk.signer.public_key
    other = open_signer(desk.folder / "other.key")
    assert other.public_key != desk.signer.public_key


def test_several_cameras_are_a_zip(desk: Desk) -> None:
    desk.put(Film())
    desk.put(Film(first=1000), camera="yard")
    made = desk.make(replace(WANTED, cameras=("gate", "yard", "gone")))
    assert made.name == "export_20251113T021401Z.zip"
    with zipfile.ZipFile(made.path) as archive:
        names = archive.namelist()
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
        assert archive.testzip() is None
        for name in names:
            if name.endswith(".mp4"):
                archive.extract(name, desk.folder)
        assert json.loads(archive.read("manifest.json"))["export"] == "e1"
    assert names == [
        "gate_20251113T021401Z.mp4",
        "yard_20251113T021401Z.mp4",
        "manifest.json",
        "manifest.sig",
    ]
    assert shown(desk.folder / names[0])[0] == list(range(15, 60))
    assert shown(desk.folder / names[1])[0] == list(range(1015, 1060))
    verdict = verify_export(made.path, desk.signer.public_key)
    assert verdict.changed == ()
    assert manifest(made).without_footage == ("gone",)


def test_a_change_of_format_makes_a_zip_of_one_camera(desk: Desk) -> None:
    desk.put(Film(seconds=4))
    desk.put(Film(seconds=4, width=192, height=128), start_us=START_US + 4_000_000)
    made = desk.make()
    assert [one.name for one in manifest(made).files] == [
        "gate_20251113T021401Z_1.mp4",
        "gate_20251113T021404Z_2.mp4",
    ]


def test_no_footage_at_all_is_said(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no footage"):
        desk.make()


def test_a_recording_that_was_changed_before_is_told(desk: Desk) -> None:
    desk.put(Film())
    path = desk.recordings / f"gate/main/2025-11-13/02/{START_US}.mp4"
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)
    made = desk.make()
    assert verify_export(made.path, None).genuine
    assert [one.intact for one in manifest(made).sources] == [False, True]


Change = Callable[[bytes], bytes]


def flipped(share: float) -> Change:
    """One bit is another."""

    def change(content: bytes) -> bytes:
        at = round((len(content) - 1) * share)
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    return change


@pytest.mark.parametrize("cameras", [("gate",), ("gate", "yard")])
@pytest.mark.parametrize(
    "change",
    [
        *(flipped(share) for share in (0.02, 0.2, 0.5, 0.8, 0.95, 1.0)),
        lambda content: content + b"\0",
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: b"\0\0\0\x08free" + content,
        lambda content: content + b"\0\0\0\x08free",
        lambda content: content.replace(b"otto", b"anna"),
        lambda content: content.replace(b"after the break-in", b"before the break-i"),
        lambda _: b"",
    ],
)
def test_whatever_is_changed_is_found(desk: Desk, cameras: tuple[str, ...], change: Change) -> None:
    desk.put(Film(seconds=8))
    desk.put(Film(seconds=8), camera="yard")
    made = desk.make(replace(WANTED, cameras=cameras))
    content = made.path.read_bytes()
    changed = change(content)
    assert changed != content
    made.path.write_bytes(changed)
    assert not verify_export(made.path, desk.signer.public_key).genuine


@pytest.mark.parametrize("cameras", [("gate",), ("gate", "yard")])
def test_the_signature_of_somebody_else_is_found(desk: Desk, cameras: tuple[str, ...]) -> None:
    desk.put(Film(seconds=8))
    desk.put(Film(seconds=8), camera="yard")
    owner = desk.signer
    desk.signer = open_signer(desk.folder / "forger.key")
    made = desk.make(replace(WANTED, cameras=cameras))
    assert verify_export(made.path, None).genuine
    verdict = verify_export(made.path, owner.public_key)
    assert "another key" in verdict.changed[0]


def rezipped(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """The same archive written anew with other entries."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def test_what_was_changed_in_a_zip_is_named(desk: Desk) -> None:
    desk.put(Film(seconds=8))
    desk.put(Film(seconds=8), camera="yard")
    made = desk.make(replace(WANTED, cameras=("gate", "yard")))
    gate, yard = (one.name for one in manifest(made).files)
    whole = desk.folder / "whole.zip"
    shutil.copy(made.path, whole)

    def swapped(entries: dict[str, bytes]) -> None:
        entries[gate], entries[yard] = entries[yard] + b"x", entries[gate]

    def added(entries: dict[str, bytes]) -> None:
        entries["extra.mp4"] = b"?"

    for change, told in (
        (swapped, (f"{gate}: it is not what was exported",)),
        (lambda entries: entries.pop(gate), (f"{gate}: it is missing",)),
        (added, ("extra.mp4: it was not exported",)),
        (lambda entries: None, ()),
    ):
        shutil.copy(whole, made.path)
        rezipped(made.path, change)
        assert verify_export(made.path, desk.signer.public_key).changed == told


def seen(t_us: int, box: Region, label: str = "person") -> Observation:
    """One track at one moment."""
    track = Track(
        id="gate-1",
        label=label,
        box=box,
        score=0.9,
        velocity=(0.0, 0.0),
        first_us=START_US,
        last_us=t_us,
        state="confirmed",
    )
    motion = Motion(fraction=0.1, boxes=(), awake=True)
    return Observation(camera="gate", t_us=t_us, motion=motion, tracks=(track,))


def moving(number: int) -> Region:
    """Where the drawn object is in a picture of the film."""
    x = (40 + (number * 7) % 240) / 320
    return x, 0.5, x + 24 / 320, 0.5 + 40 / 192


def pictures(path: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    with av.open(str(path)) as video:
        return [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            for frame in video.decode(video=0)
        ]


def test_boxes_are_drawn_where_things_are(desk: Desk) -> None:
    desk.put(Film(seconds=8, sound=True))
    frames = [seen(START_US + n * STEP_US, moving(n)) for n in range(0, 80, 2)]
    desk.store.activity.put_chunks([pack(frames)])
    made = desk.make(replace(WANTED, boxes=True))
    assert verify_export(made.path, desk.signer.public_key).genuine
    assert heard(made.path)
    numbers, times = shown(made.path)
    assert numbers == list(range(15, 60))
    assert times == pytest.approx([n / 10 for n in range(45)], abs=0.002)
    drawn = pictures(made.path)
    assert manifest(made).boxes
    plain = pictures(desk.make().path)
    for place in (1, 11, 21, 31):
        x1, _, x2, y2 = moving(15 + place)
        if x2 - x1 < 0 or moving(16 + place)[0] < x1:
            continue
        column = round((x1 + x2) / 2 * 320)
        edge = slice(round(y2 * 192) - 2, round(y2 * 192) + 3)
        green = drawn[place][edge, column, 1].astype(int) - plain[place][edge, column, 1]
        assert green.max() > 60, place


@pytest.mark.parametrize(("label", "hidden"), [("person", True), ("object", True), ("car", False)])
def test_people_are_hidden(desk: Desk, label: str, hidden: bool) -> None:
    desk.put(Film(seconds=4))
    frames = [seen(START_US + n * STEP_US, (0.0, 0.0, 0.4, 0.2), label) for n in range(0, 40, 3)]
    desk.store.activity.put_chunks([pack(frames)])
    wanted = replace(WANTED, start_us=START_US, end_us=START_US + 4_000_000, blur=True)
    numbers = shown(desk.make(wanted).path)[0]
    assert len(numbers) == 40
    # the number in the corner stands for a face
    assert [number is None for number in numbers] == [hidden] * 40


def test_a_manifest_is_read_back(desk: Desk) -> None:
    desk.put(Film())
    made = desk.make()
    box = made.path.read_bytes()
    text = box[box.rindex(b'{\n  "kind"') :]
    assert read_manifest(text) == manifest(made)
