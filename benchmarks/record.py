"""What recording costs: `python benchmarks/record.py [--cameras 10] [--seconds 20]`.

CPU in ms for each second of a 1080p25 stream of 4 Mbit/s, writing alone and with receiving.
The budget is 2.5 (0.25 % of a core); the server runs in a process of its own and is not counted.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from vedette.core.clock import RealClock
from vedette.core.footage import Gap, Segment
from vedette.core.media import Packet, Pixels
from vedette.core.ports import Origin
from vedette.core.settings import SourceSettings
from vedette.core.site import Recording
from vedette.ingest.feed import Feed
from vedette.ingest.rtsp.source import RtspSource
from vedette.record.growing import LocalDisk
from vedette.record.recorder import Archive, Recorder
from vedette.testing.clips import Encoding, encode
from vedette.testing.rtsp import ChildMount, ChildPlan, RtspProcess

BUDGET_MS = 2.5


class Nobody:
    def tell(self, row: Segment | Gap) -> None:
        """Rows are not what is measured."""


class Collect:
    """A tap that keeps everything."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []

    def take(self, packet: Packet) -> None:
        self.packets.append(packet)


def pictures(count: int) -> Iterator[Pixels]:
    """Noise that wanders, so that the bit rate is really used."""
    noise = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), np.uint8)
    small = noise[::8, ::8].repeat(8, 0).repeat(8, 1)
    for index in range(count):
        yield np.roll(small, 4 * index, axis=1)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cameras", type=int, default=10)
    options.add_argument("--seconds", type=float, default=20)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedette-record-") as name:
        folder = Path(name)
        how = Encoding(fps=25.0, bitrate_bps=4_000_000, preset="ultrafast")
        clip = encode(pictures(250), folder / "clip.mp4", how)
        mount = ChildMount(path="cam{n}", clip=str(clip), count=args.cameras, spread_s=10)
        with RtspProcess(ChildPlan(mounts=(mount,))) as server:
            urls = [server.url(f"cam{n}") for n in range(args.cameras)]
            received, _ = receive(folder / "none", urls, args.seconds, write=False)
            both, packets = receive(folder / "both", urls, args.seconds, write=True)
        writing = write(folder / "write", packets)
    figures = {
        "bitrate_bps": round(bitrate(packets)),
        "receive_ms": round(received, 3),
        "receive_and_write_ms": round(both, 3),
        "write_ms": round(writing, 3),
        "budget_ms": BUDGET_MS,
    }
    print(json.dumps(figures))
    return int(both > BUDGET_MS)


def bitrate(packets: list[Packet]) -> float:
    span_s = (packets[-1].t_us - packets[0].t_us) / 1e6
    return sum(len(one.data) for one in packets) * 8 / span_s


def receive(
    folder: Path, urls: list[str], seconds: float, *, write: bool
) -> tuple[float, list[Packet]]:
    """ms of CPU for each second of a stream; and what the first one sent."""
    folder.mkdir()
    clock = RealClock()
    allowed = SourceSettings(allow_loopback=True)
    disk = LocalDisk(folder)
    recorder = Recorder(Archive(root=folder, disk=disk, clock=clock, outlet=Nobody()))
    feeds, collect = [], Collect()
    for number, url in enumerate(urls):
        origin = Origin(camera=f"cam{number}", stream="main", clock=clock, allowed=allowed)
        feed = Feed(RtspSource(url=url), origin)
        if write:
            key = (f"cam{number}", "main")
            feed.add(recorder.add(key, Recording(), "UTC", feed.status).tap)
        if number == 0:
            feed.add(collect)
        feed.start()
        feeds.append(feed)
    thread = threading.Thread(target=recorder.run)
    thread.start()
    time.sleep(3)
    began, used = time.monotonic(), time.process_time()
    time.sleep(seconds)
    used, lasted = time.process_time() - used, time.monotonic() - began
    for feed in feeds:
        feed.stop()
    recorder.close()
    thread.join()
    return used * 1000 / lasted / len(urls), collect.packets


def write(folder: Path, packets: list[Packet], rounds: int = 20) -> float:
    """The same packets handed to the writer as fast as it takes them, five at a time."""
    folder.mkdir()
    clock = RealClock()
    disk = LocalDisk(folder)
    recorder = Recorder(Archive(root=folder, disk=disk, clock=clock, outlet=Nobody()))
    stream = recorder.add(("cam", "main"), Recording(), "UTC", lambda: None)
    recorder.turn()
    span_us = packets[-1].t_us - packets[0].t_us + 40_000
    used = time.process_time()
    for number in range(rounds):
        for index, one in enumerate(packets):
            stream.tap.take(replace(one, camera="cam", t_us=one.t_us + number * span_us))
            if index % 5 == 4:
                recorder.turn()
    used = time.process_time() - used
    recorder.remove(("cam", "main"))
    recorder.turn()
    return used * 1000 / (span_us / 1e6 * rounds)


if __name__ == "__main__":
    sys.exit(main())
