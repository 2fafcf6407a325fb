"""Dahua cameras and recorders: searched by CGI, played over RTSP or downloaded as files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field

from vedette.core.camera_archive import Recorded
from vedette.core.errors import SourceError, StreamMissing, Unreachable
from vedette.core.footage import Span
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.schedule import TimeZone
from vedette.core.value import plugin
from vedette.ingest.archives.clock import DeviceClock, measured, parse_time
from vedette.ingest.archives.device import Device, DeviceOptions
from vedette.ingest.archives.download import packets_of
from vedette.ingest.archives.playback import Asked
from vedette.ingest.rtsp.session import Replay

__all__ = ["DahuaArchive", "DahuaVisit"]

_FIND = "/cgi-bin/mediaFileFind.cgi?action="
_PAGE = 100
_MOST_PAGES = 200
_ITEM = re.compile(r"items\[(\d+)\]\.(\w+)\s*=\s*(.*)")
_OBJECT = re.compile(r"result\s*=\s*([0-9A-Za-z]{1,32})")


@plugin
class DahuaArchive(DeviceOptions):
    """Recordings of a Dahua camera or recorder (CGI)."""

    channel: Annotated[int, Field(ge=1, le=1024)] = 1
    """Channel, counted from 1."""
    subtype: Annotated[int, Field(ge=0, le=3)] = 0
    """Stream: 0 is the main one, 1 the first of the smaller ones."""
    via: Literal["rtsp", "download"] = "rtsp"
    """How footage travels: played over RTSP, or as files over HTTP."""
    time_zone: TimeZone | None = None
    """Time zone of the device's clock; when not set the difference to ours is measured."""

    def open(self, origin: Origin) -> DahuaVisit:
        """One errand there."""
        return DahuaVisit(self, origin)


class DahuaVisit:
    """One errand at a Dahua device."""

    def __init__(self, options: DahuaArchive, origin: Origin) -> None:
        self._options = options
        self._device = Device(options, origin)
        self._clock: DeviceClock | None = None

    def close(self) -> None:
        self._device.close()

    def recordings(self, span: Span) -> tuple[Recorded, ...]:
        clock = self._read_clock()
        found = _OBJECT.search(self._device.get(f"{_FIND}factory.create"))
        if found is None:
            raise SourceError(f"{self._device.name} does not begin a search")
        finder = found[1]
        try:
            return self._found(finder, span, clock)
        finally:
            # A device has room for a few searches only.
            for last in ("close", "destroy"):
                self._device.get(f"{_FIND}{last}&object={finder}")

    def fetch(self, span: Span) -> Iterator[Packet]:
        clock = self._read_clock()
        begin = clock.words(span[0]).replace(microsecond=0)
        end = clock.words(span[1])
        whole = clock.us(begin), span[1]
        channel = f"channel={self._options.channel}"
        if self._options.via == "download":
            times = f"startTime={quote(f'{begin:%Y-%m-%d %H:%M:%S}')}"
            times += f"&endTime={quote(f'{end:%Y-%m-%d %H:%M:%S}')}"
            target = f"/cgi-bin/loadfile.cgi?action=startLoad&{channel}&{times}"
            with self._device.download(f"{target}&subtype={self._options.subtype}") as answer:
                yield from packets_of(answer, self._device.origin, whole)
            return
        times = f"starttime={begin:%Y_%m_%d_%H_%M_%S}&endtime={end:%Y_%m_%d_%H_%M_%S}"
        target = f"/cam/playback?{channel}&subtype={self._options.subtype}&{times}"
        how = Replay(play={"Range": "npt=0.000-"})
        yield from self._device.play(target, Asked(span=whole), how)

    def _found(self, finder: str, span: Span, clock: DeviceClock) -> tuple[Recorded, ...]:
        begin, end = (quote(f"{clock.words(t_us):%Y-%m-%d %H:%M:%S}") for t_us in span)
        stream = "Main" if self._options.subtype == 0 else f"Extra{self._options.subtype}"
        try:
            self._device.get(
                f"{_FIND}findFile&object={finder}&condition.Channel={self._options.channel}"
                f"&condition.StartTime={begin}&condition.EndTime={end}"
                f"&condition.VideoStream={stream}"
            )
        except (StreamMissing, Unreachable) as error:
            # An error is how these devices say that there is nothing.
            if "status 400" in str(error) or isinstance(error, StreamMissing):
                return ()
            raise
        found: list[Recorded] = []
        for _ in range(_MOST_PAGES):
            page = self._device.get(f"{_FIND}findNextFile&object={finder}&count={_PAGE}")
            items = _items(page, clock)
            found += items
            if len(items) < _PAGE:
                return tuple(sorted(found, key=lambda one: one.start_us))
        raise SourceError(f"{self._device.name} lists recordings without end")

    def _read_clock(self) -> DeviceClock:
        if self._clock is None:
            text = self._device.get("/cgi-bin/global.cgi?action=getCurrentTime")
            now_us = self._device.origin.clock.now_us()
            self._clock = measured(parse_time(text), now_us, self._options.time_zone)
        return self._clock


def _items(page: str, clock: DeviceClock) -> list[Recorded]:
    items: dict[str, dict[str, str]] = {}
    for number, name, text in _ITEM.findall(page):
        items.setdefault(number, {})[name] = text.strip()
    found = []
    for item in items.values():
        begin, end = parse_time(item.get("StartTime", "")), parse_time(item.get("EndTime", ""))
        if begin is None or end is None:
            continue
        size = item.get("Length", "")
        found.append(
            Recorded(
                start_us=clock.us(begin),
                end_us=clock.us(end),
                size=int(size[:18]) if size.isdecimal() else None,
                name=item.get("FilePath", ""),
            )
        )
    return found
