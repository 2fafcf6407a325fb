"""Looks at a stream with FFmpeg's own client, which knows nothing of our servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import av
import numpy as np

from vedette.core.media import Pixels
from vedette.testing.counter import read_counter


@dataclass(frozen=True, slots=True)
class Seen:
    """One decoded picture."""

    t_s: float
    count: int | None
    width: int
    height: int


def luma(frame: av.VideoFrame) -> Pixels:
    """uint8[H, W] of a decoded frame."""
    plane = frame.planes[0]
    rows = np.frombuffer(cast("bytes", plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]


def watch(url: str, *, transport: str = "tcp", timeout_s: float = 5.0) -> Iterator[Seen]:
    """Decode a stream until its end."""
    options = {"rtsp_transport": transport, "analyzeduration": "200000"}
    if not url.startswith("rtsp"):
        options = {"analyzeduration": "200000"}
    with av.open(url, options=options, timeout=(timeout_s, timeout_s)) as source:
        stream = source.streams.video[0]
        stream.thread_type = "NONE"
        for frame in source.decode(stream):
            yield Seen(
                float(frame.time or 0.0), read_counter(luma(frame)), frame.width, frame.height
            )


def take(seen: Iterator[Seen], number: int) -> list[Seen]:
    """The first so many."""
    return [next(seen) for _ in range(number)]
