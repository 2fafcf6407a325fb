"""A Hikvision recorder's ISAPI as far as recordings go."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from xml.sax.saxutils import escape

from vedette.testing.archives.tape import Tape
from vedette.testing.http.exchange import Exchange

__all__ = ["HikvisionPages"]

_XML = "application/xml"
_SCHEMA = 'version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"'


class HikvisionPages:
    """What lives below /ISAPI; `page` items are told at a time, whatever was asked for."""

    def __init__(self, tape: Tape, page: int = 3) -> None:
        self._tape = tape
        self._page = page
        self.searches = 0
        self.tracks: list[str] = []

    def serve(self, exchange: Exchange) -> None:
        """The page a request is for."""
        if exchange.rest == "System/time":
            local = f"{self._tape.words(self._tape.now_us()):%Y-%m-%dT%H:%M:%S}+08:00"
            body = (
                f"<Time {_SCHEMA}><timeMode>manual</timeMode><localTime>{local}</localTime></Time>"
            )
            exchange.send(body.encode(), _XML)
        elif exchange.rest == "ContentMgmt/search" and exchange.method == "POST":
            exchange.send(self._found(exchange.body.decode()).encode(), _XML)
        elif exchange.rest == "ContentMgmt/download":
            uri = unescape(_between(exchange.body.decode(), "playbackURI"))
            begin, end = (self._time(uri, name) for name in ("starttime", "endtime"))
            exchange.send(self._tape.file((begin, end)), "video/mpeg")
        else:
            exchange.refuse(404)

    def _found(self, asked: str) -> str:
        self.searches += 1
        track = _between(asked, "trackID")
        self.tracks.append(track)
        begin, end = (
            self._tape.true_us(datetime.strptime(_between(asked, name), "%Y-%m-%dT%H:%M:%SZ"))
            for name in ("startTime", "endTime")
        )
        at = int(_between(asked, "searchResultPostion"))
        files = self._tape.files((begin, end))
        some = files[at : at + self._page]
        words = "MORE" if at + len(some) < len(files) else "OK"
        words = words if files else "NO MATCHES"
        items = "".join(self._item(track, one) for one in some)
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><CMSearchResult {_SCHEMA}>'
            f"<searchID>{_between(asked, 'searchID')}</searchID><responseStatus>true"
            f"</responseStatus><responseStatusStrg>{words}</responseStatusStrg>"
            f"<numOfMatches>{len(some)}</numOfMatches><matchList>{items}</matchList>"
            "</CMSearchResult>"
        )

    def _item(self, track: str, span: tuple[int, int]) -> str:
        begin, end = (self._tape.words(t_us) for t_us in span)
        uri = (
            f"rtsp://10.9.8.7/Streaming/tracks/{track}/?starttime={begin:%Y%m%dT%H%M%SZ}"
            f"&endtime={end:%Y%m%dT%H%M%SZ}&name=0000000{begin:%H%M%S}&size=123456"
        )
        return (
            f"<searchMatchItem><trackID>{track}</trackID><timeSpan>"
            f"<startTime>{begin:%Y-%m-%dT%H:%M:%SZ}</startTime>"
            f"<endTime>{end:%Y-%m-%dT%H:%M:%SZ}</endTime></timeSpan><mediaSegmentDescriptor>"
            "<contentType>video</contentType><codecType>H.264-BP</codecType>"
            f"<playbackURI>{escape(uri)}</playbackURI></mediaSegmentDescriptor></searchMatchItem>"
        )

    def _time(self, uri: str, name: str) -> int:
        found = re.search(rf"{name}=(\d{{8}}T\d{{6}})Z", uri)
        assert found, f"{uri} has no {name}"
        return self._tape.true_us(datetime.strptime(found[1], "%Y%m%dT%H%M%S"))


def _between(text: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
    assert found, f"the request has no {name}"
    return found[1]
