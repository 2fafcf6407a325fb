"""What the truth says is what the pixels show."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import av
import numpy as np
import pytest

from tests.testing.watching import luma
from vedette.core.media import Pixels, Region
from vedette.pipeline.truth import read_truth
from vedette.testing.clips import Encoding
from vedette.testing.counter import read_counter
from vedette.testing.scenes import (
    SITES,
    During,
    Nuisance,
    Playing,
    Scene,
    Stage,
    build,
    film,
)
from vedette.testing.scenes.paste import Extent, Layer
from vedette.testing.scenes.weather import Rain

# What each site promises in one loop: crossings by line, stays of a second or more by zone.
PROMISED = {
    "yard": ({"gate": 4, "fence": 1}, {"loading": 1}),
    "gate": ({"drive": 4, "footpath": 2}, {"check": 2}),
    "carpark": ({"entry": 4}, {"keep-clear": 1, "row": 2}),
    "warehouse": ({"aisle": 3}, {"charging": 1}),
}
BARE = Playing(noise=0, wind=0)


@pytest.fixture(scope="module")
def stages() -> dict[str, Stage]:
    return {name: build(name) for name in SITES}


@pytest.fixture(params=sorted(SITES))
def scene(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Scene:
    """A site without noise and wind: what differs from the empty place is somebody."""
    return Scene(stages[request.param], BARE)


def pixels_of(box: Region, picture: Pixels, grow: int = 0) -> tuple[slice, slice]:
    height, width = picture.shape
    x1, y1, x2, y2 = box
    rows = slice(max(0, round(y1 * height) - grow), round(y2 * height) + grow)
    return rows, slice(max(0, round(x1 * width) - grow), round(x2 * width) + grow)


def test_boxes_hold_what_is_drawn_and_nothing_else_is_drawn(scene: Scene) -> None:
    empty = next(Scene(scene.stage, Playing(noise=0, wind=0, empty=True)).frames(1)).luma
    looked_at = 0
    for t_s in np.arange(1.5, scene.stage.length_s, 2.3):
        frame = next(scene.frames(1, start=round(float(t_s) * 10)))
        change = frame.luma.astype(np.int16) - empty
        for one in frame.boxes:
            if one.visible < 0.9:
                continue
            looked_at += 1
            inside = np.abs(change[pixels_of(one.box, empty)]) > 6
            assert inside.mean() > 0.2, one
            # Tight: somebody touches each side of the box.
            assert inside[:, :3].any(), one
            assert inside[:, -3:].any(), one
            assert inside[:3].any(), one
            assert inside[-3:].any(), one
        for one in frame.boxes:
            change[pixels_of(one.box, empty, grow=3)] = 0
        # Outside all boxes there are only shadows.
        assert (change > 8).sum() <= 12, t_s
    assert looked_at > 8


def test_the_foot_point_is_the_middle_of_the_lower_edge(scene: Scene) -> None:
    for t_s in np.arange(0, scene.stage.length_s, 0.3):
        for one in scene.boxes(float(t_s)):
            x1, y1, x2, y2 = one.box
            if one.visible < 0.99 or y2 > 0.98 or x1 < 0.02 or x2 > 0.98:
                continue
            tall = y2 - y1
            assert one.foot[1] == pytest.approx(y2, abs=0.16 * tall), one
            assert abs(one.foot[0] - (x1 + x2) / 2) < max(0.55 * (x2 - x1), 0.01), one


def test_sites_keep_their_promises(scene: Scene) -> None:
    truth = scene.truth
    lines, zones = PROMISED[scene.stage.name]
    assert Counter(one.line for one in truth.crossings) == lines
    stays = [one for one in truth.stays if one.exit_s - one.enter_s >= 1.0]
    assert Counter(one.zone for one in stays) == zones
    assert {line.id for line in truth.lines} == set(lines)
    assert {zone.id for zone in truth.zones} == set(zones)
    assert 3 <= len(truth.crossings) <= 6
    assert 60 <= scene.stage.length_s <= 90


def test_crossings_are_exact(scene: Scene) -> None:
    for one in scene.truth.crossings:
        line = next(line for line in scene.truth.lines if line.id == one.line)
        (ax, ay), (bx, by) = line.points
        sides = []
        for t_s in (one.t_s - 0.05, one.t_s - 0.001, one.t_s + 0.001, one.t_s + 0.05):
            feet = {box.actor: box.foot for box in scene.boxes(t_s)}
            x, y = feet[one.actor]
            sides.append((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0)
        towards_right = one.side == "right"
        assert sides == [not towards_right] * 2 + [towards_right] * 2


def test_actors_come_and_go_out_of_sight(scene: Scene) -> None:
    for actor in scene.stage.actors:
        assert 0 < actor.route.start_s < actor.route.end_s < scene.stage.length_s
        for t_s in (actor.route.start_s + 0.001, actor.route.end_s - 0.001):
            assert actor.id not in {box.actor for box in scene.boxes(t_s)}, t_s


def test_everybody_is_seen_well_at_some_time(scene: Scene) -> None:
    times = np.arange(0, scene.stage.length_s, 0.5)
    seen = [box for t_s in times for box in scene.boxes(float(t_s)) if box.visible > 0.9]
    tall = {actor.id: 0.0 for actor in scene.stage.actors}
    for box in seen:
        tall[box.actor] = max(tall[box.actor], box.box[3] - box.box[1])
    assert min(tall.values()) > 0.12, tall


def test_who_stands_behind_another_is_seen_in_part() -> None:
    def block(left: int) -> Layer:
        return Layer(np.full((10, 20, 4), 255, np.float32), Extent(left, 5, left + 20, 15))

    shape = block(0).behind([block(12), block(100)])
    assert shape.solid(640, 360) == Extent(0, 5, 12, 15)
    assert shape.alpha.mean() == pytest.approx(255 * 0.6)
    assert block(0).behind([block(0)]).solid(640, 360) is None
    assert block(-15).behind([]).solid(640, 360) == Extent(0, 5, 5, 15)


def test_quiet_spans_are_empty(scene: Scene) -> None:
    spans = scene.truth.quiet(margin_s=0.0)
    assert spans
    for start_s, end_s in spans:
        for t_s in np.arange(start_s, end_s, 0.2):
            assert scene.boxes(float(t_s)) == ()


def test_loops_have_no_seam(scene: Scene) -> None:
    windy = Scene(scene.stage, Playing(noise=0, wind=1.0))
    frames = list(windy.frames(5, start=windy.loop_frames - 3))
    steps = [np.abs(a.luma.astype(int) - b.luma).mean() for a, b in itertools.pairwise(frames)]
    assert max(steps) < 1.5 * np.median(steps) + 0.05


def test_the_same_seed_draws_the_same_pixels(stages: dict[str, Stage]) -> None:
    def picture(seed: int, index: int) -> bytes:
        scene = Scene(stages["gate"], Playing(seed=seed))
        return next(scene.frames(1, start=index)).planes.tobytes()

    assert picture(1, 120) == picture(1, 120)
    assert picture(1, 120) != picture(2, 120)
    assert picture(1, 5) != picture(1, 6)


def test_a_drawing_may_carry_its_number(stages: dict[str, Stage]) -> None:
    scene = Scene(stages["yard"], Playing(counter=True))
    assert [read_counter(frame.luma) for frame in scene.frames(3, start=700)] == [700, 701, 702]


@pytest.mark.parametrize("size", [(1280, 720), (320, 180)])
def test_other_sizes_show_the_same(size: tuple[int, int], stages: dict[str, Stage]) -> None:
    other = Scene(build("gate", size), BARE)
    usual = Scene(stages["gate"], BARE)
    assert next(other.frames(1)).planes.shape == (size[1] * 3 // 2, size[0])
    for a, b in zip(other.truth.crossings, usual.truth.crossings, strict=True):
        assert (a.line, a.actor, a.side) == (b.line, b.actor, b.side)
        assert a.t_s == pytest.approx(b.t_s, abs=0.01)


def test_sizes_that_cannot_be_drawn_are_refused() -> None:
    with pytest.raises(ValueError, match="16:9"):
        build("yard", (640, 480))
    with pytest.raises(ValueError, match="yard, gate, carpark, warehouse"):
        build("moon")


def test_a_film_is_one_loop_with_its_truth(stages: dict[str, Stage], tmp_path: Path) -> None:
    scene = Scene(stages["warehouse"], Playing(fps=2.0))
    made = film(scene, tmp_path)
    with av.open(str(made.path)) as source:
        decoded = [luma(frame).copy() for frame in source.decode(video=0)]
    assert len(decoded) == scene.loop_frames == 136
    drawn = next(scene.frames(1, start=20))
    assert np.abs(decoded[20].astype(int) - drawn.luma).mean() < 3
    boxes = {frame.index: frame.boxes for frame in made.frames}
    assert boxes[20] == drawn.boxes
    again = film(scene, tmp_path)
    assert (again.path, again.truth, again.frames) == (made.path, made.truth, made.frames)
    assert len(list(tmp_path.glob("*.mp4"))) == 1
    with pytest.raises(ValueError, match="not 5"):
        film(scene, tmp_path, Encoding(fps=5.0))


def test_a_film_of_other_weather_is_another(stages: dict[str, Stage], tmp_path: Path) -> None:
    def made(*nuisances: Nuisance) -> Path:
        empty = Playing(fps=0.1, empty=True, nuisances=nuisances)
        return film(Scene(stages["yard"], empty), tmp_path).path

    rain, more_rain = Rain((640, 360)), Rain((640, 360), drops=400)
    paths = [made(), made(rain), made(more_rain), made(During(rain, 1.0, 9.0))]
    assert len(set(paths)) == 4
    assert made(Rain((640, 360))) == paths[1]


def test_eval_reads_the_truth(stages: dict[str, Stage], tmp_path: Path) -> None:
    scene = Scene(stages["yard"])
    path = tmp_path / "yard.json"
    path.write_text(scene.truth.eval_json(Path("yard.mp4")))
    told = read_truth(path)
    assert told.clip == "yard.mp4"
    by_name = {line.name: line for line in told.lines}
    assert [event.cls for event in by_name["gate"].events] == ["person"] * 4
    wanted = [one.t_s for one in scene.truth.crossings if one.line == "gate"]
    assert [event.t for event in by_name["gate"].events] == pytest.approx(wanted, abs=0.001)
    assert by_name["gate"].events[0].direction == "down"
    assert by_name["gate"].events[1].direction == "up"
    (zone,) = told.zones
    assert [event.certain for event in zone.events].count(True) == 1
    assert told.quiet
