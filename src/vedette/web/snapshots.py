"""Stored pictures: found by what the store says, opened without following links."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from vedette.core.errors import NotFound, StoreError
from vedette.core.media import Region

__all__ = ["Snapshots", "with_boxes"]

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,:@+=-]*")
_LONGEST = 16 * 1024 * 1024
_COLOUR = (48, 64, 255)


class Snapshots:
    """Pictures below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str | None) -> bytes:
        """The JPEG of that stored name, or NotFound."""
        if name is None:
            raise NotFound("there is no picture of it")
        parts = name.split("/")
        if not all(_PART.fullmatch(part) for part in parts):
            raise NotFound("its picture has no name of ours")
        try:
            return self._read(parts)
        except OSError:
            raise NotFound("its picture is no longer there") from None

    def _read(self, parts: Sequence[str]) -> bytes:
        with contextlib.ExitStack() as opened:
            at = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            opened.callback(os.close, at)
            for part in parts[:-1]:
                at = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                opened.callback(os.close, at)
            # Without O_NONBLOCK a pipe put here would hold the request for ever.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            with os.fdopen(os.open(parts[-1], flags, dir_fd=at), "rb") as file:
                about = os.fstat(file.fileno())
                if not stat.S_ISREG(about.st_mode) or about.st_size > _LONGEST:
                    raise NotFound("its picture is not a picture")
                return file.read()


def with_boxes(jpeg: bytes, boxes: Sequence[Region]) -> bytes:
    """The picture with these boxes drawn on it."""
    if not boxes:
        return jpeg
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise StoreError("the stored picture cannot be read")
    height, width = picture.shape[:2]
    stroke = max(2, round(height / 240))
    for x1, y1, x2, y2 in boxes:
        start = (round(x1 * width), round(y1 * height))
        cv2.rectangle(picture, start, (round(x2 * width), round(y2 * height)), _COLOUR, stroke)
    done, encoded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 90))
    if not done:
        raise StoreError("the picture with its boxes could not be encoded")
    return encoded.tobytes()
