"""Without any model: who walks and drives is found, and called what it is."""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise

import cv2
import numpy as np
import pytest

from tests.detect.drawn import (
    SUNNY,
    SURE,
    Sight,
    car,
    detector,
    drive,
    labels,
    person,
    play,
    recall,
    see,
    strays,
    walk,
    watch,
)
from tests.detect.pictures import frame, look
from vedette.testing.scenes import Playing, Scene, SceneFrame, Stage, build

QUIET_S = 2.0
LENGTH_S = 10.5


@pytest.fixture(scope="module")
def yard() -> Stage:
    return build("yard")


@pytest.fixture(scope="module")
def street() -> Stage:
    return build("carpark")


def walker(stage: Stage, playing: Playing | None = None) -> Scene:
    """One person from the left to the right, nobody before and after."""
    actor = person(stage, "one", [walk((5.4, 8.0), speed_mps=1.6)], (-6.0, 8.0), QUIET_S)
    return play(stage, LENGTH_S, actor, playing=playing)


@pytest.fixture(scope="module")
def walked(yard: Stage) -> list[SceneFrame]:
    return list(walker(yard).frames())


@pytest.fixture(scope="module")
def seen(walked: list[SceneFrame]) -> list[Sight]:
    return watch(walked)


@pytest.fixture(scope="module")
def driven(street: Stage) -> list[SceneFrame]:
    actor = car(street, "car", [drive((9.0, 10.4))], (-9.0, 10.4), QUIET_S)
    return list(play(street, 8.0, actor).frames())


@pytest.mark.parametrize("fps", [5.0, 8.0])
def test_somebody_who_walks_is_found_and_called_a_person(yard: Stage, fps: float) -> None:
    sights = watch(walker(yard, Playing(fps=fps, wind=0)).frames())
    assert recall(sights, "one") > 0.85
    assert strays(sights) == []
    told = Counter(labels(sights, "one"))
    assert told["person"] > 0.9 * told.total()


def test_a_car_is_found_and_called_a_vehicle(driven: list[SceneFrame]) -> None:
    sights = watch(driven)
    assert recall(sights, "car") > 0.8
    assert strays(sights) == []
    told = Counter(labels(sights, "car"))
    assert told["vehicle"] > 0.9 * told.total()


def test_a_cast_shadow_belongs_to_nobody(yard: Stage) -> None:
    actor = person(yard, "one", [walk((5.0, 8.0))], (-5.0, 8.0), QUIET_S, light=SUNNY)
    sights = watch(play(yard, 9.0, actor).frames())
    assert recall(sights, "one", 0.5) > 0.7
    wide = [
        (box[2] - box[0]) / (one.truth[0].box[2] - one.truth[0].box[0])
        for one in sights
        if one.truth and one.truth[0].visible > 0.9
        for box in one.sure.box
    ]
    assert np.median(wide) < 1.3


def test_two_who_walk_side_by_side_are_two(yard: Stage) -> None:
    pair = [
        person(yard, name, [walk((5.4 + x, 8.0 + y))], (-6.4 + x, 8.0 + y), QUIET_S, look_no=n)
        for n, (name, x, y) in enumerate([("left", 0.0, 0.0), ("right", 1.1, 0.3)])
    ]
    sights = watch(play(yard, 10.5, *pair).frames())
    both = [s for s in sights if sum(one.visible > 0.9 for one in s.truth) == 2]
    assert np.mean([len(one.sure) >= 2 for one in both]) > 0.8
    assert max(len(one.sure) for one in both) == 2
    assert recall(both, "left") > 0.75
    assert recall(both, "right") > 0.75


def test_two_who_pass_each_other_are_two_again(yard: Stage) -> None:
    pair = [
        person(yard, "east", [walk((5.0, 8.0))], (-5.0, 8.0), QUIET_S),
        person(yard, "west", [walk((-5.0, 8.9))], (5.0, 8.9), QUIET_S, look_no=3),
    ]
    sights = watch(play(yard, 9.0, *pair).frames())
    after = [s for s in sights if QUIET_S + 4.6 < s.t_s < QUIET_S + 6.1]
    assert np.mean([len(one.sure) == 2 for one in after]) > 0.8


@pytest.mark.parametrize("size", [(320, 180), (960, 540)])
def test_the_size_of_the_picture_matters_little(size: tuple[int, int]) -> None:
    sights = watch(walker(build("yard", size), Playing(fps=5.0, wind=0)).frames())
    assert recall(sights, "one") > 0.7
    assert strays(sights) == []


def test_dusk_matters_little(walked: list[SceneFrame]) -> None:
    dusk = []
    for one in walked:
        planes = one.planes.copy()
        planes[:360] = (planes[:360] * 0.45).astype(np.uint8)
        dusk.append(SceneFrame(one.index, one.t_s, planes, one.boxes))
    sights = watch(dusk)
    assert recall(sights, "one") > 0.7
    assert strays(sights) == []


