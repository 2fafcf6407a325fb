"""Packets become frames, at the analysed rate and no more; what is late is left out and counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from vedette.core.clock import Clock, from_seconds
from vedette.core.media import Frame, Packet
from vedette.core.ports import PacketInbox

__all__ = ["Frames", "Live", "RateDecoder", "Replay"]

_LATE_S = 2.5
_WAIT_S = 1.0
_LAGS = 500
"""Over how many frames the least lag is the stream's own."""


class RateDecoder(Protocol):
    """A decoder that knows the analysed rate and may be told that nothing moves."""

    def decode(self, packet: Packet) -> Iterable[Frame]: ...

    def rouse(self, awake: bool) -> None:
        """Awake: every wanted frame; quiet: key frames alone if they come often enough."""
        ...

    @property
    def can_rewind(self) -> bool:
        """Whether frames were left out before the key frame that came last."""
        ...

    def rewind(self) -> Iterable[Frame]:
        """Those frames, and that key frame again."""
        ...

    def close(self) -> None: ...


class Frames(Protocol):
    """The frames of one stream in order of time."""

    def __iter__(self) -> Iterator[Frame]: ...

    def rouse(self, awake: bool) -> None:
        """Say whether the last frame was worth detecting."""
        ...

    def rewind(self) -> bool:
        """Ask for what was left out before the last frame, which then comes again."""
        ...


class _Rewinding:
    """Frames of a decoder; what was left out while quiet comes after all when something moves."""

    def __init__(self, decoder: RateDecoder) -> None:
        self._decoder = decoder
        self._rewinding = False

    def decode(self, packet: Packet) -> Iterator[Frame]:
        """The frames a packet completes, gone back for where somebody asks."""
        for frame in self._decoder.decode(packet):
            yield frame
            if self._rewinding:
                self._rewinding = False
                yield from self._decoder.rewind()

    def rouse(self, awake: bool) -> None:
        self._decoder.rouse(awake)

    def rewind(self) -> bool:
        self._rewinding = self._decoder.can_rewind
        if self._rewinding:
            self._decoder.rouse(True)
        return self._rewinding


class Live(_Rewinding):
    """Frames of a running camera, the newest first of all: a late frame is worthless."""

    def __init__(self, inbox: PacketInbox, decoder: RateDecoder, clock: Clock) -> None:
        super().__init__(decoder)
        self._inbox, self._clock = inbox, clock
        self.seen = 0
        self.late = 0
        self.waiting = True
        self.awake = True
        self.lag_us = 0
        self._lags_us: list[int] = []
        self._least_us = 1 << 62
        self.newest: Frame | None = None

    def __iter__(self) -> Iterator[Frame]:
        while not self._inbox.closed:
            packet = self._inbox.get(_WAIT_S)
            if packet is None:
                self.waiting = True
                continue
            self.waiting = False
            for frame in self.decode(packet):
                self.newest = frame
                self.lag_us = self._clock.now_us() - frame.t_us
                if self._is_late():
                    self.late += 1
                    continue
                self.seen += 1
                yield frame

    def _is_late(self) -> bool:
        """Whether we are behind; what a stream itself is behind, as HLS is, does not count."""
        if len(self._lags_us) == _LAGS:
            self._least_us = min(self._lags_us)
            self._lags_us.clear()
        self._lags_us.append(self.lag_us)
        self._least_us = min(self._least_us, self.lag_us)
        return self.lag_us - self._least_us > from_seconds(_LATE_S)

    def rouse(self, awake: bool) -> None:
        self.awake = awake
        super().rouse(awake)

    @property
    def dropped(self) -> int:
        """Packets and frames that were left out because we were too slow."""
        return self._inbox.dropped + self.late

    def close(self) -> None:
        """End it from any thread."""
        self._inbox.close()


class Replay(_Rewinding):
    """Frames of a recording: every wanted one, however long it takes."""

    def __init__(self, packets: Iterable[Packet], decoder: RateDecoder) -> None:
        super().__init__(decoder)
        self._packets = packets

    def __iter__(self) -> Iterator[Frame]:
        for packet in self._packets:
            yield from self.decode(packet)
