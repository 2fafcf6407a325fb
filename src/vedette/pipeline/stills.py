"""Pictures for people whose browser plays no video: made only while somebody watches.

One decoder a stream and one encoding a size, however many watch; see `docs/design/live.md`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from vedette.core.media import Frame, Packet, StreamFormat
from vedette.core.ports import PacketHub, PacketInbox
from vedette.core.stills import FASTEST_FPS, StillsWanted
from vedette.ingest.decode import DietDecoder
from vedette.ingest.taps import PacketQueue
from vedette.pipeline.evidence import jpeg
from vedette.pipeline.keeper import Keeper

__all__ = ["Stills"]

_WAIT_S = 1.0
_MOST_WAITING = 3
"""A reader that is slower than its pictures sees newer ones instead."""
_QUALITY = 78


class Stills:
    """A PacketHub of JPEGs; streams go by `StillsWanted.name`."""

    def __init__(self, packets: PacketHub) -> None:
        self._packets = packets
        self._lock = threading.Lock()
        self._shows: dict[tuple[str, str], _Show] = {}

    def watch(self, camera: str, stream: str) -> PacketInbox:
        """Pictures from now on; NotFound when the name is none of ours."""
        wanted = StillsWanted.named(stream)
        key = (camera, wanted.stream)
        with self._lock:
            show = self._shows.get(key)
            if show is None:
                show = self._shows[key] = _Show(self._packets, *key)
            return show.join(wanted, lambda queue: self._leave(key, queue))

    def watched(self) -> dict[tuple[str, str], int]:
        """How many read each stream that is being decoded."""
        with self._lock:
            return {key: len(show.seats) for key, show in self._shows.items()}

    def close(self) -> None:
        """Stop all; may be called twice."""
        with self._lock:
            seats = [seat for show in self._shows.values() for seat in show.seats]
        for seat in seats:
            seat.queue.close()

    def _leave(self, key: tuple[str, str], queue: PacketQueue) -> None:
        with self._lock:
            show = self._shows.get(key)
            if show is not None and show.leave(queue):
                del self._shows[key]


@dataclass(slots=True)
class _Seat:
    """One reader, and when its next picture is due."""

    wanted: StillsWanted
    queue: PacketQueue
    due_us: int = 0

    def wants(self, t_us: int) -> bool:
        """Whether a picture of that time is for this reader."""
        interval_us = 1_000_000 // self.wanted.fps
        if t_us + interval_us // 4 < self.due_us <= t_us + 2 * interval_us:
            return False
        # Kept in step with the rate, but never owing pictures of the past.
        late = abs(t_us - self.due_us) > interval_us
        self.due_us = (t_us if late else self.due_us) + interval_us
        return True


class _Show:
    """One stream: its thread, its decoder, its readers."""

    def __init__(self, packets: PacketHub, camera: str, stream: str) -> None:
        self._packets, self._camera, self._stream = packets, camera, stream
        self.seats: tuple[_Seat, ...] = ()
        self._inbox: PacketInbox | None = None
        self._formats: dict[tuple[int, int], StreamFormat] = {}
        self._keeper = Keeper(f"stills-{camera}-{stream}", self._run, self._hang_up)
        self._keeper.start()

    def join(self, wanted: StillsWanted, on_close: Callable[[PacketQueue], None]) -> PacketInbox:
        queue = PacketQueue(packets=_MOST_WAITING, on_close=on_close)
        self.seats = (*self.seats, _Seat(wanted, queue))
        return queue

    def leave(self, queue: PacketQueue) -> bool:
        """Whether that was the last one; then all of it ends."""
        self.seats = tuple(seat for seat in self.seats if seat.queue is not queue)
        if not self.seats:
            # Whoever leaves must not wait for the thread.
            self._keeper.stop(timeout_s=0)
        return not self.seats

    def _hang_up(self) -> None:
        if self._inbox is not None:
            self._inbox.close()

    def _run(self) -> None:
        decoder = DietDecoder(fps=FASTEST_FPS, idle=False)
        with (
            closing(self._packets.watch(self._camera, self._stream)) as inbox,
            closing(decoder),
        ):
            self._inbox = inbox
            while not self._keeper.stopping and not inbox.closed:
                packet = inbox.get(_WAIT_S)
                for frame in decoder.decode(packet) if packet is not None else ():
                    self._show(frame)

    def _show(self, frame: Frame) -> None:
        made: dict[int | None, Packet] = {}
        for seat in self.seats:
            if seat.wants(frame.t_us):
                width = seat.wanted.width
                if width not in made:
                    made[width] = self._picture(frame, width)
                seat.queue.take(made[width])

    def _picture(self, frame: Frame, width_px: int | None) -> Packet:
        width = min(width_px or frame.width, frame.width)
        height = max(1, round(frame.height * width / frame.width))
        size = (width, height)
        if size not in self._formats:
            self._formats[size] = StreamFormat(codec="mjpeg", width=width, height=height)
        return Packet(
            camera=frame.camera,
            stream=frame.stream,
            t_us=frame.t_us,
            pts_us=frame.pts_us,
            duration_us=1_000_000 // FASTEST_FPS,
            key=True,
            format=self._formats[size],
            data=jpeg(frame, width, _QUALITY),
        )
