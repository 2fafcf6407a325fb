"""The talk with an RTSP camera: requests with login, answers, and the packets in between."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Mapping

from vedette.core.errors import (
    LoginFailed,
    SourceError,
    StreamMissing,
    StreamSilent,
    StreamUnsupported,
    Unreachable,
)
from vedette.ingest.address import Address
from vedette.ingest.login import Login
from vedette.ingest.rtsp.messages import Answer, Aside, Inbox, Interleaved

__all__ = ["Conversation"]

_TICK_S = 1.0
_MOST_EARLY = 4096
_MOST_LOGINS = 3


class Conversation:
    """One connection to a camera, used by one thread; `hang_up` alone may come from another."""

    def __init__(self, line: socket.socket, address: Address, login: Login, wait_s: float) -> None:
        self._line = line
        self._address = address
        self._login = login
        self._wait_s = wait_s
        self._inbox = Inbox()
        self._early: deque[tuple[int, bytes]] = deque(maxlen=_MOST_EARLY)
        self._sequence = 0
        self._session = ""
        self._hung_up = False
        _wake_every(line, min(_TICK_S, wait_s))

    @property
    def line(self) -> socket.socket:
        """The connection itself, to be waited on."""
        return self._line

    @property
    def hung_up(self) -> bool:
        """Whether it was ended from our side."""
        return self._hung_up

    def hang_up(self) -> None:
        """Wake the thread that reads; from any thread."""
        self._hung_up = True
        # Reading only: the farewell can still be sent.
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()

    def open_session(self, answer: Answer) -> float:
        """Remember the session an answer opens; how long in seconds it lives without a word."""
        session, _, rest = answer.get("session").partition(";")
        self._session = "".join(c for c in session.strip() if "!" <= c <= "~")[:256]
        name, _, seconds = rest.strip().partition("=")
        told = name.lower() == "timeout" and seconds.isdigit() and int(seconds) > 0
        return float(seconds) if told else 60.0

    def ask(self, method: str, uri: str, extra: Mapping[str, str] | None = None) -> Answer:
        """The answer to a request, through the login; SourceErrors in words."""
        answer = self.try_to(method, uri, extra)
        if answer.status != 401:
            return self._accepted(method, answer)
        if not self._login.user:
            raise LoginFailed(f"{self._where} wants a user name and a password")
        raise LoginFailed(f"{self._where} refuses this user name or password")

    def try_to(self, method: str, uri: str, extra: Mapping[str, str] | None = None) -> Answer:
        """The answer to a request, through the login, whatever it is."""
        for attempt in range(1, _MOST_LOGINS + 1):
            answer = self._ask_once(method, uri, extra or {})
            said = answer.headers.get("www-authenticate", ())
            if answer.status != 401 or not self._login.challenged(said):
                break
            if attempt == _MOST_LOGINS:
                break
        return answer

    def say(self, method: str, uri: str, extra: Mapping[str, str] | None = None) -> None:
        """Send a request and do not wait; its answer turns up in `receive`."""
        self._sequence += 1
        lines = [f"{method} {uri} RTSP/1.0", f"CSeq: {self._sequence}", "User-Agent: Vedette"]
        if self._session:
            lines.append(f"Session: {self._session}")
        said = self._login.header(method, uri)
        if said is not None:
            lines.append(f"Authorization: {said}")
        lines += [f"{name}: {text}" for name, text in (extra or {}).items()]
        self._send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def refused(self, answer: Answer) -> bool:
        """Whether a late answer asks for the login once more; it is then ready for it."""
        return answer.status == 401 and self._login.challenged(
            answer.headers.get("www-authenticate", ())
        )

    def early(self) -> Interleaved | None:
        """A packet that came while we waited for an answer."""
        if not self._early:
            return None
        channel, packet = self._early.popleft()
        return Interleaved(channel, memoryview(packet))

    def next(self) -> Answer | Interleaved | None:
        """What has been received and not yet been taken."""
        return self._inbox.next()

    def packets(self, channel: int, aside: Aside) -> list[memoryview]:
        """The packets of a channel that have been received, up to the next message."""
        return self._inbox.packets(channel, aside)

    def receive(self) -> bool:
        """Wait for bytes; False if none came for a moment, Unreachable at the end."""
        try:
            count = self._line.recv_into(self._inbox.room())
        except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
            return False
        except OSError:
            count = 0
        if count == 0:
            raise Unreachable(f"{self._where} ended the connection")
        self._inbox.filled(count)
        return True

    @property
    def _where(self) -> str:
        return self._address.authority

    def _ask_once(self, method: str, uri: str, extra: Mapping[str, str]) -> Answer:
        self.say(method, uri, extra)
        until = time.monotonic() + self._wait_s
        while not self._hung_up:
            said = self.next()
            if isinstance(said, Interleaved):
                self._early.append((said.channel, bytes(said.packet)))
            elif said is not None and said.status:
                if said.get("cseq") in ("", str(self._sequence)):
                    return said
            elif said is None and not self.receive() and time.monotonic() > until:
                raise StreamSilent(f"{self._where} is connected, but does not answer")
        raise Unreachable(f"{self._where} was left")

    def _send(self, octets: bytes) -> None:
        try:
            self._line.sendall(octets)
        except OSError:
            raise Unreachable(f"{self._where} ended the connection") from None

    def _accepted(self, method: str, answer: Answer) -> Answer:
        status = answer.status
        if status < 400 or method == "OPTIONS":
            return answer
        if status == 403:
            raise LoginFailed(f"{self._where} forbids this user to watch")
        if status in (404, 410, 454):
            raise StreamMissing(f"{self._where} has no stream at {self._address.target}")
        if status == 461:
            raise StreamUnsupported(f"{self._where} does not offer this transport: try the other")
        if status == 453:
            raise SourceError(f"{self._where} has no room for another viewer")
        raise Unreachable(f"{self._where} answers {method} with status {status}")


def _wake_every(line: socket.socket, seconds: float) -> None:
    """Let reads return now and then; by the kernel, as Python's way costs another system call."""
    if isinstance(line, ssl.SSLSocket):
        line.settimeout(seconds)
        return
    line.settimeout(None)
    whole = int(seconds)
    span = struct.pack("ll", whole, int((seconds - whole) * 1e6))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, span)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 5, 0))
