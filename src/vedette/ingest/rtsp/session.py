"""A running RTSP session: opened step by step, read packet by packet, kept alive."""

from __future__ import annotations

import contextlib
import re
import selectors
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin

from vedette.core.errors import AddressRefused, SourceError, StreamUnsupported
from vedette.ingest.address import Address, parse_address
from vedette.ingest.dial import Dialer
from vedette.ingest.login import Login
from vedette.ingest.rtsp.conversation import Conversation
from vedette.ingest.rtsp.datagrams import Datagrams
from vedette.ingest.rtsp.messages import Answer, Interleaved
from vedette.ingest.rtsp.nap import Nap
from vedette.ingest.rtsp.rtp import is_marked
from vedette.ingest.rtsp.sdp import Track, read_sdp

__all__ = ["SCHEMES", "Replay", "Session", "Transport"]

SCHEMES = ("rtsp", "rtsps")

Transport = Literal["tcp", "udp"]

_MOST_REDIRECTS = 3
_REPORT_EVERY_S = 5.0
_TICK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Asks for a recording instead of what happens now."""

    setup: Mapping[str, str] = field(default_factory=dict)
    """Headers of SETUP."""
    play: Mapping[str, str] = field(default_factory=dict)
    """Headers of PLAY, among them the range."""


class Session:
    """One stream of one camera being sent to us."""

    def __init__(
        self, dialer: Dialer, login: Login, transport: Transport, replay: Replay | None = None
    ) -> None:
        self._replay = replay
        self.played = ""
        """The range the camera says it plays."""
        self._dialer = dialer
        self._login = login
        self._transport = transport
        self._talk: Conversation | None = None
        self._datagrams: Datagrams | None = None
        self._waiting: selectors.BaseSelector | None = None
        self._closed = False
        self._channel = 0
        self._base = ""
        self._keep_alive = "OPTIONS"
        self._every_s = 30.0
        self._due = 0.0
        self._report_due = 0.0

    @property
    def closed(self) -> bool:
        """Whether it was ended from our side."""
        return self._closed

    def close(self) -> None:
        """End it; from any thread."""
        self._closed = True
        if self._talk is not None:
            self._talk.hang_up()

    def open(self, address: Address) -> Track:
        """Connect and have the camera send its first video track."""
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._describe(address)
            if answer.status < 300:
                return self._play(answer, address)
            address = self._redirected(address, answer)
        raise SourceError(f"{address.authority} redirects in circles")

    def packets(self) -> Iterator[Sequence[memoryview]]:
        """RTP packets of the track as they come, valid until the next ones; none now and then."""
        if self._datagrams is not None:
            return self._by_datagrams(self._datagrams)
        return self._interleaved()

    def farewell(self) -> None:
        """Tell the camera that we leave, so that it frees our place, and let go of everything."""
        talk = self._talk
        if talk is not None:
            if self._base:
                with contextlib.suppress(SourceError):
                    talk.say("TEARDOWN", self._base)
            talk.close()
        if self._datagrams is not None:
            self._datagrams.close()
        if self._waiting is not None:
            self._waiting.close()

    @property
    def _talking(self) -> Conversation:
        if self._talk is None:
            raise RuntimeError("a session is opened before it is used")
        return self._talk

    def _describe(self, address: Address) -> Answer:
        talk = self._connect(address)
        answer = talk.ask("OPTIONS", address.url)
        if 300 <= answer.status < 400:
            return answer
        if "GET_PARAMETER" in answer.get("public").upper():
            self._keep_alive = "GET_PARAMETER"
        return talk.ask("DESCRIBE", address.url, {"Accept": "application/sdp"})

    def _connect(self, address: Address) -> Conversation:
        line = self._dialer.connect(address)
        talk = Conversation(line, address, self._login, self._dialer.patience_s)
        self._talk = talk
        if self._closed:
            talk.hang_up()
        return talk

    def _redirected(self, address: Address, answer: Answer) -> Address:
        """Where the camera sends us: checked like any address, and without our login."""
        if self._talk is not None:
            self._talk.close()
        try:
            to = parse_address(urljoin(address.url, answer.get("location")), SCHEMES)
        except ValueError as error:
            raise AddressRefused(f"{address.authority} redirects elsewhere: {error}") from None
        if (to.host, to.port) != (address.host, address.port):
            if self._replay is not None:
                # A live stream may move; evidence comes from the device that was named.
                raise AddressRefused(f"{address.authority} redirects elsewhere")
            self._login = Login("", self._login.password)
        return to

    def _play(self, described: Answer, address: Address) -> Track:
        talk = self._talking
        track = read_sdp(described.body)
        base = described.get("content-base") or described.get("content-location") or address.url
        self._base = _clean(base)
        replay = self._replay or Replay(play={"Range": "npt=0.000-"})
        offer = {"Transport": self._offer(talk), **replay.setup}
        answer = talk.ask("SETUP", _control(self._base, track.control), offer)
        self._accept(answer, address)
        self._every_s = max(1.0, min(30.0, talk.open_session(answer) / 2))
        self._due = time.monotonic() + self._every_s
        self.played = talk.ask("PLAY", self._base, replay.play).get("range")
        return track

    def _offer(self, talk: Conversation) -> str:
        if self._transport == "tcp":
            return "RTP/AVP/TCP;unicast;interleaved=0-1"
        near, far = talk.line.getsockname()[0], talk.line.getpeername()[0]
        self._datagrams = Datagrams(near, far)
        media, control = self._datagrams.ports
        return f"RTP/AVP;unicast;client_port={media}-{control}"

    def _accept(self, answer: Answer, address: Address) -> None:
        transport = answer.get("transport")
        if self._datagrams is None:
            if "interleaved" not in transport.lower() and "tcp" not in transport.lower():
                raise StreamUnsupported(f"{address.authority} sends by UDP only")
            found = re.search(r"interleaved=(\d{1,3})", transport, re.IGNORECASE)
            self._channel = int(found[1]) if found else 0
            return
        found = re.search(r"server_port=(\d{1,5})(?:-(\d{1,5}))?", transport, re.IGNORECASE)
        ports = (int(found[1]), int(found[2] or int(found[1]) + 1)) if found else None
        good = ports is not None and all(0 < port < 65_536 for port in ports)
        self._datagrams.aim(ports if good else None)

    def _interleaved(self) -> Iterator[Sequence[memoryview]]:
        talk = self._talking
        while (early := talk.early()) is not None:
            if early.channel == self._channel:
                yield (early.packet,)
        nap = Nap()
        while not self._closed:
            packets = talk.packets(self._channel)
            yield packets
            if packets:
                nap.read(ended=is_marked(packets[-1]))
            # What stopped us is a message, half a packet, or nothing.
            while (said := talk.next()) is not None:
                if isinstance(said, Interleaved):
                    yield (said.packet,) if said.channel == self._channel else ()
                    yield talk.packets(self._channel)
                else:
                    self._hear(talk, said)
            self._stay(talk)
            talk.receive()

    def _by_datagrams(self, datagrams: Datagrams) -> Iterator[Sequence[memoryview]]:
        talk = self._talking
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(talk.line, selectors.EVENT_READ)
        datagrams.register(self._waiting)
        while not self._closed:
            ready = self._waiting.select(_TICK_S)
            for packet in datagrams.received():
                yield (packet,)
            if any(key.fileobj is talk.line for key, _ in ready):
                talk.receive()
                while (said := talk.next()) is not None:
                    if not isinstance(said, Interleaved):
                        self._hear(talk, said)
            yield ()
            self._stay(talk)

    def _hear(self, talk: Conversation, answer: Answer) -> None:
        """An answer to a keep-alive: the login may have to be renewed, all else is fine."""
        if talk.refused(answer):
            talk.say(self._keep_alive, self._base)

    def _stay(self, talk: Conversation) -> None:
        """Keep the session alive when it is time."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + self._every_s
            talk.say(self._keep_alive, self._base)
        if self._datagrams is not None and now >= self._report_due:
            self._report_due = now + _REPORT_EVERY_S
            self._datagrams.report()


def _clean(uri: str) -> str:
    """An address out of a header as it may stand in a request line; we never connect to it."""
    return "".join(letter for letter in uri.strip() if "!" <= letter <= "~")[:2048]


def _control(base: str, control: str) -> str:
    """The track's address: its own, or put behind the presentation's as all cameras mean it."""
    control = _clean(control)
    if not control or control == "*":
        return base
    if control.lower().startswith(("rtsp://", "rtsps://")):
        return control
    return base + ("" if base.endswith("/") else "/") + control.lstrip("/")
