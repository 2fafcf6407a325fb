"""Finds recordings: rows from the index, bytes from wherever they lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from vedette.core.archive import FootageStore
from vedette.core.errors import Gone, StoreError
from vedette.core.footage import Segment, Span
from vedette.record.cut import Cut, plan_cuts
from vedette.record.index import FileIndex, Indexes
from vedette.record.reading import ArchiveFiles

__all__ = ["Archive"]

_PAGE = 500
# Files are closed about every minute; a growing one began no longer ago than this.
_LONGEST_US = 300_000_000


class Archive:
    """Everything that is recorded, for those who read it."""

    def __init__(self, footage: FootageStore, files: ArchiveFiles) -> None:
        self.files = files
        self._footage = footage
        self._indexes = Indexes(files)

    def get(self, segment_id: str) -> Segment:
        """The file of that id, or NotFound."""
        return self._footage.get(segment_id)

    def index(self, segment: Segment) -> FileIndex:
        """What lies where in a file, as far as it is whole now; Gone when there is no file."""
        return self._indexes.of(segment)

    def find(self, camera: str, stream: str | None, span: Span) -> tuple[Segment, ...]:
        """Files of one stream that overlap a span, oldest first.

        `stream` is a wish: where it has nothing, the stream with the most footage is taken.
        """
        found = self._overlapping(camera, None, span)
        by_stream: dict[str, list[Segment]] = defaultdict(list)
        for segment in found:
            by_stream[segment.stream].append(segment)
        if stream in by_stream:
            return tuple(by_stream[stream])
        most: list[Segment] = max(by_stream.values(), key=_recorded_us, default=[])
        return tuple(most)

    def recorded_until(self, camera: str, stream: str | None, span: Span) -> int | None:
        """Until when there is footage of the span; None when there is none at all."""
        found = self.find(camera, stream, span)
        if not found:
            return None
        return self._grown(found[-1]).end_us

    def cut(self, camera: str, stream: str | None, span: Span) -> tuple[Cut, ...]:
        """The span as plain MP4 files, a single one where formats allow; NotFound without any."""
        return plan_cuts(self.find(camera, stream, span), self.files, span)

    def _overlapping(self, camera: str, stream: str | None, span: Span) -> list[Segment]:
        found: dict[str, Segment] = {}
        begin = span[0]
        while True:
            page = self._footage.find(camera, stream, (begin, span[1]), limit=_PAGE)
            known = len(found)
            found.update((one.id, one) for one in page)
            if len(page) < _PAGE or len(found) == known:
                break
            begin = max(begin, page[-1].start_us)
        # A row tells of a growing file as it was when it was begun.
        for name in {one.stream for one in found.values()} | self._streams(camera, stream, span):
            newest = self._footage.latest(camera, name)
            if newest is not None and newest.open and newest.id not in found:
                grown = self._grown(newest)
                if grown.start_us < span[1] and grown.end_us > span[0]:
                    found[grown.id] = grown
        return sorted(found.values(), key=lambda one: (one.start_us, one.stream))

    def _streams(self, camera: str, stream: str | None, span: Span) -> set[str]:
        # The file that began last before the span is of a stream that may still be recorded.
        before = self._footage.find(camera, stream, (span[0] - _LONGEST_US, span[0]), limit=_PAGE)
        return {one.stream for one in before}

    def _grown(self, segment: Segment) -> Segment:
        if not segment.open:
            return segment
        try:
            end_us = self.index(segment).end_us
        except (Gone, StoreError):
            # Its first part is not on disk yet, or it was just moved away.
            return segment
        return segment if end_us is None else replace(segment, end_us=max(end_us, segment.end_us))


def _recorded_us(segments: Sequence[Segment]) -> int:
    return sum(segment.media_us for segment in segments)
