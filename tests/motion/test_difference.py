"""The default gate sleeps while nothing happens and wakes for whatever does."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from tests.motion.watching import (
    FPS,
    Told,
    awake_s,
    camera,
    frame,
    nobody,
    overlap,
    somebody,
    watch,
    yard,
)
from vedette.core.media import WHOLE, Pixels
from vedette.motion.difference import Difference
from vedette.testing.scenes import Stage
from vedette.testing.scenes.lamps import Drift, LightSwitch
from vedette.testing.scenes.nuisances import Nuisance
from vedette.testing.scenes.specks import Grainy

LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
BLOCK = (0.1, 0.4, 0.2, 0.7)


@pytest.fixture(scope="module")
def stage() -> Stage:
    return yard()


@pytest.fixture(scope="module")
def still(stage: Stage) -> Pixels:
    return np.array(next(nobody(stage, 1)).luma)


def gate(*excluded: tuple[tuple[float, float], ...], **options: float) -> Difference:
    """A gate that knows its camera."""
    made = Difference(**options)
    made.bind(camera(*excluded))
    return made


def with_block(still: Pixels, shift: float = 0.0) -> Pixels:
    """Something bright in the left half."""
    picture = still.copy()
    x1, y1, x2, y2 = BLOCK
    left, right = round((x1 + shift) * 320), round((x2 + shift) * 320)
    picture[round(y1 * 180) : round(y2 * 180), left:right] = 230
    return picture


def test_the_first_picture_is_worth_a_look_and_shows_no_motion(still: Pixels) -> None:
    motion = gate().look(frame(still, 0.0))
    assert motion.awake
    assert (motion.fraction, motion.boxes) == (0.0, ())


@pytest.mark.parametrize(
    ("nuisance", "settled_s"),
    [
        (None, 3.0),
        (Drift(period_s=20.0), 3.0),  # the sun comes and goes
        (Grainy((320, 180), noise=3.0), 30.0),  # more noise than it expects: learnt, then ignored
    ],
    ids=["calm", "drift", "grain"],
)
def test_it_falls_asleep_where_nothing_moves(
    stage: Stage, nuisance: Nuisance | None, settled_s: float
) -> None:
    shown = nobody(stage, settled_s + 10.0, *([nuisance] if nuisance else []))
    told = watch(gate(heartbeat_s=0.0), shown)
    assert [t_s for t_s in awake_s(told) if t_s > settled_s] == []


def test_it_wakes_for_people_and_says_where_they_are(stage: Stage) -> None:
    told = watch(gate(), somebody(stage, 0.0, 14.0))
    there = [one for one in told if any(box.visible > 0.9 for box in one.boxes)]
    assert len(there) > 30
    assert all(one.motion.awake for one in there)
    found = [
        overlap(box.box, one.motion.boxes)
        for one in there
        for box in one.boxes
        if box.visible > 0.9
    ]
    assert np.mean([share > 0.3 for share in found]) > 0.9
    assert all(0 < one.motion.fraction < 0.3 for one in there if one.motion.boxes)


def test_it_stays_awake_for_a_while_after_motion(still: Pixels) -> None:
    one = gate(linger_s=1.5, heartbeat_s=0.0, memory_s=0.2)
    for n in range(40):
        one.look(frame(still, n / FPS))
    assert not one.look(frame(still, 5.0)).awake
    assert one.look(frame(with_block(still), 5.125)).awake
    after = [Told(t, (), one.look(frame(still, t))) for t in np.arange(5.25, 10, 0.125)]
    last_moved = max(one.t_s for one in after if one.motion.boxes)
    assert last_moved < 6.5
    assert max(awake_s(after)) == pytest.approx(last_moved + 1.5, abs=0.13)


@pytest.mark.parametrize(
    ("heartbeat_s", "expected"),
    [
        (3.0, [3.0, 6.0, 9.0]),  # one picture each time, not a span
        (0.0, []),  # never
    ],
)
def test_its_heart_beats_however_quiet_it_is(
    still: Pixels, heartbeat_s: float, expected: list[float]
) -> None:
    one = gate(linger_s=0.0, heartbeat_s=heartbeat_s)
    told = [Told(n / FPS, (), one.look(frame(still, n / FPS))) for n in range(80)]
    assert awake_s(told)[1:] == expected


@pytest.mark.parametrize(
    ("excluded", "wakes"),
    [
        ((), True),
        ((LEFT,), False),  # it happens where nobody wants to look
        ((RIGHT,), True),
        ((LEFT, RIGHT), False),
    ],
)
def test_what_happens_in_an_excluded_zone_wakes_nobody(
    still: Pixels, excluded: tuple[tuple[tuple[float, float], ...], ...], wakes: bool
) -> None:
    one = gate(*excluded, linger_s=0.0, heartbeat_s=0.0)
    for n in range(16):
        one.look(frame(still, n / FPS))
    motion = one.look(frame(with_block(still), 2.0))
    assert motion.awake is wakes
    assert bool(motion.boxes) is wakes
    assert (motion.fraction > 0) is wakes


def test_zones_that_are_drawn_anew_count_from_the_next_picture_on(still: Pixels) -> None:
    one = gate(LEFT, linger_s=0.0, heartbeat_s=0.0)
    one.look(frame(still, 0.0))
    assert not one.look(frame(with_block(still), 0.125)).boxes
    one.bind(camera(RIGHT))
    one.look(frame(still, 0.25))
    assert one.look(frame(with_block(still), 0.375)).boxes


def test_a_switched_light_is_one_look_and_then_forgotten(stage: Stage) -> None:
    switched_s = 6.0
    shown = nobody(stage, 24.0, LightSwitch([switched_s]))
    told = watch(gate(heartbeat_s=0.0), shown)
    before = [t_s for t_s in awake_s(told) if 4.0 < t_s < switched_s]
    assert before == []
    jump = next(one for one in told if one.t_s >= switched_s)
    assert jump.motion.awake
    # The camera makes up for the dark within some seconds; then all is as it was.
    assert [t_s for t_s in awake_s(told) if t_s > switched_s + 10.0] == []


@pytest.mark.parametrize("later_s", [0.0, 0.125])
def test_a_switch_does_not_hide_who_comes_in_with_it(still: Pixels, later_s: float) -> None:
    one = gate()
    for n in range(24):
        one.look(frame(still, n / FPS))
    dark = np.asarray(cv2.convertScaleAbs(still, alpha=0.5), np.uint8)
    if later_s:
        one.look(frame(dark, 3.0))
    motion = one.look(frame(with_block(dark), 3.0 + later_s))
    assert motion.awake
    assert WHOLE not in motion.boxes
    assert overlap(BLOCK, motion.boxes) > 0.8
    assert motion.fraction < 0.2


def test_another_picture_altogether_is_all_motion_once(stage: Stage, still: Pixels) -> None:
    one = gate(linger_s=0.0, heartbeat_s=0.0)
    for n in range(16):
        one.look(frame(still, n / FPS))
    turned = np.ascontiguousarray(still[::-1])
    assert one.look(frame(turned, 2.0)).boxes == (WHOLE,)
    assert not one.look(frame(turned, 2.125)).awake


@pytest.mark.parametrize(
    ("then_s", "shown"),
    [
        (60.0, "block"),  # long ago
        (-60.0, "block"),  # the clock was set back
        (2.125, "larger"),  # the camera's resolution was changed
    ],
)
def test_after_a_break_it_starts_anew(still: Pixels, then_s: float, shown: str) -> None:
    one = gate()
    for n in range(16):
        one.look(frame(still, n / FPS))
    picture = with_block(still)
    if shown == "larger":
        picture = np.asarray(cv2.resize(picture, (256, 256)), np.uint8)
    motion = one.look(frame(picture, then_s))
    assert motion.awake
    assert motion.boxes == ()


def test_small_things_count_only_from_the_size_asked_for(still: Pixels) -> None:
    tiny = still.copy()
    tiny[80:92, 100:112] = 240  # 0.25 % of the picture
    for least, seen in ((0.0005, True), (0.02, False)):
        one = gate(least_size=least, linger_s=0.0, heartbeat_s=0.0)
        for n in range(16):
            one.look(frame(still, n / FPS))
        assert one.look(frame(tiny, 2.0)).awake is seen


def test_two_gates_share_nothing(still: Pixels) -> None:
    first, second = gate(), gate()
    for n in range(32):
        first.look(frame(still, n / FPS))
        second.look(frame(with_block(still, 0.01 * n), n / FPS))
    assert not first.look(frame(still, 4.0)).awake
    assert second.look(frame(with_block(still, 0.4), 4.0)).awake


def test_a_quiet_picture_costs_next_to_nothing(still: Pixels) -> None:
    one, large = gate(), np.asarray(cv2.resize(still, (640, 360)), np.uint8)
    pictures = [frame(large, n / FPS) for n in range(200)]
    began = time.process_time()
    for picture in pictures:
        np.asarray(cv2.GaussianBlur(picture.luma, (15, 15), 0))
    yardstick = time.process_time() - began
    began = time.process_time()
    for picture in pictures:
        one.look(picture)
    assert time.process_time() - began < 0.5 * yardstick
