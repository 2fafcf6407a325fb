"""Packets as a camera's feed hands them on, made with a real encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np

from vedette.core.media import Packet, Pixels, StreamFormat
from vedette.testing.clips import Clip, Codec, Encoding, encode, load

START_US = 1_763_000_000_000_000


def pictures(count: int, width: int = 160, height: int = 96) -> Iterator[Pixels]:
    """A bright square that wanders over a dark ground."""
    for index in range(count):
        picture = np.full((height, width, 3), 40, np.uint8)
        at = 4 * index % (width - 24)
        picture[20:44, at : at + 24] = 220
        yield picture


def clip(folder: Path, codec: Codec = "h264", count: int = 30, fps: float = 10.0) -> Clip:
    """A clip with a key frame each second."""
    how = Encoding(codec=codec, fps=fps, gop_s=1.0, preset="ultrafast")
    return load(encode(pictures(count), folder / f"{codec}.mp4", how))


def packets(film: Clip, camera: str = "gate", start_us: int = START_US) -> list[Packet]:
    """The clip as packets; parameter sets in the format and on key frames."""
    sets = b"".join(b"\x00\x00\x00\x01" + one for one in film.parameter_sets)
    about = StreamFormat(codec=film.codec, width=film.width, height=film.height, extradata=sets)
    return [
        Packet(
            camera=camera,
            stream="main",
            t_us=start_us + round(unit.ticks * 100 / 9),
            pts_us=round(unit.ticks * 100 / 9),
            duration_us=round(1_000_000 / film.fps),
            key=unit.key,
            format=about,
            data=film.annexb(index),
        )
        for index, unit in enumerate(film.units)
    ]


def reordered(folder: Path, count: int = 40, fps: int = 20) -> list[Packet]:
    """H.264 with B-frames, in decoding order, as some cameras and most files have it."""
    path = folder / "reordered.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.codec_context.max_b_frames = 2
        stream.codec_context.options = {"x264-params": "keyint=20:min-keyint=20:scenecut=0"}
        for index, picture in enumerate(pictures(count)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return packets(load(path))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a player made of a film."""

    times_us: list[int]
    """Media times, in the order in which they are shown."""
    width: int
    height: int
    codec: str


def play(*parts: bytes) -> Shown:
    """Read init segment and fragments with an independent reader, and decode every picture."""
    with av.open(BytesIO(b"".join(parts)), "r") as film:
        stream = film.streams.video[0]
        frames = list(film.decode(stream))
        times = [
            round(frame.pts * frame.time_base * 1_000_000)
            for frame in frames
            if frame.pts is not None and frame.time_base is not None
        ]
        return Shown(
            times_us=times,
            width=frames[0].width,
            height=frames[0].height,
            codec=stream.codec_context.name,
        )


def decode_times(*parts: bytes) -> list[tuple[int, int]]:
    """Decode time and duration of every fragment, in units of 1/90,000 s."""
    with av.open(BytesIO(b"".join(parts)), "r") as film:
        packets = film.demux(film.streams.video[0])
        return [(one.dts, one.duration or 0) for one in packets if one.size and one.dts is not None]
