"""Count, occupancy and crowd: so many are so many."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from tests.rules.scene import Actor, Path, at, events, every, rule, seconds, stops, straight
from vedette.core.errors import ConfigError

OUT, IN = (0.2, 0.8), (0.5, 0.8)


def traffic(options: dict[str, JsonValue], *paths: Path) -> list[str]:
    """Directions told."""
    actors = [Actor(id=f"a{n}", path=path) for n, path in enumerate(paths)]
    made = events("count", options, actors, every(20))
    assert all(event.count == 1 and event.severity == "info" for event in made)
    return [str(event.direction) for event in made]


@pytest.mark.parametrize("place", [{"line": "mid", "into": "left"}, {"zone": "right"}])
@pytest.mark.parametrize("people", [1, 2, 4, 10])
def test_so_many_who_enter_together_count_so_many(place: dict[str, JsonValue], people: int) -> None:
    """The head-to-head list: another system counts one for two and two for four."""
    paths = [straight((0.3, 0.3 + n / 16), (0.8, 0.3 + n / 16), 4) for n in range(people)]
    assert traffic(place, *paths) == ["in"] * people


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"zone": "box"}, ["in", "out", "in", "out"]),
        ({"zone": "box", "direction": "in"}, ["in", "in"]),
        ({"zone": "box", "direction": "out"}, ["out", "out"]),
        ({"zone": "box", "again": False}, ["in", "out"]),
        ({"line": "mid"}, ["out", "in", "out", "in"]),
        ({"line": "mid", "into": "left"}, ["in", "out", "in", "out"]),
        ({"zone": "box", "labels": ["vehicle"]}, []),
    ],
)
def test_in_and_out(options: dict[str, JsonValue], told: list[str]) -> None:
    """Somebody goes twice into the box, past the line in its middle, and back."""
    path = stops((0, OUT), (2, (0.56, 0.8)), (5, OUT), (8, (0.56, 0.8)), (11, OUT))
    assert traffic(options, path) == told


def test_through_a_zone_is_in_and_out() -> None:
    assert traffic({"zone": "box"}, straight(OUT, (0.8, 0.8), 6)) == ["in", "out"]


def test_the_corners_may_be_given_either_way_round() -> None:
    assert traffic({"zone": "right"}, straight(OUT, (0.8, 0.8), 6)) == ["in"]


@pytest.mark.parametrize("options", [{}, {"line": "mid", "zone": "box"}])
def test_either_a_line_or_a_zone(options: dict[str, JsonValue]) -> None:
    with pytest.raises(ConfigError, match="give either a line or a zone"):
        rule("count", options)


def occupied(options: dict[str, JsonValue], *actors: Actor) -> list[tuple[float, int]]:
    made = events("occupancy", options, actors, every(30))
    return [(seconds(event), event.count or 0) for event in made]


def present(n: int, begin_s: float, end_s: float) -> Actor:
    return Actor(id=f"p{n}", path=at(0.42 + n * 0.03), begin_s=begin_s, end_s=end_s)


@pytest.mark.parametrize(
    ("name", "options", "actors", "told"),
    [
        ("too many", {"at_least": 2}, [(0, 30), (5, 20)], [(7.0, 2)]),
        ("too many, not for long", {"at_least": 2}, [(0, 30), (5, 6)], []),
        ("too many twice", {"at_least": 2}, [(0, 30), (5, 10), (15, 20)], [(7.0, 2), (17.0, 2)]),
        ("too many with a short dip", {"at_least": 2}, [(0, 30), (5, 10), (11, 16)], [(7.0, 2)]),
        ("nobody at the post", {"at_most": 0, "for_s": 5}, [(0, 4), (12, 30)], [(9.0, 0)]),
        ("one alone", {"at_least": 1, "at_most": 1}, [(0, 10), (0, 20)], [(12.0, 1)]),
        ("always empty", {"at_least": 1}, [], []),
    ],
)
def test_occupancy(
    name: str,
    options: dict[str, JsonValue],
    actors: list[tuple[float, float]],
    told: list[tuple[float, int]],
) -> None:
    people = [present(n, *span) for n, span in enumerate(actors)]
    assert occupied({"zone": "box", **options}, *people) == told, name


def test_occupancy_of_the_whole_picture() -> None:
    people = [Actor(id="a", path=at(0.1)), Actor(id="b", path=at(0.9))]
    assert occupied({"at_least": 2, "for_s": 0}, *people) == [(0.0, 2)]
    assert occupied({"at_least": 2, "for_s": 0, "zone": "box"}, *people) == []


def test_who_is_missed_in_a_picture_still_counts() -> None:
    blinks = Actor(id="a", path=lambda t_s: None if round(t_s * 8) % 3 == 0 else IN)
    assert len(occupied({"zone": "box", "at_least": 1}, blinks)) == 1
    assert occupied({"zone": "box", "at_most": 0}, blinks) == []


def test_occupancy_wants_a_limit() -> None:
    with pytest.raises(ConfigError, match="give at_least, at_most or both"):
        rule("occupancy", {"zone": "box"})


@pytest.mark.parametrize(
    ("name", "spans", "told"),
    [
        ("gathers", [(0, 30)] * 4, [(5.0, 4)]),
        ("too few", [(0, 30)] * 3, []),
        ("not for long", [(0, 30)] * 3 + [(4, 8)], []),
        ("one goes and comes", [(0, 30)] * 3 + [(0, 10), (15, 30)], [(5.0, 4)]),
        ("disperses and gathers", [(0, 30)] * 2 + [(0, 8), (0, 8), (15, 30), (15, 30)],
         [(5.0, 4), (20.0, 4)]),
        ("a short dip before", [(0, 30)] * 3 + [(0, 3), (4, 30)], [(5.0, 4)]),
    ],
)  # fmt: skip
def test_crowd(name: str, spans: list[tuple[float, float]], told: list[tuple[float, int]]) -> None:
    """Four are many, for five seconds."""
    actors = [present(n, *span) for n, span in enumerate(spans)]
    options: dict[str, JsonValue] = {"zone": "box", "people": 4, "for_s": 5.0}
    made = events("crowd", options, actors, every(40))
    assert [(seconds(event), event.count) for event in made] == told, name


def test_a_crowd_is_told_with_everybody_in_it() -> None:
    actors = [present(n, 0, 30) for n in range(5)]
    [event] = events("crowd", {"people": 5, "for_s": 1.0}, actors, every(10))
    assert len(event.track_ids) == len(event.boxes) == 5
    assert event.id == f"{event.t_us:016d}-yard-a-crowd-crowd"
