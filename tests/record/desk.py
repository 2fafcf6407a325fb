"""A recorder on simulated time: packets of a counted film in, files and rows out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from vedette.core.clock import SimulatedClock
from vedette.core.facts import StreamState, StreamStatus
from vedette.core.footage import Gap, Segment
from vedette.core.media import Packet, Pixels, StreamFormat
from vedette.core.site import Recording
from vedette.record.growing import Disk, LocalDisk
from vedette.record.recorder import Archive, Recorder
from vedette.record.stream import StreamRecorder
from vedette.testing.clips import Codec, Encoding, encode, load
from vedette.testing.counter import draw_counter, read_counter

FPS = 10
STEP_US = 1_000_000 // FPS
START_US = 1_763_000_040_000_000
SIZE = (320, 192)


def counted(count: int, first: int = 0, size: tuple[int, int] = SIZE) -> Iterator[Pixels]:
    """Pictures that carry their number."""
    for number in range(first, first + count):
        picture = np.full((size[1], size[0], 3), 60 + number % 90, np.uint8)
        draw_counter(picture, number)
        yield picture


def film(
    folder: Path, codec: Codec = "h264", seconds: int = 30, size: tuple[int, int] = SIZE
) -> list[Packet]:
    """A film of counted pictures as packets, a key picture every two seconds."""
    how = Encoding(codec=codec, fps=FPS, gop_s=2.0, preset="ultrafast", quality=8)
    path = folder / f"{codec}-{size[0]}.mp4"
    clip = load(encode(counted(seconds * FPS, size=size), path, how))
    sets = b"".join(b"\x00\x00\x00\x01" + one for one in clip.parameter_sets)
    about = StreamFormat(codec=codec, width=size[0], height=size[1], extradata=sets)
    return [
        packet(about, index * STEP_US, clip.annexb(index), key=unit.key)
        for index, unit in enumerate(clip.units)
    ]


def reordered_film(folder: Path, seconds: int = 12) -> list[Packet]:
    """The same with B-frames that are referred to, in the order of decoding."""
    path = folder / "reordered.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.max_b_frames = 3
        keys = "keyint=20:min-keyint=20:scenecut=0:b-pyramid=normal:b-adapt=0"
        stream.codec_context.options = {"x264-params": keys}
        for index, picture in enumerate(counted(seconds * FPS)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    clip = load(path)
    sets = b"".join(b"\x00\x00\x00\x01" + one for one in clip.parameter_sets)
    about = StreamFormat(codec="h264", width=SIZE[0], height=SIZE[1], extradata=sets)
    return [
        packet(about, round(unit.ticks * 100 / 9), clip.annexb(index), key=unit.key)
        for index, unit in enumerate(clip.units)
    ]


def packet(about: StreamFormat, at_us: int, data: bytes, *, key: bool) -> Packet:
    return Packet(
        camera="gate",
        stream="main",
        t_us=START_US + at_us,
        pts_us=at_us,
        duration_us=STEP_US,
        key=key,
        format=about,
        data=data,
    )


def later(packets: Iterable[Packet], by_us: int) -> list[Packet]:
    """The same pictures at another time."""
    return [replace(one, t_us=one.t_us + by_us) for one in packets]


@dataclass
class Told:
    """An outlet that remembers."""

    segments: dict[str, Segment] = field(default_factory=dict)
    gaps: dict[int, Gap] = field(default_factory=dict)

    def tell(self, row: Segment | Gap) -> None:
        if isinstance(row, Segment):
            self.segments[row.id] = row
        else:
            self.gaps[row.start_us] = row

    def causes(self) -> list[tuple[str, float, float | None]]:
        """Gaps in order: cause, begin and end in seconds from the start."""
        return [
            (
                gap.cause,
                round((gap.start_us - START_US) / 1e6, 1),
                None if gap.end_us is None else round((gap.end_us - START_US) / 1e6, 1),
            )
            for gap in sorted(self.gaps.values(), key=lambda one: one.start_us)
            if gap.end_us != gap.start_us
        ]


class Desk:
    """A recorder of one stream whose time moves with the packets it is given."""

    def __init__(
        self,
        root: Path,
        *,
        recording: Recording | None = None,
        disk: Disk | None = None,
        at_us: int = START_US,
    ) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root, self.clock, self.told = root, SimulatedClock(at_us), Told()
        self.steady = 0.0
        self.state: StreamState = "live"
        self.reason = ""
        archive = Archive(
            root=root,
            disk=disk or LocalDisk(root),
            clock=self.clock,
            outlet=self.told,
            steady_s=lambda: self.steady,
        )
        self.recorder = Recorder(archive)
        self.stream: StreamRecorder = self.recorder.add(
            ("gate", "main"), recording or Recording(), "UTC", self.status
        )
        self.recorder.turn()

    def status(self) -> StreamStatus:
        return StreamStatus(
            camera="gate", stream="main", state=self.state, reason=self.reason, since_us=0
        )

    def play(self, packets: Iterable[Packet], *, turn_every: int = 2) -> None:
        """Packets arrive at their time."""
        for index, one in enumerate(packets):
            ahead_us = one.t_us - self.clock.now_us()
            if ahead_us > 0:
                self.clock.sleep(ahead_us / 1e6)
            self.steady += STEP_US / 1e6
            self.stream.tap.take(one)
            if index % turn_every == 0:
                self.recorder.turn()

    def wait(self, seconds: float) -> None:
        """Time passes and nothing comes."""
        for _ in range(round(seconds * 5)):
            self.clock.sleep(0.2)
            self.steady += 0.2
            self.recorder.turn()

    def stop(self) -> None:
        self.recorder.remove(("gate", "main"))
        self.recorder.turn()

    def files(self) -> list[Segment]:
        """Rows of closed files, oldest first."""
        closed = [row for row in self.told.segments.values() if not row.open]
        return sorted(closed, key=lambda row: row.start_us)


def shown(path: Path) -> list[tuple[int, int]]:
    """(counter, time) of every picture of a file, in the order shown."""
    start_us = int(path.stem)
    found = []
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        for frame in file.decode(stream):
            assert frame.pts is not None and frame.time_base is not None
            number = read_counter(frame.reformat(format="gray").to_ndarray().astype(np.uint8))
            assert number is not None
            found.append((number, start_us + round(float(frame.pts * frame.time_base) * 1e6)))
    return found


def assert_union(root: Path, rows: Iterable[Segment], packets: Iterable[Packet]) -> None:
    """The files hold exactly these pictures (each number once), each at its time."""
    found = [one for row in rows for one in shown(root / row.path)]
    wanted = sorted(one.t_us for one in packets)
    assert [number for number, _ in found] == list(range(found[0][0], found[0][0] + len(wanted)))
    assert max(abs(t_us - want) for (_, t_us), want in zip(found, wanted, strict=True)) <= 12
