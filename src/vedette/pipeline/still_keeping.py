"""Takes the pictures that are kept at an interval, one thread a camera that has them.

It decodes for itself and only around the moments due, so it does not matter whether the camera is
analysed, quiet, or recorded; see `docs/design/footage.md`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from vedette.core.clock import Clock, from_seconds
from vedette.core.media import Frame, Packet
from vedette.core.ports import PacketHub, PacketInbox
from vedette.core.site import Camera, Site
from vedette.ingest.decode import DietDecoder
from vedette.pipeline.evidence import jpeg
from vedette.pipeline.keeper import Keeper
from vedette.record.stills import StillArchive

__all__ = ["StillKeeping"]

_WAIT_S = 1.0
_APART_US = from_seconds(10)
"""With less between two pictures the stream is read all the time; else only when one is due."""
_FAR_US = from_seconds(60)
"""A stream this far behind the moment due is on another clock than we thought."""
_MOST_UNREAD = 600
_QUALITY = 80
_EVERY_PICTURE_FPS = 1000.0


class StillKeeping:
    """Owns the threads of the cameras for which `mine` says yes."""

    def __init__(
        self,
        packets: PacketHub,
        archive: StillArchive,
        clock: Clock,
        mine: Callable[[str], bool] = lambda _: True,
    ) -> None:
        # One picture is decoded at a time: most cameras are due at the same second, and lanes
        # shall not wait for all of them.
        self._around = _Around(packets, archive, clock, threading.Lock())
        self._mine = mine
        self._lock = threading.Lock()
        self._running: dict[_Wanted, _Camera] = {}

    def apply(self, site: Site) -> None:
        """Start and end until it is as the site says; others go on."""
        found = (_wanted(camera) for camera in site.cameras if self._mine(camera.id))
        wanted = {one for one in found if one is not None}
        with self._lock:
            ended = [self._running.pop(one) for one in self._running.keys() - wanted]
        for running in ended:
            running.keeper.stop()
        with self._lock:
            for one in wanted - self._running.keys():
                self._running[one] = _Camera(one, self._around)
                self._running[one].keeper.start()

    def close(self) -> None:
        """End; may be called twice."""
        self.apply(Site())


@dataclass(frozen=True, slots=True)
class _Around:
    packets: PacketHub
    archive: StillArchive
    clock: Clock
    turn: threading.Lock


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What has to be the same for a thread to go on."""

    camera: str
    stream: str
    every_us: int


def _wanted(camera: Camera) -> _Wanted | None:
    stream = camera.stream_for("record") or camera.stream_for("analyse")
    every_us = from_seconds(camera.record.snapshot_every_s)
    if not camera.enabled or stream is None or every_us <= 0:
        return None
    return _Wanted(camera.id, stream.id, every_us)


class _Camera:
    """One camera's pictures: the first good one after each multiple of the interval."""

    def __init__(self, wanted: _Wanted, around: _Around) -> None:
        self._wanted, self._around = wanted, around
        self._inbox: PacketInbox | None = None
        self._last: int | None = None
        self._ending = threading.Event()
        name = f"snapshots-{wanted.camera}"
        self.keeper = Keeper(name, self._work, self._hang_up)

    def _hang_up(self) -> None:
        self._ending.set()
        if self._inbox is not None:
            self._inbox.close()

    def _work(self) -> None:
        if self._last is None:
            newest_us = self._around.archive.newest_us(self._wanted.camera)
            self._last = -1 if newest_us is None else newest_us // self._wanted.every_us
        while not self._ending.is_set():
            due_us = self._due_us(self._last)
            if self._wanted.every_us >= _APART_US and not self._is_due(due_us):
                self._ending.wait(min(_WAIT_S, (due_us - self._around.clock.now_us()) / 1e6))
                continue
            if not self._watch(due_us):
                self._ending.wait(_WAIT_S)

    def _is_due(self, due_us: int) -> bool:
        return self._around.clock.now_us() >= due_us

    def _due_us(self, last: int) -> int:
        """The multiple whose picture is the next one, counting from the one we are in."""
        slot = self._around.clock.now_us() // self._wanted.every_us
        # A camera's clock may be a little ahead; much ahead means that ours was put back.
        if slot <= last <= slot + 1:
            slot = last + 1
        return slot * self._wanted.every_us

    def _watch(self, due_us: int) -> bool:
        """Read until what is due has been kept; False when the stream ends or is elsewhere."""
        wanted, around = self._wanted, self._around
        decoder = DietDecoder(fps=_EVERY_PICTURE_FPS, idle=False)
        with (
            closing(around.packets.watch(wanted.camera, wanted.stream)) as inbox,
            closing(decoder),
        ):
            self._inbox = inbox
            lazy = _Lazy(decoder, around.turn)
            while not self._ending.is_set() and not inbox.closed:
                packet = inbox.get(_WAIT_S)
                if packet is None:
                    continue
                if packet.t_us < due_us - _FAR_US:
                    return False
                frame = lazy.first(packet, due_us)
                if frame is None:
                    continue
                self._keep(frame)
                if wanted.every_us >= _APART_US:
                    return True
                due_us = (frame.t_us // wanted.every_us + 1) * wanted.every_us
        return False

    def _keep(self, frame: Frame) -> None:
        with self._around.turn:
            picture = jpeg(frame, quality=_QUALITY)
        self._around.archive.put(frame.camera, frame.t_us, picture)
        self._last = frame.t_us // self._wanted.every_us
        self.keeper.well()


class _Lazy:
    """Decodes nothing before it must: what leads up to a moment, from its key packet on."""

    def __init__(self, decoder: DietDecoder, turn: threading.Lock) -> None:
        self._decoder, self._turn = decoder, turn
        self._unread: list[Packet] = []
        self._whole = False

    def first(self, packet: Packet, due_us: int) -> Frame | None:
        """The first picture not before `due_us`, as soon as this packet completes it."""
        if packet.key:
            self._unread.clear()
        # After a loss all is smeared until the next key packet.
        self._whole = not packet.damaged and (packet.key or self._whole)
        if not self._whole:
            return None
        self._unread.append(packet)
        if packet.t_us < due_us and len(self._unread) < _MOST_UNREAD:
            return None
        found = None
        # To the end, whatever is found: later pictures refer to all that was before them.
        for frame in self._frames():
            if found is None and frame.t_us >= due_us:
                found = frame
        return found

    def _frames(self) -> Iterator[Frame]:
        unread, self._unread = self._unread, []
        for packet in unread:
            with self._turn:
                frames = tuple(self._decoder.decode(packet))
            yield from frames
