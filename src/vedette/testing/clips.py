"""Short encoded videos: drawn frames in, H.264, H.265 or MJPEG out, as a camera would send them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, cast

import av
from av.video.stream import VideoStream

from vedette.core.media import Pixels
from vedette.core.value import value
from vedette.testing.bitstream import (
    is_parameter_set,
    split_annexb,
    split_lengths,
    unpack_extradata,
)

__all__ = ["CLOCK_HZ", "Clip", "Codec", "Encoding", "Unit", "cached", "encode", "load"]

CLOCK_HZ = 90_000
"""Ticks per second of every video time here, as in RTP."""

Codec = Literal["h264", "hevc", "mjpeg"]

_ENCODERS = {"h264": "libx264", "hevc": "libx265", "mjpeg": "mjpeg"}
_MADE_BY = "2"
"""Raise to make cached clips anew when the encoder settings change."""


@value
class Encoding:
    """How frames become a clip: no B-frames and no look-ahead, as cameras do it."""

    codec: Codec = "h264"
    fps: float = 10.0
    bitrate_bps: int | None = None
    """Constant rate; when not set, constant quality."""
    quality: int = 23
    """CRF of H.264 and H.265, quantiser scale 2–31 of MJPEG."""
    gop_s: float = 2.0
    """From one key frame to the next."""
    preset: str = "veryfast"


@dataclass(frozen=True, slots=True)
class Unit:
    """One picture as stored: its NAL units without parameter sets, or one JPEG."""

    ticks: int
    """From the clip's start, in 1/90000 s."""
    key: bool
    nals: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A whole encoded video in memory."""

    codec: Codec
    width: int
    height: int
    duration_ticks: int
    parameter_sets: tuple[bytes, ...]
    units: tuple[Unit, ...]

    @property
    def duration_s(self) -> float:
        return self.duration_ticks / CLOCK_HZ

    @property
    def fps(self) -> float:
        return len(self.units) / self.duration_s

    def annexb(self, index: int) -> bytes:
        """One picture as Annex B, parameter sets on key frames; MJPEG: the JPEG."""
        unit = self.units[index]
        if self.codec == "mjpeg":
            return unit.nals[0]
        nals = (*self.parameter_sets, *unit.nals) if unit.key else unit.nals
        return b"".join(b"\x00\x00\x00\x01" + nal for nal in nals)


def encode(frames: Iterable[Pixels], path: Path, how: Encoding) -> Path:
    """Write frames, BGR uint8[H, W, 3] or planar I420 uint8[H*3/2, W], as an MP4 file."""
    rate = Fraction(how.fps).limit_denominator(1001)
    # Written aside and renamed: a broken run leaves no half clip in a cache.
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    with av.open(str(partial), "w", format="mp4") as out:
        stream: VideoStream | None = None
        for index, picture in enumerate(frames):
            if stream is None:
                stream = _add_stream(out, picture, how, rate)
            form = "bgr24" if picture.ndim == 3 else "yuv420p"
            frame = av.VideoFrame.from_ndarray(picture, format=form)
            frame.pts = index
            frame.time_base = 1 / rate
            if how.codec == "mjpeg":
                frame = frame.reformat(format="yuvj420p", dst_color_range="JPEG")
            out.mux(stream.encode(frame))
        if stream is None:
            raise ValueError("a clip needs at least one frame")
        out.mux(stream.encode(None))
    partial.replace(path)
    return path


def _add_stream(
    out: av.container.OutputContainer, picture: Pixels, how: Encoding, rate: Fraction
) -> VideoStream:
    stream = cast("VideoStream", out.add_stream(_ENCODERS[how.codec], rate=rate))
    planar = picture.ndim == 2
    stream.width = picture.shape[1]
    stream.height = picture.shape[0] * 2 // 3 if planar else picture.shape[0]
    stream.pix_fmt = "yuvj420p" if how.codec == "mjpeg" else "yuv420p"
    stream.codec_context.max_b_frames = 0
    # One thread: more would cut each picture into slices, which few cameras do.
    stream.codec_context.thread_count = 1
    if how.bitrate_bps is not None:
        stream.bit_rate = how.bitrate_bps
    stream.codec_context.options = _options(how)
    return stream


def _options(how: Encoding) -> dict[str, str]:
    if how.codec == "mjpeg":
        # Default Huffman tables are the only ones that RTP can carry (RFC 2435).
        scale = str(how.quality) if how.bitrate_bps is None else "2"
        return {
            "huffman": "default",
            "qmin": scale,
            "qmax": scale if how.bitrate_bps is None else "31",
        }
    gop = max(1, round(how.gop_s * how.fps))
    params = [f"keyint={gop}", f"min-keyint={gop}", "scenecut=0", "bframes=0"]
    if how.bitrate_bps is not None:
        kbps = how.bitrate_bps // 1000
        params += [f"vbv-maxrate={kbps}", f"vbv-bufsize={kbps}"]
    options = {"preset": how.preset, "tune": "zerolatency"}
    if how.bitrate_bps is None:
        options["crf"] = str(how.quality)
    if how.codec == "h264":
        params.append("sliced-threads=0")
        return options | {"profile": "main", "x264-params": ":".join(params)}
    params += ["log-level=error", "pools=none", "frame-threads=1", "open-gop=0"]
    return options | {"x265-params": ":".join(params)}


def load(path: Path | str) -> Clip:
    """Read the first video stream of a file into memory, its parameter sets apart."""
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        codec = cast("Codec", stream.codec_context.name)
        if codec not in _ENCODERS:
            raise ValueError(f"{path}: cannot replay {codec}; h264, hevc and mjpeg can be")
        length_size, sets = 0, list[bytes]()
        if codec != "mjpeg":
            extradata = stream.codec_context.extradata or b""
            length_size, sets = unpack_extradata(codec, bytes(extradata))
        units: list[Unit] = []
        end = 0
        for packet in source.demux(stream):
            if packet.size == 0 or packet.pts is None:
                continue
            ticks = round(packet.pts * packet.time_base * CLOCK_HZ)
            end = ticks + round((packet.duration or 0) * packet.time_base * CLOCK_HZ)
            nals = _nals(codec, bytes(packet), length_size)
            units.append(Unit(ticks=ticks, key=packet.is_keyframe, nals=nals))
        first = units[0].ticks
        return Clip(
            codec=codec,
            width=stream.codec_context.width,
            height=stream.codec_context.height,
            duration_ticks=end - first,
            parameter_sets=tuple(sets),
            units=tuple(Unit(ticks=u.ticks - first, key=u.key, nals=u.nals) for u in units),
        )


def _nals(codec: str, data: bytes, length_size: int) -> tuple[bytes, ...]:
    if codec == "mjpeg":
        return (data,)
    found = split_lengths(data, length_size) if length_size else split_annexb(data)
    return tuple(nal for nal in found if nal and not is_parameter_set(codec, nal))


def cached(
    directory: Path, key: str, how: Encoding, frames: Callable[[], Iterable[Pixels]]
) -> Path:
    """The clip of that content key, encoded only if the directory does not hold it yet."""
    content = f"{_MADE_BY}|{key}|{how}"
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    path = directory / f"{how.codec}-{digest}.mp4"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        encode(frames(), path, how)
    return path
