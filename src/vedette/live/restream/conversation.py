"""One client's connection: its login, the stream it asked for, and the packets it gets."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

import structlog

from vedette.core.errors import (
    Denied,
    NotFound,
    NotLoggedIn,
    SourceError,
    Throttled,
    Unavailable,
    VedetteError,
)
from vedette.live.hub import LiveHub
from vedette.live.queue import Chunk, State, ViewerQueue
from vedette.live.restream.messages import (
    Answer,
    Request,
    Transport,
    parse_request,
    parse_transport,
)
from vedette.live.restream.porter import Attempt, Porter
from vedette.live.restream.sinks import ConnectionSink, Sink, open_datagrams, report

__all__ = ["Conversation", "Door"]

_log = structlog.get_logger()
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER"
_ADMIT_S = 15.0
_SESSION_S = 60
_FIRST_PICTURE_S = 6.0
_REPORT_S = 5.0
_LARGEST_BODY = 16 * 1024
_STATUS: tuple[tuple[type[VedetteError], int], ...] = (
    (Throttled, 429),
    (NotLoggedIn, 401),
    (Denied, 403),
    (NotFound, 404),
    (SourceError, 415),
    (Unavailable, 503),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What all conversations share."""

    hub: LiveHub
    """Its chunks are RTP (`restream.packing`)."""
    porter: Porter
    recheck_s: float


@dataclass(frozen=True, slots=True)
class _Place:
    camera: str
    stream: str


