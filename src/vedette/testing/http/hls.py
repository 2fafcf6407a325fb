"""HTTP Live Streaming: playlists that slide with time, and the segments they name."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from vedette.core.value import value
from vedette.testing.clips import CLOCK_HZ
from vedette.testing.http.exchange import Exchange
from vedette.testing.http.segments import Container, Segments

__all__ = ["HlsOptions", "HlsPage"]

_PLAYLIST = "application/vnd.apple.mpegurl"
_KINDS = {"ts": "video/mp2t", "fmp4": "video/mp4"}
_SUFFIXES = {"ts": "ts", "fmp4": "m4s"}


@value
class HlsOptions:
    """How a stream is offered."""

    segment_s: float = 2.0
    """Least length of a segment; it ends at the key frame after."""
    window: int = 4
    """How many segments a live playlist names."""
    container: Container = "ts"
    program_date_time: bool = True
    live: bool = True
    """A sliding window; else the whole clip once, with its end."""
    discontinuity: bool = False
    """Timestamps begin anew in each loop, with the tag that says so."""
    wall_offset_s: float = 0.0
    """How wrong the camera's clock is."""


class HlsPage:
    """Renditions by name: `master.m3u8` lists them, `NAME/index.m3u8` is one's media playlist."""

    def __init__(self, renditions: Mapping[str, Path], options: HlsOptions | None = None) -> None:
        self.options = options or HlsOptions()
        self._renditions = {
            name: Segments(path, self.options.segment_s, self.options.container)
            for name, path in renditions.items()
        }
        # As if the camera had been there for one window, so that the first client need not wait.
        longest = max(one.longest_s for one in self._renditions.values())
        self._ahead_s = longest * (self.options.window + 1)
        self._began = time.monotonic() - self._ahead_s
        self._wall_began = time.time() - self._ahead_s + self.options.wall_offset_s

    def wall_us(self, loop: int, t_s: float, name: str) -> int:
        """The wall-clock time that stands on a moment of the clip in that loop."""
        ticks = loop * self._renditions[name].clip.duration_ticks
        return round((self._wall_began + ticks / CLOCK_HZ + t_s) * 1e6)

    def serve(self, exchange: Exchange) -> None:
        """A playlist, a segment or nothing."""
        if exchange.rest == "master.m3u8":
            exchange.send(self._master().encode(), _PLAYLIST)
            return
        name, _, file = exchange.rest.partition("/")
        segments = self._renditions.get(name)
        if segments is None:
            exchange.refuse(404)
        elif file == "index.m3u8":
            exchange.send(self._media_playlist(segments).encode(), _PLAYLIST)
        else:
            self._send_segment(exchange, segments, file)

    def _send_segment(self, exchange: Exchange, segments: Segments, file: str) -> None:
        kind = _KINDS[segments.container]
        if file == "init.mp4":
            exchange.send(segments.head(), kind)
            return
        number = file.partition(".")[0]
        if not number.isdigit() or int(number) not in self._window(segments):
            exchange.refuse(404)
            return
        restart = self.options.discontinuity
        exchange.send(segments.media(int(number), restart=restart), kind)

    def _window(self, segments: Segments) -> range:
        """The segments that exist now; one more than listed stays, for clients just behind."""
        if not self.options.live:
            return range(len(segments.pieces))
        done = segments.complete(round((time.monotonic() - self._began) * CLOCK_HZ))
        return range(max(0, done - self.options.window - 1), done)

    def _master(self) -> str:
        lines = ["#EXTM3U", "#EXT-X-VERSION:6"]
        for name, segments in self._renditions.items():
            clip = segments.clip
            octets = sum(len(nal) for unit in clip.units for nal in unit.nals)
            rate = round(octets * 8 / clip.duration_s)
            size = f"{clip.width}x{clip.height}"
            lines.append(f"#EXT-X-STREAM-INF:BANDWIDTH={rate},RESOLUTION={size}")
            lines.append(f"{name}/index.m3u8")
        return "\n".join(lines) + "\n"

    def _media_playlist(self, segments: Segments) -> str:
        listed = self._window(segments)
        if self.options.live:
            listed = listed[-self.options.window :]
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:6",
            f"#EXT-X-TARGETDURATION:{-(-segments.longest_s // 1):.0f}",
        ]
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{listed.start}")
        if self.options.discontinuity:
            gone = max(0, listed.start - 1) // len(segments.pieces)
            lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{gone}")
        if segments.container == "fmp4":
            lines.append('#EXT-X-MAP:URI="init.mp4"')
        for number in listed:
            lines += self._entry(segments, number)
        if not self.options.live:
            lines.append("#EXT-X-ENDLIST")
        return "\n".join(lines) + "\n"

    def _entry(self, segments: Segments, number: int) -> list[str]:
        lines = []
        if self.options.discontinuity and number and number % len(segments.pieces) == 0:
            lines.append("#EXT-X-DISCONTINUITY")
        if self.options.program_date_time:
            wall_s = self._wall_began + segments.start_ticks(number) / CLOCK_HZ
            date = datetime.fromtimestamp(wall_s, UTC).isoformat(timespec="milliseconds")
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date}")
        lines.append(f"#EXTINF:{segments.duration_s(number):.6f},")
        lines.append(f"{number}.{_SUFFIXES[segments.container]}")
        return lines
