"""What an empty scene looks like: per pixel a mean, its usual deviation and a rival.

A pixel's background is the value that was seen longest (the majority vote of Boyer and Moore, in
seconds): nothing special has to happen at start-up, and who stood in the first picture is
forgotten once the floor behind has been seen for longer.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vedette.core.media import Pixels
from vedette.detect.background_masks import Plane, over, shared, spread, without
from vedette.detect.background_tone import ToneCurve

__all__ = ["Background", "BackgroundOptions"]

_FIRST_DEVIATION = 3.0
_SIGMA = 1.25
"""Standard deviations in a mean absolute deviation, for noise."""
_MOST_PER_PICTURE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundOptions:
    """How much must differ, and how fast the background learns; levels of 255."""

    floor: float = 18.0
    """Least difference that counts."""
    ceiling: float = 70.0
    """A difference that always counts, however restless the pixel."""
    sigmas: float = 4.0
    """How many of its usual deviations a pixel must be off."""
    learn_s: float = 6.0
    """Time constant of mean and deviation."""
    keep_s: float = 25.0
    """A value that stood still for so long replaces even the oldest background."""
    near: float = 14.0
    """How far a rival's value may wander."""


class Background:
    """The background of one camera at one size."""

    def __init__(self, first: Pixels, options: BackgroundOptions) -> None:
        shape = first.shape[:2]
        self._options = options
        self._age_s = 0.0
        self._tone = ToneCurve()
        self._mean: Plane = first.astype(np.float32)
        self._mean8 = first.copy()
        self._deviation: Plane = np.full(shape, _FIRST_DEVIATION, np.float32)
        self._limit = np.full(shape, int(options.floor), np.uint8)
        self.difference = np.zeros(shape, np.uint8)
        """uint8[H, W]: how far the compared picture was from it."""
        self._seen_s: Plane = np.zeros(shape, np.float32)
        self._rival = first.copy()
        self._rival_s: Plane = np.zeros(shape, np.float32)
        self.now = self._mean8
        """uint8[H, W, 3]: the background at the present exposure."""

    def compare(self, picture: Pixels, busy: Pixels) -> Pixels:
        """uint8[H, W], 255 where the picture is not background; `busy` tells no light."""
        self._tone.fit(self._mean8, picture, busy)
        self.now = self._tone.apply(self._mean8)
        self.difference = spread(picture, self.now)
        return over(self.difference, self._limit)

    def learn(self, picture: Pixels, held: Pixels, moving: Pixels, dt_s: float) -> None:
        """Take in the compared picture where not `held`; what is `moving` gains no votes."""
        self._age_s += dt_s
        other = over(self.difference, self._limit)
        free = np.asarray(cv2.bitwise_not(held), np.uint8)
        same = without(free, other)
        self._learn_mean(picture, same, dt_s)
        self._learn_deviation(free, dt_s)
        self._vote(picture, same, shared(other, free), moving, dt_s)
        self._mean8 = np.asarray(cv2.convertScaleAbs(self._mean), np.uint8)

    def settled(self, seen_s: float) -> Pixels:
        """uint8[H, W], 255 where the background was seen for longer than that."""
        return over(self._seen_s, seen_s)

    def _learn_mean(self, picture: Pixels, same: Pixels, dt_s: float) -> None:
        # Where somebody stands, the background still follows the light.
        target = np.asarray(cv2.copyTo(picture, same, self.now.copy()))
        span_s = min(self._age_s, self._options.learn_s)
        cv2.accumulateWeighted(target, self._mean, min(dt_s / span_s, _MOST_PER_PICTURE))

    def _learn_deviation(self, where: Pixels, dt_s: float) -> None:
        o = self._options
        seen = np.minimum(self.difference, np.uint8(o.ceiling / 2))
        rate = min(dt_s / o.learn_s, _MOST_PER_PICTURE)
        cv2.accumulateWeighted(seen, self._deviation, rate, where)
        limit = cv2.convertScaleAbs(self._deviation, alpha=o.sigmas * _SIGMA)
        self._limit = np.clip(limit, np.uint8(o.floor), np.uint8(o.ceiling)).astype(np.uint8)

    def _vote(
        self, picture: Pixels, same: Pixels, other: Pixels, moving: Pixels, dt_s: float
    ) -> None:
        o = self._options
        away = over(spread(picture, self._rival), o.near)
        seconds = np.float32(dt_s / 255)
        self._seen_s += same * seconds
        self._rival_s -= same * seconds
        self._rival_s += without(without(other, moving), away) * seconds
        fresh = shared(other, away)
        cv2.copyTo(picture, fresh, self._rival)
        self._rival_s[fresh > 0] = 0.0
        np.minimum(self._seen_s, o.keep_s, out=self._seen_s)
        np.maximum(self._rival_s, 0.0, out=self._rival_s)
        won = self._rival_s > self._seen_s
        if won.any():
            self._mean[won] = self._rival[won]
            self._seen_s[won] = self._rival_s[won]
            self._rival_s[won] = 0.0
