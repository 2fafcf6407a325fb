"""Regions of several pictures on one input: mapped back exactly, nothing lost on a seam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.detect.pictures import frame, look, track
from tests.detect.squares import GREY, SquareFinder, drawn
from vedette.core.geometry import iou_matrix
from vedette.core.media import WHOLE, Detections, Frame, Region
from vedette.core.ports import Look
from vedette.detect.packed import Packed
from vedette.detect.pieces import Packing

SIZE = (640, 360)
Thing = tuple[str, tuple[int, int, int, int]]


def yard(things: Sequence[Thing], camera: str = "yard", size: tuple[int, int] = SIZE) -> Frame:
    return frame(drawn(size, things), camera)


def pixels(found: Detections, size: tuple[int, int] = SIZE) -> list[tuple[str, list[int]]]:
    scale = np.array([*size, *size])
    rows = zip(found.label, np.rint(found.box * scale).astype(int).tolist(), strict=True)
    return sorted((str(label), box) for label, box in rows)


def around(x1: int, y1: int, x2: int, y2: int, margin: int = 30) -> Region:
    """A region around a thing, in fractions."""
    return (
        max(x1 - margin, 0) / SIZE[0],
        max(y1 - margin, 0) / SIZE[1],
        min(x2 + margin, SIZE[0]) / SIZE[0],
        min(y2 + margin, SIZE[1]) / SIZE[1],
    )


def test_a_region_is_seen_at_its_own_resolution_and_mapped_back_to_the_pixel() -> None:
    box = (401, 133, 433, 190)
    detector = Packed(SquareFinder())
    [found] = detector.detect([look(yard([("person", box)]), [around(*box)])])
    assert pixels(found) == [("person", list(box))]


@pytest.mark.parametrize("fit", ["corner", "centre", "stretch"])
@pytest.mark.parametrize("size", [(640, 360), (360, 640), (200, 200), (1920, 1080)])
def test_a_whole_picture_is_mapped_back_whatever_its_shape(size: tuple[int, int], fit: str) -> None:
    things: list[Thing] = [
        ("person", (size[0] // 4, size[1] // 4, size[0] // 2, size[1] * 3 // 4)),
        ("car", (size[0] * 5 // 8, size[1] // 2, size[0] * 15 // 16, size[1] * 7 // 8)),
    ]
    detector = Packed(SquareFinder(fit=fit))
    [found] = detector.detect([look(yard(things, size=size))])
    expected = np.array([box for _, box in things]) / np.array([*size, *size])
    order = np.argsort(found.label)[::-1]
    assert list(found.label[order]) == ["person", "car"]
    # One pixel of a 256-pixel input is the best that can be had of a picture shrunk to it.
    assert np.abs(found.box[order] - expected).max() <= 1.5 / 256


def test_many_looks_share_inputs_and_each_gets_its_own_back() -> None:
    looks, truth = [], []
    for number in range(16):
        x, y = 40 + 30 * number, 60 + 10 * number
        box = (x, y, x + 20 + number, y + 40)
        looks.append(look(yard([("person", box)], f"cam{number}"), [around(*box, margin=10)]))
        truth.append([("person", list(box))])
    finder = SquareFinder()
    detector = Packed(finder)
    assert [pixels(found) for found in detector.detect(looks)] == truth
    assert detector.calls == len(finder.pictures)
    assert detector.calls / len(looks) < 0.3


def test_company_changes_nothing() -> None:
    """What a look gives does not depend on who else is asked about at the same time."""
    rng = np.random.default_rng(4)
    looks = []
    for number in range(12):
        x, y = int(rng.integers(20, 500)), int(rng.integers(20, 250))
        w, h = int(rng.integers(10, 90)), int(rng.integers(20, 90))
        things: list[Thing] = [("person", (x, y, x + w, y + h)), ("car", (5, 300, 65, 340))]
        regions = [around(x, y, x + w, y + h), around(5, 300, 65, 340)]
        looks.append(look(yard(things, f"cam{number}"), regions))
    detector = Packed(SquareFinder())
    together = detector.detect(looks)
    alone = [detector.detect([one])[0] for one in looks]
    assert [pixels(one) for one in together] == [pixels(one) for one in alone]
    assert all(len(one) == 2 for one in together)


def test_what_fills_its_region_to_the_edge_does_not_run_into_the_neighbour() -> None:
    """Two tiles that are all person lie side by side: still two people, one each."""
    looks = [
        look(yard([("person", (100, 100, 200, 200))], f"cam{number}"), [
            (100 / 640, 100 / 360, 200 / 640, 200 / 360)
        ])
        for number in range(4)
    ]  # fmt: skip
    detector = Packed(SquareFinder(), Packing(relook=False, gutter_px=16))
    for found in detector.detect(looks):
        assert pixels(found) == [("person", [100, 100, 200, 200])]


class Straddling(SquareFinder):
    """Also answers a box that lies across all of an input, over tiles and gutters."""

    def find(self, pictures):  # type: ignore[no-untyped-def]  # as its parent's
        found = super().find(pictures)
        wide = np.array([[0.0, 0.1, 1.0, 0.3]], np.float32)
        return [
            Detections(
                box=np.concatenate([one.box, wide]),
                score=np.append(one.score, np.float32(0.8)),
                label=np.append(one.label, "car"),
            )
            for one in found
        ]


def test_a_box_across_tiles_belongs_to_nobody() -> None:
    looks = [
        look(yard([("person", (100, 100, 140, 160))], f"cam{n}"), [around(100, 100, 140, 160)])
        for n in range(4)
    ]
    for found in Packed(Straddling(), Packing(relook=False)).detect(looks):
        assert pixels(found) == [("person", [100, 100, 140, 160])]


def test_overlapping_regions_of_a_picture_see_an_object_once() -> None:
    box = (200, 100, 240, 180)
    regions = [around(*box, margin=40), around(*box, margin=20), around(180, 90, 300, 200)]
    [found] = Packed(SquareFinder()).detect([look(yard([("person", box)]), regions)])
    assert pixels(found) == [("person", list(box))]


def test_two_objects_side_by_side_stay_two() -> None:
    things: list[Thing] = [("person", (200, 100, 230, 180)), ("person", (236, 100, 266, 180))]
    regions = [around(200, 100, 266, 180), around(190, 90, 280, 190)]
    [found] = Packed(SquareFinder()).detect([look(yard(things), regions)])
    assert len(found) == 2


HALF = (200 / 640, 80 / 360, 260 / 640, 200 / 360)
"""A region whose right edge cuts a person who stands from 230 to 300."""
CUT: Thing = ("person", (230, 100, 300, 190))


def test_what_a_region_cuts_is_looked_at_again_with_more_room() -> None:
    detector = Packed(SquareFinder())
    [found] = detector.detect([look(yard([CUT]), [HALF])])
    assert pixels(found) == [("person", [230, 100, 300, 190])]
    assert found.score[0] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("known", "calls"),
    [
        ([], 2),  # nothing is known: better look
        ([(228 / 640, 98 / 360, 290 / 640, 190 / 360)], 2),  # it moves
        ([(205 / 640, 90 / 360, 225 / 640, 150 / 360)], 1),  # something else does
    ],
)
def test_only_what_moves_or_is_followed_is_worth_a_second_look(
    known: list[Region], calls: int
) -> None:
    one = look(yard([CUT]), [HALF])
    moving = replace(one, motion=replace(one.motion, boxes=tuple(known)))
    followed = replace(one, tracks=tuple(track(box) for box in known))
    for asked in (moving, followed):
        detector = Packed(SquareFinder())
        [found] = detector.detect([asked])
        assert detector.calls == calls
        assert len(found) == 1


def test_without_looking_again_a_cut_object_is_kept_but_doubted() -> None:
    detector = Packed(SquareFinder(), Packing(relook=False))
    [found] = detector.detect([look(yard([CUT]), [HALF])])
    assert pixels(found) == [("person", [230, 100, 260, 190])]
    assert found.score[0] == pytest.approx(0.9 * 0.75)


def test_a_part_seen_in_one_region_yields_to_the_whole_seen_in_another() -> None:
    detector = Packed(SquareFinder(), Packing(relook=False))
    [found] = detector.detect([look(yard([CUT]), [HALF, around(230, 100, 300, 190)])])
    assert pixels(found) == [("person", [230, 100, 300, 190])]


def test_an_object_at_the_pictures_own_border_is_not_doubted() -> None:
    box = (0, 200, 40, 360)
    detector = Packed(SquareFinder())
    [found] = detector.detect([look(yard([("person", box)]), [(0.0, 0.5, 0.2, 1.0)])])
    assert pixels(found) == [("person", list(box))]
    assert found.score[0] == pytest.approx(0.9)
    assert detector.calls == 1


def test_a_seam_between_two_regions_loses_nobody() -> None:
    """Someone stands exactly where two regions of one picture meet."""
    seam = 300 / 640
    regions = [(200 / 640, 0.2, seam, 0.8), (seam, 0.2, 400 / 640, 0.8)]
    [found] = Packed(SquareFinder()).detect(
        [look(yard([("person", (280, 120, 320, 240))]), regions)]
    )
    assert pixels(found) == [("person", [280, 120, 320, 240])]


def test_regions_of_known_objects_shrink_to_what_is_needed() -> None:
    box = (100, 40, 250, 340)
    finder = SquareFinder((416, 416))
    Packed(finder, Packing(object_px=100)).detect(
        [
            look(
                yard([("person", box)]),
                [around(*box, margin=20)],
                [track((100 / 640, 40 / 360, 250 / 640, 340 / 360))],
            )
        ]
    )
    [picture] = finder.pictures
    red = (picture[:, :, 0] > 200) & (picture[:, :, 1] < 60)
    assert np.flatnonzero(red.any(axis=1)).size == pytest.approx(100, abs=2)


def test_small_objects_are_not_shrunk_because_a_large_one_is_near() -> None:
    things: list[Thing] = [("person", (100, 40, 250, 340)), ("car", (270, 300, 300, 320))]
    finder = SquareFinder((416, 416))
    tracks = [
        track((100 / 640, 40 / 360, 250 / 640, 340 / 360)),
        track((270 / 640, 300 / 360, 300 / 640, 320 / 360), "car"),
    ]
    [found] = Packed(finder, Packing(object_px=100)).detect(
        [look(yard(things), [around(100, 40, 300, 340, margin=4)], tracks)]
    )
    assert ("car", [270, 300, 300, 320]) in pixels(found)


def test_only_the_wanted_part_of_a_picture_is_made_into_colours() -> None:
    one = look(yard([("person", (401, 133, 433, 190))]), [around(401, 133, 433, 190)])
    Packed(SquareFinder()).detect([one])
    [(region, size)] = one.frame.planes.asked  # type: ignore[attr-defined]  # Picture remembers
    assert size == (92, 118)
    assert (region[2] - region[0]) * 640 == pytest.approx(92)


def test_inputs_of_a_model_with_free_size_are_as_small_as_can_be() -> None:
    finder = SquareFinder((416, 416), step=32)
    boxes = [(40, 40, 70, 100), (300, 200, 330, 260)]
    detector = Packed(finder)
    looks = [
        look(yard([("person", box)], f"cam{n}"), [around(*box)]) for n, box in enumerate(boxes)
    ]
    found = detector.detect([*looks, look(yard([("car", (300, 200, 420, 260))], "cam9"))])
    assert [picture.shape[:2] for picture in finder.pictures] == [(128, 96), (128, 96), (256, 416)]
    assert [pixels(one) for one in found[:2]] == [[("person", list(box))] for box in boxes]


def test_models_with_free_size_share_inputs_when_told_to() -> None:
    finder = SquareFinder((416, 416), step=32)
    detector = Packed(finder, Packing(together="always"))
    boxes = [(40, 40, 70, 100), (300, 200, 330, 260)]
    detector.detect(
        [look(yard([("person", b)], f"c{n}"), [around(*b)]) for n, b in enumerate(boxes)]
    )
    [picture] = finder.pictures
    assert picture.size < 416 * 416 * 3 / 4


def test_what_no_picture_covers_is_the_models_own_grey() -> None:
    finder = SquareFinder()
    Packed(finder).detect([look(yard([]))])
    [picture] = finder.pictures
    assert (picture[:144] == GREY).all()
    assert (picture[144:] == 114).all()


@pytest.mark.parametrize(
    ("regions", "calls"),
    [
        ([], 0),
        ([(0.5, 0.5, 0.5, 0.9)], 0),  # nothing wide
        ([(-0.2, -0.2, 0.1, 0.1)], 1),  # outside is cut off
        ([WHOLE], 1),
    ],
)
def test_odd_regions_are_legal(regions: list[Region], calls: int) -> None:
    detector = Packed(SquareFinder())
    found = detector.detect([look(yard([]), regions)])
    assert [len(one) for one in found] == [0]
    assert detector.calls == calls


def test_nothing_asked_is_nothing_done() -> None:
    finder = SquareFinder()
    assert Packed(finder).detect([]) == []
    assert finder.pictures == []


def test_looks_are_not_changed() -> None:
    one = look(yard([CUT]), [HALF])
    before: Look = replace(one, regions=one.regions.copy())
    Packed(SquareFinder()).detect([one])
    np.testing.assert_array_equal(one.regions, before.regions)


def test_random_scenes_are_seen_through_regions_as_they_are_drawn() -> None:
    rng = np.random.default_rng(7)
    detector = Packed(SquareFinder((416, 416)))
    for _ in range(30):
        looks, truth = [], []
        for number in range(8):
            things: list[Thing] = []
            for label in ("person", "car"):
                w, h = (int(v) for v in rng.integers(8, 70, 2))
                x, y = int(rng.integers(0, 640 - w)), int(rng.integers(0, 360 - h))
                things.append((label, (x, y, x + w, y + h)))
            if iou_matrix(*(np.array([b], np.float32) for _, b in things))[0, 0] > 0:
                things = things[:1]
            if len(things) == 2 and _touching(things[0][1], things[1][1]):
                things = things[:1]
            looks.append(look(yard(things, f"cam{number}"), [around(*b) for _, b in things]))
            truth.append(sorted((label, list(box)) for label, box in things))
        assert [pixels(one) for one in detector.detect(looks)] == truth


def _touching(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Things in each other's regions may hide each other's edges from the finder."""
    return not (b[0] > a[2] + 40 or a[0] > b[2] + 40 or b[1] > a[3] + 40 or a[1] > b[3] + 40)
