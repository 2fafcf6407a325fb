"""ONVIF Profile G: recordings searched and replayed as the standard says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from pydantic import Field, StringConstraints

from vedette.core.camera_archive import Recorded
from vedette.core.errors import SourceError, StreamMissing
from vedette.core.footage import Span
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.value import plugin
from vedette.ingest.archives.clock import DeviceClock, parse_time
from vedette.ingest.archives.device import Device, DeviceOptions, below
from vedette.ingest.archives.documents import find, find_all, text_of
from vedette.ingest.archives.playback import Asked
from vedette.ingest.archives.soap import Credentials, body_of, envelope
from vedette.ingest.rtsp.session import Replay

__all__ = ["OnvifArchive", "OnvifVisit"]

_KIND = "application/soap+xml; charset=utf-8"
_DEVICE = "http://www.onvif.org/ver10/device/wsdl"
_SEARCH = "http://www.onvif.org/ver10/search/wsdl"
_REPLAY = "http://www.onvif.org/ver10/replay/wsdl"
_SCHEMA = "http://www.onvif.org/ver10/schema"
_MOST_PAGES = 100
_REQUIRE = {"Require": "onvif-replay"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@plugin
class OnvifArchive(DeviceOptions):
    """Recordings of a camera or recorder with ONVIF Profile G."""

    path: Annotated[str, StringConstraints(pattern=r"^/[!-~]*$", max_length=200)] = (
        "/onvif/device_service"
    )
    """Where its device service is."""
    recording: Annotated[str, StringConstraints(max_length=200)] = ""
    """Token of the recording, where a recorder has several; empty: the first with video."""
    keep_rate: Annotated[bool, Field()] = False
    """Have it send at the speed it was recorded, for devices that fail at sending faster."""

    def open(self, origin: Origin) -> OnvifVisit:
        """One errand there."""
        return OnvifVisit(self, origin)


class OnvifVisit:
    """One errand at an ONVIF device."""

    def __init__(self, options: OnvifArchive, origin: Origin) -> None:
        self._options = options
        self._device = Device(options, origin)
        self._who = Credentials(user=options.user, password=options.password)
        self._clock: DeviceClock | None = None
        self._services: dict[str, str] = {}

    def close(self) -> None:
        self._device.close()

    def recordings(self, span: Span) -> tuple[Recorded, ...]:
        clock = self._read_clock()
        found = []
        for info in self._search():
            for track in find_all(info, "Track"):
                begin = parse_time(text_of(track, "DataFrom"))
                end = parse_time(text_of(track, "DataTo"))
                if text_of(track, "TrackType") != "Video" or begin is None or end is None:
                    continue
                start_us, end_us = clock.us(begin), clock.us(end) + 1_000_000
                if start_us < span[1] and end_us > span[0]:
                    token = text_of(info, "RecordingToken")
                    found.append(Recorded(start_us=start_us, end_us=end_us, name=token))
        return tuple(sorted(found, key=lambda one: one.start_us))

    def fetch(self, span: Span) -> Iterator[Packet]:
        found = self.recordings(span)
        if not found:
            raise StreamMissing(f"{self._device.name} has no recording of that time")
        clock = self._read_clock()
        setup = (
            f'<GetReplayUri xmlns="{_REPLAY}"><StreamSetup><Stream xmlns="{_SCHEMA}">RTP-Unicast'
            f'</Stream><Transport xmlns="{_SCHEMA}"><Protocol>RTSP</Protocol></Transport>'
            f"</StreamSetup><RecordingToken>{escape(found[0].name)}</RecordingToken></GetReplayUri>"
        )
        uri = text_of(self._ask(self._service(_REPLAY), setup), "Uri")
        if not uri.lower().startswith("rtsp://"):
            raise SourceError(f"{self._device.name} gives no address to replay from")
        begin, end = (_iso_basic(t_us + clock.ahead_us) for t_us in span)
        rate = "yes" if self._options.keep_rate else "no"
        how = Replay(
            setup=_REQUIRE,
            play={**_REQUIRE, "Range": f"clock={begin}-{end}", "Rate-Control": rate},
        )
        asked = Asked(span=span, ahead_us=clock.ahead_us)
        yield from self._device.play(below(uri), asked, how)

    def _search(self) -> list[Element]:
        where = self._service(_SEARCH)
        wanted = self._options.recording
        included = f"<IncludedRecordings>{escape(wanted)}</IncludedRecordings>" if wanted else ""
        begun = self._ask(
            where,
            f'<FindRecordings xmlns="{_SEARCH}"><Scope>{included}</Scope>'
            "<KeepAliveTime>PT30S</KeepAliveTime></FindRecordings>",
        )
        token = escape(text_of(begun, "SearchToken"))
        more = (
            f'<GetRecordingSearchResults xmlns="{_SEARCH}"><SearchToken>{token}</SearchToken>'
            "<MinResults>1</MinResults><MaxResults>50</MaxResults><WaitTime>PT5S</WaitTime>"
            "</GetRecordingSearchResults>"
        )
        found: list[Element] = []
        for _ in range(_MOST_PAGES):
            answer = self._ask(where, more)
            found += find_all(answer, "RecordingInformation")
            if text_of(answer, "SearchState") == "Completed":
                return [one for one in found if not wanted or self._is(one, wanted)]
            self._device.wait(0.1)
        raise SourceError(f"{self._device.name} searches its recordings without end")

    @staticmethod
    def _is(info: Element, token: str) -> bool:
        return text_of(info, "RecordingToken") == token

    def _service(self, namespace: str) -> str:
        if not self._services:
            asked = f'<GetServices xmlns="{_DEVICE}"><IncludeCapability>false</IncludeCapability>'
            answer = self._ask(self._options.path, f"{asked}</GetServices>")
            for service in find_all(answer, "Service"):
                # Its host may be one of an inner network: what counts is the one we were told.
                self._services[text_of(service, "Namespace")] = below(text_of(service, "XAddr"))
        path = self._services.get(namespace)
        if path is None:
            raise StreamMissing(f"{self._device.name} offers no recordings (ONVIF Profile G)")
        return path

    def _read_clock(self) -> DeviceClock:
        """From the one question that needs no login, and that a login depends on."""
        if self._clock is None:
            self._clock = DeviceClock()
            asked = f'<GetSystemDateAndTime xmlns="{_DEVICE}"/>'
            text = self._device.post(self._options.path, envelope("", asked), _KIND)
            now_us = self._device.origin.clock.now_us()
            said = _utc(body_of(text, device=self._device.name))
            if said is not None:
                ahead_us = self._clock.us(said) + 500_000 - now_us
                self._clock = DeviceClock(ahead_us=ahead_us)
        return self._clock

    def _ask(self, path: str, body: str) -> Element:
        clock = self._read_clock()
        created = clock.words(self._device.origin.clock.now_us())
        text = self._device.post(path, envelope(self._who.header(created), body), _KIND)
        return body_of(text, device=self._device.name)


def _utc(answer: Element) -> datetime | None:
    told = find(answer, "UTCDateTime")
    if told is None:
        return None
    words = [text_of(told, name) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")]
    return parse_time("{}-{}-{}T{}:{}:{}".format(*words))


def _iso_basic(t_us: int) -> str:
    moment = _EPOCH + timedelta(microseconds=t_us)
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z"
