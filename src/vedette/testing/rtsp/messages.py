"""RTSP requests and answers as text (RFC 2326)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["Answer", "Request", "Transport", "parse_request", "parse_transport"]

_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a client."""

    method: str
    url: str
    headers: dict[str, str]
    """By lower-case name."""

    @property
    def path(self) -> str:
        """The path of the address without slashes at its ends."""
        return urlsplit(self.url).path.strip("/")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def encode(self, sequence: str) -> bytes:
        """As bytes, for the request of that CSeq."""
        reason = _REASONS.get(self.status, "Error")
        lines = [f"RTSP/1.0 {self.status} {reason}", f"CSeq: {sequence}"]
        lines += [f"{name}: {text}" for name, text in self.headers]
        if self.body:
            lines.append(f"Content-Length: {len(self.body.encode())}")
        return ("\r\n".join(lines) + "\r\n\r\n" + self.body).encode()


@dataclass(frozen=True, slots=True)
class Transport:
    """How a client wants its packets: on a channel of its connection, or to two UDP ports."""

    channel: int | None = None
    ports: tuple[int, int] | None = None


def parse_request(text: str) -> Request | None:
    """A request, or None where the text is none."""
    lines = text.split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or words[2] != "RTSP/1.0":
        return None
    pairs = (line.partition(":") for line in lines[1:] if ":" in line)
    return Request(
        words[0], words[1], {name.strip().lower(): text.strip() for name, _, text in pairs}
    )


def parse_transport(header: str) -> Transport | None:
    """The first offer we can serve."""
    for offer in header.split(","):
        if found := re.search(r"interleaved=(\d+)", offer):
            return Transport(channel=int(found[1]))
        if "TCP" in offer and "unicast" in offer:
            return Transport(channel=0)
        if found := re.search(r"client_port=(\d+)-(\d+)", offer):
            return Transport(ports=(int(found[1]), int(found[2])))
    return None
