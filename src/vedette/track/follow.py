"""The tracker on a whole sequence of pictures, for scoring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vedette.core.facts import Track
from vedette.core.media import Detections
from vedette.core.ports import Tracker
from vedette.track.score import Labelled

__all__ = ["Followed", "follow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a tracker made of a sequence."""

    found: tuple[Labelled, ...]
    """Who was where, one for each picture; boxes as corners in fractions."""
    live: tuple[Labelled, ...]
    """The same without what tracks did before they were confirmed."""
    took_s: tuple[float, ...]
    """How long the tracker took for each picture."""


def follow(
    tracker: Tracker, pictures: Sequence[Detections], fps: float, stopwatch: Callable[[], float]
) -> Followed:
    """Track pictures that are 1 / `fps` seconds apart.

    What counts are boxes really seen, of tracks that were confirmed sooner or later: rules too
    take in what a track did before it was believed in.
    """
    told: list[list[Track]] = []
    took_s: list[float] = []
    for number, detections in enumerate(pictures):
        t_us = round(number * 1e6 / fps)
        begin = stopwatch()
        tracks = tracker.update(t_us, detections)
        took_s.append(stopwatch() - begin)
        told.append([track for track in tracks if track.last_us == t_us])
    live = [[track for track in tracks if track.state == "confirmed"] for tracks in told]
    names = sorted({track.id for tracks in live for track in tracks})
    numbers = {name: number for number, name in enumerate(names)}
    return Followed(
        found=tuple(_labelled([t for t in tracks if t.id in numbers], numbers) for tracks in told),
        live=tuple(_labelled(tracks, numbers) for tracks in live),
        took_s=tuple(took_s),
    )


def _labelled(tracks: Sequence[Track], numbers: dict[str, int]) -> Labelled:
    return Labelled(
        ids=np.array([numbers[track.id] for track in tracks], np.int64),
        box=np.array([track.box for track in tracks], np.float64).reshape(-1, 4),
    )
