"""The newest picture of a camera: its lane's where there is one, else one made for the asker."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.core.errors import Unavailable
from vedette.core.site import Camera
from vedette.core.stills import StillsWanted
from vedette.web.multipart import TIME_OCTETS, first_still
from vedette.web.showing import stream_of
from vedette.web.wiring import Wiring

__all__ = ["Latest", "latest"]

_OWN_S = 3.0
_RATE_FPS = 5
_GONE = ("silent", "failed", "stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """A JPEG and when it was taken."""

    t_us: int
    jpeg: bytes


async def latest(wiring: Wiring, camera: Camera, width: int | None, max_age_s: float) -> Latest:
    """A picture not older than that, or Unavailable saying how the camera is."""
    try:
        seen = await wiring.pictures.ask(camera.id, width)
    except Unavailable:
        # No lane, or one that has not begun.
        return await _made(wiring, camera, width, max_age_s)
    if _age_s(wiring, seen.t_us) <= max_age_s:
        return Latest(t_us=seen.t_us, jpeg=seen.jpeg)
    try:
        return await _made(wiring, camera, width, max_age_s)
    except Unavailable as error:
        age = f"its newest picture is {_age_s(wiring, seen.t_us):.0f} s old"
        raise Unavailable(f"{error}; {age}") from None


async def _made(wiring: Wiring, camera: Camera, width: int | None, max_age_s: float) -> Latest:
    stream = stream_of(camera, None)
    status = wiring.board.stream(camera.id, stream)
    if status is not None and status.state in _GONE:
        reason = status.reason or f"its stream is {status.state}"
        raise Unavailable(f"camera {camera.id!r} gives no picture: {reason}")
    wanted = StillsWanted.about(stream, width, _RATE_FPS)
    async with wiring.stills.view(camera.id, wanted.name) as queue:
        while True:
            chunk = await first_still(queue, camera.id, _OWN_S)
            # What comes first may be from the beginning of a long group of pictures.
            if _age_s(wiring, chunk.t_us) <= max_age_s:
                return Latest(t_us=chunk.t_us, jpeg=chunk.payload[TIME_OCTETS:])


def _age_s(wiring: Wiring, t_us: int) -> float:
    return (wiring.parts.clock.now_us() - t_us) / 1_000_000
