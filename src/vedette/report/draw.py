"""Boxes, trails, zones and lines drawn over a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from vedette.core.facts import Point, Track
from vedette.core.media import Pixels, Region
from vedette.core.site import Camera

__all__ = ["draw_box", "draw_site", "draw_tracks"]

_ZONE = (64, 160, 255)
_MASK = (128, 128, 128)
_LINE = (255, 196, 0)
_BOX = (255, 64, 64)
_TRACK = (80, 220, 100)


def draw_site(picture: Pixels, camera: Camera) -> None:
    """Draw a camera's zones and lines into an RGB picture."""
    for zone in camera.zones:
        _outline(picture, zone.polygon, _MASK if zone.exclude else _ZONE, closed=True)
        _word(picture, zone.polygon[0], zone.name, _MASK if zone.exclude else _ZONE)
    for line in camera.lines:
        _outline(picture, line.points, _LINE, closed=False)
        _word(picture, line.points[0], line.name, _LINE)


def draw_tracks(picture: Pixels, tracks: Iterable[Track], trails: dict[str, list[Point]]) -> None:
    """Draw tracks, each with the way it came."""
    for track in tracks:
        _outline(picture, trails.get(track.id, []), _TRACK, closed=False)
        draw_box(picture, track.box, f"{track.label} {track.score:.0%}", alarm=False)


def draw_box(picture: Pixels, box: Region, words: str, *, alarm: bool) -> None:
    """Draw a box with words above it."""
    colour = _BOX if alarm else _TRACK
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = (
        round(edge * side) for edge, side in zip(box, (width, height) * 2, strict=True)
    )
    thick = max(1, round(height / 270))
    cv2.rectangle(picture, (x1, y1), (x2, y2), colour, thick, cv2.LINE_AA)
    _word(picture, (box[0], max(0.0, box[1] - 0.01)), words, colour)


def _outline(
    picture: Pixels, points: Sequence[Point], colour: tuple[int, int, int], *, closed: bool
) -> None:
    if len(points) < 2:
        return
    height, width = picture.shape[:2]
    corners = np.array([(x * width, y * height) for x, y in points], np.int32)
    cv2.polylines(picture, [corners], closed, colour, max(1, round(height / 270)), cv2.LINE_AA)


def _word(picture: Pixels, at: Point, words: str, colour: tuple[int, int, int]) -> None:
    height, width = picture.shape[:2]
    scale = max(0.35, height / 900)
    x, y = round(at[0] * width), max(round(at[1] * height), round(24 * scale))
    # OpenCV's letters are ASCII; other scripts keep their place with a question mark.
    plain = words.encode("ascii", "replace").decode("ascii")
    for shade, thick in (((0, 0, 0), 3), (colour, 1)):
        cv2.putText(
            picture, plain, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, shade, thick, cv2.LINE_AA
        )
