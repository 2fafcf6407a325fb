"""A minute of a camera's tracks, packed, to be drawn over its recording.

The form: one byte, the version; deflated: four bytes, the length of the head; the head, JSON, with
every track and the runs of frames that it is in; then columns, each value of all tracks after the
other: times of frames in µs, each less the one before (4 bytes); scores in 255ths and states
(1 byte); left, top, width and height in 8192ths, each less the one before in its track (2 bytes).
Columns of more than one byte are stored by planes: first all low bytes, then all higher ones, which
are mostly alike and so cost next to nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from vedette.core.errors import StoreError
from vedette.core.facts import Observation, Track, TrackState
from vedette.core.footage import ObservationChunk
from vedette.core.media import Region
from vedette.core.value import value

__all__ = ["FINENESS", "TrackPath", "pack", "unpack"]

FINENESS = 8192
"""Boxes are kept in so many parts of the picture's width and height."""
_VERSION = 1
_STATES: tuple[TrackState, ...] = ("tentative", "confirmed", "lost")
# A box may stand out of the picture by as much; differences then fit into two bytes.
_OUTSIDE = 0.9

Numbers = npt.NDArray[np.int64]


@value
class _Runs:
    """Where a track is: frames from the first of each pair, so many as the second says."""

    id: str
    label: str
    runs: tuple[tuple[int, int], ...]


@value
class _Head:
    start_us: int
    frames: int
    tracks: tuple[_Runs, ...]


_HEAD: TypeAdapter[_Head] = TypeAdapter(_Head)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPath:
    """One track over time: as many times as boxes, scores and states."""

    id: str
    label: str
    t_us: tuple[int, ...]
    boxes: tuple[Region, ...]
    scores: tuple[float, ...]
    states: tuple[TrackState, ...]


@dataclass(slots=True)
class _Gathered:
    """One track while it is packed."""

    label: str = ""
    frames: list[int] = field(default_factory=list)
    seen: list[Track] = field(default_factory=list)


def pack(observations: Sequence[Observation]) -> ObservationChunk:
    """The tracks of observations of one camera, at least one, in order of time."""
    gathered: dict[str, _Gathered] = {}
    for number, observation in enumerate(observations):
        for track in observation.tracks:
            one = gathered.setdefault(track.id, _Gathered())
            one.label = track.label
            one.frames.append(number)
            one.seen.append(track)
    times = np.array([one.t_us for one in observations], np.int64)
    head = _Head(
        start_us=observations[0].t_us,
        frames=len(observations),
        tracks=tuple(
            _Runs(id=track_id, label=one.label, runs=_runs(one.frames))
            for track_id, one in gathered.items()
        ),
    )
    seen = [one.seen for one in gathered.values()]
    flat = [track for tracks in seen for track in tracks]
    columns = [
        _planes(np.diff(times), 4),
        _planes(np.array([round(min(max(t.score, 0), 1) * 255) for t in flat], np.int64), 1),
        _planes(np.array([_STATES.index(track.state) for track in flat], np.int64), 1),
        *(_planes(column, 2) for column in _differences(seen).T),
    ]
    said = _HEAD.dump_json(head)
    body = b"".join((len(said).to_bytes(4, "little"), said, *columns))
    return ObservationChunk(
        camera=observations[0].camera,
        start_us=observations[0].t_us,
        end_us=observations[-1].t_us + 1,
        frames=len(observations),
        data=bytes([_VERSION]) + zlib.compress(body, 6),
    )


def unpack(chunk: ObservationChunk) -> tuple[TrackPath, ...]:
    """The tracks of a chunk; StoreError when it is not what `pack` writes."""
    try:
        return _unpacked(chunk.data)
    except (zlib.error, ValueError, IndexError, ValidationError) as error:
        raise StoreError(
            f"the stored observations of {chunk.camera!r} from {chunk.start_us} cannot be read"
        ) from error


def _runs(frames: Sequence[int]) -> tuple[tuple[int, int], ...]:
    starts = [0, *(place for place, (a, b) in enumerate(pairwise(frames), 1) if b != a + 1)]
    return tuple((frames[a], b - a) for a, b in pairwise([*starts, len(frames)]))


def _differences(tracks: Sequence[Sequence[Track]]) -> Numbers:
    """int64[n, 4]: left, top, width, height of all boxes, each less the one before it."""
    boxes = np.array([track.box for one in tracks for track in one], np.float64).reshape(-1, 4)
    corners = np.rint(np.clip(boxes, -_OUTSIDE, 1 + _OUTSIDE) * FINENESS).astype(np.int64)
    corners[:, 2:] -= corners[:, :2]
    different = np.diff(corners, axis=0, prepend=np.zeros((1, 4), np.int64))
    first = np.cumsum([0, *(len(one) for one in tracks)])[:-1]
    different[first] = corners[first]
    return different


def _planes(numbers: Numbers, size: int) -> bytes:
    octets = numbers.astype(f"<i{size}" if size > 1 else "u1").view(np.uint8)
    return octets.reshape(-1, size).T.tobytes()


class _Columns:
    """Reads one column after the other."""

    def __init__(self, body: bytes) -> None:
        self._body, self._place = body, 0

    def octets(self, count: int) -> bytes:
        taken = self._body[self._place : self._place + count]
        if len(taken) != count:
            raise ValueError("cut off")
        self._place += count
        return taken

    def numbers(self, count: int, size: int) -> Numbers:
        planes = np.frombuffer(self.octets(count * size), np.uint8).reshape(size, count)
        together = np.ascontiguousarray(planes.T).view(f"<i{size}" if size > 1 else "u1")
        return together.reshape(count).astype(np.int64)


def _unpacked(data: bytes) -> tuple[TrackPath, ...]:
    if data[0] != _VERSION:
        raise ValueError("another version")
    columns = _Columns(zlib.decompress(data[1:]))
    head = _HEAD.validate_json(columns.octets(int.from_bytes(columns.octets(4), "little")))
    counts = [sum(count for _, count in one.runs) for one in head.tracks]
    total = sum(counts)
    times = head.start_us + np.cumsum([0, *columns.numbers(head.frames - 1, 4)])
    scores = (columns.numbers(total, 1) / 255).round(3).tolist()
    states = [_STATES[number] for number in columns.numbers(total, 1)]
    boxes = np.stack([columns.numbers(total, 2) for _ in range(4)], axis=1)
    paths, start = [], 0
    for one, count in zip(head.tracks, counts, strict=True):
        part = slice(start, start + count)
        frames = [number for first, many in one.runs for number in range(first, first + many)]
        paths.append(
            TrackPath(
                id=one.id,
                label=one.label,
                t_us=tuple(times[frames].tolist()),
                boxes=_regions(boxes[part]),
                scores=tuple(scores[part]),
                states=tuple(states[part]),
            )
        )
        start += count
    return tuple(paths)


def _regions(differences: Numbers) -> tuple[Region, ...]:
    boxes = np.cumsum(differences, axis=0)
    boxes[:, 2:] += boxes[:, :2]
    left_to_right = (boxes / FINENESS).round(5).tolist()
    return tuple((x1, y1, x2, y2) for x1, y1, x2, y2 in left_to_right)
