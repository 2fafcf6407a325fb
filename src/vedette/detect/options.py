"""Options that several detectors share, said once; and which of a detector's answers count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vedette.core.errors import ModelError
from vedette.core.labels import is_wanted
from vedette.core.value import value
from vedette.detect.labels import COCO80, WATCHED

__all__ = ["Asking", "Labels", "MinScore", "ObjectPx", "Occupants", "Overlap", "Relook", "wanted"]

Labels = Annotated[
    tuple[str, ...],
    Field(
        description="Classes or families (person, vehicle, animal) wanted; none: these three of a "
        "COCO model, every class of others."
    ),
]
MinScore = Annotated[
    float,
    Field(
        gt=0,
        lt=1,
        description="Boxes scored lower are dropped; the tracker makes use of low ones to keep a "
        "track alive.",
    ),
]
Overlap = Annotated[
    float,
    Field(
        gt=0,
        lt=1,
        description="From which intersection over union on two boxes of a kind are one object.",
    ),
]
ObjectPx = Annotated[
    int,
    Field(
        ge=16,
        le=2000,
        description="Regions with known objects shrink until these are about so tall: smaller "
        "inputs cost less.",
    ),
]
Relook = Annotated[
    bool, Field(description="Look again, with more room, at what a region's border cuts.")
]
Occupants = Annotated[
    bool,
    Field(description="Report people seen inside vehicles, such as drivers, as persons."),
]


@value
class Asking:
    """Which of a model's answers count."""

    labels: Labels = ()
    min_score: MinScore = 0.1
    overlap: Overlap = 0.5


def wanted(names: Sequence[str], labels: Sequence[str]) -> NDArray[np.bool_]:
    """bool[n] whether each class counts; a wanted class that the model has not is a ModelError."""
    strangers = [label for label in labels if not any(is_wanted(name, [label]) for name in names)]
    if strangers:
        raise ModelError(
            f"the model has no class {', '.join(strangers)}; "
            f"it has {', '.join(filter(None, names))}"
        )
    if labels:
        return np.array([bool(name) and is_wanted(name, labels) for name in names], np.bool_)
    chosen = WATCHED if set(COCO80) <= set(names) else set(names)
    return np.array([bool(name) and name in chosen for name in names], np.bool_)
