"""Recordings follow the configuration; motion and alarms reach them over the bus."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.record.desk import FPS, counted, shown
from vedette.bus.memory import MemoryBus
from vedette.core.clock import RealClock
from vedette.core.facts import Event, RecorderStatus
from vedette.core.footage import Gap, Segment
from vedette.core.settings import SourceSettings
from vedette.core.site import Camera, Recording, RecordTime, Site, Spec, Stream
from vedette.pipeline.feeds import Feeds
from vedette.pipeline.recorders import Recorders
from vedette.record.growing import LocalDisk
from vedette.record.indexer import Indexer
from vedette.record.recorder import Archive, Recorder
from vedette.store import Store, open_store
from vedette.testing.clips import Encoding, encode
from vedette.testing.rtsp import RtspServer

__all__: list[str] = []


@dataclass
class Running:
    """A site's recordings as `media` runs them."""

    root: Path
    url: str
    feeds: Feeds
    recorder: Recorder
    recorders: Recorders
    store: Store
    bus: MemoryBus

    def apply(self, recording: Recording, *, enabled: bool = True) -> None:
        source = Spec(kind="rtsp", options={"url": self.url})
        camera = Camera(
            id="gate",
            name="Gate",
            enabled=enabled,
            streams=(Stream(source=source),),
            record=recording,
        )
        site = Site(cameras=(camera,))
        self.feeds.apply(site)
        self.recorders.apply(site)

    def files(self) -> list[Segment]:
        return list(self.store.footage.find("gate", None, (0, 1 << 60)))

    def gaps(self) -> list[Gap]:
        return list(self.store.footage.gaps("gate", None, (0, 1 << 60)))

    def wait_for(self, what: str, seconds: float = 15.0) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if (what == "file" and self.files()) or any(one.cause == what for one in self.gaps()):
                return
            time.sleep(0.05)
        raise AssertionError(f"no {what} came")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A camera on loopback, a database, and what lies between."""
    clip = encode(counted(60 * FPS), tmp_path / "clip.mp4", Encoding(fps=FPS, gop_s=1.0))
    clock, bus = RealClock(), MemoryBus()
    store = open_store(tmp_path / "vedette.db", tmp_path / "seal.key")
    root = tmp_path / "archive"
    feeds = Feeds(SourceSettings(allow_loopback=True), 8.0, clock)
    indexer = Indexer(store.footage, root, clock)
    recorder = Recorder(Archive(root=root, disk=LocalDisk(root), clock=clock, outlet=indexer))
    recorders = Recorders(recorder, feeds, indexer, clock)
    with RtspServer() as server:
        server.add("gate", clip)
        threads = [
            threading.Thread(target=work)
            for work in (
                recorder.run,
                indexer.run,
                lambda: recorders.listen(bus),
                lambda: recorders.tell(bus),
            )
        ]
        for thread in threads:
            thread.start()
        yield Running(root, server.url("gate"), feeds, recorder, recorders, store, bus)
        recorders.close()
        recorder.close()
        indexer.close()
        feeds.close()
        for thread in threads:
            thread.join(5)
        bus.close()
        store.close()


def test_what_a_camera_sends_is_in_files_and_in_the_index(running: Running) -> None:
    told = running.bus.subscribe(RecorderStatus)
    running.apply(Recording())
    running.wait_for("file")
    until = time.monotonic() + 10
    while (status := told.get(2.0)) is not None and not status.recording:
        assert time.monotonic() < until
    assert status is not None and status.recording
    time.sleep(2.0)
    running.recorder.close()
    (row,) = running.recorder.streams.values()
    assert row.last_us is not None
    (path,) = running.root.glob("gate/main/*/*/*.mp4")
    numbers = [number for number, _ in shown(path)]
    assert len(numbers) >= FPS
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_an_alarm_starts_a_recording_with_what_was_before(running: Running) -> None:
    alarm = RecordTime(mode="alarm")
    running.apply(Recording(modes=(alarm,), pre_s=1.0, post_s=1.0))
    running.wait_for("not_wanted")
    time.sleep(2.5)
    assert not running.files()
    now_us = time.time_ns() // 1000
    running.bus.publish(Event(id="1", camera="gate", rule="r", rule_kind="intrusion", t_us=now_us))
    running.wait_for("file")
    (row,) = running.files()
    assert row.start_us < now_us - 900_000
    assert row.keep == "alarm"


def test_a_camera_switched_off_has_its_reason_in_the_ledger(running: Running) -> None:
    running.apply(Recording())
    running.wait_for("file")
    running.apply(Recording(), enabled=False)
    running.wait_for("disabled")
    (row,) = running.files()
    assert not row.open
