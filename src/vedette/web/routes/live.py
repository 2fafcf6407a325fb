"""Live pictures of a camera."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Query, WebSocket
from pydantic import TypeAdapter

from vedette.access.rights import Caller, authorise
from vedette.core.errors import NotFound
from vedette.core.site import Camera
from vedette.live.fmp4 import Opening
from vedette.live.queue import Chunk, Drop, State, ViewerQueue
from vedette.web.callers import needs
from vedette.web.params import CameraId
from vedette.web.routing import feature
from vedette.web.sockets import keep_open, until_gone, while_logged_in
from vedette.web.spoken import LiveFormat
from vedette.web.wiring import Wiring, wiring_of

__all__ = ["router"]

router = feature("sockets")
_LOOK_S = 0.5
# A stream that was just asked for may say so a little later.
_PATIENCE = 4


_FORMAT = TypeAdapter(LiveFormat)
_DROP = TypeAdapter(Drop)
_STATE = TypeAdapter(State)


@router.websocket("/live/{camera_id}")
async def live(
    websocket: WebSocket,
    camera_id: CameraId,
    caller: Annotated[Caller, needs("live.view")],
    stream: Annotated[
        str | None, Query(description="Id of the stream; the one with the role live if left out.")
    ] = None,
) -> None:
    """Packets as the camera sent them, one fragment of MP4 per picture."""
    authorise(caller, "live.view", [camera_id])
    wiring = wiring_of(websocket)
    site = await asyncio.to_thread(wiring.site.now)
    chosen = _stream(site.camera(camera_id), stream)
    await websocket.accept()

    def check(newest: Caller) -> None:
        authorise(newest, "live.view", [camera_id])

    async with wiring.live.view(camera_id, chosen) as queue:
        await keep_open(
            websocket,
            _show(websocket, queue),
            _watch_state(wiring, queue, camera_id, chosen),
            until_gone(websocket),
            while_logged_in(websocket, check),
        )


def _stream(camera: Camera, wanted: str | None) -> str:
    if wanted is None:
        return (camera.stream_for("live") or camera.streams[0]).id
    if not any(stream.id == wanted for stream in camera.streams):
        raise NotFound(f"camera {camera.id!r} has no stream {wanted!r}")
    return wanted


async def _show(websocket: WebSocket, queue: ViewerQueue) -> int:
    opening: Opening | None = None
    while True:
        match await queue.next():
            case Chunk() as chunk:
                if chunk.opening is not opening:
                    opening = chunk.opening
                    await _open(websocket, opening)
                await websocket.send_bytes(chunk.payload)
            case Drop() as drop:
                await websocket.send_text(_DROP.dump_json(drop).decode())
            case State() as state:
                await websocket.send_text(_STATE.dump_json(state).decode())


async def _open(websocket: WebSocket, opening: Opening) -> None:
    told = LiveFormat(
        mime=opening.mime,
        codec=opening.codec,
        width=opening.width,
        height=opening.height,
        base_t_us=opening.base_t_us,
    )
    await websocket.send_text(_FORMAT.dump_json(told).decode())
    if opening.segment:
        await websocket.send_bytes(opening.segment)


async def _watch_state(wiring: Wiring, queue: ViewerQueue, camera: str, stream: str) -> int:
    told = "live"
    looks = 0
    while True:
        status = wiring.board.stream(camera, stream)
        state = status.state if status else "connecting"
        looks += 1
        if state != told and (status is not None or looks > _PATIENCE):
            told = state
            queue.note(State(state=state, reason=status.reason if status else ""))
        await asyncio.sleep(_LOOK_S)
