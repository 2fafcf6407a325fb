"""Live pictures of a camera: its packets in fragments, or single JPEGs for those who need them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Response, WebSocket

from vedette.access.rights import Caller, authorise
from vedette.core.site import Camera
from vedette.core.stills import FASTEST_FPS, StillsWanted
from vedette.web.callers import needs
from vedette.web.multipart import Multipart
from vedette.web.params import CameraId
from vedette.web.routing import feature
from vedette.web.showing import serve_socket, stream_of
from vedette.web.wiring import Wired, wiring_of

__all__ = ["StreamChoice", "router", "seen"]

router = feature("live")

StreamChoice = Annotated[
    str | None, Query(description="Id of the stream; the one with the role live if left out.")
]
_Width = Annotated[
    int | None,
    Query(
        description="At most about this wide, in pixels: rounded up to one of a few sizes.",
        ge=16,
        le=7680,
    ),
]
_Fps = Annotated[
    float,
    Query(description="Pictures a second: rounded up to 1, 2, 5 or 10.", gt=0, le=FASTEST_FPS),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StillsAsked:
    """Which pictures are wanted, in the asker's words."""

    stream: StreamChoice = None
    width: _Width = None
    fps: _Fps = 5

    def of(self, camera: Camera) -> StillsWanted:
        """In ours; NotFound when the camera has no such stream."""
        return StillsWanted.about(stream_of(camera, self.stream), self.width, self.fps)


_MJPEG: dict[int | str, dict[str, object]] = {
    200: {
        "content": {"multipart/x-mixed-replace": {"schema": {"type": "string"}}},
        "description": "JPEGs, one after the other, for as long as the client stays.",
    }
}


@router.websocket("/live/{camera_id}")
async def live(
    websocket: WebSocket,
    camera_id: CameraId,
    caller: Annotated[Caller, needs("live.view")],
    stream: StreamChoice = None,
    sound: bool = False,
) -> None:
    """Packets as the camera sent them, one fragment of MP4 per picture; AAC and Opus if asked."""
    authorise(caller, "live.view", [camera_id])
    wiring = wiring_of(websocket)
    chosen = stream_of((await asyncio.to_thread(wiring.site.now)).camera(camera_id), stream)
    await websocket.accept()
    hub = wiring.sounding if sound else wiring.live
    async with hub.view(camera_id, chosen) as queue:
        await serve_socket(websocket, queue, (camera_id, chosen))


@router.websocket("/live/{camera_id}/stills")
async def live_stills(
    websocket: WebSocket,
    camera_id: CameraId,
    caller: Annotated[Caller, needs("live.view")],
    asked: Annotated[StillsAsked, Depends()],
) -> None:
    """The same as single JPEGs, each after eight bytes of its time."""
    authorise(caller, "live.view", [camera_id])
    wiring = wiring_of(websocket)
    wanted = asked.of((await asyncio.to_thread(wiring.site.now)).camera(camera_id))
    await websocket.accept()
    async with wiring.stills.view(camera_id, wanted.name) as queue:
        await serve_socket(websocket, queue, (camera_id, wanted.stream))


def seen(
    camera_id: CameraId, caller: Annotated[Caller, needs("live.view")], wiring: Wired
) -> Camera:
    """The camera asked for, if the caller may watch it."""
    authorise(caller, "live.view", [camera_id])
    return wiring.site.now().camera(camera_id)


@router.get("/cameras/{camera_id}/live.mjpeg", response_class=Response, responses=_MJPEG)
async def live_mjpeg(
    camera: Annotated[Camera, Depends(seen)],
    asked: Annotated[StillsAsked, Depends()],
    wiring: Wired,
) -> Response:
    """JPEGs as multipart/x-mixed-replace, which an image element or an old recorder shows.

    Made only while somebody watches; whoever reads slowly gets fewer. 503 when none comes.
    """
    return Multipart(wiring, camera.id, asked.of(camera))
