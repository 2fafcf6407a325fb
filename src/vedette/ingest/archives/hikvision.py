"""Hikvision cameras and recorders: searched by ISAPI, played over RTSP or downloaded as files."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal
from xml.sax.saxutils import escape

from pydantic import Field

from vedette.core.camera_archive import Recorded
from vedette.core.errors import SourceError
from vedette.core.footage import Span
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.schedule import TimeZone
from vedette.core.value import plugin
from vedette.ingest.archives.clock import DeviceClock, measured, parse_time
from vedette.ingest.archives.device import Device, DeviceOptions, below
from vedette.ingest.archives.documents import find_all, read_document, text_of
from vedette.ingest.archives.download import packets_of
from vedette.ingest.archives.playback import Asked
from vedette.ingest.rtsp.session import Replay

__all__ = ["HikvisionArchive", "HikvisionVisit"]

_KIND = "application/xml"
_PAGE = 40
_MOST_PAGES = 250
_SLACK_US = 2_000_000
_NAMESPACE = "http://www.isapi.org/ver20/XMLSchema"


@plugin
class HikvisionArchive(DeviceOptions):
    """Recordings of a Hikvision camera or recorder (ISAPI)."""

    track: Annotated[int, Field(ge=1, le=99_999)] = 101
    """Channel and stream: 101 is the main stream of channel 1, 202 the second one of channel 2."""
    via: Literal["rtsp", "download"] = "rtsp"
    """How footage travels: played over RTSP, or as files over HTTP."""
    time_zone: TimeZone | None = None
    """Time zone of the device's clock; when not set the difference to ours is measured."""

    def open(self, origin: Origin) -> HikvisionVisit:
        """One errand there."""
        return HikvisionVisit(self, origin)


class HikvisionVisit:
    """One errand at a Hikvision device."""

    def __init__(self, options: HikvisionArchive, origin: Origin) -> None:
        self._options = options
        self._device = Device(options, origin)
        self._clock: DeviceClock | None = None

    def close(self) -> None:
        self._device.close()

    def recordings(self, span: Span) -> tuple[Recorded, ...]:
        found: list[Recorded] = []
        search = str(uuid.uuid4()).upper()
        for _ in range(_MOST_PAGES):
            page, more = self._search(search, span, len(found))
            found += page
            if not more or not page:
                return tuple(sorted(found, key=lambda one: one.start_us))
        raise SourceError(f"{self._device.name} lists recordings without end")

    def fetch(self, span: Span) -> Iterator[Packet]:
        if self._options.via == "download":
            yield from self._downloaded(span)
            return
        target = f"/Streaming/tracks/{self._options.track}?{self._times(span)}"
        # The device counts from the beginning it was asked for, whole seconds by its clock.
        begin_us = self._begin(span)
        yield from self._device.play(
            target, Asked(span=(begin_us, span[1])), Replay(play={"Range": "npt=0.000-"})
        )

    def _downloaded(self, span: Span) -> Iterator[Packet]:
        next_us = span[0] - 2 * _SLACK_US
        for item in self.recordings(span):
            part = max(item.start_us, span[0]), min(item.end_us, span[1])
            begin_us = self._begin(part)
            if abs(begin_us - next_us) < _SLACK_US:
                # Its files follow each other; their names tell whole seconds only.
                begin_us = next_us
            # A beginning of our own would be cut to whole seconds, and repeat pictures.
            whole = part[0] == item.start_us
            path, _, times = item.name.partition("?")
            address = f"{path}?{times if whole else self._times(part)}"
            body = (
                f'<downloadRequest version="1.0" xmlns="{_NAMESPACE}">'
                f"<playbackURI>{escape(address)}</playbackURI></downloadRequest>"
            )
            with self._device.download("/ISAPI/ContentMgmt/download", body) as answer:
                last_us = begin_us
                for packet in packets_of(answer, self._device.origin, (begin_us, span[1])):
                    next_us, last_us = 2 * packet.t_us - last_us, packet.t_us
                    yield packet

    def _search(self, search: str, span: Span, position: int) -> tuple[list[Recorded], bool]:
        clock = self._read_clock()
        begin, end = (_iso(clock.words(t_us)) for t_us in span)
        body = (
            '<?xml version="1.0" encoding="utf-8"?>'
            f'<CMSearchDescription version="1.0" xmlns="{_NAMESPACE}">'
            f"<searchID>{search}</searchID>"
            f"<trackList><trackID>{self._options.track}</trackID></trackList>"
            f"<timeSpanList><timeSpan><startTime>{begin}</startTime><endTime>{end}</endTime>"
            f"</timeSpan></timeSpanList><maxResults>{_PAGE}</maxResults>"
            # Spelt as the protocol spells it.
            f"<searchResultPostion>{position}</searchResultPostion>"
            "<metadataList><metadataDescriptor>//recordType.meta.std-cgi.com"
            "</metadataDescriptor></metadataList></CMSearchDescription>"
        )
        text = self._device.post("/ISAPI/ContentMgmt/search", body, _KIND)
        root = read_document(text, device=self._device.name)
        found = []
        for match in find_all(root, "searchMatchItem"):
            begin_at = parse_time(text_of(match, "startTime"))
            end_at = parse_time(text_of(match, "endTime"))
            if begin_at is None or end_at is None:
                continue
            name = text_of(match, "playbackURI")
            found.append(
                Recorded(
                    start_us=clock.us(begin_at),
                    end_us=clock.us(end_at),
                    size=_size(name),
                    name=name,
                )
            )
        return found, text_of(root, "responseStatusStrg").upper() == "MORE"

    def _read_clock(self) -> DeviceClock:
        if self._clock is None:
            text = self._device.get("/ISAPI/System/time")
            root = read_document(text, device=self._device.name)
            now_us = self._device.origin.clock.now_us()
            said = parse_time(text_of(root, "localTime"))
            self._clock = measured(said, now_us, self._options.time_zone)
        return self._clock

    def _times(self, span: Span) -> str:
        clock = self._read_clock()
        begin, end = (f"{clock.words(t_us):%Y%m%dT%H%M%SZ}" for t_us in span)
        return f"starttime={begin}&endtime={end}"

    def _begin(self, span: Span) -> int:
        clock = self._read_clock()
        return clock.us(clock.words(span[0]).replace(microsecond=0))


def _iso(moment: datetime) -> str:
    # The Z is what the protocol wants; what stands before it is the device's local time.
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _size(address: str) -> int | None:
    for pair in below(address).partition("?")[2].split("&"):
        name, _, text = pair.partition("=")
        if name == "size" and text.isdecimal():
            return int(text[:18])
    return None
