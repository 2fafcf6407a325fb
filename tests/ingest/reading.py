"""What the tests of reading share: pictures with a number, origins, and ways to take packets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vedette.core.clock import Clock, RealClock
from vedette.core.media import Packet, Pixels, StreamFormat, pictures_of
from vedette.core.ports import Opener, Origin, Source
from vedette.core.settings import SourceSettings
from vedette.testing.counter import draw_counter

FORM = StreamFormat(codec="h264", width=64, height=64)


def numbered(count: int, size: tuple[int, int] = (320, 192)) -> Iterator[Pixels]:
    """Moving pictures in BGR, each with its number in the corner."""
    width, height = size
    chance = np.random.default_rng(7)
    still = chance.integers(50, 200, (height // 4, width // 4, 3), dtype=np.uint8)
    still = still.repeat(4, axis=0).repeat(4, axis=1)
    for index in range(count):
        picture = np.roll(still, index * 3, axis=1).copy()
        draw_counter(picture, index)
        yield picture


def origin(
    *roots: Path, silent_s: float = 3.0, clock: Clock | None = None, loopback: bool = True
) -> Origin:
    """Where packets are said to come from, and what may be opened."""
    return Origin(
        camera="cam",
        stream="main",
        clock=clock or RealClock(),
        allowed=SourceSettings(allow_loopback=loopback, file_roots=roots),
        silent_s=silent_s,
    )


def take(source: Source, count: int) -> list[Packet]:
    """The first so many packets; the source is closed after them."""
    try:
        return list(itertools.islice(pictures_of(source.packets()), count))
    finally:
        source.close()


def take_from(opener: Opener, count: int, where: Origin) -> list[Packet]:
    """The same, of a new attempt."""
    return take(opener.open(where), count)


def packet(
    number: int, *, key: bool = False, octets: int = 10, form: StreamFormat = FORM
) -> Packet:
    """A packet that can be told from others by its time: number × 40 ms."""
    return Packet(
        camera="cam",
        stream="main",
        t_us=number * 40_000,
        pts_us=number * 40_000,
        duration_us=40_000,
        key=key,
        format=form,
        data=bytes(octets),
    )


def numbers(packets: list[Packet]) -> list[int]:
    """Which packets these are."""
    return [one.pts_us // 40_000 for one in packets]
