"""Answers with bytes, whole or a range of them (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Header, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

__all__ = ["MP4", "Content", "Wanted", "answer", "part_of"]

_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*")
MP4: dict[int | str, dict[str, object]] = {
    200: {
        "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The whole of it.",
    },
    206: {"description": "The bytes asked for."},
    304: {"description": "It is what the caller has already."},
    410: {"description": "It was there and no longer is."},
    416: {"description": "There are no such bytes."},
}
"""What OpenAPI says of routes that answer with video."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Headers:
    range: Annotated[
        str | None, Header(description="Which bytes are wanted, such as bytes=0-1023.")
    ] = None
    if_range: Annotated[
        str | None, Header(description="ETag the range belongs to; with another, all is sent.")
    ] = None
    if_none_match: Annotated[
        str | None, Header(description="ETag the caller has; with the same, nothing is sent.")
    ] = None


Wanted = Annotated[_Headers, Depends()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Bytes that can be read from anywhere."""

    size: int
    tag: str
    """ETag with its quotes; weak for what still grows."""
    media_type: str = "video/mp4"
    name: str = ""
    """Name to save it under; empty: it is shown."""
    read: Callable[[int, int], Iterator[bytes]]
    """The bytes from one place until another."""


def answer(content: Content, wanted: _Headers) -> Response:
    """200, 206 or 304 with the bytes; 416 where there are none such."""
    headers = {"ETag": content.tag, "Accept-Ranges": "bytes"}
    if content.name:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(content.name)}"
    if wanted.if_none_match is not None and _names(wanted.if_none_match, content.tag):
        return Response(status_code=304, headers=headers)
    part = None
    if wanted.range is not None and wanted.if_range in (None, _strong(content.tag)):
        part = part_of(wanted.range, content.size)
    start, end = part or (0, content.size)
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
    return StreamingResponse(
        content.read(start, end),
        status_code=200 if part is None else 206,
        media_type=content.media_type,
        headers=headers,
    )


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """(start, end) of a Range header; None when it asks for nothing one can understand.

    Several ranges at once count as such: the whole is a lawful answer to them.
    """
    found = _RANGE.fullmatch(header)
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start = int(found[1])
        end = min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= size or start >= end:
        raise HTTPException(
            416, f"there are only {size} bytes", headers={"Content-Range": f"bytes */{size}"}
        )
    return start, end


def _strong(tag: str) -> str | None:
    return None if tag.startswith("W/") else tag


def _names(header: str, tag: str) -> bool:
    told = [one.strip().removeprefix("W/") for one in header.split(",")]
    return "*" in told or tag.removeprefix("W/") in told
