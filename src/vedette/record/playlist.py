"""Recordings as an HLS playlist: each file's own head, then byte ranges of a few seconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vedette.core.footage import Segment
from vedette.record.index import FileIndex, Part

__all__ = ["Listed", "Playlist", "write_playlist"]

_LEAST_US, _MOST_US = 4_000_000, 6_000_000
# Said once for all: it may not change while a playlist grows.
_TARGET_S = 8


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the playlist."""

    segment: Segment
    index: FileIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    """What is wanted of which files."""

    files: Sequence[Listed]
    after_us: int
    before_us: int
    growing: bool
    """Whether more is to come, so that a player asks again."""


@dataclass(frozen=True, slots=True)
class _Group:
    parts: tuple[Part, ...]

    @property
    def duration_us(self) -> int:
        return sum(part.duration_us for part in self.parts)


def write_playlist(playlist: Playlist, address: Callable[[Segment], str]) -> str:
    """The playlist, version 7; `address` says where a file's bytes are.

    Every file has media times of its own, so between two of them stands a discontinuity.
    """
    files = [(one, list(_groups(one, playlist))) for one in playlist.files]
    files = [(one, groups) for one, groups in files if groups]
    durations = [group.duration_us for _, groups in files for group in groups]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max([_TARGET_S, *(math.ceil(us / 1e6) for us in durations)])}",
        # Never another kind: a player may have seen it while it still grew.
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    if all(group.parts[0].key for _, groups in files for group in groups):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    if files:
        # Decoding begins at a key picture, showing where it was asked for.
        early_us = max(0, playlist.after_us - files[0][1][0].parts[0].t_us)
        lines.append(f"#EXT-X-START:TIME-OFFSET={early_us / 1e6:.6f},PRECISE=YES")
    for number, (one, groups) in enumerate(files):
        lines += _file(one, groups, address(one.segment), first=number == 0)
    if not playlist.growing:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join([*lines, ""])


def _file(one: Listed, groups: Sequence[_Group], address: str, *, first: bool) -> Iterator[str]:
    if not first:
        yield "#EXT-X-DISCONTINUITY"
    yield f'#EXT-X-MAP:URI="{address}",BYTERANGE="{one.index.head.size}@0"'
    taken = datetime.fromtimestamp(groups[0].parts[0].t_us / 1e6, UTC)
    yield f"#EXT-X-PROGRAM-DATE-TIME:{taken.isoformat(timespec='milliseconds')}"
    for group in groups:
        begin, last = group.parts[0].offset, group.parts[-1]
        yield f"#EXTINF:{group.duration_us / 1e6:.6f},"
        yield f"#EXT-X-BYTERANGE:{last.offset + last.size - begin}@{begin}"
        yield address


def _groups(one: Listed, playlist: Playlist) -> Iterator[_Group]:
    """Parts together, each group beginning with a key part where key pictures are close enough."""
    parts = _wanted(one.index.parts, playlist)
    group: list[Part] = []
    for part in parts:
        lasts_us = sum(each.duration_us for each in group)
        if group and (lasts_us >= _MOST_US or (part.key and lasts_us >= _LEAST_US)):
            yield _Group(tuple(group))
            group = []
        group.append(part)
    # What may still grow is held back: a range that was told once must stay the same.
    ended = not one.segment.open or (bool(group) and _end_us(group[-1]) >= playlist.before_us)
    if group and ended:
        yield _Group(tuple(group))


def _wanted(parts: Sequence[Part], playlist: Playlist) -> Sequence[Part]:
    early = [n for n, part in enumerate(parts) if part.key and part.t_us <= playlist.after_us]
    begin = early[-1] if early else 0
    if parts and _end_us(parts[-1]) <= playlist.after_us:
        return []
    return [part for part in parts[begin:] if part.t_us < playlist.before_us]


def _end_us(part: Part) -> int:
    return part.t_us + part.duration_us
