"""The socket over which everything that happens is told."""

from __future__ import annotations

from typing import Annotated

from fastapi import WebSocket
from pydantic import TypeAdapter, ValidationError

from vedette.access.rights import Caller
from vedette.core.errors import ConfigError
from vedette.web.callers import needs
from vedette.web.routing import feature
from vedette.web.socket_queue import SocketQueue
from vedette.web.sockets import keep_open, until_gone, while_logged_in
from vedette.web.spoken import Hello, SocketDrop, Subscribe
from vedette.web.wiring import Wiring, wiring_of

__all__ = ["router"]

router = feature("sockets")
_LONGEST = 64 * 1024
_SUBSCRIBE = TypeAdapter(Subscribe)


_HELLO = TypeAdapter(Hello)
_DROP = TypeAdapter(SocketDrop)


@router.websocket("/socket")
async def socket(websocket: WebSocket, caller: Annotated[Caller, needs("site.view")]) -> None:
    """Observations, alarms, events, status and changes of the site, as they happen."""
    wiring = wiring_of(websocket)
    await websocket.accept()
    queue = SocketQueue(caller)
    wiring.broadcast.join(queue)
    try:
        await keep_open(
            websocket,
            _tell(websocket, wiring, queue, caller),
            until_gone(websocket, lambda text: _hear(queue, text)),
            while_logged_in(websocket, queue.check),
        )
    finally:
        wiring.broadcast.leave(queue)


def _hear(queue: SocketQueue, text: str) -> None:
    try:
        wanted = _SUBSCRIBE.validate_json(text[:_LONGEST])
    except ValidationError:
        raise ConfigError('expected {"subscribe": [topics], "cameras": [ids] or null}') from None
    queue.subscribe(wanted)


async def _tell(websocket: WebSocket, wiring: Wiring, queue: SocketQueue, caller: Caller) -> int:
    hello = Hello(user=caller.user.name, time_us=wiring.parts.clock.now_us())
    await websocket.send_text(_HELLO.dump_json(hello).decode())
    while (text := await queue.next()) is not None:
        await websocket.send_text(text)
        news = queue.news_of_drops()
        if news is not None:
            await websocket.send_text(_DROP.dump_json(news).decode())
    # Alarms are never left out: the client comes back and reads them from the store.
    return 1013
