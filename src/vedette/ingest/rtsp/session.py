"""A running RTSP session: opened step by step, read packet by packet, kept alive."""

from __future__ import annotations

import contextlib
import re
import selectors
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol
from urllib.parse import urljoin

from vedette.core.errors import AddressRefused, SourceError, StreamUnsupported
from vedette.ingest.address import Address, parse_address
from vedette.ingest.dial import Dialer
from vedette.ingest.login import Login
from vedette.ingest.rtsp.conversation import Conversation
from vedette.ingest.rtsp.datagrams import Datagrams
from vedette.ingest.rtsp.messages import Answer, Aside, Interleaved
from vedette.ingest.rtsp.nap import Nap
from vedette.ingest.rtsp.rtp import is_marked
from vedette.ingest.rtsp.sdp import Track, read_sdp
from vedette.ingest.rtsp.sound_sdp import SoundTrack

__all__ = ["SCHEMES", "Listener", "Replay", "Session", "Transport"]

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


class Listener(Protocol):
    """Takes what belongs to the sound; packets are valid during the call only."""

    def take(self, octets: memoryview) -> None: ...

    def report(self, octets: memoryview) -> None: ...

    def report_of_pictures(self, octets: memoryview) -> None: ...


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
        self._sound_datagrams: Datagrams | None = None
        self._wants_sound = False
        self._asked_sound = False
        self._waiting: selectors.BaseSelector | None = None
        self._closed = False
        self._channel = 0
        self._sound_channel: int | None = None
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

    def open(self, address: Address, *, sound: bool = False) -> Track:
        """Connect and have the camera send its first video track, and sound where it has any.

        The track says what sound will come; a camera that breaks over it is asked without.
        """
        self._wants_sound = sound
        try:
            return self._open(address)
        except SourceError:
            if not self._asked_sound or self._closed:
                raise
            self._wants_sound = self._asked_sound = False
            self._let_go()
            return self._open(address)

    def _open(self, address: Address) -> Track:
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._describe(address)
            if answer.status < 300:
                return self._play(answer, address)
            address = self._redirected(address, answer)
        raise SourceError(f"{address.authority} redirects in circles")

    def packets(self, listener: Listener | None = None) -> Iterator[Sequence[memoryview]]:
        """RTP packets of the track as they come, valid until the next ones; none now and then."""
        if self._datagrams is not None:
            return self._by_datagrams(self._datagrams, listener)
        return self._interleaved(listener)

    def farewell(self) -> None:
        """Tell the camera that we leave, so that it frees our place, and let go of everything."""
        talk = self._talk
        if talk is not None and self._base:
            with contextlib.suppress(SourceError):
                talk.say("TEARDOWN", self._base)
        self._let_go()

    def _let_go(self) -> None:
        if self._talk is not None:
            self._talk.close()
        for datagrams in (self._datagrams, self._sound_datagrams):
            if datagrams is not None:
                datagrams.close()
        self._datagrams = self._sound_datagrams = None
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
        if self._transport == "udp":
            self._datagrams = _datagrams(talk)
        how = self._replay or Replay(play={"Range": "npt=0.000-"})
        offer = {"Transport": _offer(self._datagrams, 0), **how.setup}
        answer = talk.ask("SETUP", _control(self._base, track.control), offer)
        self._accept(answer, address)
        self._every_s = max(1.0, min(30.0, talk.open_session(answer) / 2))
        if track.sound is not None and not (self._wants_sound and self._add(talk, track.sound)):
            track = replace(track, sound=None)
        self._due = time.monotonic() + self._every_s
        self.played = talk.ask("PLAY", self._base, how.play).get("range")
        return track

    def _add(self, talk: Conversation, sound: SoundTrack) -> bool:
        """Have the sound sent too; False if the camera does not want to."""
        self._asked_sound = True
        datagrams = _datagrams(talk) if self._transport == "udp" else None
        channel = 2 if self._channel < 2 else self._channel + 2
        offer = {"Transport": _offer(datagrams, channel)}
        self._sound_datagrams = datagrams
        answer = talk.try_to("SETUP", _control(self._base, sound.control), offer)
        transport = answer.get("transport")
        if answer.status != 200:
            return False
        if datagrams is not None:
            datagrams.aim(_ports(transport))
            return True
        self._sound_channel = _told_channel(transport, channel)
        return self._sound_channel != self._channel

    def _accept(self, answer: Answer, address: Address) -> None:
        transport = answer.get("transport")
        if self._datagrams is None:
            if "interleaved" not in transport.lower() and "tcp" not in transport.lower():
                raise StreamUnsupported(f"{address.authority} sends by UDP only")
            self._channel = _told_channel(transport, 0)
            return
        self._datagrams.aim(_ports(transport))

    def _aside(self, listener: Listener | None) -> Aside:
        """Who takes what comes besides the pictures."""
        if listener is None:
            return {}
        aside = {self._channel + 1: listener.report_of_pictures}
        if self._sound_channel is not None:
            aside[self._sound_channel] = listener.take
            aside[self._sound_channel + 1] = listener.report
        return aside

    def _interleaved(self, listener: Listener | None) -> Iterator[Sequence[memoryview]]:
        talk, aside = self._talking, self._aside(listener)
        while (early := talk.early()) is not None:
            yield self._sort(early, aside)
        nap = Nap()
        while not self._closed:
            packets = talk.packets(self._channel, aside)
            yield packets
            if packets:
                nap.read(ended=is_marked(packets[-1]))
            # What stopped us is a message, half a packet, or nothing.
            while (said := talk.next()) is not None:
                if isinstance(said, Interleaved):
                    yield self._sort(said, aside)
                    yield talk.packets(self._channel, aside)
                else:
                    self._hear(talk, said)
            self._stay(talk)
            talk.receive()

    def _sort(self, said: Interleaved, aside: Aside) -> Sequence[memoryview]:
        if said.channel == self._channel:
            return (said.packet,)
        if said.channel in aside:
            aside[said.channel](said.packet)
        return ()

    def _by_datagrams(
        self, datagrams: Datagrams, listener: Listener | None
    ) -> Iterator[Sequence[memoryview]]:
        talk = self._talking
        reports = None if listener is None else listener.report_of_pictures
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(talk.line, selectors.EVENT_READ)
        datagrams.register(self._waiting)
        if self._sound_datagrams is not None:
            self._sound_datagrams.register(self._waiting)
        while not self._closed:
            ready = self._waiting.select(_TICK_S)
            for packet in datagrams.received(reports):
                yield (packet,)
            self._take_sound(listener)
            if any(key.fileobj is talk.line for key, _ in ready):
                talk.receive()
                while (said := talk.next()) is not None:
                    if not isinstance(said, Interleaved):
                        self._hear(talk, said)
            yield ()
            self._stay(talk)

    def _take_sound(self, listener: Listener | None) -> None:
        if listener is not None and self._sound_datagrams is not None:
            for packet in self._sound_datagrams.received(listener.report):
                listener.take(packet)

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
            if self._sound_datagrams is not None:
                self._sound_datagrams.report()


def _datagrams(talk: Conversation) -> Datagrams:
    return Datagrams(talk.line.getsockname()[0], talk.line.getpeername()[0])


def _offer(datagrams: Datagrams | None, channel: int) -> str:
    """How packets are to come: on two channels of the connection, or to two ports."""
    if datagrams is None:
        return f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
    media, control = datagrams.ports
    return f"RTP/AVP;unicast;client_port={media}-{control}"


def _told_channel(transport: str, otherwise: int) -> int:
    found = re.search(r"interleaved=(\d{1,3})", transport, re.IGNORECASE)
    return int(found[1]) if found else otherwise


def _ports(transport: str) -> tuple[int, int] | None:
    """The camera's two ports, None where it does not tell them."""
    found = re.search(r"server_port=(\d{1,5})(?:-(\d{1,5}))?", transport, re.IGNORECASE)
    ports = (int(found[1]), int(found[2] or int(found[1]) + 1)) if found else None
    good = ports is not None and all(0 < port < 65_536 for port in ports)
    return ports if good else None


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
