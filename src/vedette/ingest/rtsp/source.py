"""RTSP cameras as a source of packets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Literal

from pydantic import SecretStr

from vedette.core.errors import SourceError, StreamSilent
from vedette.core.media import Packet, Sound
from vedette.core.ports import Origin
from vedette.core.value import Secret, plugin
from vedette.ingest.address import Resolver, parse_address, system_resolver
from vedette.ingest.dial import Dialer
from vedette.ingest.login import Login
from vedette.ingest.rtsp.ear import Ear
from vedette.ingest.rtsp.rtp import Order
from vedette.ingest.rtsp.sdp import Track
from vedette.ingest.rtsp.session import SCHEMES, Session
from vedette.ingest.rtsp.units import Units, assembler_of, pictures
from vedette.ingest.timeline import Timeline
from vedette.ingest.unit import stamp

__all__ = ["RtspPlay", "RtspSource"]

_UDP_DEPTH, _UDP_SOUND_DEPTH = 64, 4
"""How many packets may overtake a late one before it counts as lost."""


@plugin
class RtspSource:
    """An RTSP camera: H.264, H.265 or MJPEG, with its sound."""

    url: str
    """Address such as rtsp://camera/stream1, without user and password."""
    user: str = ""
    """User name, if the camera wants one."""
    password: Secret = SecretStr("")
    """Password of that user."""
    transport: Literal["tcp", "udp"] = "tcp"
    """How pictures travel; UDP loses some on a busy network."""
    sound: bool = True
    """Whether sound is fetched where the camera has it: AAC, G.711 or Opus."""
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
        self._wants_sound = options.sound
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

    def packets(self) -> Iterator[Packet | Sound]:
        try:
            track = self._session.open(self._address, sound=self._wants_sound)
            self.has_audio = track.has_audio
            yield from self._read(track)
        except SourceError:
            if not self._session.closed:
                raise
        finally:
            self._session.farewell()

    def _read(self, track: Track) -> Iterator[Packet | Sound]:
        order = Order(_UDP_DEPTH if self._udp else 0)
        ear = self._ear(track)
        assembler, units = assembler_of(track), Units(track)
        timeline, clock = Timeline(), self._origin.clock
        heard = time.monotonic()
        for received in self._session.packets(ear):
            for picture in pictures(received, track.payload_type, order, assembler):
                unit = units.make(picture)
                if unit is not None:
                    yield stamp(self._origin, unit, timeline.place(unit.pts_us, clock.now_us()))
                    heard = time.monotonic()
            if ear is not None and timeline.offset_us is not None:
                yield from ear.sounds(units.stamps, timeline)
            self._mind_silence(heard)

    def _ear(self, track: Track) -> Ear | None:
        if track.sound is None:
            return None
        return Ear(track.sound, self._origin, _UDP_SOUND_DEPTH if self._udp else 0)

    def _mind_silence(self, heard: float) -> None:
        if time.monotonic() - heard <= self._origin.silent_s:
            return
        where = self._address.authority
        hint = "; a firewall may hold back UDP, try tcp" if self._udp else ""
        raise StreamSilent(f"{where} is connected, but sends no pictures{hint}")
