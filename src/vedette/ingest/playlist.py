"""HLS playlists (RFC 8216): text from a stranger, read into values and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from vedette.core.clock import from_seconds
from vedette.core.errors import StreamUnsupported

__all__ = ["Master", "MediaPlaylist", "Part", "Variant", "read_playlist"]

_MOST_LINES = 20_000
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One quality a master playlist offers."""

    uri: str
    bandwidth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """The qualities there are."""

    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One media segment."""

    number: int
    uri: str
    duration_s: float
    span: tuple[int, int] | None = None
    """(offset, length) within what `uri` names; None: all of it."""
    head: str | None = None
    """Address of the initialisation section of fragmented MP4."""
    head_span: tuple[int, int] | None = None
    t_us: int | None = None
    """Wall-clock time of its first picture, where the playlist tells."""
    new_times: bool = False
    """Its timestamps do not go on from the segment before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPlaylist:
    """The segments of one quality."""

    parts: tuple[Part, ...]
    target_s: float
    ended: bool


def read_playlist(text: str) -> Master | MediaPlaylist:
    """Read either kind; StreamUnsupported says what we cannot do."""
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines()[:_MOST_LINES]]
    if not lines or not lines[0].startswith("#EXTM3U"):
        raise StreamUnsupported("this is not an HLS playlist")
    variants = tuple(_variants(lines))
    if variants:
        return Master(variants=variants)
    return _Reader().read(lines)


def _variants(lines: list[str]) -> Iterator[Variant]:
    for index, line in enumerate(lines):
        if not line.startswith("#EXT-X-STREAM-INF:"):
            continue
        uri = next((one for one in lines[index + 1 :] if one and not one.startswith("#")), None)
        if uri is not None:
            bandwidth = _attributes(line).get("BANDWIDTH", "0")
            yield Variant(uri=uri, bandwidth=int(bandwidth) if bandwidth.isdigit() else 0)


def _attributes(line: str) -> dict[str, str]:
    return {name: text.strip('"') for name, text in _ATTRIBUTE.findall(line.partition(":")[2])}


class _Reader:
    """Reads a media playlist line by line; what it does not know it skips."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._number = 0
        self._target_s = 0.0
        self._ended = False
        self._duration_s = 0.0
        self._span: tuple[int, int] | None = None
        self._next_offset = 0
        self._head: str | None = None
        self._head_span: tuple[int, int] | None = None
        self._t_us: int | None = None
        self._new_times = False

    def read(self, lines: list[str]) -> MediaPlaylist:
        for line in lines:
            if line.startswith("#EXT"):
                self._tag(line)
            elif line and not line.startswith("#"):
                self._segment(line)
        return MediaPlaylist(
            parts=tuple(self._parts), target_s=self._target_s or 10.0, ended=self._ended
        )

    def _tag(self, line: str) -> None:
        name, _, text = line.partition(":")
        match name:
            case "#EXTINF":
                self._duration_s = _number(text.partition(",")[0])
            case "#EXT-X-TARGETDURATION":
                self._target_s = _number(text)
            case "#EXT-X-MEDIA-SEQUENCE":
                self._number = int(_number(text))
            case "#EXT-X-PROGRAM-DATE-TIME":
                self._t_us = _time_us(text)
            case "#EXT-X-DISCONTINUITY":
                self._new_times = True
            case "#EXT-X-ENDLIST":
                self._ended = True
            case _:
                self._rare_tag(name, line, text)

    def _rare_tag(self, name: str, line: str, text: str) -> None:
        if name == "#EXT-X-BYTERANGE":
            self._span = _span(text, self._next_offset)
        elif name == "#EXT-X-MAP":
            said = _attributes(line)
            self._head = said.get("URI")
            self._head_span = _span(said["BYTERANGE"], 0) if "BYTERANGE" in said else None
        elif name == "#EXT-X-KEY" and _attributes(line).get("METHOD", "NONE") != "NONE":
            raise StreamUnsupported("the stream is encrypted; we read HLS without encryption")

    def _segment(self, uri: str) -> None:
        part = Part(
            number=self._number,
            uri=uri,
            duration_s=self._duration_s,
            span=self._span,
            head=self._head,
            head_span=self._head_span,
            t_us=self._t_us,
            new_times=self._new_times,
        )
        self._parts.append(part)
        self._number += 1
        self._next_offset = sum(self._span) if self._span else 0
        # A date holds for its own segment and, by their lengths, for those that follow.
        if self._t_us is not None:
            self._t_us += from_seconds(self._duration_s)
        self._span, self._new_times, self._duration_s = None, False, 0.0


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 <= number < 1e12 else 0.0


def _span(text: str, after: int) -> tuple[int, int] | None:
    length, _, offset = text.strip().partition("@")
    if not length.isdigit() or int(length) == 0:
        return None
    return (int(offset) if offset.isdigit() else after, int(length))


def _time_us(text: str) -> int | None:
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    whole = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return from_seconds(whole.timestamp())
