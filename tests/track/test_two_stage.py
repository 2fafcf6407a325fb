"""Who keeps his name, and when a track begins, lives on and ends."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from pydantic import TypeAdapter

from tests.track.scene import T0_US, Seen, detections, ids, person, run, yard
from vedette.core import plugins
from vedette.core.errors import ConfigError
from vedette.core.media import Detections
from vedette.core.site import Spec
from vedette.track.two_stage import TwoStage

RATES = (2, 3, 5, 8, 10, 12.5, 25, 30)


def walk(t_s: float, *, speed: float = 0.05, score: float = 0.8, label: str = "person") -> Seen:
    """Somebody walks to the right."""
    return person(0.2 + speed * t_s, score=score, label=label)


@pytest.mark.parametrize("fps", RATES)
def test_one_walker_is_one_track(fps: float) -> None:
    answers = run((n / fps, [walk(n / fps)]) for n in range(int(8 * fps)))
    assert len(ids(answers, confirmed=False)) == 1
    [last] = answers[-1]
    assert last.state == "confirmed"
    assert last.velocity[0] == pytest.approx(0.05, rel=0.1)
    assert last.velocity[1] == pytest.approx(0, abs=0.005)


@pytest.mark.parametrize("fps", [5, 8, 10, 25])
@pytest.mark.parametrize(
    ("faint", "score"),
    [
        (6, 0.3),  # the head-to-head list: another system gives a new id
        (8, 0.3),
        (8, 0.12),
        (20, 0.2),
    ],
)
def test_faint_sightings_keep_the_id(fps: float, faint: int, score: float) -> None:
    def look(n: int) -> list[Seen]:
        return [walk(n / fps, score=score if 20 <= n < 20 + faint else 0.8)]

    answers = run((n / fps, look(n)) for n in range(40 + faint))
    assert len(ids(answers, confirmed=False)) == 1
    assert all(len(tracks) == 1 for tracks in answers)


@pytest.mark.parametrize("fps", [5, 8, 10, 25])
@pytest.mark.parametrize(
    ("gap_s", "names"),
    [
        (0.4, 1),  # four pictures at 10 fps
        (1.2, 1),  # shorter than lost_s
        (2.5, 2),  # longer
    ],
)
def test_a_gap_shorter_than_the_patience_keeps_the_id(fps: float, gap_s: float, names: int) -> None:
    def look(t_s: float) -> list[Seen]:
        return [] if 3.0 < t_s < 3.0 + gap_s else [walk(t_s)]

    answers = run((n / fps, look(n / fps)) for n in range(int(8 * fps)))
    assert len(ids(answers)) == names


def test_faint_sightings_begin_nothing() -> None:
    assert ids(run((n / 8, [walk(n / 8, score=0.3)]) for n in range(40)), confirmed=False) == set()


@pytest.mark.parametrize(
    ("looks", "sure"),
    [
        ("x", False),  # a flash is not believed in
        ("x...", False),
        ("xx", False),  # 0.125 s
        ("xxx", True),
        ("x.x", True),
        ("x..x..x..x", False),  # seen less than every other time
    ],
)
def test_a_track_must_prove_itself(looks: str, sure: bool) -> None:
    def look(n: int) -> list[Seen]:
        return [walk(n / 8, score=0.5)] if looks[n] == "x" else []

    assert bool(ids(run((n / 8, look(n)) for n in range(len(looks))))) == sure


def test_who_is_surely_seen_is_believed_in_the_second_time() -> None:
    answers = run((n / 25, [walk(n / 25, score=0.9)]) for n in range(2))
    assert [[track.state for track in tracks] for tracks in answers] == [
        ["tentative"],
        ["confirmed"],
    ]


def test_a_track_that_is_not_seen_is_told_where_it_is_expected() -> None:
    answers = run((n / 10, [walk(n / 10)] if n < 30 else []) for n in range(34))
    [last_seen], [expected] = answers[29], answers[33]
    assert expected.id == last_seen.id
    assert expected.state == "confirmed"
    assert expected.last_us == last_seen.last_us == T0_US + 2_900_000
    assert expected.box[0] == pytest.approx(walk(3.3).box[0], abs=0.005)


def test_a_lost_track_is_told_once_as_lost() -> None:
    answers = run((n / 10, [walk(n / 10)] if n < 30 else []) for n in range(60))
    states = [track.state for tracks in answers for track in tracks]
    assert states.count("lost") == 1
    assert answers[-1] == ()
    [gone] = [t for tracks in answers for t in tracks if t.state == "lost"]
    assert gone.last_us == T0_US + 2_900_000


def test_who_leaves_the_picture_is_lost_at_once() -> None:
    def look(n: int) -> list[Seen]:
        x = 0.7 + 0.02 * n
        return [Seen(box=(x - 0.03, 0.4, min(x + 0.03, 1.0), 0.7))] if x < 0.99 else []

    answers = run((n / 10, look(n)) for n in range(20))
    assert answers[-1] == ()
    assert sum(t.state == "lost" for tracks in answers for t in tracks) == 1


def test_holding_is_not_missing() -> None:
    tracker = TwoStage()
    answers = run(((n / 10, [person(0.4)]) for n in range(10)), tracker)
    for second in range(1, 300):
        held = tracker.hold(T0_US + second * 1_000_000)
        assert [track.id for track in held] == [answers[-1][0].id]
        assert held[0].last_us == T0_US + 900_000
        assert held[0].box == pytest.approx(answers[-1][0].box, abs=0.01)
    [again] = run([(300, [person(0.4)])], tracker)[0]
    assert again.id == answers[-1][0].id


def test_asking_first_changes_nothing() -> None:
    pictures = [(n / 8, [walk(n / 8)] if n % 7 else []) for n in range(50)]
    asked, plain = TwoStage(), TwoStage()
    for t_s, seen in pictures:
        asked.hold(T0_US + round(t_s * 1e6))
        assert run([(t_s, seen)], asked) == run([(t_s, seen)], plain)


def test_after_long_blindness_nothing_known_holds() -> None:
    tracker = TwoStage()
    before = run(((n / 10, [person(0.4)]) for n in range(10)), tracker)[-1]
    after = run(((60 + n / 10, [person(0.4)]) for n in range(10)), tracker)
    assert [track.state for track in after[0]] == ["lost", "tentative"]
    assert before[0].id not in {track.id for track in after[-1]}


def test_pictures_that_come_late_are_passed_over() -> None:
    """Half a second is told again before time goes on, as after a clock was set."""
    tracker = TwoStage()
    before = run(((n / 10, [walk(n / 10)]) for n in range(20)), tracker)
    again = run(((1.4 + n / 10, [walk(1.4 + n / 10)]) for n in range(5)), tracker)
    assert again == [before[-1]] * 5
    assert tracker.hold(T0_US + 1_000_000) == before[-1]
    after = run(((2 + n / 10, [walk(2 + n / 10)]) for n in range(10)), tracker)
    assert len(ids([*before, *again, *after], confirmed=False)) == 1


def test_time_that_runs_far_backwards_begins_anew() -> None:
    tracker = TwoStage()
    run(((60 + n / 10, [person(0.4)]) for n in range(10)), tracker)
    after = run(((n / 10, [person(0.4)]) for n in range(10)), tracker)
    assert [track.state for track in after[0]] == ["lost", "tentative"]
    assert len(ids(after)) == 1


@pytest.mark.parametrize("fps", [5, 8, 12.5])
@pytest.mark.parametrize("speed", [0.4, 0.8])
def test_fast_cars_that_overlap_nothing_are_followed(fps: float, speed: float) -> None:
    """A car 0.12 wide moves up to 0.16 between pictures."""

    def car(t_s: float) -> list[Seen]:
        x = 0.05 + speed * t_s
        return [Seen(box=(x - 0.06, 0.45, x + 0.06, 0.6), label="car")] if x < 0.95 else []

    answers = run((n / fps, car(n / fps)) for n in range(int(fps / speed)))
    assert len(ids(answers)) == 1
    assert len(ids(answers, confirmed=False)) == 1


def test_labels_may_flip_within_a_family() -> None:
    labels = ["car", "truck", "car", "car", "bus", "car", "truck", "car"] * 5
    answers = run((n / 8, [walk(n / 8, label=label)]) for n, label in enumerate(labels))
    assert len(ids(answers, confirmed=False)) == 1
    assert {track.label for tracks in answers[4:] for track in tracks} == {"car"}


def test_a_person_does_not_become_the_car_he_gets_into() -> None:
    car = Seen(box=(0.3, 0.4, 0.6, 0.7), label="car")
    inside = Seen(box=(0.31, 0.41, 0.59, 0.69), label="person")
    first = run(((n / 8, [inside]) for n in range(10)), tracker := TwoStage())
    then = run(((2 + n / 8, [car]) for n in range(10)), tracker)
    assert not ids(first) & {t.id for t in then[-1]}
    assert {t.label for t in then[-1]} == {"car"}


def test_two_who_pass_each_other_keep_their_ids() -> None:
    def look(t_s: float) -> list[Seen]:
        return [person(0.2 + 0.1 * t_s, 0.50), person(0.8 - 0.1 * t_s, 0.56)]

    answers = run((n / 10, look(n / 10)) for n in range(60))
    assert len(ids(answers, confirmed=False)) == 2
    by_id = {track.id: track.box[0] for track in answers[-1]}
    started = {track.id: track.box[0] for track in answers[0]}
    assert {name for name in by_id if by_id[name] > 0.5} == {n for n in started if started[n] < 0.5}


def test_one_object_seen_twice_is_one_track() -> None:
    answers = run(
        (n / 8, [walk(n / 8), Seen(box=(*walk(n / 8).box[:3], 0.63), score=0.5)]) for n in range(20)
    )
    assert len(ids(answers)) == 1


def test_irregular_pictures_do_not_matter() -> None:
    random = np.random.default_rng(1)
    times = np.cumsum(random.choice([0.04, 0.1, 0.2, 0.5, 0.9], 120))
    answers = run((t, [person(0.1 + 0.01 * t)]) for t in times.tolist())
    assert len(ids(answers, confirmed=False)) == 1


def test_ids_are_unique_in_the_site_and_survive_restarts() -> None:
    pictures = [(n / 8, [person(0.2), person(0.7)]) for n in range(5)]
    here, there, later = TwoStage(), TwoStage(), TwoStage()
    for tracker, camera in ((here, "yard"), (there, "gate"), (later, "yard")):
        tracker.bind(yard(camera))
    names = [ids(run(pictures, here)), ids(run(pictures, there))]
    names.append(ids(run([(t + 100, seen) for t, seen in pictures], later)))
    assert len(set.union(*names)) == 6
    assert all(name.startswith("gate-") for name in names[1])


def test_a_replayed_recording_gets_the_same_ids() -> None:
    pictures = [(n / 8, [person(0.2 + n / 100), person(0.7)]) for n in range(20)]
    assert run(pictures) == run(pictures)


def test_memory_stays_flat() -> None:
    """Ten thousand people in one picture each and a thousand who walk through, then nobody."""
    tracker = TwoStage()
    random = np.random.default_rng(2)
    for n in range(10_000):
        seen = [person(float(random.uniform(0.1, 0.9)), float(random.uniform(0.2, 0.8)))]
        tracker.update(T0_US + n * 100_000, detections(seen))
    most = _size(tracker)
    assert most < 64_000
    for n in range(10_000, 10_100):
        tracker.update(T0_US + n * 100_000, Detections.none())
    assert tracker.hold(T0_US + 10_100 * 100_000) == ()
    empty = _size(tracker)
    for n in range(20_000, 21_000):
        tracker.update(T0_US + n * 100_000, detections([person(0.1 + n % 100 / 125)]))
    for n in range(21_000, 21_100):
        tracker.update(T0_US + n * 100_000, Detections.none())
    assert _size(tracker) <= empty + 200


def _size(tracker: TwoStage) -> int:
    """Bytes in everything the tracker holds on to."""
    total, known = 0, set[int]()
    left: list[object] = [tracker]
    while left:
        one = left.pop()
        if id(one) in known:
            continue
        known.add(id(one))
        total += one.nbytes if isinstance(one, np.ndarray) else sys.getsizeof(one)
        if isinstance(one, list | tuple | set):
            left.extend(one)
        elif isinstance(one, dict):
            left.extend([*one, *one.values()])
        left.extend(vars(one).values() if hasattr(one, "__dict__") else ())
    return total


def test_detections_are_not_changed() -> None:
    given = detections([person(0.5), person(0.7, score=0.2)])
    box, score = given.box.copy(), given.score.copy()
    tracker = TwoStage()
    for n in range(5):
        tracker.update(T0_US + n * 100_000, given)
    assert np.array_equal(given.box, box)
    assert np.array_equal(given.score, score)


def test_it_is_the_installed_default() -> None:
    assert isinstance(plugins.build("tracker", yard().tracker), TwoStage)


def test_a_misspelt_option_is_named() -> None:
    with pytest.raises(ConfigError, match="lost_sec: there is no such option"):
        plugins.build("tracker", Spec(kind="two_stage", options={"lost_sec": 2}))


def test_every_option_is_described() -> None:
    options = TypeAdapter(TwoStage).json_schema()["properties"]
    assert [name for name, option in options.items() if not option.get("description")] == []
