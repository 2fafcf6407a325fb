"""Pictures at an interval, out of real video in which every picture is numbered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import TypeAdapter

from tests.live.film import packets
from vedette.core.clock import SimulatedClock
from vedette.core.media import Packet
from vedette.core.site import Camera, Site
from vedette.pipeline.still_keeping import StillKeeping
from vedette.record.growing import MARK
from vedette.record.stills import StillArchive
from vedette.testing.clips import Codec, Encoding, encode, load
from vedette.testing.counter import draw_counter, read_counter
from vedette.testing.packets import PacketShelf

FPS = 10
STEP_US = 1_000_000 // FPS
START_US = 1_763_000_000_000_000 + 250_000
"""A quarter of a second after a multiple of ten seconds."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For films."""
    return tmp_path_factory.mktemp("film")


@pytest.fixture(scope="module")
def film(folder: Path) -> list[Packet]:
    """Twelve seconds, a key frame every four, each picture with its number."""
    return numbered(folder, "h264")


def numbered(folder: Path, codec: Codec) -> list[Packet]:
    """A film of 120 pictures, 320 by 180, each with its number."""

    def pictures() -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
        for index in range(120):
            picture = np.full((180, 320, 3), 90, np.uint8)
            draw_counter(picture, index)
            yield picture

    how = Encoding(codec=codec, fps=FPS, gop_s=4.0, preset="ultrafast")
    return packets(load(encode(pictures(), folder / f"{codec}.mp4", how)), start_us=START_US)


class Yard:
    """A camera, its stream, its pictures."""

    def __init__(self, folder: Path) -> None:
        (folder / MARK).write_text("")
        self.folder, self.archive = folder, StillArchive(folder)
        self.clock, self.shelf = SimulatedClock(START_US), PacketShelf()
        self.shelf.add("gate")
        self.keeping = StillKeeping(self.shelf, self.archive, self.clock)

    def begin(self, every_s: float, *, roles: tuple[str, ...] = ("record",)) -> None:
        """Configure the camera."""
        stream = {"id": "main", "source": {"kind": "synthetic"}, "roles": roles}
        shown = {"id": "gate", "name": "Gate", "streams": [stream]}
        camera = TypeAdapter(Camera).validate_python(
            {**shown, "record": {"snapshot_every_s": every_s}}
        )
        self.keeping.apply(Site(cameras=(camera,)))

    def play(self, film: list[Packet]) -> None:
        """Let it come, and time pass with it."""
        for packet in film:
            self.clock.set_us(max(self.clock.now_us(), packet.t_us))
            self.shelf.put(packet)

    def kept(self) -> list[int]:
        """When pictures were taken, counted in pictures of the film."""
        found = self.archive.find("gate", (0, 2**53), 1000)
        return [round((one.t_us - START_US) / STEP_US) for one in found]

    def seen(self) -> list[int | None]:
        """The numbers in the kept pictures."""
        found = self.archive.find("gate", (0, 2**53), 1000)
        return [number(self.archive.read("gate", one.t_us)) for one in found]


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Nothing configured."""
    made = Yard(tmp_path)
    yield made
    made.keeping.close()


def number(jpeg: bytes) -> int | None:
    """What is written in a picture of full size."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert picture.shape == (180, 320)
    return read_counter(picture.astype(np.uint8))


def until(true: Callable[[], bool], within_s: float = 10.0) -> None:
    """Wait for another thread."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def due(every_us: int) -> list[int]:
    """Numbers of the first pictures not before each multiple, by counting."""
    slots: dict[int, int] = {}
    for index in range(120):
        slots.setdefault((START_US + index * STEP_US) // every_us, index)
    return list(slots.values())


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_the_first_picture_after_each_multiple_is_kept(
    yard: Yard, folder: Path, codec: Codec
) -> None:
    film = numbered(folder, codec)
    yard.begin(1.5)
    until(lambda: yard.shelf.watching == 1)
    yard.play(film)
    until(lambda: len(yard.kept()) == len(due(1_500_000)))
    assert yard.seen() == yard.kept() == due(1_500_000)
    assert yard.shelf.watches == 1


def test_pictures_far_apart_leave_the_stream_alone_between(yard: Yard, film: list[Packet]) -> None:
    yard.begin(10)
    # We are within an interval none is kept of: the first picture there is, is its.
    until(lambda: yard.shelf.watching == 1)
    yard.play(film[:50])
    until(lambda: len(yard.kept()) == 1 and yard.shelf.watching == 0)
    yard.play(film[50:97])
    assert yard.shelf.watches == 1
    yard.clock.set_us(film[98].t_us)
    yard.play(film[97:99])
    # 9.8 s of the film: what is due lies a tenth of a second back, within the current group.
    until(lambda: len(yard.kept()) == 2 and yard.shelf.watching == 0)
    assert yard.seen() == yard.kept() == [0, 98]
    assert yard.shelf.watches == 2


def test_a_camera_that_is_only_analysed_has_them_too(yard: Yard, film: list[Packet]) -> None:
    yard.begin(3, roles=("analyse",))
    until(lambda: yard.shelf.watching == 1)
    yard.play(film)
    until(lambda: len(yard.kept()) == len(due(3_000_000)))
    assert yard.seen() == due(3_000_000)


def test_smeared_pictures_are_not_kept(yard: Yard, film: list[Packet]) -> None:
    lost = [replace(one, damaged=one.damaged or index == 17) for index, one in enumerate(film)]
    yard.begin(2)
    until(lambda: yard.shelf.watching == 1)
    yard.play(lost)
    until(lambda: len(yard.kept()) == 6)
    # From 17 on all is smeared until the key frame at 40: the interval of 18 has no good picture.
    assert due(2_000_000) == [0, 18, 38, 58, 78, 98, 118]
    assert yard.seen() == yard.kept() == [0, 40, 58, 78, 98, 118]


def test_a_restart_within_an_interval_keeps_no_second_picture(
    yard: Yard, film: list[Packet]
) -> None:
    yard.begin(5)
    until(lambda: yard.shelf.watching == 1)
    yard.play(film[:20])
    until(lambda: len(yard.kept()) == 1)
    yard.keeping.close()
    yard.begin(5)
    until(lambda: yard.shelf.watching == 1)
    yard.play(film[20:])
    until(lambda: len(yard.kept()) == len(due(5_000_000)))
    assert yard.seen() == due(5_000_000)


def test_a_disk_that_comes_back_has_the_picture_of_the_interval_after_all(
    yard: Yard, film: list[Packet]
) -> None:
    (yard.folder / MARK).unlink()
    yard.begin(2)
    until(lambda: yard.shelf.watching == 1)
    yard.play(film[:10])
    until(lambda: yard.shelf.watching == 0)
    (yard.folder / MARK).write_text("")
    until(lambda: yard.shelf.watching == 1)
    yard.play(film[10:])
    until(lambda: len(yard.kept()) == len(due(2_000_000)))
    assert yard.seen() == yard.kept()


def test_none_are_kept_where_none_are_wanted(yard: Yard, film: list[Packet]) -> None:
    yard.begin(2)
    until(lambda: yard.shelf.watching == 1)
    yard.begin(0)
    until(lambda: yard.shelf.watching == 0)
    yard.play(film)
    assert yard.kept() == []
