"""The decode diet: as few pictures decoded, and as little done to each, as the analysis needs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import cast

import av
from av.packet import Packet as AvPacket
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vedette.core.media import Frame, Packet, StreamFormat
from vedette.ingest.picture import DecodedPlanes
from vedette.ingest.sampler import Sampler

__all__ = ["DietDecoder"]

_JUMP_US = 1_000_000
_FAR_US = 1 << 62
_MOST_WAITING = 600
_MOST_REORDERED = 64
_MOST_PIXELS = 40_000_000
"""A little more than 8K; what announces more is damaged or hostile."""


class DietDecoder:
    """Decodes one stream, in one thread, at `fps` analysed pictures per second.

    `idle`: only key frames are decoded while `rouse(False)` holds, provided that they come at
    least every `wake_s`. `skip_loop_filter` is a sixth cheaper and makes blocks visible.
    """

    def __init__(
        self,
        *,
        fps: float = 8.0,
        idle: bool = True,
        wake_s: float = 1.0,
        skip_loop_filter: bool = False,
    ) -> None:
        self._sampler = Sampler(fps)
        self._idle = idle
        self._wake_us = wake_s * 1e6
        self._skip_loop_filter = skip_loop_filter
        self._context: VideoCodecContext | None = None
        self._format: StreamFormat | None = None
        self._keys = _KeyRhythm()
        self._times: dict[int, Packet] = {}
        self._unread: list[Packet] = []
        self._gop: list[Packet] = []
        self._past: list[Packet] = []
        self._taken_us = self._before_us = -_FAR_US
        self._needs_key = True
        self._awake = True
        self._seq = 0
        self._last_pts_us: int | None = None
        self.failed = 0
        """Packets the decoder refused."""

    def rouse(self, awake: bool) -> None:
        """Awake: every wanted picture. Not awake: key frames alone, where they come often enough.

        What was left out of the current GOP is decoded with the next packet, so no time is lost.
        """
        self._awake = awake

    @property
    def resting(self) -> bool:
        """Whether only key frames are decoded now."""
        often_us = self._keys.interval_us
        often = often_us is not None and often_us <= self._wake_us
        return self._idle and not self._awake and often

    def decode(self, packet: Packet) -> Iterator[Frame]:
        """The wanted frames this packet completes, in the order they are shown."""
        self._notice_jump(packet)
        yield from self._follow_format(packet)
        if self._needs_key and not packet.key:
            return
        self._sampler.see(packet.pts_us)
        if packet.key:
            self._begin_gop(packet)
        self._unread.append(packet)
        if self._idle:
            self._gop.append(packet)
            del self._gop[:-_MOST_WAITING]
        if self._may_wait(packet):
            return
        for one in self._take_unread():
            yield from self._decode_one(one)

    def rewind(self) -> Iterator[Frame]:
        """The wanted frames that were left out between the last two key frames, and the last again.

        To be asked right after a key frame decoded while resting: what has just woken us began
        before it. Nothing comes if nothing was left out.
        """
        if not self.can_rewind or self._context is None:
            return
        past, self._past = self._past, []
        self._context.flush_buffers()
        self._times.clear()
        # Some of them may have been seen before it became quiet: time only goes forward.
        self._sampler.resume(max(past[0].pts_us, self._before_us))
        for packet in past:
            yield from self._decode_one(packet)

    @property
    def can_rewind(self) -> bool:
        """Whether `rewind` has anything to give: only right after the key frame itself."""
        return len(self._past) > 2 and self._taken_us == self._past[-1].pts_us

    def flush(self) -> Iterator[Frame]:
        """The frames still inside the decoder, at the end of a file."""
        for earlier in self._take_unread():
            yield from self._decode_one(earlier)
        yield from self._drain()
        self._needs_key = True

    def close(self) -> None:
        """Give the decoder's memory back; frames handed out stay valid."""
        self._context = None
        self._format = None
        self._needs_key = True
        self._times.clear()
        self._forget()

    def _notice_jump(self, packet: Packet) -> None:
        last_us, self._last_pts_us = self._last_pts_us, packet.pts_us
        if last_us is None:
            return
        step_us = packet.pts_us - last_us
        if -_JUMP_US < step_us < _JUMP_US + packet.duration_us:
            return
        self._sampler.reset()
        self._taken_us = self._before_us = -_FAR_US
        self._keys.reset()
        self._needs_key = True
        self._forget()

    def _forget(self) -> None:
        for packets in (self._unread, self._gop, self._past):
            packets.clear()

    def _follow_format(self, packet: Packet) -> Iterator[Frame]:
        if packet.format is self._format:
            return
        if not packet.key:
            # Another connection's picture: what it refers to was never here.
            self._needs_key = True
            return
        before, self._format = self._format, packet.format
        if before == packet.format and self._context is not None:
            return
        yield from self._drain()
        self._context = _open(packet.format, skip_loop_filter=self._skip_loop_filter)
        self._keys.reset()

    def _begin_gop(self, packet: Packet) -> None:
        # Only what was left out is worth keeping: awake, every picture has been seen.
        left_out = self.resting and len(self._unread) > 1
        self._past = [*self._gop, packet] if left_out else []
        self._gop = []
        self._keys.take(packet.pts_us)
        self._unread.clear()
        self._needs_key = False

    def _may_wait(self, packet: Packet) -> bool:
        """Whether decoding it can be put off: a key packet may come before it is needed."""
        if len(self._unread) >= _MOST_WAITING:
            return False
        if self._sampler.is_early(packet.pts_us):
            return True
        # A group that grows beyond what was seen before must not be slept through.
        overdue = self._keys.since_us(packet.pts_us) > 2 * self._wake_us
        return self.resting and not packet.key and not overdue

    def _take_unread(self) -> list[Packet]:
        unread, self._unread = self._unread, []
        return unread

    def _decode_one(self, packet: Packet) -> Iterator[Frame]:
        context = self._context
        # FFmpeg takes an empty packet for the end of the stream.
        if context is None or not packet.data:
            return
        raw = cast("AvPacket[VideoStream]", AvPacket(packet.data))
        raw.pts = packet.pts_us
        self._times[packet.pts_us] = packet
        while len(self._times) > _MOST_REORDERED:
            del self._times[next(iter(self._times))]
        context.skip_frame = "NONREF" if self._sampler.is_early(packet.pts_us) else "DEFAULT"
        try:
            pictures = context.decode(raw)
        except (av.FFmpegError, ValueError):
            self.failed += 1
            return
        for picture in pictures:
            yield from self._wanted(picture)

    def _drain(self) -> Iterator[Frame]:
        """Frames a decoder that reorders still holds."""
        context = self._context
        if context is None or not context.is_open:
            return
        try:
            pictures = context.decode(None)
            context.flush_buffers()
        except (av.FFmpegError, ValueError):
            return
        for picture in pictures:
            yield from self._wanted(picture)
        self._times.clear()

    def _wanted(self, picture: VideoFrame) -> Iterator[Frame]:
        pts_us = picture.pts
        packet = self._times.pop(pts_us, None) if pts_us is not None else None
        if packet is None or picture.is_corrupt or not self._sampler.take(packet.pts_us):
            return
        self._seq += 1
        self._before_us, self._taken_us = self._taken_us, packet.pts_us
        yield Frame(
            camera=packet.camera,
            stream=packet.stream,
            seq=self._seq,
            t_us=packet.t_us,
            pts_us=packet.pts_us,
            planes=DecodedPlanes(picture),
        )


class _KeyRhythm:
    """How often key packets come."""

    def __init__(self) -> None:
        self._last_us: int | None = None
        self._steps_us: deque[int] = deque(maxlen=3)

    @property
    def interval_us(self) -> int | None:
        """The longest of the last intervals, None before there is one."""
        return max(self._steps_us, default=None)

    def since_us(self, pts_us: int) -> int:
        """How long ago the last one came."""
        return 0 if self._last_us is None else pts_us - self._last_us

    def take(self, pts_us: int) -> None:
        """One came."""
        if self._last_us is not None:
            self._steps_us.append(pts_us - self._last_us)
        self._last_us = pts_us

    def reset(self) -> None:
        """Nothing is known of the stream any more."""
        self._last_us = None
        self._steps_us.clear()


def _open(form: StreamFormat, *, skip_loop_filter: bool) -> VideoCodecContext:
    context = cast("VideoCodecContext", av.CodecContext.create(form.codec, "r"))
    context.thread_count = 1
    context.thread_type = av.codec.context.ThreadType.NONE
    context.options = {"max_pixels": str(_MOST_PIXELS)}
    if skip_loop_filter:
        context.options = {**context.options, "skip_loop_filter": "all"}
    return context