class Conversation:
    """Answers one client until it leaves, may no longer watch, or says nothing for too long."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, door: Door
    ) -> None:
        self._reader, self._writer, self._door = reader, writer, door
        self._address = str((writer.get_extra_info("peername") or ("",))[0])
        self._nonce = secrets.token_hex(16)
        self._session = secrets.token_hex(8)
        self._user = ""
        self._place: _Place | None = None
        self._sink: Sink | None = None
        self._playing: asyncio.Task[None] | None = None
        # From DESCRIBE to PLAY: the reading goes on, so that the picture is there at once.
        self._held = AsyncExitStack()
        self._deadline = 0.0

    async def run(self) -> None:
        """Serve until the end."""
        self._heard(_ADMIT_S)
        hearing = asyncio.create_task(self._hear(), name="restream-hearing")
        try:
            while not hearing.done() and self._left_s() > 0:
                # Whoever is heard of in the meantime, on UDP as well, has moved the deadline.
                await asyncio.wait([hearing], timeout=self._left_s())
        finally:
            hearing.cancel()
            await asyncio.wait([hearing])
            await self._leave()

    def hang_up(self) -> None:
        """Drop the connection at once, without flushing."""
        self._writer.transport.abort()

    def _heard(self, for_s: float = _SESSION_S * 1.25) -> None:
        self._deadline = asyncio.get_running_loop().time() + for_s

    def _left_s(self) -> float:
        return self._deadline - asyncio.get_running_loop().time()

    async def _hear(self) -> None:
        with suppress(
            asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError
        ):
            while await self._serve_one():
                pass

    async def _serve_one(self) -> bool:
        first = await self._reader.readexactly(1)
        if first == b"$":
            head = await self._reader.readexactly(3)
            await self._reader.readexactly(int.from_bytes(head[1:], "big"))
            self._note_alive()
            return True
        if first in b"\r\n":
            return True
        text = first + await self._reader.readuntil(b"\r\n\r\n")
        request = parse_request(text[:-4].decode("utf-8", "replace"))
        if request is None or not await self._skip_body(request):
            return False
        answer = await self._answer(request)
        self._note_alive()
        self._writer.write(answer.encode(request.get("cseq")[:20] or "0"))
        await self._writer.drain()
        if request.method == "PLAY" and answer.status == 200:
            self._play()
        return request.method != "TEARDOWN"

    def _note_alive(self) -> None:
        # Nobody stays who has not said who it is.
        if self._user:
            self._heard()

    async def _skip_body(self, request: Request) -> bool:
        length = request.get("content-length") or "0"
        if not length.isdecimal() or int(length[:9]) > _LARGEST_BODY:
            return False
        await self._reader.readexactly(int(length))
        return True

    async def _answer(self, request: Request) -> Answer:
        if request.method == "OPTIONS":
            return Answer(headers=(("Public", _METHODS),))
        try:
            await self._admit(request)
            return await self._control(request)
        except VedetteError as error:
            return self._refusal(error)

    async def _admit(self, request: Request) -> None:
        if self._user:
            return
        attempt = Attempt(
            authorization=request.get("authorization"),
            method=request.method,
            nonce=self._nonce,
            address=self._address,
        )
        self._user = await asyncio.to_thread(self._door.porter.admit, attempt)

    def _refusal(self, error: VedetteError) -> Answer:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 503)
        headers: tuple[tuple[str, str], ...] = ()
        if isinstance(error, NotLoggedIn):
            asked = self._door.porter.challenges(self._nonce)
            headers = tuple(("WWW-Authenticate", one) for one in asked)
        elif isinstance(error, Throttled):
            headers = (("Retry-After", str(max(1, round(error.retry_after_s)))),)
        _log.info("rtsp request refused", status=status, reason=str(error), address=self._address)
        return Answer(status=status, headers=headers)

    async def _control(self, request: Request) -> Answer:
        session = ("Session", f"{self._session};timeout={_SESSION_S}")
        match request.method:
            case "DESCRIBE":
                return await self._describe(request)
            case "SETUP":
                return await self._set_up(request, session)
            case "PLAY":
                ready = self._sink is not None
                headers = (session, ("Range", "npt=now-"))
                return Answer(headers=headers) if ready else Answer(status=455)
            case "PAUSE":
                self._pause()
                return Answer(headers=(session,))
            case "TEARDOWN" | "GET_PARAMETER" | "SET_PARAMETER":
                return Answer(headers=(session,))
        return Answer(status=501)

    async def _describe(self, request: Request) -> Answer:
        if self._sink is not None:
            return Answer(status=455)
        place = await self._find(request.places)
        await self._held.aclose()
        queue = await self._held.enter_async_context(
            self._door.hub.view(place.camera, place.stream)
        )
        chunk = await _first(queue, place.camera)
        self._place = place
        base = request.url.rstrip("/") + "/"
        headers = (("Content-Base", base), ("Content-Type", "application/sdp"))
        return Answer(headers=headers, body=chunk.opening.segment)

    async def _find(self, places: tuple[str, ...]) -> _Place:
        if not 1 <= len(places) <= 2:
            raise NotFound("an address names a camera, and perhaps one of its streams")
        camera, stream = places[0], places[1] if len(places) == 2 else None
        ask = self._door.porter.stream_for
        return _Place(camera, await asyncio.to_thread(ask, self._user, camera, stream))

    async def _set_up(self, request: Request, session: tuple[str, str]) -> Answer:
        if self._place is None or self._sink is not None:
            return Answer(status=455)
        transport = parse_transport(request.get("transport"))
        if transport is None:
            return Answer(status=461)
        try:
            text = await self._open_sink(transport)
        except OSError:
            return Answer(status=461)
        return Answer(headers=(("Transport", text), session))

    async def _open_sink(self, transport: Transport) -> str:
        if transport.ports is None:
            channel = transport.channel or 0
            self._sink = ConnectionSink(self._writer, channel)
            return f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
        # To where the connection comes from and nowhere else: nobody is flooded on our account.
        sink = await open_datagrams(self._address, transport.ports, self._note_alive)
        self._sink = sink
        (theirs, their_control), (ours, our_control) = transport.ports, sink.ports
        ports = f"client_port={theirs}-{their_control};server_port={ours}-{our_control}"
        return f"RTP/AVP;unicast;{ports}"

    def _play(self) -> None:
        if self._playing is None and self._sink is not None and self._place is not None:
            work = self._send(self._place, self._sink)
            self._playing = asyncio.create_task(work, name="restream-playing")

    def _pause(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None

    async def _send(self, place: _Place, sink: Sink) -> None:
        """Send pictures; the connection ends with them."""
        try:
            async with self._door.hub.view(place.camera, place.stream) as queue:
                await self._held.aclose()
                await _until_first(_pump(queue, sink), self._recheck(place))
        except (VedetteError, OSError) as error:
            _log.info("rtsp client left", camera=place.camera, reason=str(error))
            self.hang_up()

    async def _recheck(self, place: _Place) -> None:
        while True:
            await asyncio.sleep(self._door.recheck_s)
            ask = self._door.porter.stream_for
            await asyncio.to_thread(ask, self._user, place.camera, place.stream)

    async def _leave(self) -> None:
        self._pause()
        if self._sink is not None:
            self._sink.close()
        await self._held.aclose()


async def _pump(queue: ViewerQueue, sink: Sink) -> None:
    opening = None
    reported = packets = octets = 0.0
    loop = asyncio.get_running_loop()
    while True:
        chunk = await queue.next()
        if not isinstance(chunk, Chunk):
            continue
        if opening is not None and chunk.opening is not opening:
            raise Unavailable("the stream has another form now; it is to be described anew")
        opening = chunk.opening
        await sink.send(chunk)
        packets, octets = packets + 1 + len(chunk.payload) // 1400, octets + len(chunk.payload)
        if loop.time() - reported > _REPORT_S:
            reported = loop.time()
            sink.report(report(chunk, int(packets), int(octets)))


async def _until_first(*jobs: Coroutine[None, None, None]) -> None:
    """Run them until one ends; what it raises is raised."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()


async def _first(queue: ViewerQueue, camera: str) -> Chunk:
    """The first picture; its opening says what the stream is."""
    reason = ""
    try:
        async with asyncio.timeout(_FIRST_PICTURE_S):
            while True:
                one = await queue.next()
                if isinstance(one, Chunk):
                    return one
                if isinstance(one, State):
                    reason = one.reason
                    if one.state == "unsupported":
                        raise SourceError(reason)
    except TimeoutError:
        raise Unavailable(f"camera {camera!r} sends no picture; {reason}") from None
