"""HLS cameras: playlists read by us, every segment's address checked, segments read by FFmpeg."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Literal

from pydantic import SecretStr

from vedette.core.clock import from_seconds, to_seconds
from vedette.core.errors import SourceError, StreamMissing, StreamSilent, StreamUnsupported
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.value import Secret, plugin
from vedette.ingest.address import Address, Resolver, parse_address, system_resolver
from vedette.ingest.demux import open_file, read_units
from vedette.ingest.dial import Dialer
from vedette.ingest.http import SCHEMES, HttpClient, elsewhere
from vedette.ingest.login import Login
from vedette.ingest.pacer import Pacer
from vedette.ingest.playlist import Master, MediaPlaylist, Part, read_playlist
from vedette.ingest.segment_times import Listed, SegmentTimes
from vedette.ingest.unit import SameFormat, Unit, stamp

__all__ = ["HlsPlay", "HlsSource"]

_MOST_PLAYLIST = 2 * 1024 * 1024
_MOST_SEGMENT = 128 * 1024 * 1024
_MOST_SPOILT = 2
_BEHIND_PARTS = 3
"""How many segments from the live end playing begins, as RFC 8216 wants it."""


@plugin
class HlsSource:
    """An HLS stream: master or media playlist, MPEG-TS or fragmented MP4, not encrypted."""

    url: str
    """Address of the playlist, such as https://camera/live/index.m3u8."""
    user: str = ""
    """User name, if the camera wants one."""
    password: Secret = SecretStr("")
    """Password of that user."""
    quality: Literal["highest", "lowest"] = "highest"
    """Which of the qualities that a master playlist offers."""
    verify_certificate: bool = True
    """Whether an https camera must show a certificate that this machine trusts."""

    def __post_init__(self) -> None:
        parse_address(self.url, SCHEMES)

    def open(self, origin: Origin) -> HlsPlay:
        """One playing of the stream."""
        return HlsPlay(self, origin)


class HlsPlay:
    """One playing of an HLS stream; a recording ends, a live stream does not."""

    def __init__(
        self, options: HlsSource, origin: Origin, resolver: Resolver = system_resolver
    ) -> None:
        self._origin = origin
        self._clock = origin.clock
        self._lowest = options.quality == "lowest"
        self._address = parse_address(options.url, SCHEMES)
        dialer = Dialer(
            allowed=origin.allowed,
            patience_s=origin.silent_s,
            verify=options.verify_certificate,
            resolver=resolver,
        )
        self._client = HttpClient(dialer, self._address, Login(options.user, options.password))
        self._pacer = Pacer(origin.clock)
        self._head: tuple[Part, bytes] | None = None
        self._spoilt = _MOST_SPOILT
        self.has_audio = False

    def close(self) -> None:
        self._pacer.stop()
        self._client.close()

    def packets(self) -> Iterator[Packet]:
        times, same = SegmentTimes(), SameFormat()
        try:
            for listed in self._listed():
                units = times.place(listed, self._units(listed))
                for unit, t_us in units:
                    self._pacer.wait_for(unit.dts_us)
                    if self._pacer.stopped:
                        return
                    yield stamp(self._origin, same.keep(unit), t_us)
        except SourceError:
            if not self._pacer.stopped:
                raise

    def _listed(self) -> Iterator[Listed]:
        """Segments in order, each as soon as it is wanted."""
        page, playlist = self._find_media()
        fresh = _at_first(playlist)
        heard_us = self._clock.now_us()
        following = 0
        while not self._pacer.stopped:
            for listed in _placed(page, playlist, fresh, self._clock.now_us()):
                yield listed
                following = listed.part.number + 1
                heard_us = self._clock.now_us()
            if playlist.ended:
                return
            if to_seconds(self._clock.now_us() - heard_us) > self._origin.silent_s:
                raise StreamSilent(f"{page.authority} names no new segment in its playlist")
            if not fresh:
                self._clock.sleep(min(max(playlist.target_s / 4, 0.1), 1.0))
            page, playlist = self._media(page)
            fresh = _news(playlist, following)

    def _find_media(self) -> tuple[Address, MediaPlaylist]:
        """The media playlist, by way of a master playlist if there is one."""
        page, found = self._playlist(self._address)
        if isinstance(found, MediaPlaylist):
            return page, found
        best = min if self._lowest else max
        chosen = best(found.variants, key=lambda variant: variant.bandwidth)
        return self._media(elsewhere(page, chosen.uri))

    def _media(self, page: Address) -> tuple[Address, MediaPlaylist]:
        page, found = self._playlist(page)
        if isinstance(found, Master):
            raise StreamUnsupported(f"{page.authority} has a master playlist within another one")
        return page, found

    def _playlist(self, page: Address) -> tuple[Address, Master | MediaPlaylist]:
        with self._client.get(page) as answer:
            text = answer.read_all(_MOST_PLAYLIST).decode("utf-8", "replace")
            return answer.address, read_playlist(text)

    def _units(self, listed: Listed) -> list[Unit]:
        part = listed.part
        try:
            body = self._fetch(listed.page, part.uri, part.span)
        except StreamMissing:
            # It slid out of the playlist before we came for it: a gap, not the end.
            return []
        if part.head is not None:
            body = self._head_of(listed.page, part) + body
        name = listed.page.authority
        try:
            with open_file(io.BytesIO(body), name=name) as container:
                self.has_audio = bool(container.streams.audio)
                units = list(read_units(container, name=name))
        except StreamUnsupported:
            # One spoilt segment is a gap; several, or the very first, are the stream's nature.
            self._spoilt += 1
            if self._spoilt > _MOST_SPOILT:
                raise
            return []
        self._spoilt = 0
        return units

    def _head_of(self, page: Address, part: Part) -> bytes:
        held = self._head
        if held is None or (held[0].head, held[0].head_span) != (part.head, part.head_span):
            held = (part, self._fetch(page, part.head or "", part.head_span))
            self._head = held
        return held[1]

    def _fetch(self, page: Address, uri: str, span: tuple[int, int] | None) -> bytes:
        with self._client.get(elsewhere(page, uri), span=span) as answer:
            return answer.read_all(_MOST_SEGMENT)


def _at_first(playlist: MediaPlaylist) -> tuple[Part, ...]:
    """Where playing begins: a recording at its start, a live stream near its end."""
    return playlist.parts if playlist.ended else playlist.parts[-_BEHIND_PARTS:]


def _news(playlist: MediaPlaylist, following: int) -> tuple[Part, ...]:
    """The segments not played yet."""
    newest = playlist.parts[-1].number if playlist.parts else following
    if newest < following - 1:
        # Its numbers began anew: the camera was restarted.
        return playlist.parts[-_BEHIND_PARTS:]
    return tuple(part for part in playlist.parts if part.number >= following)


def _placed(
    page: Address, playlist: MediaPlaylist, parts: tuple[Part, ...], now_us: int
) -> Iterator[Listed]:
    """With the time each was complete: the newest one now, the others by their lengths before."""
    left_s = sum(part.duration_s for part in parts)
    for part in parts:
        left_s -= part.duration_s
        ready_us = now_us - from_seconds(left_s)
        yield Listed(page=page, part=part, ready_us=ready_us, live=not playlist.ended)
