"""Which part of a small picture counts."""

from __future__ import annotations

import pytest

from vedette.core.facts import Point
from vedette.motion.mask import draw_mask

TRIANGLE: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
STRIP: tuple[Point, ...] = ((0.0, 0.75), (1.0, 0.75), (1.0, 1.0), (0.0, 1.0))


@pytest.mark.parametrize(
    ("polygons", "share"),
    [
        ((), 1.0),
        ((STRIP,), 0.75),
        ((TRIANGLE,), 0.5),
        ((TRIANGLE, STRIP), 0.28),  # what lies in both is not taken off twice
    ],
)
def test_polygons_are_taken_out(polygons: tuple[tuple[Point, ...], ...], share: float) -> None:
    mask = draw_mask(polygons, (320, 180))
    assert mask.shape == (180, 320)
    assert set(mask.ravel().tolist()) <= {0, 255}
    assert (mask > 0).mean() == pytest.approx(share, abs=0.02)
