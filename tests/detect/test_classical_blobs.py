"""What hangs together, and what only touches."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.core.media import Pixels
from vedette.detect.classical_blobs import Blobs, Layers, find_blobs

Block = tuple[int, int, int, int]
"""x1, y1, x2, y2 in pixels."""
LEAST_PX = 40.0


def mask(*blocks: Block) -> Pixels:
    """uint8[180, 320], 255 in the blocks."""
    canvas = np.zeros((180, 320), np.uint8)
    for x1, y1, x2, y2 in blocks:
        canvas[y1:y2, x1:x2] = 255
    return canvas


def blobs(*blocks: Block, moving: Pixels | None = None, relit: Pixels | None = None) -> Blobs:
    """What is found where these blocks differ from the background."""
    differs = mask(*blocks)
    nothing = np.zeros_like(differs)
    return find_blobs(
        Layers(
            differs=differs,
            moving=differs if moving is None else moving,
            relit=nothing if relit is None else relit,
            difference=np.asarray(differs // 4, np.uint8),
        ),
        LEAST_PX,
    )


@pytest.mark.parametrize(
    ("blocks", "count"),
    [
        ((), 0),
        (((100, 50, 120, 100),), 1),
        (((100, 50, 120, 100), (160, 50, 180, 100)), 2),  # apart
        (((100, 50, 103, 53),), 0),  # too small for anybody
        (((100, 50, 120, 100), (120, 70, 140, 74), (140, 50, 160, 100)), 2),  # hand in hand
        (((100, 60, 120, 110), (107, 50, 113, 60)), 1),  # a head on a body
        (((100, 50, 120, 80), (108, 80, 112, 86), (100, 86, 120, 110)), 1),  # a belt, not a gap
    ],
)
def test_things_that_touch_thinly_beside_each_other_are_two(
    blocks: tuple[Block, ...], count: int
) -> None:
    assert len(blobs(*blocks)) == count


def test_holes_belong_to_what_is_around_them() -> None:
    frame = ((100, 50, 160, 60), (100, 90, 160, 100), (100, 50, 110, 100), (150, 50, 160, 100))
    found = blobs(*frame)
    assert len(found) == 1
    assert found.area[0] > 0.95 * 60 * 50


def test_a_box_is_cut_down_to_what_moves() -> None:
    found = blobs((100, 50, 160, 100), moving=mask((100, 50, 140, 100)))
    assert found.moving[0] == pytest.approx(2 / 3, abs=0.05)
    assert found.box[0] == pytest.approx([100, 50, 140, 100], abs=2)


def test_a_shadow_does_not_widen_a_box() -> None:
    found = blobs((100, 50, 120, 100), (120, 88, 170, 100), relit=mask((120, 88, 170, 100)))
    assert len(found) == 1
    assert found.box[0] == pytest.approx([100, 50, 120, 100], abs=2)


def test_things_have_edges_and_light_has_not() -> None:
    column = np.arange(320, dtype=np.float32)
    glow = (90 * np.exp(-(((column - 160) / 60) ** 2))).astype(np.uint8)
    light = np.repeat(glow[None], 180, axis=0)
    differs = np.asarray((light > 20) * np.uint8(255), np.uint8)
    nothing = np.zeros_like(differs)
    soft = find_blobs(
        Layers(differs=differs, moving=differs, relit=nothing, difference=light), LEAST_PX
    )
    assert soft.soft[0] > 0.8
    assert blobs((100, 50, 160, 100)).soft[0] < 0.2
