"""Scoring: hits are one to one, within tolerance, and in the right direction."""

from __future__ import annotations

import pytest

from vedette.core.facts import Event, Track
from vedette.pipeline.score import Score, Seen, score
from vedette.pipeline.truth import Crossing, Occupancy, Stay, Truth, TruthLine, TruthZone


def crossed(t: float, direction: str = "left") -> Event:
    return Event(
        id=f"{t}", camera="c", rule="line-0", rule_kind="crossing", t_us=round(t * 1e6),
        direction=direction,
    )  # fmt: skip


def downwards(*events: Crossing, tol_s: float = 0.5) -> Truth:
    """A line drawn from top to bottom: its left hand is the picture's right."""
    line = TruthLine(name="l", points=((0.5, 0), (0.5, 1)), tol_s=tol_s, events=events)
    return Truth(clip="c", lines=(line,))


RIGHT = Crossing(t=5.0, cls="person", direction="right")


@pytest.mark.parametrize(
    ("truth", "events", "expected"),
    [
        ((RIGHT,), [crossed(5.2)], (1, 0, 0)),  # a hit
        ((RIGHT,), [crossed(5.6)], (0, 1, 1)),  # too late: false and missed
        ((RIGHT,), [crossed(5.0, "right")], (0, 1, 1)),  # the wrong way
        ((RIGHT,), [crossed(4.9), crossed(5.1)], (1, 1, 0)),  # told twice
        ((RIGHT,), [], (0, 0, 1)),  # missed
        ((), [crossed(1.0)], (0, 1, 0)),  # out of nothing
        ((RIGHT, RIGHT), [crossed(5.0), crossed(5.1)], (2, 0, 0)),  # two at once
        ((Crossing(t=5, cls="person", certain=False),), [crossed(5.0)], (0, 0, 0)),  # not punished
        ((Crossing(t=5, cls="person", certain=False),), [], (0, 0, 0)),  # not required
        ((Crossing(t=5, cls="car", direction="down-right"),), [crossed(5.0)], (1, 0, 0)),  # slanted
    ],
)
def test_crossings(
    truth: tuple[Crossing, ...], events: list[Event], expected: tuple[int, int, int]
) -> None:
    [found] = score(downwards(*truth), events, [], 0).lines
    assert (found.tp, found.fp, found.fn) == expected


def test_stays_quiet_spans_and_totals() -> None:
    zone = TruthZone(
        name="z",
        polygon=((0, 0), (1, 0), (1, 1)),
        tol_s=1.0,
        events=(Stay(cls="person", t_enter=3.0, t_exit=9.0),),
    )
    truth = Truth(clip="c", zones=(zone,), quiet=((10.0, 20.0),))
    entered = Event(id="1", camera="c", rule="zone-0", rule_kind="intrusion", t_us=3_400_000)
    late = Event(id="2", camera="c", rule="zone-0", rule_kind="intrusion", t_us=12_000_000)
    result = score(truth, [entered, late], [], 0)
    assert result.zones == (Score(name="z", tp=1, fp=1, fn=0),)
    assert result.quiet_false == 1
    assert result.total() == Score(name="total", tp=1, fp=1, fn=0)


def test_counting_in_the_picture_and_in_a_zone() -> None:
    def there(x: float) -> Track:
        return Track(
            id=str(x), label="person", box=(x, 0.1, x + 0.1, 0.4), score=1, velocity=(0, 0),
            first_us=0, last_us=0, state="confirmed",
        )  # fmt: skip

    zone = TruthZone(name="left", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
    counted = (
        Occupancy(t=1, cls="person", count=2),
        Occupancy(t=1, cls="person", count=2, zone="left"),
        Occupancy(t=1, cls="car", count=0),
    )
    truth = Truth(clip="c", zones=(zone,), occupancy=counted)
    seen = [Seen(t=0.0, tracks=()), Seen(t=1.1, tracks=(there(0.1), there(0.8)))]
    occupied = score(truth, [], seen, 0).occupancy
    assert (occupied.n, occupied.within_tol) == (3, 2)
    assert occupied.mae == pytest.approx(1 / 3)
