"""One box per object, and what cannot be true in a street."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.core.media import Detections
from vedette.detect.labels import COCO80, COCO91, canonical, groups, read_names
from vedette.detect.plausible import settle
from vedette.detect.suppress import inside_matrix, settled, suppress

Row = tuple[str, float, tuple[float, float, float, float]]


def boxes(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


@pytest.mark.parametrize(
    ("score", "group", "overlap", "stay"),
    [
        ([0.9, 0.8, 0.7], [0, 0, 0], 0.5, [0, 2]),  # the second is the first again
        ([0.8, 0.9, 0.7], [0, 0, 0], 0.5, [1, 2]),
        ([0.9, 0.8, 0.7], [0, 1, 0], 0.5, [0, 1, 2]),  # of another kind
        ([0.9, 0.8, 0.7], [0, 0, 0], 0.9, [0, 1, 2]),
    ],
)
def test_the_best_of_rivals_stays(
    score: list[float], group: list[int], overlap: float, stay: list[int]
) -> None:
    box = boxes((0, 0, 10, 10), (0, 0, 10, 12), (30, 30, 40, 40))
    left = suppress(box, np.array(score, np.float32), np.array(group), overlap)
    assert sorted(left.tolist()) == sorted(stay)
    assert left.tolist() == sorted(left, key=lambda i: -score[i])


def test_nothing_stays_of_nothing() -> None:
    nothing = boxes(), np.zeros(0, np.float32), np.zeros(0, np.intp), 0.5
    assert len(suppress(*nothing)) == 0
    stay, mean = settled(*nothing)
    assert (len(stay), mean.shape) == (0, (0, 4))


def test_the_box_that_stays_is_the_mean_of_those_that_agree() -> None:
    box = boxes((0, 0, 10, 10), (0, 0, 10, 11), (0, 0, 10, 30), (0, 0, 10, 10.5))
    score = np.array([0.9, 0.9, 0.9, 0.9], np.float32)
    group = np.array([0, 0, 0, 1])
    stay, means = settled(box, score, group, 0.5)
    assert stay.tolist() == [0, 2, 3]
    mean = means[0]
    assert mean[3] == pytest.approx(10.45, abs=0.1)  # the long one and the stranger do not count
    assert mean[:3].tolist() == [0, 0, 10]


def test_shares_of_boxes_inside_others() -> None:
    share = inside_matrix(boxes((0, 0, 2, 2)), boxes((1, 0, 5, 5), (0, 0, 9, 9), (5, 5, 6, 6)))
    np.testing.assert_allclose(share, [[0.5, 1.0, 0.0]])


def test_vehicles_cycles_and_animals_are_one_kind_each() -> None:
    words = ("car", "truck", "bus", "bicycle", "motorcycle", "dog", "cat", "person", "car")
    kinds = groups(words).tolist()
    assert kinds[0] == kinds[1] == kinds[2] == kinds[8]
    assert kinds[3] == kinds[4]
    assert kinds[5] == kinds[6]
    assert len(set(kinds)) == 4


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("person\ncar\n\n", ("person", "car")),
        ("{0: 'Person', 2: 'motorbike'}", ("person", "", "motorcycle")),
        ('["sofa", "tvmonitor"]', ("couch", "tv")),
        ("Traffic_Light", ("traffic light",)),
    ],
)
def test_names_are_read_from_what_exports_carry(text: str, names: tuple[str, ...]) -> None:
    assert read_names(text) == names


def test_names_are_data_not_code() -> None:
    with pytest.raises(Exception, match="class names cannot be read"):
        read_names("[__import__('os').getcwd()]")


def test_coco_by_category_number() -> None:
    assert (COCO91[1], COCO91[3], COCO91[18], COCO91[90]) == ("person", "car", "dog", "toothbrush")
    assert COCO91[0] == COCO91[12] == ""
    assert tuple(filter(None, COCO91)) == COCO80
    assert canonical(" Aeroplane ") == "airplane"


CAR: Row = ("car", 0.8, (0.2, 0.2, 0.6, 0.6))


def seen(*rows: Row) -> Detections:
    return Detections(
        box=boxes(*(box for _, _, box in rows)),
        score=np.array([score for _, score, _ in rows], np.float32),
        label=np.array([label for label, _, _ in rows], dtype=np.str_),
    )


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        # Behind the windscreen: small, inside, above the wheels.
        ([CAR, ("person", 0.5, (0.3, 0.25, 0.38, 0.35))], ["car"]),
        # In front of the car: the feet are where its wheels are.
        ([CAR, ("person", 0.5, (0.3, 0.25, 0.38, 0.6))], ["car", "person"]),
        # Behind it: the head is above its roof.
        ([CAR, ("person", 0.5, (0.3, 0.1, 0.38, 0.35))], ["car", "person"]),
        # Too large for somebody inside.
        ([CAR, ("person", 0.5, (0.22, 0.22, 0.5, 0.5))], ["car", "person"]),
        # A car nobody is sure of swallows nobody.
        ([("car", 0.2, CAR[2]), ("person", 0.5, (0.3, 0.25, 0.38, 0.35))], ["car", "person"]),
        ([("person", 0.5, (0.3, 0.25, 0.38, 0.35))], ["person"]),
        # The same spot: a person, unless it is plainly an animal.
        ([("cat", 0.54, CAR[2]), ("person", 0.5, CAR[2])], ["person"]),
        ([("dog", 0.9, CAR[2]), ("person", 0.2, CAR[2])], ["dog"]),
        ([("dog", 0.9, (0.2, 0.4, 0.3, 0.6)), ("person", 0.2, CAR[2])], ["dog", "person"]),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_settled(rows: list[Row], left: list[str]) -> None:
    assert list(settle(seen(*rows), occupants=False).label) == left


def test_a_person_taken_for_an_animal_gets_the_better_score() -> None:
    found = settle(seen(("cat", 0.54, CAR[2]), ("person", 0.5, CAR[2])), occupants=False)
    assert found.score.tolist() == pytest.approx([0.54])


def test_drivers_are_told_of_when_asked_for() -> None:
    rows = [CAR, ("person", 0.5, (0.3, 0.25, 0.38, 0.35))]
    assert len(settle(seen(*rows), occupants=True)) == 2
