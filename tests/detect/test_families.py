"""Each family: what its answers mean, how it wants its pictures, how it is told from the others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.detect.nets import answering, save
from vedette.core.errors import ModelError
from vedette.detect.families.family import Signature
from vedette.detect.families.grid import cells, grid
from vedette.detect.families.registry import FAMILIES, family_of, infer
from vedette.detect.networks.network import Tensor
from vedette.detect.opening import ModelFile, Place, open_finder
from vedette.detect.options import Asking

SIDE = 64
NAMES = ("person", "car", "dog")
Answers = dict[str, NDArray[np.generic]]
# One person, one car: what every layout below says, in pixels of a 64 x 64 input.
PERSON, CAR = (10.0, 8.0, 26.0, 40.0), (32.0, 36.0, 60.0, 52.0)
SCORES = (0.9, 0.6)


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def middle(box: tuple[float, ...]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box
    return (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1


def cell_of(box: tuple[float, ...], stride: int, strides: tuple[int, ...]) -> int:
    """Index of the cell in which a box's middle lies, in a pyramid of grids."""
    x, y, *_ = middle(box)
    before = sum(cells((SIDE, SIDE), (s,)) for s in strides if s < stride)
    return before + int(y // stride) * (SIDE // stride) + int(x // stride)


def yolox(decoded: bool) -> Answers:
    strides = (8, 16, 32)
    answers = np.zeros((1, cells((SIDE, SIDE), strides), 5 + len(NAMES)), np.float32)
    answers[..., :2] = 0.5
    for kind, (box, score) in enumerate(zip((PERSON, CAR), SCORES, strict=True)):
        x, y, w, h = middle(box)
        stride = 16
        row = answers[0, cell_of(box, stride, strides)]
        at = (x, y, w, h)
        raw = (x / stride - x // stride, y / stride - y // stride, *np.log((w / 16, h / 16)))
        row[:4] = at if decoded else raw
        row[4], row[5 + kind] = 1.0, score
    return {"output": answers}


def distances(strides: tuple[int, ...], offset: float, half: float) -> tuple[list, list]:  # type: ignore[type-arg]
    """Scores and GFL distances per grid; a cell's centre is (column + offset) * stride + half."""
    scores, bins = [], []
    for stride in strides:
        n = cells((SIDE, SIDE), (stride,))
        scores.append(np.zeros((1, n, len(NAMES)), np.float32))
        bins.append(np.zeros((1, n, 32), np.float32))
    for kind, (box, score) in enumerate(zip((PERSON, CAR), SCORES, strict=True)):
        stride, level = 8, strides.index(8)
        column, row = int(middle(box)[0] // stride), int(middle(box)[1] // stride)
        n = row * (SIDE // stride) + column
        shift = (stride - 1) / 2 if half else 0.0
        cx, cy = (column + offset) * stride + shift, (row + offset) * stride + shift
        for side, reach in enumerate((cx - box[0], cy - box[1], box[2] - cx, box[3] - cy)):
            low, part = divmod(reach / stride, 1)
            # Two neighbouring bins share the weight so that the mean is the distance.
            spread = np.full(8, -50.0, np.float32)
            spread[int(low)] = np.log(max(1 - part, 1e-6))
            spread[int(low) + 1] = np.log(max(part, 1e-6))
            bins[level][0, n, side * 8 : side * 8 + 8] = spread
        scores[level][0, n, kind] = score
    return scores, bins


def per_grid(strides: tuple[int, ...], offset: float, half: float) -> Answers:
    scores, bins = distances(strides, offset, half)
    named: Answers = {f"cls{s}": one for s, one in zip(strides, scores, strict=True)}
    named.update({f"dis{s}": one for s, one in zip(strides, bins, strict=True)})
    return named


def nanodet_plus() -> Answers:
    scores, bins = distances((8, 16, 32, 64), 0.0, 0.0)
    both = [np.concatenate(pair, axis=2) for pair in zip(scores, bins, strict=True)]
    return {"output": np.concatenate(both, axis=1)}


def yolo_v5() -> Answers:
    answers = np.zeros((1, 3 * cells((SIDE, SIDE), (8, 16, 32)), 5 + len(NAMES)), np.float32)
    for kind, (box, score) in enumerate(zip((PERSON, CAR), SCORES, strict=True)):
        answers[0, 7 * kind] = (*middle(box), 1.0, *(score * (k == kind) for k in range(3)))
    return {"output0": answers}


def yolo_v8() -> Answers:
    answers = np.zeros((1, 4 + len(NAMES), cells((SIDE, SIDE), (8, 16, 32))), np.float32)
    for kind, (box, score) in enumerate(zip((PERSON, CAR), SCORES, strict=True)):
        answers[0, :, 11 * kind] = (*middle(box), *(score * (k == kind) for k in range(3)))
    return {"output0": answers}


def yolo_ended() -> Answers:
    answers = np.zeros((1, 20, 6), np.float32)
    for kind, (box, score) in enumerate(zip((PERSON, CAR), SCORES, strict=True)):
        answers[0, kind] = (*box, score, kind)
    return {"output0": answers}


def set_of_boxes(logits: str, boxes: str, spare: int) -> Answers:
    width = len(NAMES) + spare
    said = np.full((1, 12, width), -9.0, np.float32)
    at = np.full((1, 12, 4), 0.5, np.float32)
    for kind, (box, score) in enumerate(zip((PERSON, CAR), SCORES, strict=True)):
        said[0, 3 + kind, kind] = logit(score)
        at[0, 3 + kind] = np.array(middle(box)) / SIDE
    return {boxes: at, logits: said}


def detr_finished() -> Answers:
    labels, boxes = np.zeros((1, 12), np.int64), np.zeros((1, 12, 4), np.float32)
    scores = np.zeros((1, 12), np.float32)
    labels[0, 4], boxes[0, 4], scores[0, 4] = 0, PERSON, SCORES[0]
    labels[0, 5], boxes[0, 5], scores[0, 5] = 1, CAR, SCORES[1]
    return {"labels": labels, "boxes": boxes, "scores": scores}


LAYOUTS: Mapping[str, tuple[str, Answers]] = {
    "yolox, raw": ("yolox", yolox(decoded=False)),
    "picodet": ("picodet", per_grid((8, 16, 32, 64), 0.5, 0.0)),
    "nanodet": ("nanodet", per_grid((8, 16, 32), 0.0, 1.0)),
    "nanodet-plus": ("nanodet_plus", nanodet_plus()),
    "detr, logits": ("detr", set_of_boxes("logits", "pred_boxes", 0)),
    "detr, finished": ("detr", detr_finished()),
    "rf-detr": ("rfdetr", set_of_boxes("labels", "dets", 1)),
    "yolo v5": ("yolo", yolo_v5()),
    "yolo v8": ("yolo", yolo_v8()),
    "yolo, ended": ("yolo", yolo_ended()),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_told_from_the_others_and_read_exactly(layout: str, tmp_path: Path) -> None:
    family, answers = LAYOUTS[layout]
    also = {"orig_target_sizes": (1, 2)} if layout == "detr, finished" else None
    path = save(answering(answers, image=(1, 3, SIDE, SIDE), also=also), tmp_path / "net.onnx")
    finder = open_finder(ModelFile(path=path, title="net", names=NAMES), Asking(), Place())
    assert finder.family == family
    [found] = finder.find([np.zeros((SIDE, SIDE, 3), np.uint8)])
    assert list(found.label) == ["person", "car"]
    np.testing.assert_allclose(found.score, SCORES, atol=1e-4)
    np.testing.assert_allclose(found.box * SIDE, [PERSON, CAR], atol=0.01)


def test_yolox_that_decodes_itself_is_asked_for_by_name(tmp_path: Path) -> None:
    path = save(answering(yolox(decoded=True)), tmp_path / "net.onnx")
    model = ModelFile(path=path, title="net", names=NAMES, family="yolox_decoded")
    [found] = open_finder(model, Asking(), Place()).find([np.zeros((SIDE, SIDE, 3), np.uint8)])
    np.testing.assert_allclose(found.box * SIDE, [PERSON, CAR], atol=0.01)


def test_blaze_person_draws_the_body_along_its_axis() -> None:
    numbers, scores = np.zeros((1, 2254, 12), np.float32), np.full((1, 2254, 1), -100, np.float32)
    for index, circle in ((0, (100 - 4, 60 - 4)), (700, (0.0, 0.0))):
        numbers[0, index, 4:6] = (100 - 4, 100 - 4)  # the hip, from the first cell's middle
        numbers[0, index, 6:8] = circle
    scores[0, 0, 0] = 4.0
    family = family_of("blaze_person")
    [found] = family.decode({"Identity": numbers, "Identity_1": scores}, (224, 224), 0.5)
    assert len(found.score) == 1
    x1, y1, x2, y2 = found.box[0]
    # Upright: 40 px from hip to circle, a little more above than below, symmetric.
    assert (y1, y2) == pytest.approx((100 - 46, 140))
    assert (x1 + x2) / 2 == pytest.approx(100)
    assert x2 - x1 == pytest.approx(2 * 0.43 * 40)


@pytest.mark.parametrize(
    ("family", "colour", "fit", "grey_becomes"),
    [
        ("yolox", "bgr", "corner", 114.0),
        ("yolo", "rgb", "centre", 114 / 255),
        ("detr", "rgb", "stretch", 114 / 255),
        ("rfdetr", "rgb", "stretch", (114 - 123.675) / 58.395),
        ("picodet", "bgr", "stretch", (114 - 103.53) / 57.375),
        ("nanodet", "bgr", "centre", (114 - 103.53) / 57.375),
    ],
)
def test_pictures_are_prepared_as_the_family_was_trained(
    family: str, colour: str, fit: str, grey_becomes: float
) -> None:
    how = family_of(family).preparation(signature({}))
    assert (how.colour, how.fit) == (colour, fit)
    assert (114 - how.mean[0]) / how.std[0] == pytest.approx(grey_becomes)


def signature(outputs: Mapping[str, tuple[int, ...]], size: int = SIDE) -> Signature:
    f32 = np.dtype(np.float32)
    return Signature(
        inputs=(Tensor(name="images", shape=(1, 3, size, size), dtype=f32),),
        outputs=tuple(Tensor(name=n, shape=shape, dtype=f32) for n, shape in outputs.items()),
    )


@pytest.mark.parametrize(
    ("outputs", "size", "family", "classes"),
    [
        ({"output": (1, 3549, 85)}, 416, "yolox", 80),
        ({"output": (1, 8400, 6)}, 640, "yolox", 1),
        ({"output0": (1, 25200, 85)}, 640, "yolo", 80),
        ({"output0": (1, 84, 8400)}, 640, "yolo", 80),
        ({"output0": (1, 8400, 84)}, 640, "yolo", 80),
        ({"output0": (1, 300, 6)}, 640, "yolo", None),
        ({"out": (1, 3598, 112)}, 416, "nanodet_plus", 80),
        (
            {"dets": (1, 300, 4), "labels": (1, 300, 91), "masks": (1, 300, 78, 78)},
            384,
            "rfdetr",
            91,
        ),
        # With three classes boxes and logits have the same shape: only names tell them apart.
        ({"labels": (1, 300, 4), "dets": (1, 300, 4)}, 384, "rfdetr", 4),
        ({"logits": (1, 300, 80), "pred_boxes": (1, 300, 4)}, 640, "detr", 80),
        ({"a": (1, 2254, 12), "b": (1, 2254, 1)}, 224, "blaze_person", 1),
    ],
)
def test_families_are_inferred_from_shapes(
    outputs: Mapping[str, tuple[int, ...]], size: int, family: str, classes: int | None
) -> None:
    found = infer(signature(outputs, size))
    assert found.name == family
    assert found.classes(signature(outputs, size)) == classes


def test_a_model_of_no_family_is_refused_with_its_shapes() -> None:
    with pytest.raises(ModelError, match=r"answers fc \[1, 256\], which fits none of the families"):
        infer(signature({"fc": (1, 256)}))


def test_an_unknown_family_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"no model family 'yolov99'; there are .*yolox"):
        family_of("yolov99")


def test_families_are_found_under_their_names() -> None:
    assert {name: family.name for name, family in FAMILIES.items()} == {n: n for n in FAMILIES}


def test_the_grid_runs_row_by_row_finest_first() -> None:
    at, stride = grid((32, 16), (8, 16))
    assert at.tolist() == [[x, y] for y in (0, 1) for x in range(4)] + [[0, 0], [1, 0]]
    assert stride.ravel().tolist() == [8] * 8 + [16] * 2
