"""What proves an event: its picture, written before the event is stored and told."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2

from vedette.core.errors import StoreError
from vedette.core.facts import Event
from vedette.core.media import Frame
from vedette.core.ports import EventStore

__all__ = ["Evidence", "jpeg", "snapshot_path"]

_QUALITY = 88


class Evidence:
    """Keeps events of lanes, each with the picture it was seen in."""

    def __init__(self, folder: Path, events: EventStore) -> None:
        self._folder, self._events = folder, events

    def keep(self, event: Event, frame: Frame) -> Event:
        """Write the picture and store the event; the stored form is the answer."""
        name = snapshot_path(event)
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(jpeg(frame))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        kept = replace(event, snapshot=name)
        self._events.add(kept)
        return kept


def snapshot_path(event: Event) -> str:
    """Where an event's picture lies below the snapshot folder: day, hour, id."""
    moment = datetime.fromtimestamp(event.t_us / 1_000_000, tz=UTC)
    return f"{moment:%Y-%m-%d}/{moment:%H}/{event.id}.jpg"


def jpeg(frame: Frame, width_px: int | None = None, quality: int = _QUALITY) -> bytes:
    """A frame as JPEG, at most `width_px` wide; only ever made because somebody asked."""
    width = min(width_px or frame.width, frame.width)
    size = (width, max(1, round(frame.height * width / frame.width)))
    picture = cv2.cvtColor(frame.rgb(size=size), cv2.COLOR_RGB2BGR)
    done, encoded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    if not done:
        raise StoreError(f"the picture of camera {frame.camera!r} could not be encoded")
    return encoded.tobytes()
