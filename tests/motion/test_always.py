"""The gate that is always open."""

from __future__ import annotations

import numpy as np

from tests.motion.watching import camera, frame
from vedette.core.facts import Motion
from vedette.core.media import WHOLE
from vedette.motion.always import Always

GREY = np.full((180, 320), 90, np.uint8)


def test_it_wants_all_of_every_picture() -> None:
    gate = Always()
    gate.bind(camera())
    for n in range(5):
        assert gate.look(frame(GREY, n)) == Motion(fraction=1.0, boxes=(WHOLE,), awake=True)


def test_excluded_zones_do_not_close_it() -> None:
    gate = Always()
    gate.bind(camera(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))))
    assert gate.look(frame(GREY, 0.0)).awake
