"""Live pictures over HLS, for players that know nothing else."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Response

from vedette.core.site import Camera
from vedette.web.params import PartId
from vedette.web.routes.live import StreamChoice, seen
from vedette.web.routing import feature
from vedette.web.showing import stream_of
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("live")

_PLAYLIST = "application/vnd.apple.mpegurl"
_Name = Annotated[
    str,
    Path(description="As the playlist names it.", pattern=r"^(init-\d{1,20}\.mp4|\d{1,20}\.m4s)$"),
]


def _answer(kind: str, what: str) -> dict[int | str, dict[str, object]]:
    schema = {"type": "string", "format": "binary"}
    return {200: {"content": {kind: {"schema": schema}}, "description": what}}


@router.get(
    "/cameras/{camera_id}/live.m3u8",
    response_class=Response,
    responses=_answer(_PLAYLIST, "The playlist."),
)
async def live_playlist(
    camera: Annotated[Camera, Depends(seen)], wiring: Wired, stream: StreamChoice = None
) -> Response:
    """Live HLS with the camera's own H.264 or H.265 in fragmented MP4.

    Segments are made from the first asking on, until nobody has asked for twenty seconds. 503 when
    the camera sends nothing, 422 when its codec does not fit.
    """
    chosen = stream_of(camera, stream)
    text = await wiring.hls.playlist(camera.id, chosen, f"hls/{chosen}/")
    return Response(text, media_type=_PLAYLIST)


@router.get(
    "/cameras/{camera_id}/hls/{stream_id}/{name}",
    response_class=Response,
    responses=_answer("video/mp4", "The init segment or segment."),
)
async def live_segment(
    camera: Annotated[Camera, Depends(seen)], stream_id: PartId, name: _Name, wiring: Wired
) -> Response:
    """A file that the playlist names; 404 once it is past."""
    octets = wiring.hls.octets(camera.id, stream_id, name)
    return Response(octets, media_type="video/mp4")
