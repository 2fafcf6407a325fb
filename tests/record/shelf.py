"""A small archive for tests: counted pictures, with sound, in files as the recorder lays them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.stream import Stream

from vedette.core.footage import Segment, segment_id
from vedette.core.media import Pixels
from vedette.testing.clips import Codec, Encoding, cached
from vedette.testing.counter import draw_counter, read_counter

__all__ = [
    "FPS",
    "START_US",
    "STEP_US",
    "Film",
    "counted",
    "counter_in",
    "heard",
    "record",
    "shown",
]

FPS = 10
STEP_US = 1_000_000 // FPS
START_US = 1_763_000_040_000_000
"""A full minute in November 2025."""
_RATE = 16_000


@dataclass(frozen=True, kw_only=True)
class Film:
    """How the pictures of a recording are made; the counter in them runs on over its files."""

    seconds: int = 12
    file_s: int = 4
    gop_s: float = 2.0
    codec: Codec = "h264"
    width: int = 320
    height: int = 192
    reordered: bool = False
    sound: bool = False
    first: int = 0
    """Number in the first picture."""

    @property
    def lead_s(self) -> float:
        """Decoding of reordered pictures begins before the first is shown."""
        return 2 / FPS if self.reordered else 0.0


def counted(film: Film) -> Iterator[Pixels]:
    """The pictures, each with its number."""
    for number in range(film.seconds * FPS):
        picture = np.full((film.height, film.width, 3), 90, np.uint8)
        across = 40 + (number * 7) % (film.width - 80)
        picture[film.height // 2 : film.height // 2 + 40, across : across + 24] = (30, 60, 220)
        draw_counter(picture, film.first + number)
        yield picture


def record(
    folder: Path, film: Film, *, camera: str = "gate", start_us: int = START_US
) -> list[Segment]:
    """Write a film below `folder` and tell of its files."""
    how = Encoding(codec=film.codec, fps=FPS, gop_s=film.gop_s, preset="ultrafast")
    clips = folder.parent / "clips"
    clip = cached(clips, repr(film), how, lambda: counted(film))
    if film.reordered:
        clip = _reordered(clips / f"reordered-{film.first}-{film.seconds}.mp4", film)
    tracks = [clip, _tone(clips / f"tone-{film.seconds}.mp4", film.seconds)][: 1 + film.sound]
    segments = []
    before = ""
    for begin_s in range(0, film.seconds, film.file_s):
        at_us = start_us + begin_s * 1_000_000 - round(film.lead_s * 1_000_000)
        path = f"{camera}/main/2025-11-13/02/{at_us}.mp4"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        frames = _write(tracks, folder / path, film, begin_s)
        content = (folder / path).read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        before = hashlib.sha256(f"{before}{at_us}{len(content)}{sha256}".encode()).hexdigest()
        segments.append(
            Segment(
                id=segment_id(camera, "main", at_us),
                camera=camera,
                stream="main",
                start_us=at_us,
                end_us=at_us + frames * STEP_US,
                media_us=frames * STEP_US,
                frames=frames,
                size=len(content),
                path=path,
                codec=film.codec,
                width=film.width,
                height=film.height,
                audio="aac" if film.sound else "",
                sha256=sha256,
                chain=before,
            )
        )
    return segments


def shown(path: Path) -> tuple[list[int | None], list[float]]:
    """The numbers in the pictures a player shows, and when it shows them, in seconds."""
    numbers, times = [], []
    with av.open(str(path)) as video:
        for frame in video.decode(video=0):
            numbers.append(counter_in(frame))
            times.append(float(frame.time or 0.0))
    return numbers, times


def counter_in(frame: av.VideoFrame) -> int | None:
    """The number in a decoded picture."""
    return read_counter(np.asarray(frame.reformat(format="gray").to_ndarray(), np.uint8))


def heard(path: Path) -> Sequence[tuple[float, float]]:
    """(time in seconds, loudness) of each decoded piece of sound."""
    with av.open(str(path)) as sound:
        return [
            (float(frame.time or 0.0), float(np.abs(frame.to_ndarray()).mean()))
            for frame in sound.decode(audio=0)
        ]


def _write(clips: Sequence[Path], path: Path, film: Film, begin_s: int) -> int:
    """Pictures and sound of one file, with media times from 0; parts of half a second."""
    options = {
        "movflags": "empty_moov+default_base_moof",
        "frag_duration": "500000",
        "use_editlist": "0",
    }
    frames = 0
    with ExitStack() as opened:
        out = opened.enter_context(av.open(str(path), "w", format="mp4", options=options))
        packets: list[tuple[float, int, av.Packet[Stream]]] = []
        group_s = 0.0
        for number, clip in enumerate(clips):
            source = opened.enter_context(av.open(str(clip)))
            stream = out.add_stream_from_template(source.streams[0])
            for packet in source.demux(source.streams[0]):
                if packet.dts is None or packet.pts is None:
                    continue
                at_s = float(packet.pts * packet.time_base)
                if number or packet.is_keyframe:
                    group_s = at_s
                if begin_s <= group_s + 1e-6 < begin_s + film.file_s:
                    shift = round((begin_s - film.lead_s) / packet.time_base)
                    packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                    packet.stream = stream
                    packets.append((float(packet.dts * packet.time_base), number, packet))
                    frames += number == 0
        for _, _, packet in sorted(packets, key=lambda one: one[:2]):
            out.mux(packet)
    return frames


def _tone(path: Path, seconds: int) -> Path:
    """Sound that is loud in the first half of every second and silent in the second."""
    if path.exists():
        return path
    t = np.arange(seconds * _RATE) / _RATE
    wave = np.where(t % 1.0 < 0.5, 0.5 * np.sin(2 * np.pi * 440 * t), 0.0).astype(np.float32)
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=_RATE, layout="mono")
        for at in range(0, len(wave), 1024):
            frame = av.AudioFrame.from_ndarray(wave[None, at : at + 1024], "fltp", "mono")
            frame.sample_rate, frame.pts = _RATE, at
            frame.time_base = Fraction(1, _RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _reordered(path: Path, film: Film) -> Path:
    """The same pictures with B-frames between."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
        stream.codec_context.max_b_frames = 2
        stream.codec_context.gop_size = round(film.gop_s * FPS)
        stream.codec_context.options = {
            "preset": "veryfast",
            "x264-params": "scenecut=0:open-gop=0",
        }
        for number, picture in enumerate(counted(film)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
