"""Live HLS for players that know nothing else: segments of the fragments that go to everybody.

Made only while somebody asks, and kept in memory only.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from vedette.core.errors import NotFound, StreamUnsupported, Unavailable
from vedette.live.fmp4 import Opening
from vedette.live.hub import LiveHub
from vedette.live.queue import Chunk, Drop, State

__all__ = ["LiveHls"]

_SEGMENT_US = 1_000_000
"""A segment ends at the first key frame after so long: players may begin at any of them."""
_KEPT = 6
_MOST_OCTETS = 64 * 1024 * 1024
_IDLE_S = 20.0
_FIRST_S = 12.0
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    number: int
    opening: Opening
    begin_us: int
    duration_us: int
    afresh: bool
    """Whether players begin a new timeline here."""
    payload: bytes


class LiveHls:
    """Belongs to the event loop; one task for each stream that somebody plays."""

    def __init__(self, hub: LiveHub, now_s: Callable[[], float] = time.monotonic) -> None:
        self._hub, self._now_s = hub, now_s
        self._rolls: dict[tuple[str, str], _Roll] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def playlist(self, camera: str, stream: str, folder: str) -> str:
        """The playlist of what lies in `folder`; segments are made from the first asking on."""
        roll = self._roll((camera, stream))
        roll.touched_s = self._now_s()
        until_s = self._now_s() + _FIRST_S
        while not roll.segments:
            if roll.state is not None and roll.state.state == "unsupported":
                raise StreamUnsupported(roll.state.reason)
            if self._now_s() > until_s:
                reason = roll.state.reason if roll.state else "its status says how it is"
                raise Unavailable(f"camera {camera!r} gave no whole segment; {reason}")
            await asyncio.sleep(_LOOK_S)
        return roll.text(folder)

    def octets(self, camera: str, stream: str, name: str) -> bytes:
        """A file that the playlist names; NotFound once it is past."""
        roll = self._rolls.get((camera, stream))
        found = roll.file(name) if roll is not None else None
        if found is None:
            raise NotFound("that piece of live video is past; the playlist names the newest")
        return found

    def playing(self) -> tuple[tuple[str, str], ...]:
        """The streams of which segments are made now."""
        return tuple(self._rolls)

    def _roll(self, key: tuple[str, str]) -> _Roll:
        if key not in self._rolls:
            # Numbers go on from a roll that ended for want of players: none meets an old one.
            roll = self._rolls[key] = _Roll(int(time.time()), self._now_s())
            task = asyncio.create_task(self._run(key, roll), name=f"hls-{'-'.join(key)}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self._rolls[key]

    async def _run(self, key: tuple[str, str], roll: _Roll) -> None:
        try:
            async with self._hub.view(*key) as queue:
                while self._now_s() - roll.touched_s < _IDLE_S:
                    try:
                        roll.take(await asyncio.wait_for(queue.next(), 1.0))
                    except TimeoutError:
                        continue
        finally:
            del self._rolls[key]


class _Roll:
    """The last segments of one stream."""

    def __init__(self, first: int, now_s: float) -> None:
        self._next = first
        self._open: list[Chunk] = []
        self._fresh_starts = 0
        self._longest_us = 2 * _SEGMENT_US
        self.segments: deque[_Segment] = deque()
        self.state: State | None = None
        self.touched_s = now_s

    def take(self, one: Chunk | Drop | State) -> None:
        """Take a picture or a word about it."""
        match one:
            case State():
                self.state = one
            case Drop():
                # A hole: what is open cannot be finished.
                self._open.clear()
            case Chunk() if not one.opening.segment:
                reason = f"HLS carries H.264 and H.265, not {one.opening.codec}"
                self.state = State(state="unsupported", reason=reason)
            case Chunk():
                self._append(one)

    def file(self, name: str) -> bytes | None:
        """The init segment or segment of that name."""
        for segment in self.segments:
            if name == f"{segment.number}.m4s":
                return segment.payload
            if name == _init_name(segment.opening):
                return segment.opening.segment
        return None

    def text(self, folder: str) -> str:
        """The playlist."""
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{math.ceil(self._longest_us / 1e6)}",
            f"#EXT-X-MEDIA-SEQUENCE:{self.segments[0].number}",
            f"#EXT-X-DISCONTINUITY-SEQUENCE:{self._fresh_starts}",
            "#EXT-X-INDEPENDENT-SEGMENTS",
        ]
        for place, segment in enumerate(self.segments):
            if segment.afresh and place:
                lines.append("#EXT-X-DISCONTINUITY")
            if segment.afresh or not place:
                lines.append(f'#EXT-X-MAP:URI="{folder}{_init_name(segment.opening)}"')
            begin = datetime.fromtimestamp(segment.begin_us / 1e6, tz=UTC)
            lines += [
                f"#EXT-X-PROGRAM-DATE-TIME:{begin.isoformat(timespec='milliseconds')}",
                f"#EXTINF:{segment.duration_us / 1e6:.6f},",
                f"{folder}{segment.number}.m4s",
            ]
        return "\n".join([*lines, ""])

    def _append(self, chunk: Chunk) -> None:
        self.state = None
        if sum(len(one.payload) for one in self._open) > _MOST_OCTETS:
            # A group of pictures without an end cannot be shown in pieces.
            self._open.clear()
        begun = self._open[0] if self._open else None
        if begun is None:
            if chunk.key:
                self._open.append(chunk)
            return
        if chunk.opening is not begun.opening:
            # How long the last picture lasted is not known; it is left to be shown.
            self._close(begun, self._open[-1].t_us)
        elif chunk.key and chunk.t_us - begun.t_us >= _SEGMENT_US:
            self._close(begun, chunk.t_us)
        self._open.append(chunk)

    def _close(self, begun: Chunk, end_us: int) -> None:
        last = self.segments[-1] if self.segments else None
        duration_us = max(1, end_us - begun.t_us)
        self.segments.append(
            _Segment(
                number=self._next,
                opening=begun.opening,
                begin_us=begun.t_us,
                duration_us=duration_us,
                afresh=last is None or last.opening is not begun.opening,
                payload=b"".join(chunk.payload for chunk in self._open),
            )
        )
        self._next += 1
        self._longest_us = max(self._longest_us, duration_us)
        self._open.clear()
        while len(self.segments) > _KEPT or self._too_large():
            self._forget()

    def _too_large(self) -> bool:
        return (
            len(self.segments) > 1 and sum(len(one.payload) for one in self.segments) > _MOST_OCTETS
        )

    def _forget(self) -> None:
        self.segments.popleft()
        # Counts the discontinuity marks that are no longer in the playlist.
        self._fresh_starts += self.segments[0].afresh


def _init_name(opening: Opening) -> str:
    return f"init-{opening.base_t_us}.mp4"
