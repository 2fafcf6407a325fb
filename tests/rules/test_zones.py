"""Intrusion and loitering: stays long enough are told once, each by each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from pydantic import JsonValue

from tests.rules.scene import (
    Actor,
    Path,
    at,
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

OUT, IN = (0.2, 0.8), (0.5, 0.8)
RATES = [2, 3, 5, 8, 12.5, 25]


def intrusions(
    *paths: Path, times_s: list[float] | None = None, **options: JsonValue
) -> list[float]:
    """When events were raised."""
    actors = [Actor(id=f"a{n}", path=path) for n, path in enumerate(paths)]
    made = events("intrusion", {"zone": "box", **options}, actors, times_s or every(20))
    return [seconds(event) for event in made]


def visit(*spans: tuple[float, float]) -> Path:
    """Inside for these seconds, outside otherwise."""
    return stops((0, OUT), *(one for begin, end in spans for one in ((begin, IN), (end, OUT))))


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize(
    ("stay_s", "dwell_s", "told"),
    [
        (3.0, 2.0, 1),
        (1.0, 2.0, 0),
        (1.0, 0.0, 1),
        (9.0, 2.0, 1),  # once, however long
    ],
)
def test_a_stay_must_be_long_enough(stay_s: float, dwell_s: float, told: int, fps: float) -> None:
    made = intrusions(visit((3, 3 + stay_s)), dwell_s=dwell_s, times_s=every(20, fps))
    assert made == [pytest.approx(3 + dwell_s, abs=1 / fps + 1e-6)] * told


def test_an_empty_zone_is_silent() -> None:
    assert intrusions(at(0.2), at(0.9), times_s=every(600, 2)) == []
    assert intrusions(times_s=every(600, 2)) == []


@pytest.mark.parametrize(
    ("name", "path", "told"),
    [
        ("twice, long apart", visit((2, 5), (9, 12)), 2),
        ("out for less than leave_s", visit((2, 5), (5.5, 8)), 1),
        ("out for more than leave_s", visit((2, 5), (6.5, 8)), 2),
        ("out of sight, then still there", stops((0, OUT), (2, IN), (5, None), (6, IN)), 1),
        ("through it between two pictures", stops((0, OUT), (2, (0.8, 0.8))), 0),
        ("there from the beginning", at(0.5), 1),
        ("lingers right outside, then comes again",
         stops((0, OUT), (2, IN), (5, (0.395, 0.8)), (12, IN)), 2),
        ("its feet only beside it", at(0.5, 0.95), 0),
    ],
)  # fmt: skip
def test_one_stay_is_one_event(name: str, path: Path, told: int) -> None:
    assert len(intrusions(path)) == told, name


@pytest.mark.parametrize("people", [1, 2, 5])
def test_everybody_is_an_event(people: int) -> None:
    paths = [straight((0.2, 0.4 + n / 10), (0.5, 0.4 + n / 10), 4) for n in range(people)]
    assert len(intrusions(*paths, dwell_s=1.0)) == people


@pytest.mark.parametrize("seed", range(5))
def test_a_box_that_trembles_on_the_border_comes_in_once(seed: int) -> None:
    random = np.random.default_rng(seed)

    def path(_: float) -> Point:
        return 0.4 + float(random.normal(0, 0.003)), 0.8

    assert len(intrusions(path, times_s=every(60))) == 1


def test_a_change_of_id_is_the_same_stay() -> None:
    first = Actor(id="a", path=straight(OUT, IN, 3), end_s=4.0)
    second = Actor(id="b", path=at(0.505), begin_s=4.25)
    made = events("intrusion", {"zone": "box", "dwell_s": 3.0}, [first, second], every(12))
    assert [seconds(event) for event in made] == [pytest.approx(2.0 + 3.0, abs=0.13)]
    assert made[0].track_ids == ("yard-b",)


def test_who_is_held_still_is_still_there() -> None:
    """Nobody looks for half a minute because nothing moves; then somebody looks again."""
    path = stops((0, IN), (2, None), (32, IN))
    still = Actor(id="a", path=path, coast_s=60)
    assert len(events("intrusion", {"zone": "box"}, [still], every(40, 4))) == 1
    long = events("intrusion", {"zone": "box", "dwell_s": 10}, [still], every(40, 4))
    assert [seconds(event) for event in long] == [pytest.approx(32)]


def test_a_guess_is_not_an_intruder() -> None:
    """Expected in the zone, but never seen there."""
    walks = Actor(id="a", path=stops((0, (0.39, 0.8)), (2, None)))
    assert events("intrusion", {"zone": "box"}, [walks], every(10)) == []


def test_a_track_nobody_believes_in_is_no_intruder() -> None:
    flash = Actor(id="a", path=at(0.5), sure_s=99)
    assert events("intrusion", {"zone": "box"}, [flash], every(10)) == []


def test_the_stay_of_a_late_believer_counts_from_its_beginning() -> None:
    slow = Actor(id="a", path=at(0.5), sure_s=1.0)
    [event] = events("intrusion", {"zone": "box", "dwell_s": 2.0}, [slow], every(10))
    assert seconds(event) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"anchor": "foot"}, 1),
        ({"anchor": "centre"}, 1),
        ({"anchor": "top"}, 0),
        ({"labels": ["vehicle"]}, 0),
        ({"labels": ["vehicle", "person"]}, 1),
        ({"min_height": 0.25}, 0),
        ({"max_height": 0.19}, 0),
        ({"min_height": 0.5, "min_height_top": 0.0}, 1),
    ],
)
def test_filters(options: Mapping[str, JsonValue], told: int) -> None:
    """Somebody 0.2 high whose foot is at row 0.35, just inside; his head is outside."""
    one = Actor(id="a", path=at(0.5, 0.35 if options.get("anchor") != "centre" else 0.45))
    assert len(events("intrusion", {"zone": "box", **options}, [one], every(5))) == told


def test_the_event_says_everything() -> None:
    [event] = events(
        "intrusion", {"zone": "box", "dwell_s": 1.0}, [Actor(id="a", path=visit((2, 9)))], every(12)
    )
    assert (event.zone, event.line, event.direction) == ("box", None, None)
    assert (event.rule, event.rule_kind, event.label) == ("a-intrusion", "intrusion", "person")
    assert event.track_ids == ("yard-a",)
    assert event.id == f"{event.t_us:016d}-yard-a-intrusion-a"
    assert event.boxes[0] == pytest.approx((0.47, 0.6, 0.53, 0.8))


@pytest.mark.parametrize("kind", ["intrusion", "loitering"])
def test_a_zone_that_is_not_there_is_named(kind: str) -> None:
    with pytest.raises(ConfigError, match="camera yard has no zone 'gone'; its zones: box, right"):
        rule(kind, {"zone": "gone"})


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize(
    ("name", "spans", "told_s"),
    [
        ("long enough", [(2, 15)], [12]),
        ("too short", [(2, 11)], []),
        ("with short absences", [(2, 6), (9, 12), (14, 20)], [14]),
        ("with a long absence", [(2, 8), (14, 20)], []),
        ("twice", [(2, 14), (20, 32)], [12, 30]),
    ],
)
def test_loitering(
    name: str, spans: list[tuple[float, float]], told_s: list[float], fps: float
) -> None:
    """10 s are long, 5 s of absence are short."""
    made = events(
        "loitering",
        {"zone": "box", "dwell_s": 10.0, "absence_s": 5.0},
        [Actor(id="a", path=visit(*spans))],
        every(40, fps),
    )
    assert [seconds(one) for one in made] == pytest.approx(told_s, abs=1 / fps + 1e-6), name


def test_who_loiters_behind_a_pillar_is_one_loiterer() -> None:
    before = Actor(id="a", path=at(0.5), end_s=6)
    after = Actor(id="b", path=at(0.51), begin_s=9)
    made = events("loitering", {"zone": "box", "dwell_s": 10.0}, [before, after], every(20))
    assert [seconds(event) for event in made] == [pytest.approx(10)]


def test_memory_stays_flat() -> None:
    made = rule("intrusion", {"zone": "box"})
    visitors = [Actor(id=f"v{n}", path=at(0.5), begin_s=n, end_s=n + 1) for n in range(0, 500, 5)]
    told = sum(len(list(made.check(seen))) for seen in observe(visitors, every(500, 4)))
    assert told == 100
    list(made.check(next(observe([], [600.0]))))
    assert len(made._dwell._memory) == 0  # type: ignore[attr-defined]  # how much it remembers
