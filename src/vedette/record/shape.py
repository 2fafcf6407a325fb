"""Packets of one format as the bytes of one file: its beginning, then parts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vedette.core.media import Packet, Sound, SoundFormat
from vedette.core.video.form import StoredForm, stored_picture
from vedette.core.video.mp4 import TIMESCALE, Run, Sample, fragment, init
from vedette.core.video.nal import VideoCodec
from vedette.core.video.sound import SoundLane, sound_form

__all__ = ["Shape"]

_FIRST_US = 40_000


class Shape:
    """Lays out one file. Media time 0 is the file's start; pictures keep their own times."""

    def __init__(self, stored: StoredForm, first: Packet) -> None:
        self.start_us = first.t_us
        self.format = first.format
        self.beginning = init(stored.form)
        self._form = stored.form
        self._lane: SoundLane | None = None
        self._sequence = 0
        self._due_before = -1
        self._interval_us = first.duration_us or _FIRST_US

    def hear(self, about: SoundFormat) -> None:
        """Have a second track for sound; only before the first part."""
        self.beginning = init(self._form, sound_form(about))
        self._lane = SoundLane(about, self.start_us)

    def part(
        self, pictures: Sequence[Packet], next_us: int | None, sounds: Sequence[Sound] = ()
    ) -> tuple[bytes, int]:
        """The pictures, in order of decoding, as one part; and when the last one's showing ends.

        `next_us` is when the picture after them is shown, where it is known.
        """
        times = sorted(picture.t_us for picture in pictures)
        if len(times) > 1:
            self._interval_us = max(1, (times[-1] - times[0]) // (len(times) - 1))
        end_us = times[-1] + self._interval_us if next_us is None else next_us
        shown = [self._ticks(picture.t_us) for picture in pictures]
        due = _decode_times(shown, self._due_before)
        self._due_before = due[-1]
        self._sequence += 1
        samples = [
            Sample(
                duration=max(1, after - at),
                offset=show - at,
                key=picture.key,
                payload=self._payload(picture),
            )
            for picture, show, (at, after) in zip(
                pictures, shown, pairwise([*due, self._ticks(end_us)]), strict=True
            )
        ]
        shown_run = Run(track=1, decode_time=due[0], samples=samples)
        heard_run = self._lane.run(2, sounds) if self._lane is not None else None
        runs = (shown_run,) if heard_run is None else (shown_run, heard_run)
        return fragment(self._sequence, *runs), end_us

    def _payload(self, picture: Packet) -> bytes:
        if picture.format.codec == "mjpeg":
            return picture.data
        codec: VideoCodec = "h264" if picture.format.codec == "h264" else "hevc"
        # Sets that came after the file began stand nowhere else.
        changed = picture.format is not self.format and picture.format != self.format
        return stored_picture(codec, picture.data, with_sets=changed)

    def _ticks(self, t_us: int) -> int:
        return round((t_us - self.start_us) * TIMESCALE / 1_000_000)


def _decode_times(shown: Sequence[int], before: int) -> list[int]:
    """Rising times, each not after the showing of any picture that is decoded then or later.

    Equal to `shown` where pictures are not reordered. Players disagree about pictures that are
    shown before they are decoded, so those sent ahead are decoded in quick succession instead.
    """
    latest = list(shown)
    for index in range(len(latest) - 2, -1, -1):
        latest[index] = min(latest[index], latest[index + 1])
    due: list[int] = []
    at = 0
    while at < len(latest):
        group = latest.count(latest[at])
        for step in range(1, group + 1):
            fair = before + (latest[at] - before) * step // group
            due.append(max(fair, (due[-1] if due else before) + 1))
        at += group
        before = due[-1]
    return due
