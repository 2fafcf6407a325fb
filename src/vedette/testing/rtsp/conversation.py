"""One client's connection: its requests, its login, the streams it set up."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping

from vedette.testing.auth import Doorkeeper
from vedette.testing.rtsp.messages import Answer, Request, Transport, parse_request, parse_transport
from vedette.testing.rtsp.mount import Mount
from vedette.testing.rtsp.player import Player
from vedette.testing.rtsp.sdp import describe
from vedette.testing.rtsp.sink import ConnectionSink, DatagramSink, Sink
from vedette.testing.rtsp.sound import SoundPlayer

__all__ = ["Conversation"]

_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER"


class Conversation:
    """Answers one client until it leaves, is cut off or says nothing for too long."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        mounts: Callable[[], Mapping[str, Mount]],
        chance: random.Random,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._mounts = mounts
        self._chance = chance
        self._session = f"{chance.getrandbits(32):08x}"
        self._mount: Mount | None = None
        self._doors: dict[str, Doorkeeper] = {}
        self._sink: Sink | None = None
        self._sound_sink: Sink | None = None
        self._playing: tuple[asyncio.Task[None], ...] = ()
        self._heard = time.monotonic()

    async def run(self) -> None:
        """Serve until the end."""
        try:
            while await self._serve_one():
                pass
        except (
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            ConnectionError,
            TimeoutError,
        ):
            return
        finally:
            self._leave()

    def hang_up(self) -> None:
        """Drop the connection at once, without flushing."""
        self._writer.transport.abort()

    def _leave(self) -> None:
        self._pause()
        for sink in (self._sink, self._sound_sink):
            if sink is not None:
                sink.close()
        if self._mount is not None:
            self._mount.viewers.discard(self)
            self._mount.stats.connections -= 1

    async def _serve_one(self) -> bool:
        async with asyncio.timeout(self._patience_s()):
            first = await self._reader.readexactly(1)
            self._heard = time.monotonic()
            if first == b"$":
                head = await self._reader.readexactly(3)
                await self._reader.readexactly(int.from_bytes(head[1:], "big"))
                return True
            text = first + await self._reader.readuntil(b"\r\n\r\n")
        request = parse_request(text[:-4].decode("utf-8", "replace"))
        if request is None:
            return False
        if body := int(request.headers.get("content-length", "0")):
            await self._reader.readexactly(body)
        return await self._reply(request)

    def _patience_s(self) -> float | None:
        mount = self._mount
        if mount is None or not mount.options.enforce_timeout:
            return None
        return float(mount.options.session_timeout_s)

    async def _reply(self, request: Request) -> bool:
        self._attend(request)
        faults = self._mount.faults if self._mount else None
        if faults and faults.delay_s:
            await asyncio.sleep(faults.delay_s)
        if faults and faults.silent:
            return True
        answer = self._answer(request)
        self._writer.write(answer.encode(request.headers.get("cseq", "0")))
        if request.method == "PLAY" and answer.status == 200:
            self._play()
        return request.method != "TEARDOWN"

    def _attend(self, request: Request) -> None:
        """Find which mount the client talks about; the longest path that fits."""
        path = request.path
        fits = [
            m for name, m in self._mounts().items() if path == name or path.startswith(f"{name}/")
        ]
        if not fits or self._mount is not None:
            return
        self._mount = max(fits, key=lambda mount: len(mount.path))
        self._mount.viewers.add(self)
        self._mount.stats.connections += 1

    def _answer(self, request: Request) -> Answer:
        if self._mount is None:
            return (
                Answer(200, (("Public", _METHODS),)) if request.method == "OPTIONS" else Answer(404)
            )
        if (status := self._mount.faults.status) is not None:
            return Answer(status)
        refusal = self._refusal(self._mount, request)
        if refusal is not None:
            return refusal
        if request.method == "DESCRIBE":
            return self._describe(self._mount, request)
        if request.method == "SETUP":
            return self._set_up(self._mount, request)
        return self._control(request)

    def _refusal(self, mount: Mount, request: Request) -> Answer | None:
        # Cameras let OPTIONS in without a login.
        if request.method == "OPTIONS":
            return None
        door = self._doors.setdefault(mount.path, Doorkeeper(mount.options.login))
        if door.admits(request.headers.get("authorization", ""), request.method):
            return None
        return Answer(401, (("WWW-Authenticate", door.challenge()),))

    def _describe(self, mount: Mount, request: Request) -> Answer:
        mount.stats.described += 1
        base = request.url.rstrip("/") + "/"
        headers = (("Content-Base", base), ("Content-Type", "application/sdp"))
        return Answer(200, headers, describe(mount.clip, mount.options.wire, mount.options.sound))

    def _set_up(self, mount: Mount, request: Request) -> Answer:
        hears = mount.options.sound is not None and request.path.endswith("/track1")
        if (self._sound_sink if hears else self._sink) is not None:
            return Answer(455)
        if hears and mount.options.sound_answer != 200:
            if not mount.options.sound_answer:
                self.hang_up()
            return Answer(mount.options.sound_answer)
        transport = parse_transport(request.headers.get("transport", ""))
        sink = self._make_sink(transport, mount)
        if sink is None:
            return Answer(461)
        if hears:
            self._sound_sink = sink
        else:
            self._sink = sink
        timeout = mount.options.session_timeout_s
        session = ("Session", f"{self._session};timeout={timeout}")
        return Answer(200, (("Transport", _transport_text(transport, sink)), session))

    def _make_sink(self, transport: Transport | None, mount: Mount) -> Sink | None:
        if transport is None:
            return None
        if transport.channel is not None and "tcp" in mount.options.transports:
            return ConnectionSink(self._writer, transport.channel)
        if transport.ports is not None and "udp" in mount.options.transports:
            host = str(self._writer.get_extra_info("peername")[0])
            return DatagramSink(host, transport.ports)
        return None

    def _control(self, request: Request) -> Answer:
        session = ("Session", self._session)
        if request.method == "OPTIONS":
            return Answer(200, (("Public", _METHODS),))
        if request.method == "PLAY":
            return Answer(200, (session, ("Range", "npt=now-"))) if self._sink else Answer(455)
        if request.method == "PAUSE":
            self._pause()
        known = ("PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER")
        return Answer(200, (session,)) if request.method in known else Answer(501)

    def _play(self) -> None:
        if self._playing or self._sink is None or self._mount is None:
            return
        player = Player(self._mount, self._sink, self._chance)
        loop = asyncio.get_running_loop()
        self._playing = (loop.create_task(player.run(), name="player"),)
        if self._sound_sink is not None:
            sound = SoundPlayer(self._mount, self._sound_sink, player, self._chance)
            self._playing = (*self._playing, loop.create_task(sound.run(), name="sound-player"))

    def _pause(self) -> None:
        for task in self._playing:
            task.cancel()
        self._playing = ()


def _transport_text(transport: Transport | None, sink: Sink) -> str:
    assert transport is not None
    if isinstance(sink, DatagramSink) and transport.ports is not None:
        theirs, ours = transport.ports, sink.ports
        ports = f"client_port={theirs[0]}-{theirs[1]};server_port={ours[0]}-{ours[1]}"
        return f"RTP/AVP;unicast;{ports}"
    return f"RTP/AVP/TCP;unicast;interleaved={sink.channel}-{sink.channel + 1}"
