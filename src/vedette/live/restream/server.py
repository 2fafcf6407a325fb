"""The server: a thread of its own with one event loop for all clients."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

import structlog

from vedette.core.errors import Unavailable
from vedette.core.ports import PacketHub
from vedette.live.hub import LiveHub
from vedette.live.restream.conversation import Conversation, Door
from vedette.live.restream.packing import Packing
from vedette.live.restream.porter import Porter

__all__ = ["RestreamServer"]

_log = structlog.get_logger()
_MOST_CLIENTS = 500
_MOST_HEAD = 16 * 1024
_PATIENCE_S = 5.0


class RestreamServer:
    """Listens at host and port, 0 for a free one; `start` returns when it does, or raises."""

    def __init__(
        self, packets: PacketHub, porter: Porter, host: str, port: int, recheck_s: float = 15.0
    ) -> None:
        self.host, self.port = host, port
        self._door = Door(
            hub=LiveHub(packets, wrapping=Packing), porter=porter, recheck_s=recheck_s
        )
        self._talking: dict[asyncio.Task[None], Conversation] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="restream", daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> RestreamServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin; Unavailable when the port cannot be had."""
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(_PATIENCE_S)
        except OSError as error:
            self.stop()
            raise Unavailable(
                f"port {self.port} of {self.host} cannot be had for RTSP: {error.strerror};"
                " the setting restream.port names another"
            ) from error
        _log.info("cameras are handed on over rtsp", host=self.host, port=self.port)

    def stop(self) -> None:
        """Hang up on everybody and end; may be called twice."""
        if not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._talking)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(
            self._welcome, self.host, self.port, limit=_MOST_HEAD
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for conversation in self._talking.values():
            conversation.hang_up()
        if self._talking:
            await asyncio.wait(self._talking, timeout=_PATIENCE_S / 2)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._talking) >= _MOST_CLIENTS:
            _log.warning("too many rtsp clients; one was turned away", most=_MOST_CLIENTS)
            writer.transport.abort()
            return
        conversation = Conversation(reader, writer, self._door)
        task = self._loop.create_task(_talk(conversation, writer), name="restream-client")
        self._talking[task] = conversation
        task.add_done_callback(self._talking.pop)


async def _talk(conversation: Conversation, writer: asyncio.StreamWriter) -> None:
    try:
        await conversation.run()
    finally:
        writer.close()
