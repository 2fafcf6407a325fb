"""Asks lanes for what they see now; requests for the same picture share one answer."""

from __future__ import annotations

import asyncio
import uuid

from vedette.core.errors import Unavailable
from vedette.core.facts import Picture, PictureWanted
from vedette.core.ports import Bus

__all__ = ["Pictures"]

_MOST_WAITING = 500


class Pictures:
    """Belongs to the event loop: `ask` and `take` are called there only."""

    def __init__(self, bus: Bus, timeout_s: float = 2.0) -> None:
        self._bus, self._timeout_s = bus, timeout_s
        self._asked: dict[tuple[str, int | None], asyncio.Future[Picture]] = {}
        self._tickets: dict[str, asyncio.Future[Picture]] = {}

    async def ask(self, camera: str, width_px: int | None) -> Picture:
        """The newest picture of a camera's lane, or Unavailable when it does not answer."""
        key = (camera, width_px)
        future = self._asked.get(key)
        try:
            if future is None:
                future = await self._want(key)
            return await asyncio.wait_for(asyncio.shield(future), self._timeout_s)
        except TimeoutError:
            raise Unavailable(
                f"camera {camera!r} gave no picture within {self._timeout_s:g} s;"
                " its status says whether it is connected"
            ) from None
        finally:
            if self._asked.get(key) is future:
                del self._asked[key]

    def take(self, picture: Picture) -> None:
        """Hand an answer to whoever waits for it."""
        future = self._tickets.get(picture.ticket)
        if future is not None and not future.done():
            future.set_result(picture)

    async def _want(self, key: tuple[str, int | None]) -> asyncio.Future[Picture]:
        if len(self._tickets) >= _MOST_WAITING:
            raise Unavailable("too many pictures are waited for; try again in a moment")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Picture] = loop.create_future()
        ticket = uuid.uuid4().hex
        self._asked[key] = self._tickets[ticket] = future
        loop.call_later(self._timeout_s, self._forget, ticket)
        wanted = PictureWanted(ticket=ticket, camera=key[0], width=key[1])
        # A bus between processes may wait for room; the loop must not.
        await asyncio.to_thread(self._bus.publish, wanted)
        return future

    def _forget(self, ticket: str) -> None:
        self._tickets.pop(ticket, None)
