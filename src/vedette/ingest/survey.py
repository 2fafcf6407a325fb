"""What a stream really sends, measured on its packets."""

from __future__ import annotations

import time
from collections.abc import Callable

from vedette.core import plugins
from vedette.core.clock import RealClock, to_seconds
from vedette.core.errors import StreamSilent, VedetteError
from vedette.core.facts import ProbeResult
from vedette.core.media import Packet, pictures_of
from vedette.core.ports import Opener, Origin, Source
from vedette.core.settings import SourceSettings
from vedette.core.site import Spec

__all__ = ["survey"]

_WATCH_S = 2.0
_MOST_PACKETS = 2_000
_SPARE_S = 1.8
"""Silence is noticed at the next tick of a second, and must be told in time."""
_NAMES = {"h264": "H.264", "hevc": "H.265", "mjpeg": "MJPEG"}


def survey(
    spec: Spec, allowed: SourceSettings, until: float, now: Callable[[], float] = time.monotonic
) -> ProbeResult:
    """Open the source and watch it for about two seconds; `until` is on the clock of `now`.

    Longer, if time is left, where no second key picture has come yet.
    """
    begun = now()
    try:
        opener: Opener = plugins.build("source", spec)
        origin = Origin(
            camera="probe",
            stream="probe",
            clock=RealClock(),
            allowed=allowed,
            silent_s=max(1.0, until - begun - _SPARE_S),
        )
        source = opener.open(origin)
        try:
            packets = _watch(source, until, now)
        finally:
            source.close()
    except VedetteError as error:
        return ProbeResult(ok=False, code=error.code, message=str(error), seconds=now() - begun)
    return _found(packets, bool(getattr(source, "has_audio", False)), now() - begun)


def _watch(source: Source, until: float, now: Callable[[], float]) -> list[Packet]:
    packets: list[Packet] = []
    keys = 0
    for packet in pictures_of(source.packets()):
        packets.append(packet)
        keys += packet.key
        watched_s = to_seconds(packet.pts_us - packets[0].pts_us)
        if now() > until or len(packets) >= _MOST_PACKETS:
            break
        if watched_s >= _WATCH_S and (keys > 1 or now() > until - 1.0):
            break
    if not packets:
        raise StreamSilent("connected, but no picture came")
    return packets


def _found(packets: list[Packet], has_audio: bool, seconds: float) -> ProbeResult:
    first, form = packets[0], packets[-1].format
    times = sorted(packet.pts_us for packet in packets)
    span_s = to_seconds(times[-1] - times[0])
    keys = [packet.pts_us for packet in packets if packet.key]
    fps = (len(packets) - 1) / span_s if span_s > 0 else 0.0
    octets = sum(len(packet.data) for packet in packets if packet is not first)
    rate_bps = octets * 8 / span_s if span_s > 0 else 0.0
    return ProbeResult(
        ok=True,
        message=(
            f"{_NAMES.get(form.codec, form.codec)}, {form.width}×{form.height}, "
            f"{fps:.1f} pictures a second, {rate_bps / 1e6:.2f} Mbit/s"
        ),
        seconds=seconds,
        codec=form.codec,
        width=form.width,
        height=form.height,
        fps=fps,
        bitrate_bps=rate_bps,
        key_interval_s=to_seconds(keys[-1] - keys[0]) / (len(keys) - 1) if len(keys) > 1 else 0.0,
        has_audio=has_audio,
    )
