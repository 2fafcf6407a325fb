"""What cannot be true in a street: two kinds of thing on one spot, people in front of their car."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vedette.core.geometry import area, iou_matrix
from vedette.core.media import Boxes, Detections
from vedette.detect.labels import ANIMALS, VEHICLES
from vedette.detect.suppress import inside_matrix

__all__ = ["settle"]

_TWIN = 0.7
"""Intersection over union from which on a person and an animal are one and the same."""
_SURER = 2.0
"""How much surer a model must be of the animal: to a guard a missed person is worse."""
_VEHICLE_SCORE = 0.3
_WITHIN = 0.9
_SMALL = 0.3
"""Of the vehicle's area."""
_LIFTED = 0.15
"""Of the vehicle's height; who stands before or beside it has the feet where its wheels are."""


def settle(found: Detections, *, occupants: bool) -> Detections:
    """Without the animal that is a person, and without people who sit in a vehicle if unwanted."""
    if len(found) < 2:
        return found
    people, animals, vehicles = (
        np.flatnonzero([label in words for label in found.label])
        for words in ({"person"}, ANIMALS, VEHICLES)
    )
    vehicles = vehicles[found.score[vehicles] >= _VEHICLE_SCORE]
    drop = np.zeros(len(found), np.bool_)
    score = found.score.copy()
    if len(people) and len(animals):
        drop |= _twins(found.box, score, people, animals)
    if len(people) and len(vehicles) and not occupants:
        drop[people] |= _seated(found.box[people], found.box[vehicles])
    if not drop.any():
        return found
    settled = Detections(box=found.box, score=score, label=found.label, embedding=found.embedding)
    return settled[~drop]


def _twins(
    box: Boxes,
    score: NDArray[np.float32],
    people: NDArray[np.intp],
    animals: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """bool[n] the less likely of each pair; the likelier gets the better score of the two."""
    drop = np.zeros(len(box), np.bool_)
    for i, j in np.argwhere(iou_matrix(box[people], box[animals]) > _TWIN):
        person, animal = people[i], animals[j]
        kept, gone = (
            (animal, person) if score[animal] > _SURER * score[person] else (person, animal)
        )
        score[kept] = max(score[kept], score[gone])
        drop[gone] = True
    return drop


def _seated(people: Boxes, vehicles: Boxes) -> NDArray[np.bool_]:
    """bool[people]: small, within a vehicle, feet well above its wheels."""
    within = inside_matrix(people, vehicles) >= _WITHIN
    small = area(people)[:, None] <= _SMALL * area(vehicles)[None, :]
    height = vehicles[:, 3] - vehicles[:, 1]
    lifted = people[:, None, 3] <= (vehicles[:, 3] - _LIFTED * height)[None, :]
    return np.asarray((within & small & lifted).any(axis=1), np.bool_)
