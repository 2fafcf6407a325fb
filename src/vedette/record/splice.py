"""Samples of neighbouring recordings as the tables of one plain MP4."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vedette.core.footage import Segment, Span
from vedette.record.head import Head, TrackHead
from vedette.record.runs import Counts, Run, join
from vedette.record.tables import TIMESCALE, Chunk, Edit, Table, movie

__all__ = ["Spliced", "Taken", "Track", "splice", "take"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What is taken of one track of a file."""

    head: TrackHead
    run: Run

    def ticks(self, times: Counts, from_us: int, timescale: int) -> Counts:
        """Media times as distances in `timescale`; media time 0 lies `from_us` after the cut's."""
        begin = round(from_us * timescale / 1_000_000)
        ours = self.head.timescale
        moved = times if ours == timescale else (times * timescale + ours // 2) // ours
        return np.asarray(moved + begin, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is taken of one file."""

    segment: Segment
    video: Track
    audio: Track | None
    first: int
    """Which of the pictures is the first that is shown."""
    frames: int
    start_us: int
    end_us: int

    def fits(self, other: Taken) -> bool:
        """Whether a decoder can go on from one to the other."""
        if not self.video.head.fits(other.video.head):
            return False
        if self.audio is None or other.audio is None:
            return True
        return self.audio.head.fits(other.audio.head)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spliced:
    """The head of a plain MP4, and which bytes of which file come after it."""

    head: bytes
    pieces: tuple[tuple[int, int, int], ...]
    """(file, offset, size)."""
    start_us: int
    end_us: int
    frames: int
    sound: bool


def take(segment: Segment, read: tuple[Head, list[list[Run]]], span: Span) -> Taken | None:
    """What of a file is needed to show the span; None when none of its pictures lies in it."""
    head, parts = read
    if head.video is None:
        return None
    whole = _joined(parts, head.video)
    if whole is None or not whole.key.any():
        return None
    shown_us = segment.start_us + whole.shown * 1_000_000 // head.video.timescale
    ends_us = shown_us + whole.duration * 1_000_000 // head.video.timescale
    wanted = np.flatnonzero((ends_us > span[0]) & (shown_us < span[1]))
    keys = np.flatnonzero(whole.key)
    wanted = wanted[wanted >= keys[0]]
    if not len(wanted):
        return None
    begin = int(keys[keys <= wanted[0]][-1])
    first = int(wanted[np.argmin(shown_us[wanted])])
    return Taken(
        segment=segment,
        video=Track(head=head.video, run=whole[begin : int(wanted[-1]) + 1]),
        audio=_sound(segment, read, (int(shown_us[first]), span)),
        first=first - begin,
        frames=len(wanted),
        start_us=int(shown_us[first]),
        end_us=int(min(ends_us[wanted].max(), span[1])),
    )


def splice(together: Sequence[Taken], span: Span) -> Spliced:
    """One file of what was taken, in this order."""
    base_us = together[0].start_us
    end_us = together[-1].end_us
    places, pieces = _places(together)
    video = _video(together, places, (base_us, end_us))
    audio = _audio(together, places, video.edits[0].duration)
    tables = [video] if audio is None else [video, audio]
    media = sum(size for _, _, size in pieces)
    return Spliced(
        head=movie(tables, media, base_us),
        pieces=tuple(pieces),
        start_us=base_us,
        end_us=end_us,
        frames=sum(taken.frames for taken in together),
        sound=audio is not None,
    )


def _joined(parts: list[list[Run]], track: TrackHead) -> Run | None:
    runs = [run for part in parts for run in part if run.track == track.id]
    return join(runs) if runs else None


def _sound(
    segment: Segment, read: tuple[Head, list[list[Run]]], times: tuple[int, Span]
) -> Track | None:
    head, parts = read
    whole = _joined(parts, head.audio) if head.audio is not None else None
    if head.audio is None or whole is None:
        return None
    first_us, span = times
    scale = head.audio.timescale
    from_us = segment.start_us + whole.shown * 1_000_000 // scale
    until_us = from_us + whole.duration * 1_000_000 // scale
    wanted = from_us < span[1]
    if span[0] > segment.start_us:
        # Where the file begins within the span, sound from just before it belongs to it too.
        wanted &= until_us > first_us
    places = np.flatnonzero(wanted)
    if not len(places):
        return None
    return Track(head=head.audio, run=whole[int(places[0]) : int(places[-1]) + 1])


def _video(
    together: Sequence[Taken], places: dict[str, list[Chunk]], times: tuple[int, int]
) -> Table:
    base_us, end_us = times
    shifts = [taken.segment.start_us - base_us for taken in together]
    tracks = [taken.video for taken in together]
    shown = _joined_ticks([(t, t.run.shown) for t in tracks], shifts, TIMESCALE)
    decoded = _joined_ticks([(t, t.run.decoded) for t in tracks], shifts, TIMESCALE)
    # Without pictures sent out of order there is no need for two times.
    decoded = shown if bool((np.diff(shown) > 0).all()) else _rising(decoded)
    begin = int(shown[together[0].first])
    end = round((end_us - base_us) * TIMESCALE / 1_000_000)
    return Table(
        kind="video",
        timescale=TIMESCALE,
        entry=tracks[0].head.entry,
        width=tracks[0].head.width,
        height=tracks[0].head.height,
        duration=_steps(decoded, _last_step(tracks[-1], TIMESCALE)),
        late=shown - decoded,
        size=np.concatenate([track.run.size for track in tracks]),
        key=np.concatenate([track.run.key for track in tracks]),
        chunks=places["video"],
        edits=[Edit(duration=max(1, end - begin), media_time=begin - int(decoded[0]))],
    )


def _audio(together: Sequence[Taken], places: dict[str, list[Chunk]], length: int) -> Table | None:
    heard = [(taken, taken.audio) for taken in together if taken.audio is not None]
    if not heard:
        return None
    tracks = [track for _, track in heard]
    head = tracks[0].head
    shifts = [taken.segment.start_us - together[0].start_us for taken, _ in heard]
    times = _joined_ticks([(t, t.run.shown) for t in tracks], shifts, head.timescale)
    times = _rising(times)
    begin = int(times[0])
    silent = max(0, begin) * TIMESCALE // head.timescale
    if silent >= length:
        return None
    edits = [Edit(duration=silent, media_time=-1)] if silent else []
    edits.append(Edit(duration=length - silent, media_time=max(0, -begin)))
    return Table(
        kind="audio",
        timescale=head.timescale,
        entry=head.entry,
        width=0,
        height=0,
        duration=_steps(times, _last_step(tracks[-1], head.timescale)),
        late=np.zeros(len(times), np.int64),
        size=np.concatenate([track.run.size for track in tracks]),
        key=np.ones(len(times), np.bool_),
        chunks=places["audio"],
        edits=edits,
    )


def _joined_ticks(
    tracks: Sequence[tuple[Track, Counts]], shifts: Sequence[int], timescale: int
) -> Counts:
    return np.concatenate(
        [
            track.ticks(times, shift, timescale)
            for (track, times), shift in zip(tracks, shifts, strict=True)
        ]
    )


def _rising(times: Counts) -> Counts:
    """Each at least one tick after the one before: files may overlap by a little."""
    steps = np.arange(len(times))
    return np.asarray(np.maximum.accumulate(times - steps) + steps, np.int64)


def _steps(times: Counts, last: int) -> Counts:
    return np.diff(times, append=times[-1] + last)


def _last_step(track: Track, timescale: int) -> int:
    return max(1, int(track.run.duration[-1]) * timescale // track.head.timescale)


def _places(
    together: Sequence[Taken],
) -> tuple[dict[str, list[Chunk]], list[tuple[int, int, int]]]:
    """Where the samples come to lie, track by track, and which bytes are to be copied."""
    chunks: dict[str, list[Chunk]] = {"video": [], "audio": []}
    pieces: list[tuple[int, int, int]] = []
    at = 0
    for number, taken in enumerate(together):
        tracks = [taken.video] if taken.audio is None else [taken.video, taken.audio]
        stretches = sorted(stretch for track in tracks for stretch in _stretches(track))
        for offset, size, kind, samples in stretches:
            chunks[kind].append(Chunk(offset=at, samples=samples))
            at += size
            before = pieces[-1] if pieces else (-1, 0, 0)
            if before[0] == number and before[1] + before[2] == offset:
                pieces[-1] = (number, before[1], before[2] + size)
            else:
                pieces.append((number, offset, size))
    return chunks, pieces


def _stretches(track: Track) -> list[tuple[int, int, str, int]]:
    """(offset, size, kind, samples) of samples that lie one behind the other."""
    run = track.run
    breaks = np.flatnonzero(run.offset[1:] != run.offset[:-1] + run.size[:-1]) + 1
    edges = [0, *breaks.tolist(), len(run)]
    return [
        (int(run.offset[a]), int(run.size[a:b].sum()), track.head.kind, b - a)
        for a, b in itertools.pairwise(edges)
    ]
