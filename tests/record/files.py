"""Recorded files for tests: rows, bytes and journals as a recorder leaves them."""

from __future__ import annotations

from dataclasses import replace

from vedette.core.footage import Segment, segment_id
from vedette.record.layout import file_path

START_US = 1_795_084_200_000_000
"""10:30 on 19 November 2026."""
MINUTE_US = 60_000_000
DAY_US = 86_400_000_000


def segment(number: int = 0, **changed: object) -> Segment:
    """The file of a minute; `number` minutes after the start unless `start_us` says."""
    start_us = changed.pop("start_us", START_US + number * MINUTE_US)
    assert isinstance(start_us, int)
    camera = str(changed.pop("camera", "gate"))
    stream = str(changed.pop("stream", "main"))
    full = Segment(
        id=segment_id(camera, stream, start_us),
        camera=camera,
        stream=stream,
        start_us=start_us,
        end_us=start_us + MINUTE_US,
        media_us=MINUTE_US,
        frames=1500,
        size=1000,
        path=file_path(camera, stream, start_us),
        codec="h264",
        width=1920,
        height=1080,
        sha256="00" * 32,
    )
    return replace(full, **changed)  # type: ignore[arg-type]  # fields by name
