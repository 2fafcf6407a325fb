"""A process that records a film in real time, to be killed."""

from __future__ import annotations

import threading
import time
from ctypes import c_longlong
from dataclasses import replace
from pathlib import Path

from vedette.core.clock import RealClock
from vedette.core.footage import Gap, Segment
from vedette.core.media import Packet, StreamFormat
from vedette.core.site import Recording
from vedette.record.growing import LocalDisk
from vedette.record.recorder import Archive, Recorder
from vedette.testing.clips import load

__all__ = ["main"]


class _Nobody:
    def tell(self, row: Segment | Gap) -> None:
        """The disk is what is looked at."""


def main(root: Path, film: Path, taken: tuple[c_longlong, c_longlong]) -> None:
    """Record until killed; `taken` are the times of the first and last picture it was given."""
    clip = load(film)
    sets = b"".join(b"\x00\x00\x00\x01" + one for one in clip.parameter_sets)
    about = StreamFormat(codec=clip.codec, width=clip.width, height=clip.height, extradata=sets)
    clock = RealClock()
    recorder = Recorder(Archive(root=root, disk=LocalDisk(root), clock=clock, outlet=_Nobody()))
    stream = recorder.add(("gate", "main"), Recording(), "UTC", lambda: None)
    threading.Thread(target=recorder.run, daemon=True).start()
    step_us = round(1e6 / clip.fps)
    first = Packet(
        camera="gate",
        stream="main",
        t_us=0,
        pts_us=0,
        duration_us=step_us,
        key=True,
        format=about,
        data=b"",
    )
    number = 0
    while True:
        now_us = clock.now_us()
        unit = clip.units[number % len(clip.units)]
        data = clip.annexb(number % len(clip.units))
        stream.tap.take(replace(first, t_us=now_us, key=unit.key, data=data))
        taken[0].value = taken[0].value or now_us
        taken[1].value = now_us
        number += 1
        time.sleep(step_us / 1e6)
