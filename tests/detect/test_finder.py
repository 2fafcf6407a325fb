"""Asking a network: what goes in, in which batches, and which answers count."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from vedette.core.errors import ModelError
from vedette.detect.families.family import Family, Preparation
from vedette.detect.families.registry import family_of
from vedette.detect.finder import FinderSetting, NetworkFinder, signature_of
from vedette.detect.labels import COCO80
from vedette.detect.networks.network import Array, Tensor, Tensors
from vedette.detect.options import Asking, wanted

F32 = np.dtype(np.float32)


class Listening:
    """A network that remembers what it was fed and answers finished boxes."""

    def __init__(
        self,
        shape: tuple[int | None, ...] = (1, 3, 64, 64),
        *,
        dtype: type = np.float32,
        rows: list[tuple[float, ...]] | None = None,
    ) -> None:
        self.inputs: tuple[Tensor, ...] = (
            Tensor(name="images", shape=shape, dtype=np.dtype(dtype)),
        )
        self.outputs: tuple[Tensor, ...] = (Tensor(name="output0", shape=(None, 20, 6), dtype=F32),)
        self.metadata: Mapping[str, str] = {}
        self.runs_on = "ears"
        self.fed: list[Array] = []
        self.closed = 0
        self._rows = rows or []

    def run(self, feeds: Tensors) -> Tensors:
        self.fed.append(feeds["images"])
        answers = np.zeros((len(feeds["images"]), 20, 6), np.float32)
        for index, row in enumerate(self._rows):
            answers[:, index] = row
        return {"output0": answers}

    def close(self) -> None:
        self.closed += 1


def finder(
    network: Listening,
    names: tuple[str, ...] = ("person", "car", "truck", "bench"),
    *,
    family: Family | None = None,
    asking: Asking | None = None,
    preparation: Preparation | None = None,
    batch: int = 1,
) -> NetworkFinder:
    setting = FinderSetting(
        title="net",
        signature=signature_of(network, (64, 64)),
        asking=asking or Asking(),
        preparation=preparation,
        batch=batch,
    )
    network.fed.clear()
    return NetworkFinder(network, family or family_of("yolo"), names, setting)


RED = np.zeros((64, 64, 3), np.uint8)
RED[:, :, 0] = 255


@pytest.mark.parametrize(
    ("family", "first_pixel"),
    [
        ("yolo", [1.0, 0.0, 0.0]),
        ("yolox", [0.0, 0.0, 255.0]),  # blue first, as it comes
        ("rfdetr", [(255 - 123.675) / 58.395, -116.28 / 57.12, -103.53 / 57.375]),
        ("picodet", [-103.53 / 57.375, -116.28 / 57.12, (255 - 123.675) / 58.395]),
    ],
)
def test_colours_go_in_as_the_family_wants_them(family: str, first_pixel: list[float]) -> None:
    network = Listening()
    asked = finder(
        network, preparation=family_of(family).preparation(signature_of(network, (64, 64)))
    )
    asked.find([RED])
    [fed] = network.fed
    assert fed.shape == (1, 3, 64, 64)
    assert fed.dtype == np.float32
    pixel = np.asarray(fed[0, :, 0, 0], np.float64)
    np.testing.assert_allclose(pixel, first_pixel, rtol=1e-4, atol=1e-5)


def test_a_network_that_wants_colour_last_gets_it_last() -> None:
    network = Listening((1, 64, 64, 3))
    finder(network).find([RED])
    assert network.fed[0][0, 5, 5].tolist() == pytest.approx([1, 0, 0])


@pytest.mark.parametrize(
    ("dtype", "preparation", "value"),
    [(np.float16, Preparation(), 1.0), (np.uint8, Preparation(std=(1.0, 1.0, 1.0)), 255)],
)
def test_numbers_are_of_the_kind_the_network_takes(
    dtype: type, preparation: Preparation, value: float
) -> None:
    network = Listening(dtype=dtype)
    finder(network, preparation=preparation).find([RED])
    assert network.fed[0].dtype == dtype
    assert network.fed[0][0, 0, 0, 0] == value


@pytest.mark.parametrize(
    ("first_axis", "batch", "sizes", "batches"),
    [
        (1, 8, [64] * 3, [1, 1, 1]),  # the network takes one at a time
        (None, 1, [64] * 3, [1, 1, 1]),  # batches do not pay on a processor
        (None, 2, [64] * 5, [2, 2, 1]),
        (None, 8, [64, 64, 32, 32, 64], [2, 2, 1]),  # only equal sizes go together
    ],
)
def test_pictures_go_in_batches(
    first_axis: int | None, batch: int, sizes: list[int], batches: list[int]
) -> None:
    network = Listening((first_axis, 3, None, None), rows=[(8, 8, 16, 16, 0.9, 0)])
    found = finder(network, batch=batch).find([RED[:size] for size in sizes])
    assert [len(fed) for fed in network.fed] == batches
    assert [one.box[0, 3] for one in found] == pytest.approx([16 / size for size in sizes])


def test_one_vehicle_is_not_a_car_and_a_truck() -> None:
    rows = [(10, 10, 40, 40, 0.5, 1), (10, 10, 40, 41, 0.7, 2), (10, 10, 40, 40, 0.3, 0)]
    [found] = finder(Listening(rows=[*rows])).find([RED])
    assert list(found.label) == ["truck", "person"]


def test_classes_nobody_asked_for_are_left_out() -> None:
    rows = [(10.0, 10.0, 40.0, 40.0, 0.5, float(kind)) for kind in range(4)]
    asked = finder(Listening(rows=[*rows]), asking=Asking(labels=("vehicle",)))
    [found] = asked.find([RED])
    assert list(found.label) == ["car"]


@pytest.mark.parametrize(
    ("names", "labels", "count"),
    [
        (COCO80, (), 18),  # people, vehicles, animals; no furniture
        (COCO80, ("person",), 1),
        (COCO80, ("vehicle",), 8),
        (COCO80, ("any",), 80),
        (("helmet", "fire"), (), 2),  # who trains own classes wants them
        (("person", ""), (), 1),  # a class without name stands for nothing
    ],
)
def test_wanted_classes(names: tuple[str, ...], labels: tuple[str, ...], count: int) -> None:
    assert int(wanted(names, labels).sum()) == count


def test_a_wanted_class_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ModelError, match="no class helmet; it has person, car"):
        wanted(("person", "car"), ("helmet",))


def test_the_score_floor_is_the_askers() -> None:
    rows = [(10, 10, 20, 20, 0.5, 0), (30, 30, 40, 40, 0.2, 0)]
    assert [len(finder(Listening(rows=[*rows]), asking=Asking(min_score=s)).find([RED])[0])
            for s in (0.1, 0.3, 0.6)] == [2, 1, 0]  # fmt: skip


def test_a_model_of_two_pictures_is_no_detector() -> None:
    network = Listening()
    network.inputs = (network.inputs[0], Tensor(name="other", shape=(1, 3, 8, 8), dtype=F32))
    with pytest.raises(ModelError, match="a detector takes one picture"):
        signature_of(network, (64, 64))


def test_closing_closes_the_network() -> None:
    network = Listening()
    finder(network).close()
    assert network.closed == 1
