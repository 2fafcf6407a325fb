"""RTSP cameras (through FFmpeg for now)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from urllib.parse import quote

import av
from av.container import InputContainer
from pydantic import SecretStr

from vedette.core.errors import LoginFailed, SourceError, StreamMissing, StreamSilent, Unreachable
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.value import Secret, plugin
from vedette.ingest.address import Address, Resolver, parse_address, resolve, system_resolver
from vedette.ingest.demux import read_units
from vedette.ingest.timeline import Timeline
from vedette.ingest.unit import stamp

__all__ = ["RtspSource"]


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

    def __post_init__(self) -> None:
        parse_address(self.url, ("rtsp",))

    def open(self, origin: Origin) -> _RtspPlay:
        """One connection to the camera."""
        return _RtspPlay(self, origin, system_resolver)


class _RtspPlay:
    def __init__(self, options: RtspSource, origin: Origin, resolver: Resolver) -> None:
        self._options = options
        self._origin = origin
        self._resolver = resolver
        self._closed = False

    def close(self) -> None:
        self._closed = True

    def packets(self) -> Iterator[Packet]:
        address = parse_address(self._options.url, ("rtsp",))
        timeline = Timeline()
        clock = self._origin.clock
        try:
            with self._connect(address) as container:
                for unit in read_units(container, name=address.host):
                    if self._closed:
                        return
                    ahead_us = unit.pts_us - unit.dts_us
                    t_us = timeline.place(unit.dts_us, clock.now_us()) + ahead_us
                    yield stamp(self._origin, unit, t_us)
        except (av.FFmpegError, OSError) as error:
            raise _explained(error, address) from None
        raise Unreachable(f"{address.host} ended the stream")

    def _connect(self, address: Address) -> InputContainer:
        host = resolve(address, self._origin.allowed, self._resolver)[0]
        who = ""
        if self._options.user:
            password = quote(self._options.password.get_secret_value(), safe="")
            who = f"{quote(self._options.user, safe='')}:{password}@"
        options = {
            "rtsp_transport": self._options.transport,
            "allowed_media_types": "video",
            "protocol_whitelist": "rtsp,rtp,tcp,udp",
            "codec_whitelist": "h264,hevc,mjpeg",
            "fflags": "nobuffer",
            "analyzeduration": "500000",
            "probesize": "200000",
        }
        shown = f"[{host}]" if ":" in host else host
        url = f"rtsp://{who}{shown}:{address.port}{address.target}"
        patience_s = self._origin.silent_s
        return av.open(
            url, mode="r", format="rtsp", options=options, timeout=(patience_s, patience_s)
        )


def _explained(error: Exception, address: Address) -> SourceError:
    host = f"{address.host}:{address.port}"
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        return LoginFailed(f"{host} refuses user or password")
    if isinstance(error, av.error.HTTPNotFoundError):
        return StreamMissing(f"{host} has no stream {address.target}")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(f"{host} refuses connections: nothing listens there")
    if isinstance(error, av.error.ExitError):
        return StreamSilent(f"{host} is connected but sends no pictures")
    return Unreachable(f"{host} cannot be reached")
