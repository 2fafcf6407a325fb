"""The server: a thread of its own with one event loop for all clients."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

from vedette.testing.clips import Clip, load
from vedette.testing.rtsp.conversation import Conversation
from vedette.testing.rtsp.mount import Mount, MountOptions
from vedette.testing.rtsp.reel import Reel, Wire

__all__ = ["RtspServer"]

T = TypeVar("T")

_BACKLOG = 512
_PATIENCE_S = 10.0


class RtspServer:
    """Replays clips over RTSP on loopback; every method may be called from any thread.

    `with RtspServer() as server: server.add("cam1", clip); server.url("cam1")`
    """

    def __init__(self, *, port: int = 0, host: str = "127.0.0.1", seed: int = 0) -> None:
        self.host = host
        self.port = port
        self.silent = False
        """Accept connections and never say a word."""
        self._mounts: dict[str, Mount] = {}
        self._reels: dict[tuple[int, Wire], Reel] = {}
        self._chance = random.Random(seed)
        self._loop = _new_loop()
        self._thread = threading.Thread(target=self._run, name="rtsp-server", daemon=True)
        self._door: asyncio.Server | None = None
        self._talking: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def __enter__(self) -> RtspServer:
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
        """Open the door; a port of 0 becomes a free one."""
        self._thread.start()
        self.accept()

    def stop(self) -> None:
        """Close everything; the thread ends."""
        if not self._thread.is_alive():
            return
        self.kill()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()

    def add(self, path: str, clip: Clip | Path, options: MountOptions | None = None) -> Mount:
        """A new camera at that path; mounts of the same `Clip` share its memory."""
        options = options or MountOptions()
        clip = load(clip) if isinstance(clip, Path) else clip
        key = (id(clip), options.wire)
        if key not in self._reels:
            self._reels[key] = Reel(clip, options.wire)
        mount = Mount(path, self._reels[key], options, self._soon)
        # A new dict: the loop's thread may be walking through the old one.
        self._mounts = {**self._mounts, path: mount}
        return mount

    def mount(self, path: str) -> Mount:
        """The camera at that path."""
        return self._mounts[path]

    def mounts(self) -> tuple[Mount, ...]:
        """All cameras."""
        return tuple(self._mounts.values())

    def url(self, path: str, *, login: bool = False) -> str:
        """The address of a camera, with its user and password in it if asked."""
        who = self._mounts[path].options.login if login else None
        user = f"{quote(who.user, safe='')}:{quote(who.password, safe='')}@" if who else ""
        return f"rtsp://{user}{self.host}:{self.port}/{path}"

    def accept(self) -> None:
        """Take connections (again), on the same port as before."""
        self._call(self._open())

    def refuse(self) -> None:
        """Refuse new connections; those that are open go on."""
        self._call(self._close())

    def kill(self) -> None:
        """Refuse new connections and drop all open ones at once, as when the camera loses power."""
        self._call(self._close())
        self._call(self._drop())

    def restart(self) -> None:
        """Take connections again after `kill`."""
        self.accept()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _soon(self, action: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(action)

    def _call(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(_PATIENCE_S)

    async def _open(self) -> None:
        if self._door is not None:
            return
        self._door = await asyncio.start_server(
            self._welcome, self.host, self.port, backlog=_BACKLOG, limit=1 << 20
        )
        self.port = int(self._door.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        if self._door is None:
            return
        self._door.close()
        self._door = None

    async def _drop(self) -> None:
        for writer in self._talking.values():
            writer.transport.abort()
        if self._talking:
            await asyncio.wait(self._talking, timeout=_PATIENCE_S)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talking[task] = writer
        try:
            if self.silent:
                await _say_nothing(reader)
            else:
                chance = random.Random(self._chance.getrandbits(64))
                await Conversation(reader, writer, lambda: self._mounts, chance).run()
        finally:
            writer.close()
            del self._talking[task]


async def _say_nothing(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while await reader.read(4096):
            pass


def _new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where it is installed: half the cost."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
