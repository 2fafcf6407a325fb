"""How well found tracks are true ones: IDF1, MOTA, switches (CLEAR MOT) and HOTA.

HOTA as Luiten et al. define it (IJCV 2020) and their TrackEval computes it; MOTA and switches as
Bernardin and Stiefelhagen (2008): who was matched stays matched while the overlap suffices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from vedette.track.assign import overlap
from vedette.track.kalman import Floats

__all__ = ["Labelled", "TrackScore", "score_tracks"]

_MATCHED = 0.5
"""Overlap from which a box is right, for IDF1 and MOTA."""
_ALPHAS = np.arange(0.05, 0.99, 0.05)
"""Overlaps over which HOTA is averaged."""
_EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Who is where in one picture."""

    ids: NDArray[np.int64]
    """[n], each once."""
    box: Floats
    """[n, 4] corners, in any unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackScore:
    """Shares from 0 to 1, MOTA down to minus infinity; `idsw` is a count."""

    idf1: float
    mota: float
    idsw: int
    hota: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """One picture, with ids counted from 0 and overlaps [truth, found] computed once."""

    truth: NDArray[np.intp]
    found: NDArray[np.intp]
    overlap: Floats


def score_tracks(truth: Mapping[int, Labelled], found: Mapping[int, Labelled]) -> TrackScore:
    """Compare tracks picture by picture; keys are picture numbers."""
    true_ids, found_ids = _numbered(truth.values()), _numbered(found.values())
    nobody = Labelled(ids=np.zeros(0, np.int64), box=np.zeros((0, 4)))
    pictures = []
    for number in sorted(truth.keys() | found.keys()):
        there, told = truth.get(number, nobody), found.get(number, nobody)
        pictures.append(
            _Picture(
                truth=np.array([true_ids[one] for one in there.ids.tolist()], np.intp),
                found=np.array([found_ids[one] for one in told.ids.tolist()], np.intp),
                overlap=overlap(there.box, told.box),
            )
        )
    shape = len(true_ids), len(found_ids)
    mota, switches = _clear(pictures)
    return TrackScore(
        idf1=_identity(pictures, shape), mota=mota, idsw=switches, hota=_hota(pictures, shape)
    )


def _numbered(pictures: Iterable[Labelled]) -> dict[int, int]:
    numbers: dict[int, int] = {}
    for picture in pictures:
        for one in picture.ids.tolist():
            numbers.setdefault(one, len(numbers))
    return numbers


def _clear(pictures: list[_Picture]) -> tuple[float, int]:
    """MOTA and the number of switches."""
    last: dict[int, int] = {}
    true = missed = false = switches = 0
    for picture in pictures:
        pairs = _kept(picture, last)
        pairs += _rest(picture, pairs)
        for row, column in pairs:
            one, other = int(picture.truth[row]), int(picture.found[column])
            switches += last.get(one, other) != other
            last[one] = other
        true += len(picture.truth)
        missed += len(picture.truth) - len(pairs)
        false += len(picture.found) - len(pairs)
    return (1 - (missed + false + switches) / true if true else 0.0), switches


def _kept(picture: _Picture, last: Mapping[int, int]) -> list[tuple[int, int]]:
    """Pairs of before that still overlap enough."""
    columns = {int(one): column for column, one in enumerate(picture.found)}
    pairs: list[tuple[int, int]] = []
    for row, one in enumerate(picture.truth.tolist()):
        column = columns.get(last.get(one, -1))
        if column is not None and picture.overlap[row, column] >= _MATCHED:
            pairs.append((row, column))
            del columns[int(picture.found[column])]
    return pairs


def _rest(picture: _Picture, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """As many further pairs as possible, those that overlap best."""
    likeness = np.where(picture.overlap >= _MATCHED, picture.overlap + len(picture.truth), 0.0)
    for row, column in taken:
        likeness[row, :] = likeness[:, column] = 0.0
    rows, columns = linear_sum_assignment(likeness, maximize=True)
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if likeness[row, column] > 0
    ]


def _identity(pictures: list[_Picture], shape: tuple[int, int]) -> float:
    """IDF1: each true track is given the found one it shares most pictures with."""
    together = np.zeros(shape)
    for picture in pictures:
        rows, columns = np.nonzero(picture.overlap >= _MATCHED)
        together[picture.truth[rows], picture.found[columns]] += 1
    rows, columns = linear_sum_assignment(together, maximize=True)
    boxes = sum(len(picture.truth) + len(picture.found) for picture in pictures)
    return float(2 * together[rows, columns].sum() / boxes) if boxes else 0.0


def _hota(pictures: list[_Picture], shape: tuple[int, int]) -> float:
    """HOTA: the geometric mean of detection and association, averaged over overlaps."""
    true, found = _counts(pictures, shape)
    likely = _likely(pictures, true, found)
    matched = np.zeros((len(_ALPHAS), *shape))
    for picture in pictures:
        likeness = likely[picture.truth[:, None], picture.found] * picture.overlap
        rows, columns = linear_sum_assignment(likeness, maximize=True)
        good = picture.overlap[rows, columns] >= _ALPHAS[:, None] - _EPSILON
        matched[:, picture.truth[rows], picture.found[columns]] += good
    hits = matched.sum(axis=(1, 2))
    jaccard = matched / np.maximum(1.0, true[:, None] + found - matched)
    association = (matched * jaccard).sum(axis=(1, 2)) / np.maximum(1.0, hits)
    detection = hits / np.maximum(1.0, true.sum() + found.sum() - hits)
    return float(np.sqrt(detection * association).mean())


def _counts(pictures: list[_Picture], shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """In how many pictures each true and each found id is."""
    true: Counter[int] = Counter()
    found: Counter[int] = Counter()
    for picture in pictures:
        true.update(picture.truth.tolist())
        found.update(picture.found.tolist())
    return (
        np.array([true[n] for n in range(shape[0])], np.float64),
        np.array([found[n] for n in range(shape[1])], np.float64),
    )


def _likely(pictures: list[_Picture], true: Floats, found: Floats) -> Floats:
    """[truth, found] how much two ids are alike over the whole sequence."""
    shared = np.zeros((len(true), len(found)))
    for picture in pictures:
        one = picture.overlap
        either = one.sum(axis=0) + one.sum(axis=1)[:, None] - one
        part = np.divide(one, either, out=np.zeros_like(one), where=either > _EPSILON)
        shared[picture.truth[:, None], picture.found] += part
    likely: Floats = shared / np.maximum(_EPSILON, true[:, None] + found - shared)
    return likely
