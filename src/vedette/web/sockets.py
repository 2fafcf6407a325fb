"""What all sockets share: they end with the client, with the login, or with a reason."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import NoReturn

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from vedette.access.rights import Caller
from vedette.core.errors import VedetteError
from vedette.web.errors import close_code
from vedette.web.wiring import wiring_of

__all__ = ["Job", "keep_open", "until_gone", "while_logged_in"]

Job = Coroutine[None, None, int]
"""One of a socket's tasks: runs until it answers with the code to close with."""


async def keep_open(socket: WebSocket, *jobs: Job) -> None:
    """Run the jobs until the first ends, then end the others and close."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        # Looked at, so that the loop does not complain of those that ended in the same moment.
        _ = [task.exception() for task in tasks if not task.cancelled()]
    try:
        code, reason = next(iter(done)).result(), ""
    except WebSocketDisconnect:
        return
    except VedetteError as error:
        code, reason = close_code(error), str(error)[:100]
    if socket.client_state is not WebSocketState.DISCONNECTED:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(code, reason)


async def until_gone(socket: WebSocket, hear: Callable[[str], None] | None = None) -> NoReturn:
    """Listen to the client until it leaves, which raises WebSocketDisconnect."""
    while True:
        message = await socket.receive_text()
        if hear is not None:
            hear(message)


async def while_logged_in(socket: WebSocket, check: Callable[[Caller], None]) -> NoReturn:
    """Look again and again whether the login still holds; raises NotLoggedIn or Denied."""
    wiring = wiring_of(socket)
    # The login counts, not its access token: that one expires while the socket goes on.
    caller: Caller = socket.state.caller
    while True:
        await asyncio.sleep(wiring.recheck_s)
        check(await asyncio.to_thread(wiring.sessions.again, caller))
