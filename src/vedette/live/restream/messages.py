"""RTSP requests and answers as text (RFC 2326)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

__all__ = ["Answer", "Request", "Transport", "parse_request", "parse_transport"]

_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
}
_LONGEST_PATH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asks."""

    method: str
    url: str
    headers: Mapping[str, str]
    """By lower-case name."""

    def get(self, name: str) -> str:
        """A header, empty if there is none."""
        return self.headers.get(name, "")

    @property
    def places(self) -> tuple[str, ...]:
        """The parts of the path: camera, perhaps stream."""
        try:
            path = unquote(urlsplit(self.url[:_LONGEST_PATH]).path)
        except ValueError:
            return ()
        return tuple(part for part in path.split("/") if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def encode(self, sequence: str) -> bytes:
        """As bytes, for the request of that CSeq."""
        lines = [f"RTSP/1.0 {self.status} {_REASONS[self.status]}", f"CSeq: {sequence}"]
        lines += [f"{name}: {text}" for name, text in self.headers]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How a client wants its packets: on a channel of its connection, or to two UDP ports."""

    channel: int | None = None
    ports: tuple[int, int] | None = None


def parse_request(text: str) -> Request | None:
    """A request, or None where the text is none."""
    first, *rest = text.split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] != "RTSP/1.0" or not words[0].isalpha():
        return None
    pairs = (line.partition(":") for line in rest if ":" in line)
    headers = {name.strip().lower(): text.strip() for name, _, text in pairs}
    return Request(method=words[0], url=words[1], headers=headers)


def parse_transport(header: str) -> Transport | None:
    """The first offer we can serve; where packets go to is never the client's to say."""
    for offer in header.split(","):
        if found := re.search(r"interleaved=(\d{1,3})\b", offer):
            channel = int(found[1])
            return Transport(channel=channel) if channel < 255 else None
        if "TCP" in offer:
            return Transport(channel=0)
        found = re.search(r"client_port=(\d{1,5})-(\d{1,5})\b", offer)
        if found and all(1024 <= int(port) <= 65_535 for port in found.groups()):
            return Transport(ports=(int(found[1]), int(found[2])))
    return None
