"""Takes a span out of recordings as plain MP4 files, by copying: nothing is decoded.

Decoding has to begin at the key picture before, so that one is in the file too; an edit list says
from which picture on it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vedette.core.errors import NotFound, StoreError
from vedette.core.footage import Segment, Span
from vedette.record.head import Head
from vedette.record.index import head_of, parts_of
from vedette.record.reading import ArchiveFiles, read_span
from vedette.record.runs import Run
from vedette.record.splice import Taken, splice, take

__all__ = ["Cut", "Piece", "plan_cuts"]

# A longer hole begins another file: a picture that stands still that long says nothing.
_LONGEST_HOLE_US = 30_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a recorded file."""

    segment: int
    """Which of the cut's segments."""
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One plain MP4 that is still to be read: its head, and what of which recording follows."""

    camera: str
    start_us: int
    """When its first shown picture was taken."""
    end_us: int
    """When its last one stops being shown."""
    frames: int
    """Pictures shown."""
    width: int
    height: int
    sound: bool
    segments: tuple[Segment, ...]
    head: bytes
    pieces: tuple[Piece, ...]
    size: int
    """Bytes of the whole file."""

    def read(self, files: ArchiveFiles, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` until `end` in handy pieces; Gone when a recording has gone."""
        end = self.size if end is None else min(end, self.size)
        if start < len(self.head):
            yield self.head[start:end]
        yield from self._media(files, start - len(self.head), end - len(self.head))

    def _media(self, files: ArchiveFiles, start: int, end: int) -> Iterator[bytes]:
        at, opened, reader = 0, -1, None
        try:
            for piece in self.pieces:
                first, last = max(start, at), min(end, at + piece.size)
                if first < last:
                    if reader is None or opened != piece.segment:
                        if reader is not None:
                            reader.close()
                        reader = files.open(self.segments[piece.segment])
                        opened = piece.segment
                    shift = piece.offset - at
                    yield from read_span(reader, first + shift, last + shift)
                at += piece.size
        finally:
            if reader is not None:
                reader.close()


def plan_cuts(segments: Sequence[Segment], files: ArchiveFiles, span: Span) -> tuple[Cut, ...]:
    """The span as few files as formats and long holes allow; NotFound when nothing is in it.

    `segments` are files of one stream, oldest first.
    """
    cuts: list[Cut] = []
    together: list[Taken] = []
    for segment in segments:
        taken = take(segment, _read(segment, files, span), span)
        if taken is None:
            continue
        if together and not _follows(together[-1], taken):
            cuts.append(_cut(together, span))
            together = []
        together.append(taken)
    if together:
        cuts.append(_cut(together, span))
    if not cuts:
        raise NotFound("there is no footage in that time")
    return tuple(cuts)


def _read(segment: Segment, files: ArchiveFiles, span: Span) -> tuple[Head, list[list[Run]]]:
    """The head, and the samples of all parts that begin before the span ends."""
    reader = files.open(segment)
    try:
        head = head_of(reader)
        video = head.video
        until = span[1] - segment.start_us
        parts = []
        for _, _, runs in parts_of(reader, head, head.size):
            parts.append(runs)
            first = next((run for run in runs if video and run.track == video.id), None)
            if first is not None and video is not None:
                # Half a second more: pictures may be sent out of order.
                begin_us = int(first.decoded[0]) * 1_000_000 // video.timescale
                if begin_us > until + 500_000:
                    break
        return head, parts
    except ValueError as error:
        raise StoreError(f"the recording {segment.id} cannot be read: {error}") from error
    finally:
        reader.close()


def _follows(before: Taken, after: Taken) -> bool:
    """Whether both can be one file: same format, in order, no long hole."""
    hole_us = after.start_us - before.end_us
    return before.fits(after) and -1_000_000 < hole_us < _LONGEST_HOLE_US


def _cut(together: Sequence[Taken], span: Span) -> Cut:
    made = splice(together, span)
    segments = tuple(taken.segment for taken in together)
    return Cut(
        camera=segments[0].camera,
        start_us=made.start_us,
        end_us=made.end_us,
        frames=made.frames,
        width=together[0].video.head.width,
        height=together[0].video.head.height,
        sound=made.sound,
        segments=segments,
        head=made.head,
        pieces=tuple(Piece(*piece) for piece in made.pieces),
        size=len(made.head) + sum(size for _, _, size in made.pieces),
    )
