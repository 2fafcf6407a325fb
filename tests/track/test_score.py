"""Scores of tracks, against motmetrics and by hand."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vedette.track.mot import labelled_of, read_rows
from vedette.track.score import Labelled, score_tracks

SEQUENCES = ("TUD-Campus", "TUD-Stadtmitte")


@pytest.fixture(scope="module", name="oracle")
def fixture_oracle() -> Any:
    """motmetrics, which still asks NumPy for a function that is gone."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setattr(np, "asfarray", lambda a: np.asarray(a, np.float64), raising=False)
        import motmetrics

        yield motmetrics


def data_of(oracle: Any) -> Path:
    return Path(oracle.__file__).parent / "data"


def judged(oracle: Any, truth: dict[int, Labelled], found: dict[int, Labelled]) -> dict[str, float]:
    """What motmetrics says."""
    accumulator = oracle.MOTAccumulator()
    nobody = Labelled(ids=np.zeros(0, np.int64), box=np.zeros((0, 4)))
    for number in sorted(truth.keys() | found.keys()):
        there, told = truth.get(number, nobody), found.get(number, nobody)
        distance = oracle.distances.iou_matrix(_sized(there.box), _sized(told.box), max_iou=0.5)
        accumulator.update(there.ids, told.ids, distance, frameid=number)
    metrics = ["idf1", "mota", "num_switches"]
    [row] = oracle.metrics.create().compute(accumulator, metrics=metrics).values
    return dict(zip(metrics, map(float, row), strict=True))


def _sized(box: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.concatenate([box[:, :2], box[:, 2:] - box[:, :2]], axis=1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sequence", SEQUENCES)
def test_real_tracks_score_as_motmetrics_says(oracle: Any, sequence: str) -> None:
    folder = data_of(oracle) / sequence
    truth = dict(labelled_of(read_rows(folder / "gt.txt")))
    found = dict(labelled_of(read_rows(folder / "test.txt")))
    said, ours = judged(oracle, truth, found), score_tracks(truth, found)
    assert ours.idf1 == pytest.approx(said["idf1"], abs=1e-6)
    assert ours.mota == pytest.approx(said["mota"], abs=1e-6)
    assert ours.idsw == said["num_switches"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(8))
def test_drawn_tracks_score_as_motmetrics_says(oracle: Any, seed: int) -> None:
    """Six who jostle in a small place: boxes are noisy, ids are swapped, some are missed."""
    random = np.random.default_rng(seed)
    truth, found = {}, {}
    names = np.arange(6)
    at = random.uniform(0, 0.5, (6, 2))
    for number in range(1, 41):
        at = at + random.normal(0, 0.02, at.shape)
        box = np.concatenate([at, at + np.array([0.2, 0.4])], axis=1)
        if random.random() < 0.2:
            names = random.permutation(names)
        seen = random.random(6) < 0.85
        there = random.random(6) < 0.95
        truth[number] = Labelled(ids=np.arange(6)[there], box=box[there])
        noisy = box + random.normal(0, 0.025, box.shape)
        found[number] = Labelled(ids=names[seen] + 100, box=noisy[seen])
    said, ours = judged(oracle, truth, found), score_tracks(truth, found)
    assert ours.idf1 == pytest.approx(said["idf1"], abs=1e-6)
    assert ours.mota == pytest.approx(said["mota"], abs=1e-6)
    assert ours.idsw == said["num_switches"]


# As published for these files with motmetrics 1.4 (hota_alpha, averaged over 0.05 to 0.95).
@pytest.mark.parametrize(("sequence", "hota"), [("TUD-Campus", 0.391), ("TUD-Stadtmitte", 0.398)])
def test_hota_of_real_tracks(oracle: Any, sequence: str, hota: float) -> None:
    folder = data_of(oracle) / sequence
    truth = labelled_of(read_rows(folder / "gt.txt"))
    found = labelled_of(read_rows(folder / "test.txt"))
    assert score_tracks(truth, found).hota == pytest.approx(hota, abs=5e-4)


def still(ids: list[int]) -> dict[int, Labelled]:
    """One object in one place, under these ids, a picture each; 0: not there."""
    box = np.array([[0.2, 0.2, 0.4, 0.6]])
    return {
        number: Labelled(ids=np.array([one] if one else [], np.int64), box=box[: 1 if one else 0])
        for number, one in enumerate(ids, 1)
    }


@pytest.mark.parametrize(
    ("found", "idf1", "mota", "idsw", "hota"),
    [
        ([1, 1, 1, 1], 1.0, 1.0, 0, 1.0),
        ([7, 7, 7, 7], 1.0, 1.0, 0, 1.0),  # names do not matter
        ([1, 1, 2, 2], 0.5, 0.75, 1, 0.5**0.5),  # AssA = 2/4 for both halves
        ([1, 1, 0, 0], 2 / 3, 0.5, 0, (0.5 * 0.5) ** 0.5),  # DetA = 2/4, AssA = 2/4
        ([0, 0, 0, 0], 0.0, 0.0, 0, 0.0),
    ],
)
def test_scores_by_hand(found: list[int], idf1: float, mota: float, idsw: int, hota: float) -> None:
    score = score_tracks(still([1, 1, 1, 1]), still(found))
    assert score.idf1 == pytest.approx(idf1)
    assert score.mota == pytest.approx(mota)
    assert score.idsw == idsw
    assert score.hota == pytest.approx(hota)


def test_hota_counts_how_well_boxes_fit() -> None:
    """A box that overlaps 0.52 is right for the ten overlaps from 0.05 to 0.5, of nineteen."""
    truth = still([1, 1, 1])
    shifted = {
        number: Labelled(ids=one.ids, box=one.box * [1, 1, 1, 1] + [0, 0, 0, -0.4 * 0.48])
        for number, one in truth.items()
    }
    assert score_tracks(truth, shifted).hota == pytest.approx(10 / 19)
