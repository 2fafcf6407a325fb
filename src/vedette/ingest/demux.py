"""FFmpeg's demuxers as a source of units, shut in: no protocol, no odd format, no other file."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import IO

import av
from av.container import InputContainer
from av.packet import Packet as AvPacket
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from vedette.core.errors import StreamUnsupported
from vedette.core.video.nal import VideoCodec, join, split_lengths, stored_sets
from vedette.ingest.unit import JpegFormat, Unit, VideoFormat

__all__ = ["FORMATS", "open_file", "read_units"]

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,dhav,h264,hevc,mjpeg"
"""Containers we open; none of them is a list of other addresses."""

_CODECS = "h264,hevc,mjpeg"
_MICRO = Fraction(1, 1_000_000)


def open_file(file: IO[bytes], *, name: str, format: str | None = None) -> InputContainer:  # noqa: A002
    """Open a container that is read through `file` alone; `name` is for messages."""
    options = {
        "protocol_whitelist": "",
        "format_whitelist": FORMATS,
        "codec_whitelist": _CODECS,
    }
    try:
        return av.open(file, mode="r", format=format, options=options)
    except av.FFmpegError as error:
        raise StreamUnsupported(f"{name} is not a video we can read: {_words(error)}") from None


def _words(error: av.FFmpegError) -> str:
    # Only FFmpeg's own words: its file name could carry an address with a password.
    return (error.strerror or "unknown error").lower()


def video_of(container: InputContainer, *, name: str) -> VideoStream:
    """The first video stream; StreamUnsupported if none is of a codec we know."""
    if not container.streams.video:
        raise StreamUnsupported(f"{name} has no video")
    stream = container.streams.video[0]
    codec = _codec_name(stream)
    if codec not in ("h264", "hevc", "mjpeg"):
        raise StreamUnsupported(f"{name} is coded as {codec}; we read H.264, H.265 and MJPEG")
    return stream


def _codec_name(stream: VideoStream) -> str:
    context: VideoCodecContext | None = stream.codec_context
    return "something unknown" if context is None else context.name


def read_units(container: InputContainer, *, name: str) -> Iterator[Unit]:
    """The pictures of the first video stream; damaged ones are marked, never an exception."""
    stream = video_of(container, name=name)
    codec = stream.codec_context.name
    if codec == "mjpeg":
        yield from _jpeg_units(container, stream)
    else:
        yield from _video_units(container, stream, "h264" if codec == "h264" else "hevc")


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[AvPacket[VideoStream]]:
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except av.error.InvalidDataError:
        # A container cut off in its middle ends there.
        return


def _video_units(
    container: InputContainer, stream: VideoStream, codec: VideoCodec
) -> Iterator[Unit]:
    length_size, sets = stored_sets(codec, bytes(stream.codec_context.extradata or b""))
    form = VideoFormat(codec, sets)
    times = _Times(stream)
    for packet in _packets(container, stream):
        data = bytes(packet)
        if length_size:
            data = join(split_lengths(data, length_size))
        taken = form.take(data, key=packet.is_keyframe) if data else None
        pts_us, dts_us, duration_us = times.of(packet)
        if taken is None or form.format is None:
            continue
        yield Unit(
            pts_us=pts_us,
            dts_us=dts_us,
            duration_us=duration_us,
            key=taken[1],
            format=form.format,
            data=taken[0],
            damaged=packet.is_corrupt,
        )


def _jpeg_units(container: InputContainer, stream: VideoStream) -> Iterator[Unit]:
    form = JpegFormat()
    times = _Times(stream)
    for packet in _packets(container, stream):
        data = bytes(packet)
        now = form.take(data)
        pts_us, dts_us, duration_us = times.of(packet)
        if now is None:
            continue
        yield Unit(
            pts_us=pts_us,
            dts_us=dts_us,
            duration_us=duration_us,
            key=True,
            format=now,
            data=data,
            damaged=packet.is_corrupt or not data.rstrip(b"\x00").endswith(b"\xff\xd9"),
        )


class _Times:
    """Times of a stream's packets, made up from the frame rate where the container has none."""

    def __init__(self, stream: VideoStream) -> None:
        base = stream.time_base or _MICRO
        self._num_us = base.numerator * 1_000_000
        self._den = base.denominator
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        self._step_us = round(1_000_000 / rate) if rate > 0 else 40_000
        self._next_us = 0

    def of(self, packet: AvPacket[VideoStream]) -> tuple[int, int, int]:
        """pts, dts and duration in microseconds."""
        duration_us = self._us(packet.duration) if packet.duration else self._step_us
        dts_us = self._us(packet.dts) if packet.dts is not None else None
        pts_us = self._us(packet.pts) if packet.pts is not None else None
        if pts_us is None:
            pts_us = dts_us if dts_us is not None else self._next_us
        dts_us = pts_us if dts_us is None else min(dts_us, pts_us)
        self._next_us = dts_us + duration_us
        return pts_us, dts_us, duration_us

    def _us(self, ticks: int) -> int:
        return (ticks * self._num_us + self._den // 2) // self._den
