"""What an empty place looks like: learnt while people are in it, kept while light changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.detect.drawn import (
    CLOUDED,
    FPS,
    car,
    detector,
    drive,
    person,
    play,
    recall,
    strays,
    walk,
    watch,
)
from vedette.core.media import Pixels
from vedette.detect.background_tone import ToneCurve
from vedette.testing.scenes import Playing, Stage, build
from vedette.testing.scenes.lamps import Drift, LightSwitch
from vedette.testing.scenes.nuisances import Nuisance
from vedette.testing.scenes.specks import Compressed, Grainy, Insects
from vedette.testing.scenes.weather import CloudShadows, Rain, Snow

SIZE = (640, 360)
PUMPING = Drift(depth=0.35, period_s=4.0)
"""A camera that cannot settle on an exposure."""


@pytest.fixture(scope="module")
def yard() -> Stage:
    return build("yard")


@pytest.fixture(scope="module")
def street() -> Stage:
    return build("carpark")


def test_who_walks_through_the_first_pictures_leaves_no_ghost(yard: Stage) -> None:
    early = person(yard, "early", [walk((5.4, 8.0))], (-1.0, 8.0), 0.0)
    late = person(yard, "late", [walk((6.0, 8.2))], (-5.6, 8.2), 5.0, look_no=3)
    sights = watch(play(yard, 12.0, early, late).frames())
    assert recall([s for s in sights if s.t_s > 2.0], "early") > 0.8
    assert strays(s for s in sights if s.t_s > 4.0) == []
    assert recall(sights, "late") > 0.8


def test_a_parked_car_that_leaves_is_followed_and_leaves_no_ghost(street: Stage) -> None:
    here = drive((-1.0, 10.4), wait_s=8.0)
    actor = car(street, "car", [here, drive((11.0, 10.4))], (-1.05, 10.4), 0.0)
    sights = watch(play(street, 16.0, actor).frames())
    assert not any(len(s.sure) for s in sights if s.t_s < 8.0)
    driving = [s for s in sights if 9.6 < s.t_s < 10.6]
    assert recall(driving, "car", 0.3) > 0.8
    gone = [s for s in sights if not s.truth and s.t_s > 12.0]
    assert len(gone) > 10
    assert not any(len(s.sure) for s in gone)


def test_who_stops_is_still_seen_standing(yard: Stage) -> None:
    legs = [walk((0.0, 8.0), wait_s=8.0), walk((5.0, 8.0))]
    actor = person(yard, "one", legs, (-5.0, 8.0), 2.0)
    sights = watch(play(yard, 16.0, actor).frames())
    standing = [s for s in sights if 6.0 < s.t_s < 13.0]
    assert len(standing) > 50
    assert recall(standing, "one") > 0.95
    assert recall([s for s in sights if 14.0 < s.t_s < 16.0], "one") > 0.8
    assert strays(sights) == []


def test_what_stands_still_for_long_becomes_background(street: Stage) -> None:
    actor = car(street, "car", [drive((0.0, 10.4), wait_s=30.0)], (-9.0, 10.4), 2.0)
    playing = Playing(fps=5.0, wind=0)
    sights = watch(play(street, 34.0, actor, playing=playing).frames(), detector(hold_s=3.0))
    assert any(s.hit("car") for s in sights if 4.0 < s.t_s < 7.0)
    assert sights[-1].truth
    assert not any(len(s.found) for s in sights if s.t_s > 30.0)


def test_what_appears_and_never_moves_is_nobody(yard: Stage) -> None:
    put = person(yard, "put", [walk((0.0, 8.0), wait_s=12.0)], (0.0, 8.0), 4.0)
    sights = watch(play(yard, 14.0, put).frames())
    assert sum(len(s.truth) for s in sights) > 60
    assert not any(len(s.sure) for s in sights)


def test_who_steps_on_the_spot_does_not_travel(yard: Stage) -> None:
    spots = [(0.12 * (-1) ** n, 8.0) for n in range(40)]
    actor = person(yard, "one", [walk((0.0, 8.0), wait_s=3.0), walk(*spots)], (0.0, 8.0), 0.0)
    sights = watch(play(yard, 9.0, actor).frames())
    assert not any(len(s.sure) for s in sights)


@pytest.mark.parametrize(
    "nuisance",
    [
        PUMPING,
        LightSwitch([4.0, 7.0, 8.0, 9.0]),  # off and on again within a second
        CloudShadows(),
        Rain(SIZE),
        Snow(SIZE),
        Insects(every_s=2.0, seed=3),
        Grainy(SIZE),
        Compressed(),
    ],
    ids=lambda one: type(one).__name__,
)
def test_weather_light_and_noise_are_nobody(yard: Stage, nuisance: Nuisance) -> None:
    playing = Playing(fps=FPS, empty=True, nuisances=(nuisance,))
    sights = watch(play(yard, 20.0, playing=playing).frames(100))
    assert [s.t_s for s in sights if len(s.sure)] == []


@pytest.mark.parametrize(
    ("nuisance", "least"),
    [
        (PUMPING, 0.75),
        (CloudShadows(), 0.75),
        (Rain(SIZE), 0.6),
        (Compressed(), 0.75),
    ],
    ids=lambda one: type(one).__name__,
)
def test_people_are_found_in_spite_of_it(yard: Stage, nuisance: Nuisance, least: float) -> None:
    actor = person(yard, "one", [walk((5.0, 8.0))], (-5.0, 8.0), 3.0, light=CLOUDED)
    playing = Playing(fps=FPS, nuisances=(nuisance,))
    sights = watch(play(yard, 10.2, actor, playing=playing).frames())
    assert recall(sights, "one") > least


def test_people_are_found_soon_after_the_light_was_switched(yard: Stage) -> None:
    actor = person(yard, "one", [walk((5.0, 8.0))], (-5.0, 8.0), 3.0)
    playing = Playing(fps=FPS, wind=0, nuisances=(LightSwitch([4.5]),))
    sights = watch(play(yard, 10.2, actor, playing=playing).frames())
    assert recall([s for s in sights if s.t_s > 7.0], "one") > 0.75


def gradient() -> Pixels:
    """All greys from dark to bright."""
    row = np.linspace(20, 180, 320).astype(np.uint8)
    return np.repeat(np.repeat(row[None, :, None], 180, axis=0), 3, axis=2)


@pytest.mark.parametrize(
    ("gain", "offset"),
    [(1.0, 0.0), (0.6, 0.0), (1.3, 0.0), (0.9, 15.0)],
)
def test_a_tone_curve_brings_a_background_to_the_present_exposure(
    gain: float, offset: float
) -> None:
    before = gradient()
    now = np.asarray(cv2.convertScaleAbs(before, alpha=gain, beta=offset), np.uint8)
    now[40:120, 60:120] = 250  # somebody, who must not sway it
    curve = ToneCurve()
    curve.fit(before, now, np.zeros(before.shape[:2], np.uint8))
    made = curve.apply(before)
    off = np.abs(made.astype(int) - now)[130:]
    assert off.mean() < 2.0
    assert off.max() <= 8


def test_channels_may_shift_apart() -> None:
    before = gradient()
    now = before.copy()
    now[..., 0] = np.clip(before[..., 0] * 1.15, 0, 255).astype(np.uint8)  # white balance
    curve = ToneCurve()
    curve.fit(before, now, np.zeros(before.shape[:2], np.uint8))
    assert np.abs(curve.apply(before).astype(int) - now).max() <= 4
    assert curve.shift > 5
