"""Scenes drawn as boxes: who is where is a formula, what the detector says follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from vedette.core.facts import Track
from vedette.core.media import Detections, Region
from vedette.core.site import Camera, Spec, Stream
from vedette.track.two_stage import TwoStage

T0_US = 1_700_000_000_000_000


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One detection."""

    box: Region
    score: float = 0.8
    label: str = "person"


def person(x: float, y: float = 0.5, *, score: float = 0.8, label: str = "person") -> Seen:
    """Somebody whose box has its centre at x, y."""
    return Seen(box=(x - 0.03, y - 0.12, x + 0.03, y + 0.12), score=score, label=label)


def detections(seen: Iterable[Seen]) -> Detections:
    """As a detector gives them."""
    seen = list(seen)
    if not seen:
        return Detections.none()
    return Detections(
        box=np.array([one.box for one in seen], np.float32),
        score=np.array([one.score for one in seen], np.float32),
        label=np.array([one.label for one in seen]),
    )


def yard(name: str = "yard") -> Camera:
    """A camera."""
    return Camera(id=name, name=name, streams=(Stream(source=Spec(kind="file")),))


def run(
    pictures: Iterable[tuple[float, Sequence[Seen]]], tracker: TwoStage | None = None
) -> list[tuple[Track, ...]]:
    """The tracker's answers to (seconds, what is seen)."""
    if tracker is None:
        tracker = TwoStage()
        tracker.bind(yard())
    return [tracker.update(T0_US + round(t_s * 1e6), detections(seen)) for t_s, seen in pictures]


def ids(answers: Iterable[tuple[Track, ...]], *, confirmed: bool = True) -> set[str]:
    """All names that were ever told."""
    return {
        track.id
        for tracks in answers
        for track in tracks
        if track.state == "confirmed" or not confirmed
    }
