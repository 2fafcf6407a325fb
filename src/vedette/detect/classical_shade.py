"""Which pixels differ only because other light falls on the same background."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vedette.core.media import Pixels

__all__ = ["Relit", "relit"]

Plane = NDArray[np.float32]
Relit = tuple[Pixels, Pixels]

_DARKEST, _BRIGHTEST = 0.45, 1.6
_MILD = 0.8
"""Light that fades no more than this needs no texture to be believed."""
_HUE = 10.0
"""How far any channel may be off the same colour under other light, grey levels."""
_DETAIL = 2.5
"""How far the texture may be off, grey levels."""
_TEXTURED = 3.0
_NEAR = (7, 7)
_MARGIN = 6


def relit(picture: Pixels, background: Pixels, differs: Pixels) -> Relit:
    """Two masks uint8[H, W], 255 where `differs` may be, and where it surely is, other light.

    Surely: the background's own texture shows through, or it is only a little darker.
    """
    may, sure = np.zeros_like(differs), np.zeros_like(differs)
    x, y, w, h = cv2.boundingRect(differs)
    if w and h:
        rows = slice(max(y - _MARGIN, 0), y + h + _MARGIN)
        columns = slice(max(x - _MARGIN, 0), x + w + _MARGIN)
        _judge(
            picture[rows, columns],
            background[rows, columns],
            may[rows, columns],
            sure[rows, columns],
        )
    return cv2.bitwise_and(may, differs), cv2.bitwise_and(sure, differs)  # type: ignore[return-value]  # as OpenCV types it


def _judge(picture: Pixels, background: Pixels, may: Pixels, sure: Pixels) -> None:
    now = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    before = cv2.cvtColor(background, cv2.COLOR_RGB2GRAY).astype(np.float32)
    now += 1.0
    before += 1.0
    gain = now / before
    same_hue = cv2.compare(_off_colour(picture, background, gain), _HUE, cv2.CMP_LT)  # type: ignore[call-overload]  # OpenCV takes numbers too
    cv2.bitwise_and(cv2.inRange(gain, _DARKEST, _BRIGHTEST), same_hue, may)
    gain_near = cv2.blur(now, _NEAR) / cv2.blur(before, _NEAR)
    detail = cv2.blur(cv2.absdiff(now, gain_near * before), (5, 5))  # type: ignore[arg-type]  # OpenCV takes it
    texture = cv2.blur(cv2.absdiff(before, cv2.blur(before, _NEAR)), (5, 5))
    alike = cv2.compare(detail, _DETAIL, cv2.CMP_LT)  # type: ignore[call-overload]  # OpenCV takes numbers too
    telling = cv2.bitwise_or(
        cv2.compare(gain, _MILD, cv2.CMP_GT),  # type: ignore[call-overload]  # OpenCV takes numbers too
        cv2.compare(texture, _TEXTURED, cv2.CMP_GT),  # type: ignore[call-overload]  # OpenCV takes numbers too
    )
    cv2.bitwise_and(cv2.bitwise_and(may, alike), telling, sure)


def _off_colour(picture: Pixels, background: Pixels, gain: Plane) -> Plane:
    """float32[H, W]: how far the worst channel is from the background's colour at that gain."""
    worst: Plane = np.zeros_like(gain)
    for now, before in zip(cv2.split(picture), cv2.split(background), strict=True):
        expected = cv2.multiply(before, gain, dtype=cv2.CV_32F)
        worst = np.asarray(cv2.max(worst, cv2.absdiff(now.astype(np.float32), expected)))
    return worst