def test_each_camera_has_its_own_memory(walked: list[SceneFrame], driven: list[SceneFrame]) -> None:
    first, second = walked[:48], driven[:48]
    alone = watch(first, camera="a"), watch(second, camera="b")
    both = detector()
    together: tuple[list[Sight], list[Sight]] = ([], [])
    for one, other in zip(first, second, strict=True):
        together[0].append(see(both, one, "a"))
        together[1].append(see(both, other, "b"))
    for apart, mixed in zip(alone, together, strict=True):
        assert any(len(sight.sure) for sight in apart)
        for a, b in zip(apart, mixed, strict=True):
            assert np.array_equal(a.found.box, b.found.box)
            assert a.found.label.tolist() == b.found.label.tolist()


def test_several_cameras_in_one_call_are_answered_in_order(walked: list[SceneFrame]) -> None:
    by, found = detector(), []
    still = walked[0]
    for one in walked[:56]:
        pictures = [
            frame(
                np.asarray(cv2.cvtColor(shown.planes, cv2.COLOR_YUV2RGB_I420), np.uint8),
                camera,
                round(one.t_s * 1e6) + 1,
            )
            for camera, shown in (("empty", still), ("yard", one), ("idle", still))
        ]
        found.append([len(answer) for answer in by.detect([look(p) for p in pictures])])
    assert np.sum(found, axis=0)[[0, 2]].tolist() == [0, 0]
    assert np.sum(found, axis=0)[1] > 10


@pytest.mark.parametrize("change", ["size", "clock"])
def test_after_a_change_of_size_or_clock_it_learns_anew(
    walked: list[SceneFrame], change: str
) -> None:
    by = detector()
    first = watch(walked[:48], by)
    assert any(len(sight.sure) for sight in first)
    shown = walker(build("yard", (320, 180))).frames() if change == "size" else walked
    shift_s = 20.0 if change == "size" else -5.0
    again = [SceneFrame(one.index, one.t_s + shift_s, one.planes, one.boxes) for one in shown]
    sights = watch(again, by)
    assert len(sights[0].found) == 0
    assert recall(sights, "one") > 0.7
    assert strays(sights) == []


def test_a_replay_finds_the_same(walked: list[SceneFrame], seen: list[Sight]) -> None:
    for a, b in zip(watch(walked), seen, strict=True):
        assert np.array_equal(a.found.box, b.found.box)
        assert np.array_equal(a.found.score, b.found.score)


def test_what_may_travel_is_told_faintly_before_it_is_sure(seen: list[Sight]) -> None:
    when = {
        sure: next(s.t_s for s in seen if (s.found.score > SURE).any() == sure and len(s.found))
        for sure in (False, True)
    }
    assert 0 < when[True] - when[False] < 1.0
    assert not any(len(s.found) for s in seen if s.t_s < QUIET_S)


def test_who_has_to_prove_longer_is_sure_later(walked: list[SceneFrame]) -> None:
    begun = []
    for prove_s in (0.3, 1.2):
        sights = watch(walked, detector(prove_s=prove_s))
        begun.append(next(s.t_s for s in sights if len(s.sure)))
    assert begun[1] - begun[0] == pytest.approx(0.9, abs=0.3)


def test_what_is_smaller_than_asked_for_is_not_told(walked: list[SceneFrame]) -> None:
    sights = watch(walked, detector(least_size=0.2))
    assert not any(len(sight.found) for sight in sights)


def test_boxes_move_as_the_walker_does(seen: list[Sight]) -> None:
    feet = [
        (float(s.sure.box[0][0] + s.sure.box[0][2]) / 2, float(s.sure.box[0][3]))
        for s in seen
        if len(s.sure) == 1 and s.truth and s.truth[0].visible > 0.9
    ]
    assert len(feet) > 30
    assert all(b[0] > a[0] - 0.01 for a, b in pairwise(feet))
    true = [s.truth[0].foot[1] for s in seen if s.truth]
    assert np.median([y for _, y in feet]) == pytest.approx(np.median(true), abs=0.03)


def test_a_busy_picture_is_cheap(walked: list[SceneFrame]) -> None:
    by = detector()
    watch(walked[:40], by)
    pictures = [np.asarray(cv2.cvtColor(s.planes, cv2.COLOR_YUV2RGB_I420)) for s in walked[40:]]
    began = time.process_time()
    for picture in pictures:
        for _ in range(4):
            cv2.medianBlur(cv2.resize(picture, (320, 180)), 9)
    yardstick = time.process_time() - began
    began = time.process_time()
    watch(walked[40:], by)
    assert time.process_time() - began < 3 * yardstick
