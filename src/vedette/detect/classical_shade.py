"""Which pixels differ only because other light falls on the same background."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.detect.background_masks import Plane, over, shared

__all__ = ["DEEP", "MILD", "Light", "relit"]

MILD, DEEP = 255, 128

_DARKEST, _DIM, _BRIGHTEST = 0.45, 0.65, 1.6
"""Least gain of a shadow, least gain of a mild one, greatest of a light."""
_FADED = 0.8
"""What fades no more than this needs no texture to be believed."""
_HUE = 10.0
"""How far any channel may be off the same colour under other light, grey levels."""
_DETAIL = 2.5
"""How far the texture may be off, grey levels."""
_TEXTURED = 3.0
_NEAR = (7, 7)
_NEARER = (5, 5)
_MARGIN = 6


@dataclass(frozen=True, slots=True)
class Light:
    """Where other light may explain a difference."""

    may: Pixels
    """uint8[H, W]: 0 where it cannot, `DEEP` where it would be a deep shadow, else `MILD`."""
    sure: Pixels
    """uint8[H, W], 255 where the background's own texture shows through, or it hardly changed."""


def relit(picture: Pixels, background: Pixels, differs: Pixels) -> Light:
    """Judge the pixels of a mask by gain, colour and texture of uint8[H, W, 3] pictures."""
    may, sure = np.zeros_like(differs), np.zeros_like(differs)
    x, y, w, h = cv2.boundingRect(differs)
    if not w or not h:
        return Light(may, sure)
    at = slice(max(y - _MARGIN, 0), y + h + _MARGIN), slice(max(x - _MARGIN, 0), x + w + _MARGIN)
    found = _judge(picture[at], background[at])
    may[at], sure[at] = shared(found.may, differs[at]), shared(found.sure, differs[at])
    return Light(may, sure)


def _judge(picture: Pixels, background: Pixels) -> Light:
    now, before = _grey(picture), _grey(background)
    gain = now / before
    same = (gain > _DARKEST) & (gain < _BRIGHTEST) & (_off_colour(picture, background, gain) < _HUE)
    gain_near = _blurred(now, _NEAR) / _blurred(before, _NEAR)
    alike = _blurred(np.abs(now - gain_near * before), _NEARER) < _DETAIL
    textured = _blurred(np.abs(before - _blurred(before, _NEAR)), _NEARER) > _TEXTURED
    may = np.where(same, np.where(gain > _DIM, MILD, DEEP), 0).astype(np.uint8)
    return Light(may, over((same & alike & (textured | (gain > _FADED))).view(np.uint8), 0))


def _grey(picture: Pixels) -> Plane:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32) + np.float32(1)


def _blurred(plane: Plane, size: tuple[int, int]) -> Plane:
    return np.asarray(cv2.blur(plane, size), np.float32)


def _off_colour(picture: Pixels, background: Pixels, gain: Plane) -> Plane:
    """float32[H, W]: how far the worst channel is from the background's colour at that gain."""
    worst = np.zeros_like(gain)
    for now, before in zip(cv2.split(picture), cv2.split(background), strict=True):
        np.maximum(worst, np.abs(now - before * gain), out=worst)
    return worst
