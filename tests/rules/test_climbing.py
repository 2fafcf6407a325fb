"""First one line, then the other, in time, by the same one."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from tests.rules.scene import Actor, Path, events, every, rule, seconds, stops, straight
from vedette.core.errors import ConfigError

OPTIONS: dict[str, JsonValue] = {"first": "foot", "second": "top", "within_s": 5.0}
GROUND, WALL, OVER = (0.3, 0.9), (0.3, 0.6), (0.3, 0.3)


@pytest.mark.parametrize("fps", [2, 5, 8, 25])
@pytest.mark.parametrize(
    ("name", "path", "climbs"),
    [
        ("up in one go", straight(GROUND, OVER, 4, start_s=1), 1),
        ("up with a rest", stops((0, GROUND), (2, WALL), (5, OVER)), 1),
        ("too slow", stops((0, GROUND), (2, WALL), (9, OVER)), 0),
        ("down: the wrong order", straight(OVER, GROUND, 4, start_s=1), 0),
        ("the first line only", stops((0, GROUND), (2, WALL)), 0),
        ("the second line only", stops((0, WALL), (2, OVER)), 0),
        ("up and down", stops((0, GROUND), (2, WALL), (4, OVER), (8, WALL), (9, GROUND)), 1),
        ("up twice", stops((0, GROUND), (2, WALL), (4, OVER), (12, GROUND), (14, WALL),
                           (16, OVER)), 2),
        ("a try, later in one go", stops((0, GROUND), (2, WALL), (4, GROUND), (12, WALL),
                                         (14, OVER)), 1),
        ("a leap over both", stops((0, GROUND), (2, OVER)), 1),
    ],
)  # fmt: skip
def test_climbing(name: str, path: Path, climbs: int, fps: float) -> None:
    made = events("climbing", OPTIONS, [Actor(id="a", path=path)], every(22, fps))
    assert len(made) == climbs, name


def test_two_people_each_on_a_line_do_not_climb() -> None:
    one = Actor(id="a", path=stops((0, (0.2, 0.9)), (2, (0.2, 0.6))))
    other = Actor(id="b", path=stops((0, (0.7, 0.6)), (3, (0.7, 0.3))))
    assert events("climbing", OPTIONS, [one, other], every(12)) == []


def test_two_who_climb_are_two() -> None:
    actors = [
        Actor(id=f"c{n}", path=straight((0.3 + n / 3, 0.9), (0.3 + n / 3, 0.3), 4))
        for n in range(2)
    ]
    assert len(events("climbing", OPTIONS, actors, every(12))) == 2


def test_a_change_of_id_on_the_wall_is_one_climb() -> None:
    way = straight(GROUND, OVER, 4)
    actors = [Actor(id="a", path=way, end_s=2.0), Actor(id="b", path=way, begin_s=2.0)]
    [event] = events("climbing", OPTIONS, actors, every(12))
    assert event.track_ids == ("yard-b",)


def test_it_happens_when_the_second_line_is_crossed() -> None:
    [event] = events("climbing", OPTIONS, [Actor(id="a", path=straight(GROUND, OVER, 6))], every(9))
    assert seconds(event) == pytest.approx(4.0, abs=0.01)
    assert event.line == "top"


@pytest.mark.parametrize("option", ["first", "second"])
def test_a_line_that_is_not_there_is_named(option: str) -> None:
    with pytest.raises(ConfigError, match=rf"options\.{option}: camera yard has no line 'gone'"):
        rule("climbing", {**OPTIONS, option: "gone"})
