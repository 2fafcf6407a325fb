"""RTSP cameras as a source of packets."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import SecretStr

from vedette.core.errors import SourceError, StreamSilent
from vedette.core.media import Packet, StreamFormat
from vedette.core.ports import Origin
from vedette.core.value import Secret, plugin
from vedette.ingest.address import Resolver, parse_address, system_resolver
from vedette.ingest.dial import Dialer
from vedette.ingest.login import Login
from vedette.ingest.rtsp.assemble import Assembler, Picture, VideoAssembler
from vedette.ingest.rtsp.jpeg import JpegAssembler
from vedette.ingest.rtsp.rtp import Order, TimeStamps, parse_rtp
from vedette.ingest.rtsp.sdp import Track
from vedette.ingest.rtsp.session import SCHEMES, Session
from vedette.ingest.timeline import Timeline
from vedette.ingest.unit import JpegFormat, Unit, VideoFormat, stamp

__all__ = ["RtspPlay", "RtspSource"]

_UDP_DEPTH = 64
"""How many packets may overtake a late one before it counts as lost."""


@plugin
class RtspSource:
    """An RTSP camera: H.264, H.265 or MJPEG."""

    url: str
    """Address such as rtsp://camera/stream1, without user and password."""
    user: str = ""
    """User name, if the camera wants one."""
    password: Secret = SecretStr("")
    """Password of that user."""
    transport: Literal["tcp", "udp"] = "tcp"
    """How pictures travel; UDP loses some on a busy network."""
    verify_certificate: bool = True
    """Whether an rtsps camera must show a certificate that this machine trusts."""

    def __post_init__(self) -> None:
        parse_address(self.url, SCHEMES)

    def open(self, origin: Origin) -> RtspPlay:
        """One connection to the camera."""
        return RtspPlay(self, origin)


class RtspPlay:
    """One connection to an RTSP camera."""

    def __init__(
        self, options: RtspSource, origin: Origin, resolver: Resolver = system_resolver
    ) -> None:
        self._origin = origin
        self._udp = options.transport == "udp"
        self._address = parse_address(options.url, SCHEMES)
        dialer = Dialer(
            allowed=origin.allowed,
            patience_s=origin.silent_s,
            verify=options.verify_certificate,
            resolver=resolver,
        )
        login = Login(options.user, options.password)
        self._session = Session(dialer, login, options.transport)
        self.has_audio = False

    def close(self) -> None:
        self._session.close()

    def packets(self) -> Iterator[Packet]:
        try:
            track = self._session.open(self._address)
            self.has_audio = track.has_audio
            yield from self._read(track)
        except SourceError:
            if not self._session.closed:
                raise
        finally:
            self._session.farewell()

    def _read(self, track: Track) -> Iterator[Packet]:
        order = Order(_UDP_DEPTH if self._udp else 0)
        assembler, units = _assembler(track), _Units(track)
        timeline, clock = Timeline(), self._origin.clock
        heard = time.monotonic()
        for received in self._session.packets():
            for picture in _pictures(received, track.payload_type, order, assembler):
                unit = units.make(picture)
                if unit is not None:
                    yield stamp(self._origin, unit, timeline.place(unit.pts_us, clock.now_us()))
                    heard = time.monotonic()
            self._mind_silence(heard)

    def _mind_silence(self, heard: float) -> None:
        if time.monotonic() - heard <= self._origin.silent_s:
            return
        where = self._address.authority
        hint = "; a firewall may hold back UDP, try tcp" if self._udp else ""
        raise StreamSilent(f"{where} is connected, but sends no pictures{hint}")


def _pictures(
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


def _assembler(track: Track) -> Assembler:
    if track.codec == "mjpeg":
        return JpegAssembler(track.size)
    return VideoAssembler(track.codec)


class _Units:
    """Pictures as units: with their format, and with times that do not wrap."""

    def __init__(self, track: Track) -> None:
        self._video = None if track.codec == "mjpeg" else VideoFormat(track.codec, track.sets)
        self._jpeg = JpegFormat()
        self._stamps = TimeStamps(track.clock_hz)
        self._newest_us: int | None = None
        self._step_us = 0

    def make(self, picture: Picture) -> Unit | None:
        """The unit, None as long as nobody has said what the stream is."""
        data, key, form = self._read(picture.data)
        pts_us = self._stamps.us(picture.time)
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
