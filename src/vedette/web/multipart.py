"""Pictures that replace one another in one answer that does not end (multipart/x-mixed-replace)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vedette.access.rights import authorise
from vedette.core.errors import Denied, Unavailable
from vedette.core.stills import StillsWanted
from vedette.live.queue import Chunk, State, ViewerQueue
from vedette.web.callers import token_of
from vedette.web.wiring import Wiring

__all__ = ["TIME_OCTETS", "Multipart", "first_still"]

_FIRST_S = 5.0
_SILENT_S = 15.0
_EDGE = b"vedette-picture"
TIME_OCTETS = 8
"""Before each JPEG of a live channel stands its time."""


class Multipart(Response):
    """Sends the newest picture whenever the client has taken the one before."""

    def __init__(self, wiring: Wiring, camera: str, wanted: StillsWanted) -> None:
        super().__init__()
        self._wiring, self._camera, self._wanted = wiring, camera, wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        async with self._wiring.stills.view(self._camera, self._wanted.name) as queue:
            # Before the answer begins, so that it can still be a refusal.
            first = await first_still(queue, self._camera, _FIRST_S)
            await _first_of(
                self._pictures(queue, first, send), _until_gone(receive), self._recheck(request)
            )

    async def _pictures(self, queue: ViewerQueue, chunk: Chunk, send: Send) -> None:
        kind = b"multipart/x-mixed-replace; boundary=" + _EDGE
        headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            while True:
                await send({"type": "http.response.body", "body": _part(chunk), "more_body": True})
                chunk = await asyncio.wait_for(_next(queue), _SILENT_S)
        except TimeoutError:
            # Whoever sees the end can ask again and is then told the reason.
            await send({"type": "http.response.body", "body": b""})

    async def _recheck(self, request: Request) -> None:
        token = token_of(request)
        while True:
            await asyncio.sleep(self._wiring.recheck_s)
            try:
                caller = await asyncio.to_thread(self._wiring.sessions.find, token)
                authorise(caller, "live.view", [self._camera])
            except Denied:
                return


async def first_still(queue: ViewerQueue, camera: str, within_s: float) -> Chunk:
    """The first picture that comes, or Unavailable with the reason why there is none."""
    reason = "its status says whether it is connected"
    deadline = asyncio.get_running_loop().time() + within_s
    while (left_s := deadline - asyncio.get_running_loop().time()) > 0:
        try:
            one = await asyncio.wait_for(queue.next(), left_s)
        except TimeoutError:
            break
        if isinstance(one, Chunk):
            return one
        if isinstance(one, State) and one.reason:
            reason = one.reason
    raise Unavailable(f"camera {camera!r} gave no picture within {within_s:g} s; {reason}")


def _part(chunk: Chunk) -> bytes:
    picture = chunk.payload[TIME_OCTETS:]
    head = (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n"
        f"X-Picture-Time-Us: {chunk.t_us}\r\n\r\n"
    )
    return b"--" + _EDGE + b"\r\n" + head.encode() + picture + b"\r\n"


async def _next(queue: ViewerQueue) -> Chunk:
    while True:
        one = await queue.next()
        if isinstance(one, Chunk):
            return one


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first_of(*jobs: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()
