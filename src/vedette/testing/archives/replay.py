"""An RTSP server that plays what is on a tape, as fast as it is taken."""

from __future__ import annotations

import re
import socket
import socketserver
import struct
import threading
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from urllib.parse import urlsplit

from vedette.testing.archives.tape import Tape, Taped
from vedette.testing.auth import Doorkeeper, Login
from vedette.testing.rtsp.messages import Answer, Request, parse_request
from vedette.testing.rtsp.payload import payloads
from vedette.testing.rtsp.reel import PAYLOAD_TYPE, Wire
from vedette.testing.rtsp.sdp import describe

__all__ = ["ReplayFaults", "ReplayServer"]

_NTP_EPOCH_S = 2_208_988_800
_TIMES = re.compile(r"(?:start|end)time=(\d{4})_?(\d\d)_?(\d\d)[T_]?(\d\d)_?(\d\d)_?(\d\d)")
_CLOCK = re.compile(r"clock=(\d{8}T\d{6})(\.\d+)?Z-(\d{8}T\d{6})(\.\d+)?Z")


@dataclass(slots=True)
class ReplayFaults:
    """What is wrong with it."""

    cut_after: int | None = None
    """Drop the connection after so many pictures."""
    cuts: int = 1
    """How often that happens."""
    without_stamps: bool = False
    """Leave out the header extension, as devices that only half follow the standard."""


class ReplayServer:
    """Serves one tape on loopback: `with ReplayServer(tape) as server: server.port`."""

    def __init__(self, tape: Tape, login: Login | None = None) -> None:
        self.tape = tape
        self.login = login
        self.faults = ReplayFaults()
        self.seen: list[Request] = []
        self.sent = 0
        """Pictures sent, over all connections."""
        self._server = _Server(("127.0.0.1", 0), _Line)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="replay-server", daemon=True
        )
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> ReplayServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False
    owner: ReplayServer


class _Line(socketserver.StreamRequestHandler):
    """One client."""

    server: _Server

    def handle(self) -> None:
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        keeper = Doorkeeper(self.server.owner.login)
        try:
            while (request := self._read()) is not None:
                self.server.owner.seen.append(request)
                self._answer(request, keeper)
        except (ConnectionError, TimeoutError):
            return

    def _read(self) -> Request | None:
        lines = []
        while (line := self.rfile.readline()) not in (b"\r\n", b"\n", b""):
            lines.append(line.decode().rstrip("\r\n"))
        return parse_request("\r\n".join(lines)) if lines else None

    def _answer(self, request: Request, keeper: Doorkeeper) -> None:
        sequence = request.headers.get("cseq", "0")
        if not keeper.admits(request.headers.get("authorization", ""), request.method):
            refusal = Answer(401, (("WWW-Authenticate", keeper.challenge()),))
            self.wfile.write(refusal.encode(sequence))
            return
        tape = self.server.owner.tape
        if request.method == "DESCRIBE":
            about = describe(tape.clip, Wire())
            base = request.url.rstrip("/") + "/"
            kind = ("Content-Type", "application/sdp")
            self.wfile.write(Answer(200, (kind, ("Content-Base", base)), about).encode(sequence))
            return
        headers = [("Session", "12345678;timeout=60")]
        if request.method == "SETUP":
            headers.append(("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
        self.wfile.write(Answer(200, tuple(headers)).encode(sequence))
        if request.method == "PLAY":
            self._play(request)

    def _play(self, request: Request) -> None:
        owner = self.server.owner
        span = _span(request, owner.tape)
        stamped = "onvif-replay" in request.headers.get("require", "")
        sequence = 7
        left = owner.faults.cut_after if owner.faults.cuts > 0 else None
        for one in owner.tape.pictures(span):
            if left is not None and left <= 0:
                owner.faults.cuts -= 1
                self.connection.shutdown(socket.SHUT_RDWR)
                raise ConnectionError
            left = None if left is None else left - 1
            pieces = payloads(owner.tape.clip, one.index)
            extension = _extension(owner.tape, one) if stamped else b""
            if owner.faults.without_stamps:
                extension = b""
            for number, piece in enumerate(pieces):
                last = number == len(pieces) - 1
                self.wfile.write(self._packet(one, piece, extension, (sequence, last)))
                sequence, extension = sequence + 1 & 0xFFFF, b""
            owner.sent += 1

    def _packet(self, one: Taped, piece: bytes, extension: bytes, at: tuple[int, bool]) -> bytes:
        tape = self.server.owner.tape
        ticks = (one.t_us - tape.began_us) * 9 // 100 + 0xFFFF_0000 & 0xFFFF_FFFF
        kind = PAYLOAD_TYPE[tape.clip.codec] | (0x80 if at[1] else 0)
        first = 0x90 if extension else 0x80
        head = struct.pack(">BBHII", first, kind, at[0], ticks, 99)
        packet = head + extension + piece
        return struct.pack(">BBH", 0x24, 0, len(packet)) + packet


def _extension(tape: Tape, one: Taped) -> bytes:
    told_us = one.t_us + tape.ahead_us
    seconds, rest = divmod(told_us, 1_000_000)
    fraction = (rest << 32) // 1_000_000 + 1
    flags = 0x80 if one.key else 0
    return struct.pack(">HHIIBBH", 0xABAC, 3, seconds + _NTP_EPOCH_S, fraction, flags, 1, 0)


def _span(request: Request, tape: Tape) -> tuple[int, int]:
    asked = _CLOCK.search(request.headers.get("range", ""))
    if asked is not None:
        begin, end = (_utc_us(asked[i], asked[i + 1]) - tape.ahead_us for i in (1, 3))
        return begin, end
    found = _TIMES.findall(urlsplit(request.url).query)
    times = [tape.true_us(datetime(*map(int, one))) for one in found]  # type: ignore[arg-type]  # six numbers, never a zone
    return (times[0], times[1]) if len(times) == 2 else (tape.began_us, tape.until_us)


def _utc_us(text: str, fraction: str | None) -> int:
    moment = datetime.strptime(f"{text}+0000", "%Y%m%dT%H%M%S%z")
    return round(moment.timestamp()) * 1_000_000 + round(float(fraction or 0) * 1e6)
