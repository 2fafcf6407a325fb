"""An ONVIF device with Profile G: its device, search and replay services."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta

from vedette.testing.archives.tape import Tape
from vedette.testing.auth import Login
from vedette.testing.http.exchange import Exchange

__all__ = ["OnvifPages"]

_KIND = "application/soap+xml"
_SERVICES = {"device": "device", "search": "search", "replay": "replay"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PATIENCE_S = 30


class OnvifPages:
    """What lives below /onvif; results come in two portions."""

    def __init__(self, tape: Tape, login: Login | None, uri: str) -> None:
        self._tape = tape
        self._login = login
        self._uri = uri
        self._asked = 0
        self.refused = 0

    def serve(self, exchange: Exchange) -> None:
        """The answer to a message."""
        text = exchange.body.decode()
        body = text.partition("Body>")[2]
        if "GetSystemDateAndTime" in body:
            _say(exchange, self._time())
        elif not self._admits(text):
            self.refused += 1
            fault = (
                "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>"
                "ter:NotAuthorized</s:Value></s:Subcode></s:Code></s:Fault>"
            )
            _say(exchange, fault)
        else:
            _say(exchange, self._answer(body))

    def _answer(self, body: str) -> str:
        if "GetServices" in body:
            return f"<GetServicesResponse>{''.join(map(_service, _SERVICES))}</GetServicesResponse>"
        if "FindRecordings" in body:
            self._asked = 0
            return "<FindRecordingsResponse><SearchToken>s1</SearchToken></FindRecordingsResponse>"
        if "GetRecordingSearchResults" in body:
            self._asked += 1
            last = self._asked > 1
            state = "Completed" if last else "Searching"
            info = self._info() if last else ""
            return (
                "<GetRecordingSearchResultsResponse><ResultList>"
                f"<SearchState>{state}</SearchState>{info}</ResultList>"
                "</GetRecordingSearchResultsResponse>"
            )
        return f"<GetReplayUriResponse><Uri>{self._uri}</Uri></GetReplayUriResponse>"

    def _info(self) -> str:
        begin, end = (self._utc(t_us) for t_us in (self._tape.began_us, self._tape.until_us))
        return (
            "<RecordingInformation><RecordingToken>Rec&lt;1&gt;</RecordingToken>"
            "<Track><TrackToken>A</TrackToken><TrackType>Audio</TrackType></Track>"
            "<Track><TrackToken>V</TrackToken><TrackType>Video</TrackType>"
            f"<DataFrom>{begin:%Y-%m-%dT%H:%M:%SZ}</DataFrom>"
            f"<DataTo>{end:%Y-%m-%dT%H:%M:%SZ}</DataTo></Track></RecordingInformation>"
        )

    def _time(self) -> str:
        now = self._utc(self._tape.now_us())
        return (
            "<GetSystemDateAndTimeResponse><SystemDateAndTime><UTCDateTime>"
            f"<Time><Hour>{now.hour}</Hour><Minute>{now.minute}</Minute>"
            f"<Second>{now.second}</Second></Time><Date><Year>{now.year}</Year>"
            f"<Month>{now.month}</Month><Day>{now.day}</Day></Date>"
            "</UTCDateTime></SystemDateAndTime></GetSystemDateAndTimeResponse>"
        )

    def _utc(self, t_us: int) -> datetime:
        return _EPOCH + timedelta(microseconds=t_us + self._tape.ahead_us)

    def _admits(self, text: str) -> bool:
        """Whether the token is right and fresh by this device's own clock."""
        if self._login is None:
            return True
        said = [_between(text, name) for name in ("Username", "Password", "Nonce", "Created")]
        if not all(said):
            return False
        user, digest, nonce, created = said
        at = datetime.strptime(created[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
        if abs((at - self._utc(self._tape.now_us())).total_seconds()) > _PATIENCE_S:
            return False
        mixed = base64.b64decode(nonce) + created.encode() + self._login.password.encode()
        right = base64.b64encode(hashlib.sha1(mixed, usedforsecurity=False).digest()).decode()
        return user == self._login.user and digest == right


def _between(text: str, name: str) -> str:
    found = re.search(rf"<\w+:{name}(?:\s[^>]*)?>(.*?)<", text)
    return found[1] if found else ""


def _service(name: str) -> str:
    return (
        f"<Service><Namespace>http://www.onvif.org/ver10/{name}/wsdl</Namespace>"
        f"<XAddr>http://10.9.8.7/onvif/{name}_service</XAddr></Service>"
    )


def _say(exchange: Exchange, body: str) -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>{body}</s:Body></s:Envelope>'
    )
    exchange.send(text.encode(), _KIND)
