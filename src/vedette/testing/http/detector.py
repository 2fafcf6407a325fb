"""A remote detector: a JPEG is posted, boxes come back as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message

from pydantic import JsonValue

from vedette.testing.http.exchange import Exchange

__all__ = ["DetectorPage"]


class DetectorPage:
    """Answers each posted picture with what a function of its bytes says."""

    def __init__(self, answer: Callable[[bytes], JsonValue]) -> None:
        self._answer = answer
        self.pictures: list[bytes] = []
        """Every JPEG that came, in order."""

    def serve(self, exchange: Exchange) -> None:
        """The picture is the body itself or the first file of a form."""
        if exchange.method != "POST":
            exchange.refuse(405)
            return
        jpeg = _picture(exchange.header("Content-Type"), exchange.body)
        if jpeg[:2] != b"\xff\xd8":
            exchange.refuse(415)
            return
        self.pictures.append(jpeg)
        exchange.send(json.dumps(self._answer(jpeg)).encode(), "application/json")


def _picture(kind: str, body: bytes) -> bytes:
    if not kind.startswith("multipart/form-data"):
        return body
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    for part in form.walk():
        if part.get_filename() is not None:
            return _bytes_of(part)
    return b""


def _bytes_of(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
