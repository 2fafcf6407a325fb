"""Recordings of an hour ago, with a counter in each picture, that the page can play."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tests.record.shelf import FPS, STEP_US, Film, record
from vedette.core.facts import Event, Motion, Observation, Track
from vedette.core.footage import Activity, Gap, Segment
from vedette.pipeline.boxes import pack
from vedette.store import open_store

__all__ = ["FILE_S", "FIRST_S", "GAP_S", "LAST_S", "Past", "lay_down"]

SECOND_US = 1_000_000
FILE_S = 20
FIRST_S = 40
GAP_S = 30
LAST_S = 40
_FILM = Film(seconds=FIRST_S, file_s=FILE_S, sound=True)
_LATER = Film(seconds=LAST_S, file_s=FILE_S, sound=True, first=(FIRST_S + GAP_S) * FPS)
_WIDTH, _HEIGHT = _FILM.width, _FILM.height
_STILL = Motion(fraction=0.2, boxes=(), awake=True)


@dataclass(frozen=True, slots=True)
class Past:
    """Footage of 40 s, a gap of 30 s, and 40 s more; picture n is at `start_us` + n / FPS."""

    camera: str
    start_us: int

    def at(self, seconds: float) -> int:
        """A moment so long after the beginning."""
        return self.start_us + round(seconds * SECOND_US)


def lay_down(data_dir: Path, camera: str) -> Past:
    """Put the recordings where a running installation finds them."""
    past = Past(camera, (round(time.time()) // 60 * 60 - 3_600) * SECOND_US)
    folder = data_dir / "recordings"
    later_us = past.at(FIRST_S + GAP_S)
    files = record(folder, _FILM, camera=camera, start_us=past.start_us)
    files += record(folder, _LATER, camera=camera, start_us=later_us)
    store = open_store(data_dir / "vedette.db", data_dir / "seal.key")
    try:
        store.footage.put(files)
        store.footage.put_gaps([_gap(past, files)])
        store.activity.put_chunks([pack(part) for part in _observations(past)])
        store.activity.put_activity(
            [Activity(camera=camera, start_us=past.start_us, motion=0.4, objects=1, events=1)]
        )
        for name, at_s in (("early", 12.0), ("late", 80.0)):
            store.events.add(_event(past, name, at_s))
    finally:
        store.close()
    return past


def _gap(past: Past, files: list[Segment]) -> Gap:
    return Gap(
        camera=past.camera,
        stream=files[0].stream,
        start_us=past.at(FIRST_S),
        end_us=past.at(FIRST_S + GAP_S),
        cause="unreachable",
        detail="nobody answers",
    )


def _event(past: Past, name: str, at_s: float) -> Event:
    return Event(
        id=f"{past.camera}-{name}", camera=past.camera, rule="gate", rule_kind="crossing",
        t_us=past.at(at_s), label="person", severity="critical",
    )  # fmt: skip


def _observations(past: Past) -> list[list[Observation]]:
    """What a perfect detector sees at every second picture, in the two pieces."""
    pieces = []
    for begin_s, length_s in ((0, FIRST_S), (FIRST_S + GAP_S, LAST_S)):
        numbers = range(0, length_s * FPS, 2)
        pieces.append([_seen(past, begin_s * FPS, number) for number in numbers])
    return pieces


def _seen(past: Past, first: int, number: int) -> Observation:
    t_us = past.start_us + (first + number) * STEP_US
    left = 40 + (number * 7) % (_WIDTH - 80)
    top = _HEIGHT // 2
    # After it has gone back to the left it is another one.
    name = f"walker-{first}-{(number * 7) // (_WIDTH - 80)}"
    track = Track(
        id=name, label="person", score=0.9, velocity=(0.0, 0.0), first_us=t_us, last_us=t_us,
        box=(left / _WIDTH, top / _HEIGHT, (left + 24) / _WIDTH, (top + 40) / _HEIGHT),
        state="confirmed",
    )  # fmt: skip
    return Observation(camera=past.camera, t_us=t_us, motion=_STILL, tracks=(track,))
