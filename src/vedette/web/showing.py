"""What all ways of showing live pictures share: which stream, and what is said of it."""

from __future__ import annotations

import asyncio
from typing import NoReturn

from fastapi import WebSocket
from pydantic import TypeAdapter

from vedette.access.rights import Caller, authorise
from vedette.core.errors import NotFound
from vedette.core.site import Camera
from vedette.live.fmp4 import Opening
from vedette.live.queue import Chunk, Drop, State, ViewerQueue
from vedette.web.sockets import keep_open, until_gone, while_logged_in
from vedette.web.spoken import LiveFormat
from vedette.web.wiring import Wiring, wiring_of

__all__ = ["Watched", "serve_socket", "stream_of"]

_LOOK_S = 0.5
# A stream that was just asked for may say so a little later.
_PATIENCE = 4

_FORMAT = TypeAdapter(LiveFormat)
_DROP = TypeAdapter(Drop)
_STATE = TypeAdapter(State)

Watched = tuple[str, str]
"""Camera and stream."""


def stream_of(camera: Camera, wanted: str | None) -> str:
    """The stream asked for, else the one to be shown live; NotFound when there is none such."""
    if wanted is None:
        return (camera.stream_for("live") or camera.streams[0]).id
    if not any(stream.id == wanted for stream in camera.streams):
        raise NotFound(f"camera {camera.id!r} has no stream {wanted!r}")
    return wanted


async def serve_socket(websocket: WebSocket, queue: ViewerQueue, watched: Watched) -> None:
    """Send what the queue gives until the client, its login or its right is gone."""

    def check(newest: Caller) -> None:
        authorise(newest, "live.view", [watched[0]])

    await keep_open(
        websocket,
        _show(websocket, queue),
        _watch_state(wiring_of(websocket), queue, watched),
        until_gone(websocket),
        while_logged_in(websocket, check),
    )


async def _show(websocket: WebSocket, queue: ViewerQueue) -> NoReturn:
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


async def _watch_state(wiring: Wiring, queue: ViewerQueue, watched: Watched) -> NoReturn:
    told = "live"
    looks = 0
    while True:
        status = wiring.board.stream(*watched)
        state = status.state if status else "connecting"
        looks += 1
        if state != told and (status is not None or looks > _PATIENCE):
            told = state
            queue.note(State(state=state, reason=status.reason if status else ""))
        await asyncio.sleep(_LOOK_S)
