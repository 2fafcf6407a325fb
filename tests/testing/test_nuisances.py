"""Every nuisance disturbs the picture, in the way it should, and nobody comes."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from vedette.core.media import Pixels
from vedette.testing.scenes import QUIET_DAY_S, Playing, Scene, Stage, build, quiet_day
from vedette.testing.scenes.lamps import Drift, Headlights, LightSwitch
from vedette.testing.scenes.nuisances import During, Nuisance
from vedette.testing.scenes.specks import Compressed, Grainy, Insects
from vedette.testing.scenes.weather import CloudShadows, Rain, Snow

SIZE = (640, 360)
Difference = NDArray[np.int16]


@dataclass(frozen=True)
class Place:
    """An empty place as luma and chroma, to be disturbed."""

    luma: Pixels
    chroma: Pixels

    def at(self, t_s: float, nuisance: Nuisance) -> tuple[Pixels, Pixels]:
        """As it looks at that time."""
        luma, chroma = self.luma.copy(), self.chroma.copy()
        nuisance.disturb(luma, chroma, t_s, np.random.default_rng(round(t_s * 10)))
        return luma, chroma

    def change(self, t_s: float, nuisance: Nuisance) -> Difference:
        """How luma differs from the calm place."""
        return self.at(t_s, nuisance)[0].astype(np.int16) - self.luma


@pytest.fixture(scope="module")
def stage() -> Stage:
    return build("yard")


@pytest.fixture(scope="module")
def place(stage: Stage) -> Place:
    calm = Scene(stage, Playing(empty=True, noise=0, wind=0))
    planes = next(calm.frames(1)).planes
    return Place(planes[:360], planes[360:].reshape(2, 180, 320))


@pytest.mark.parametrize(
    ("nuisance", "t_s"),
    [
        (Rain(SIZE), 3.0),
        (Snow(SIZE), 3.0),
        (CloudShadows(), 3.0),
        (Drift(), 40.0),
        (LightSwitch([2.0]), 3.0),
        (Headlights(SIZE), 1.3),
        (Compressed(), 1.0),
        (Grainy(SIZE), 1.0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_nuisance_disturbs_and_does_so_alike_each_time(
    nuisance: Nuisance, t_s: float, place: Place
) -> None:
    luma, chroma = place.at(t_s, nuisance)
    assert np.abs(luma.astype(int) - place.luma).mean() > 0.3
    again = place.at(t_s, nuisance)
    assert (luma.tobytes(), chroma.tobytes()) == (again[0].tobytes(), again[1].tobytes())


def test_rain_falls_elsewhere_in_each_frame(place: Place) -> None:
    now, then = (place.change(t_s, Rain(SIZE)) > 18 for t_s in (3.0, 3.1))
    assert now.mean() > 0.005
    assert (now & then).sum() < 0.2 * now.sum()


def test_flakes_fall(place: Place) -> None:
    flakes = Snow(SIZE, flakes=60)
    first = place.change(3.0, flakes) > 30
    later = place.change(3.1, flakes) > 30
    shifts = {dy: int((np.roll(first, dy, axis=0) & later).sum()) for dy in range(-20, 21)}
    assert max(shifts, key=lambda dy: shifts[dy]) > 0


def test_cloud_shadows_move_and_only_darken(place: Place) -> None:
    first, later = (place.change(t_s, CloudShadows()) for t_s in (3.0, 13.0))
    assert first.max() <= 0
    assert first.min() < -30
    assert np.abs(first - later).mean() > 4


def test_a_switch_is_a_jump_that_exposure_makes_up_for(place: Place) -> None:
    switch = LightSwitch([5.0, 20.0])
    bright = [place.at(t_s, switch)[0].mean() for t_s in (4.9, 5.0, 12.0, 20.0, 30.0)]
    assert bright[1] < 0.5 * bright[0]
    assert bright[1] < bright[2] < bright[0]
    assert bright[3] > 1.2 * bright[0]
    assert bright[4] == pytest.approx(bright[0])


def test_a_beam_sweeps_and_is_gone(place: Place) -> None:
    beam = Headlights(SIZE, every_s=10.0, takes_s=2.0)
    spots = [np.argwhere(place.change(t_s, beam) > 40)[:, 1].mean() for t_s in (0.7, 1.3)]
    assert spots[1] > spots[0] + 60
    assert np.abs(place.change(5.0, beam)).max() == 0


def test_an_insect_is_there_for_a_moment(place: Place) -> None:
    insects = Insects(every_s=4.0)
    there = [bool(np.abs(place.change(t_s, insects)).max() > 30) for t_s in np.arange(0, 40, 0.1)]
    assert 0.03 < np.mean(there) < 0.4


def test_nuisances_keep_to_their_time(place: Place) -> None:
    rain = During(Rain(SIZE), 2.0, 4.0)
    moved = [np.abs(place.change(t_s, rain)).max() > 0 for t_s in (1.9, 2.0, 3.9, 4.0)]
    assert moved == [False, True, True, False]


def test_ten_minutes_are_drawn_in_seconds(stage: Stage) -> None:
    scene = Scene(stage, Playing(empty=True, nuisances=quiet_day(SIZE)))
    frames = round(QUIET_DAY_S * 10)
    began, drawn = time.process_time(), 0
    for start in range(0, frames, 300):
        for frame in scene.frames(10, start=start):
            assert frame.boxes == ()
            drawn += 1
    each_s = (time.process_time() - began) / drawn
    assert each_s * frames < 60
