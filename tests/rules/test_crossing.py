"""One crossing is one event; jitter is none; two together are two."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from tests.rules.scene import (
    CAMERA,
    T0_US,
    Actor,
    Path,
    at,
    box_at,
    events,
    every,
    observe,
    rule,
    seconds,
    stops,
    straight,
)
from vedette.core.errors import ConfigError
from vedette.core.facts import Point
from vedette.core.geometry import anchor_of

LEFT, RIGHT = (0.3, 0.8), (0.7, 0.8)


def crossings(
    *actors: Actor, line: str = "mid", times_s: list[float] | None = None, **options: JsonValue
) -> list[str]:
    """Directions in order."""
    made = events("crossing", {"line": line, **options}, actors, times_s or every(12))
    return [str(event.direction) for event in made]


def walker(path: Path, name: str = "a", **more: float) -> Actor:
    return Actor(id=name, path=path, **more)  # type: ignore[arg-type]  # only numbers are given


def back_and_forth(times: int) -> Path:
    """Crosses so often, one way and the other."""
    return lambda t_s: (0.5 - 0.2 * np.cos(np.pi * min(t_s, times)), 0.8)


@pytest.mark.parametrize("fps", [2, 3, 5, 8, 10, 12.5, 25])
@pytest.mark.parametrize("times", [0, 1, 2, 5])
def test_so_many_crossings_are_so_many_events(times: int, fps: float) -> None:
    made = crossings(walker(back_and_forth(times)), times_s=every(times + 3, fps))
    assert made == ["left", "right"] * (times // 2) + ["left"] * (times % 2)


@pytest.mark.parametrize("people", [1, 2, 4, 9])
def test_people_who_cross_together_are_each_an_event(people: int) -> None:
    actors = [
        walker(straight((0.3, 0.3 + n / 20), (0.7, 0.3 + n / 20), 4), f"p{n}")
        for n in range(people)
    ]
    assert crossings(*actors) == ["left"] * people


@pytest.mark.parametrize(
    ("direction", "there", "back"),
    [("left", 1, 0), ("right", 0, 1), ("both", 1, 1)],
)
def test_only_the_wanted_direction_counts(direction: str, there: int, back: int) -> None:
    made = crossings(walker(straight(LEFT, RIGHT, 4)), direction=direction)
    assert len(made) == there
    made = crossings(walker(straight(RIGHT, LEFT, 4)), direction=direction)
    assert len(made) == back


@pytest.mark.parametrize(
    ("name", "path", "made"),
    [
        ("stands before it", at(0.48), []),
        ("stands on it", at(0.5), []),
        ("comes near and goes back", stops((0, LEFT), (2, (0.499, 0.8)), (4, LEFT)), []),
        ("first seen just beyond", straight((0.503, 0.8), RIGHT, 4), []),
        ("leaps across between two pictures", stops((0, LEFT), (3, RIGHT)), ["left"]),
        ("leaps across and back", stops((0, LEFT), (3, RIGHT), (5, LEFT)), ["left", "right"]),
        ("crosses out of sight", stops((0, LEFT), (3, None), (4, RIGHT)), ["left"]),
        ("stops right behind it", stops((0, LEFT), (3, (0.504, 0.8))), ["left"]),
        ("stops behind it, then returns", stops((0, LEFT), (3, (0.504, 0.8)), (6, LEFT)),
         ["left", "right"]),
        ("vanishes right behind it", stops((0, LEFT), (3, (0.505, 0.8)), (3.2, None)), ["left"]),
        ("walks along it", straight((0.49, 0.2), (0.49, 0.9), 4), []),
    ],
)  # fmt: skip
def test_what_is_a_crossing(name: str, path: Path, made: list[str]) -> None:
    assert crossings(walker(path)) == made, name


@pytest.mark.parametrize("fps", [5, 8, 25])
@pytest.mark.parametrize("seed", range(5))
def test_a_box_that_trembles_on_the_line_is_nothing(seed: int, fps: float) -> None:
    random = np.random.default_rng(seed)
    shake = walker(lambda _: (0.5 + float(random.normal(0, 0.002)), 0.8))
    assert len(crossings(shake, times_s=every(60, fps))) <= 1


@pytest.mark.parametrize("fps", [5, 8, 25])
@pytest.mark.parametrize("seed", range(5))
def test_a_trembling_box_that_crosses_is_one_event(seed: int, fps: float) -> None:
    random = np.random.default_rng(seed)
    way = straight(LEFT, RIGHT, 20)

    def path(t_s: float) -> Point:
        x, y = way(t_s) or LEFT
        return x + float(random.normal(0, 0.003)), y

    assert crossings(walker(path), times_s=every(24, fps)) == ["left"]


@pytest.mark.parametrize(
    ("name", "line", "path", "made"),
    [
        ("past the end of a short line", "short", straight((0.3, 0.7), (0.7, 0.7), 4), []),
        ("through a short line", "short", straight((0.3, 0.5), (0.7, 0.5), 4), ["left"]),
        ("around its end and back through", "short",
         stops((0, (0.3, 0.5)), (1, (0.3, 0.8)), (2, (0.7, 0.8)), (3, (0.7, 0.5)), (4, (0.3, 0.5))),
         ["right"]),
        ("into a corner through one side", "bent", straight((0.3, 0.2), (0.8, 0.2), 4), ["left"]),
        ("into a corner through the other", "bent", straight((0.8, 0.9), (0.8, 0.2), 4), ["left"]),
        ("through the corner itself", "bent", straight((0.3, 0.7), (0.7, 0.3), 4), ["left"]),
        ("in through one side, out by the other", "bent",
         straight((0.3, 0.05), (0.9, 0.9), 4), ["left", "right"]),
        ("across both sides at once", "bent",
         stops((0, (0.4, 0.2)), (2, (0.6, 0.7))), []),
    ],
)  # fmt: skip
def test_fences_have_ends_and_corners(name: str, line: str, path: Path, made: list[str]) -> None:
    assert crossings(walker(path), line=line) == made, name


def test_a_change_of_id_on_the_line_counts_once() -> None:
    way = straight(LEFT, RIGHT, 8)
    for change_s in np.arange(2.0, 6.0, 0.25):
        before = walker(way, "a", end_s=change_s)
        after = walker(way, "b", begin_s=change_s)
        assert crossings(before, after) == ["left"], change_s


def test_an_id_that_changes_while_the_old_one_lingers_counts_once() -> None:
    way = straight(LEFT, RIGHT, 8)
    for change_s in np.arange(3.0, 5.0, 0.25):
        gone = stops((0, LEFT), (0.1, None))
        before = walker(lambda t, c=change_s, g=gone: way(t) if t < c else None, "a")  # type: ignore[misc]  # defaults
        after = walker(way, "b", begin_s=change_s)
        assert crossings(before, after) == ["left"], change_s


def test_somebody_else_who_appears_beside_a_walker_is_somebody_else() -> None:
    """Who is seen leaves nothing to a newcomer: the newcomer appeared beyond and never crossed."""
    walks = walker(straight(LEFT, RIGHT, 8), "a")
    comes = walker(straight((0.53, 0.8), (0.8, 0.8), 8), "b", begin_s=3.5)
    assert crossings(walks, comes) == ["left"]


def test_a_track_is_counted_when_it_is_believed_in() -> None:
    quick = walker(straight(LEFT, RIGHT, 1), sure_s=3.0)
    [event] = events("crossing", {"line": "mid"}, [quick], every(6))
    assert seconds(event) == pytest.approx(0.5, abs=0.07)
    never = walker(straight(LEFT, RIGHT, 1), sure_s=99.0)
    assert crossings(never) == []


@pytest.mark.parametrize("fps", [2, 5, 25])
def test_the_time_is_that_of_the_line_not_of_the_picture(fps: float) -> None:
    crossing = walker(straight(LEFT, RIGHT, 4, start_s=0.13))
    [event] = events("crossing", {"line": "mid"}, [crossing], every(8, fps))
    assert seconds(event) == pytest.approx(2.13, abs=0.01)


@pytest.mark.parametrize(("anchor", "crosses"), [("foot", False), ("centre", False), ("top", True)])
def test_the_anchor_is_what_must_cross(anchor: str, crosses: bool) -> None:
    """Only the head passes the line at row 0.5: the feet stay below it, the middle too."""
    high = Actor(id="a", path=straight((0.3, 0.74), (0.3, 0.66), 4), size=(0.06, 0.2))
    made = crossings(high, line="top", anchor=anchor)
    assert bool(made) == crosses


@pytest.mark.parametrize(
    ("labels", "label", "counts"),
    [
        (["any"], "person", True),
        (["person"], "person", True),
        (["vehicle"], "truck", True),
        (["vehicle"], "motorcycle", True),
        (["vehicle"], "person", False),
        (["animal"], "dog", True),
        (["car", "person"], "truck", False),
        (["forklift"], "forklift", True),
    ],
)
def test_only_wanted_labels_count(labels: list[JsonValue], label: str, counts: bool) -> None:
    one = Actor(id="a", path=straight(LEFT, RIGHT, 4), label=label)
    assert bool(crossings(one, labels=labels)) == counts


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ({"min_height": 0.1}, True),
        ({"min_height": 0.3}, False),
        ({"max_height": 0.3}, True),
        ({"max_height": 0.1}, False),
        # at row 0.8: 0.1 + 0.8 * (0.3 - 0.1) = 0.26
        ({"min_height": 0.3, "min_height_top": 0.1}, False),
        # 0.05 + 0.8 * (0.2 - 0.05) = 0.17
        ({"min_height": 0.2, "min_height_top": 0.05}, True),
        ({"max_height": 0.22, "max_height_top": 0.02}, False),
        ({"min_score": 0.9}, False),
        ({"min_score": 0.7}, True),
    ],
)
def test_only_fitting_sizes_count(options: dict[str, JsonValue], counts: bool) -> None:
    """Somebody 0.2 high stands at row 0.8."""
    actors = [walker(straight(LEFT, RIGHT, 4))]
    assert bool(events("crossing", {"line": "mid", **options}, actors, every(8))) == counts


def test_the_event_says_everything() -> None:
    [event] = events("crossing", {"line": "mid"}, [walker(straight(LEFT, RIGHT, 4))], every(8))
    assert event.camera == CAMERA.id
    assert (event.rule, event.rule_kind) == ("a-crossing", "crossing")
    assert (event.line, event.zone, event.direction) == ("mid", None, "left")
    assert event.track_ids == ("yard-a",)
    assert (event.label, event.score) == ("person", 0.8)
    [box] = event.boxes
    assert anchor_of(box, "foot")[0] == pytest.approx(0.515, abs=0.01)
    assert event.id == f"{event.t_us:016d}-yard-a-crossing-a-left"


def test_a_replay_makes_the_same_events() -> None:
    actors = [walker(back_and_forth(3)), walker(straight(LEFT, RIGHT, 4), "b")]
    first = events("crossing", {"line": "mid"}, actors, every(8))
    assert first == events("crossing", {"line": "mid"}, actors, every(8))
    assert len({event.id for event in first}) == len(first) == 4


def test_a_line_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="camera yard has no line 'gone'; its lines: mid, short"):
        rule("crossing", {"line": "gone"})


def test_memory_stays_flat() -> None:
    made = rule("crossing", {"line": "mid"})
    passers = [
        Actor(
            id=f"p{n}", path=straight(LEFT, RIGHT, 1, start_s=n / 4), begin_s=n / 4, end_s=n / 4 + 1
        )
        for n in range(400)
    ]
    told = sum(len(list(made.check(seen))) for seen in observe(passers, every(102)))
    assert told == 400
    list(made.check(next(observe([], [200.0]))))
    assert len(made._passages._memory) == 0  # type: ignore[attr-defined]  # how much it remembers


steps = st.lists(st.tuples(st.floats(0.05, 0.95), st.floats(0.25, 0.95)), min_size=2, max_size=40)


@settings(deadline=None, max_examples=150)
@given(steps)
def test_crossings_add_up_to_the_change_of_side(points: list[Point]) -> None:
    """Whatever the way, once it has come to rest clear of the line."""
    ways = [(0.1, 0.5), *points, (0.9 if points[-1][0] > 0.5 else 0.1, 0.5)]
    path = stops(*((n / 8, point) for n, point in enumerate(ways)))
    made = crossings(walker(path), times_s=every(len(ways) / 8 + 2))
    net = made.count("left") - made.count("right")
    assert net == (1 if ways[-1][0] > 0.5 else 0)


@settings(deadline=None, max_examples=150)
@given(steps)
def test_a_closed_border_is_left_as_often_as_it_is_entered(points: list[Point]) -> None:
    """In less out is 1 for who ends up inside, 0 for who ends up outside."""
    for end, inside in (((0.05, 0.1), 0), ((0.5, 0.6), 1)):
        ways = [(0.05, 0.1), *points, end]
        path = stops(*((n / 8, point) for n, point in enumerate(ways)))
        one = Actor(id="a", path=path, size=(0.02, 0.02))
        made = events("count", {"zone": "box"}, [one], every(len(ways) / 8 + 2))
        directions = [event.direction for event in made]
        assert directions.count("in") - directions.count("out") == inside


def test_boxes_stand_on_their_feet() -> None:
    assert anchor_of(box_at((0.3, 0.8), (0.1, 0.2)), "foot") == pytest.approx((0.3, 0.8))
    assert T0_US % 1_000_000 == 0
