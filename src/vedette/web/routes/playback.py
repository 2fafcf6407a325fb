"""Recordings: what lies where in a file, its bytes, and playlists over many files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Path, Query, Response

from vedette.access.rights import Caller, authorise
from vedette.core.errors import ConfigError, NotFound
from vedette.core.footage import Segment
from vedette.record.index import Part
from vedette.record.playlist import Listed, Playlist, write_playlist
from vedette.record.reading import read_span
from vedette.web.answers import FootageIndex
from vedette.web.callers import needs
from vedette.web.params import CameraId, Moment, StreamWanted
from vedette.web.ranges import MP4, Content, Wanted, answer
from vedette.web.routing import feature
from vedette.web.wiring import Wired, Wiring

__all__ = ["router"]

router = feature("playback")
_LONGEST_US = 6 * 3_600_000_000
# So long after the end of what was asked for, nothing more is recorded of it.
_SETTLED_US = 15_000_000
_PLAYLIST: dict[int | str, dict[str, object]] = {
    200: {
        "content": {"application/vnd.apple.mpegurl": {"schema": {"type": "string"}}},
        "description": "The playlist.",
    }
}

SegmentId = Annotated[
    str,
    Path(
        description="Id of the recorded file.",
        pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}:[a-z0-9][a-z0-9_.-]{0,62}:\d{1,16}$",
    ),
]


def _segment(
    segment_id: SegmentId, caller: Annotated[Caller, needs("footage.view")], wiring: Wired
) -> Segment:
    segment = wiring.archive.get(segment_id)
    authorise(caller, "footage.view", [segment.camera])
    return segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is to be played."""

    after_us: Annotated[Moment, Query(description="Show from this moment on.")]
    before_us: Annotated[
        Moment | None, Query(description="Until this moment; none: on and on, as it is recorded.")
    ] = None
    stream: StreamWanted = None


Asked = Annotated[Segment, Depends(_segment)]


@router.get("/footage/{segment_id}/index")
def footage_index(segment: Asked, wiring: Wired) -> FootageIndex:
    """What lies where in a recorded file, as far as it is whole: media time 0 is `start_us`."""
    index = wiring.archive.index(segment)
    return FootageIndex(
        id=segment.id,
        start_us=segment.start_us,
        end_us=index.end_us or segment.end_us,
        mime=index.head.mime,
        init_size=index.head.size,
        open=segment.open,
        parts=tuple(_row(part) for part in index.parts),
    )


@router.get("/footage/{segment_id}/media.mp4", response_class=Response, responses=MP4)
def footage_media(segment: Asked, wanted: Wanted, wiring: Wired) -> Response:
    """The bytes of a recorded file; of one that still grows, as far as it is whole."""
    end = wiring.archive.index(segment).end if segment.open else None
    with closing(wiring.archive.files.open(segment)) as reader:
        size = reader.size if end is None else end
    mark = segment.sha256[:32] or f"{segment.start_us}-{size}"
    content = Content(
        size=size,
        tag=f'W/"{mark}"' if segment.open else f'"{mark}"',
        read=lambda start, until: _bytes(wiring, segment, start, until),
    )
    return answer(content, wanted)


@router.get("/cameras/{camera_id}/playback.m3u8", response_class=Response, responses=_PLAYLIST)
def playback_playlist(
    camera_id: CameraId,
    caller: Annotated[Caller, needs("footage.view")],
    wiring: Wired,
    asked: Annotated[Shown, Depends()],
) -> Response:
    """Recordings as an HLS playlist of at most six hours, growing while they are made."""
    authorise(caller, "footage.view", [camera_id])
    after_us = asked.after_us
    until_us = after_us + _LONGEST_US if asked.before_us is None else asked.before_us
    if not after_us < until_us <= after_us + _LONGEST_US:
        raise ConfigError("must lie after after_us, by at most six hours", path=("before_us",))
    span = (after_us, until_us)
    found = wiring.archive.find(camera_id, asked.stream or recorded_stream(wiring, camera_id), span)
    files = [Listed(one, wiring.archive.index(one)) for one in found]
    if not files:
        raise NotFound(f"there is no footage of camera {camera_id!r} in that time")
    text = write_playlist(
        Playlist(
            files=files,
            after_us=after_us,
            before_us=until_us,
            growing=_grows(wiring, files[-1], until_us),
        ),
        lambda one: f"../../footage/{quote(one.id, safe='')}/media.mp4",
    )
    return Response(text, media_type="application/vnd.apple.mpegurl")


def recorded_stream(wiring: Wiring, camera_id: str) -> str | None:
    """The stream that is recorded of a camera; None when the camera is no longer there."""
    try:
        stream = wiring.site.now().camera(camera_id).stream_for("record")
    except NotFound:
        return None
    return stream.id if stream else None


def _grows(wiring: Wiring, last: Listed, until_us: int) -> bool:
    if (last.index.end_us or 0) >= until_us:
        return False
    return wiring.parts.clock.now_us() < until_us + _SETTLED_US


def _row(part: Part) -> tuple[int, int, int, int, int]:
    return part.t_us, part.duration_us, part.offset, part.size, int(part.key)


def _bytes(wiring: Wiring, segment: Segment, start: int, end: int) -> Iterator[bytes]:
    with closing(wiring.archive.files.open(segment)) as reader:
        yield from read_span(reader, start, end)
