"""From a track's RTP packets to units: put together, with format, with times that do not wrap."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.core.media import StreamFormat
from vedette.ingest.rtsp.assemble import Assembler, Picture, VideoAssembler
from vedette.ingest.rtsp.jpeg import JpegAssembler
from vedette.ingest.rtsp.rtp import Order, TimeStamps, parse_rtp
from vedette.ingest.rtsp.sdp import Track
from vedette.ingest.unit import JpegFormat, Unit, VideoFormat

__all__ = ["Units", "assembler_of", "pictures"]


def pictures(
    received: Sequence[memoryview], payload_type: int, order: Order, assembler: Assembler
) -> list[Picture]:
    """The pictures that these RTP packets complete."""
    found: list[Picture] = []
    for octets in received:
        packet = parse_rtp(octets)
        if packet is not None and packet.payload_type == payload_type:
            for ordered in order.take(packet):
                found += assembler.take(ordered)
    return found


def assembler_of(track: Track) -> Assembler:
    """What puts that track's packets together."""
    if track.codec == "mjpeg":
        return JpegAssembler(track.size)
    return VideoAssembler(track.codec)


class Units:
    """Pictures as units: with their format, and with times that do not wrap."""

    def __init__(self, track: Track) -> None:
        self._video = None if track.codec == "mjpeg" else VideoFormat(track.codec, track.sets)
        self._jpeg = JpegFormat()
        self.stamps = TimeStamps(track.clock_hz)
        self._newest_us: int | None = None
        self._step_us = 0

    def make(self, picture: Picture) -> Unit | None:
        """The unit, None as long as nobody has said what the stream is."""
        data, key, form = self._read(picture.data)
        pts_us = self.stamps.us(picture.time)
        if self._newest_us is not None and pts_us > self._newest_us:
            self._step_us = pts_us - self._newest_us
        self._newest_us = pts_us
        if form is None:
            return None
        return Unit(
            pts_us=pts_us,
            dts_us=pts_us,
            duration_us=self._step_us,
            key=key,
            format=form,
            data=data,
            damaged=picture.damaged,
        )

    def _read(self, data: bytes) -> tuple[bytes, bool, StreamFormat | None]:
        if self._video is None:
            return data, True, self._jpeg.take(data)
        taken = self._video.take(data)
        if taken is None:
            return data, False, None
        return *taken, self._video.format
