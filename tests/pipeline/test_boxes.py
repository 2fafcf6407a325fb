"""Packed tracks: what comes out is what went in, to a 8192nd of the picture, in little space."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.core.errors import StoreError
from vedette.core.facts import Motion, Observation, Track
from vedette.core.footage import ObservationChunk
from vedette.pipeline.boxes import FINENESS, TrackPath, pack, unpack

START_US = 1_763_000_040_000_000
STILL = Motion(fraction=0.0, boxes=(), awake=True)
VIDEO_BYTES_A_MINUTE = 4_000_000 / 8 * 60


def track(name: str, box: tuple[float, float, float, float], score: float = 0.5) -> Track:
    """A confirmed person."""
    return Track(
        id=name,
        label="person",
        box=box,
        score=score,
        velocity=(0.0, 0.0),
        first_us=START_US,
        last_us=START_US,
        state="confirmed",
    )


def observed(t_us: int, *tracks: Track) -> Observation:
    """What a frame told."""
    return Observation(camera="gate", t_us=t_us, motion=STILL, tracks=tracks)


edge = st.floats(-0.5, 1.5)
boxes = st.tuples(edge, edge, edge, edge).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)
frames = st.lists(
    st.tuples(
        st.integers(1, 2_000_000_000), st.dictionaries(st.sampled_from("abcdef"), boxes, max_size=6)
    ),
    min_size=1,
    max_size=30,
)


@given(seen=frames)
def test_what_comes_out_is_what_went_in(
    seen: list[tuple[int, dict[str, tuple[float, float, float, float]]]],
) -> None:
    t_us, observations = START_US, []
    for later_us, found in seen:
        t_us += later_us
        observations.append(observed(t_us, *(track(name, box) for name, box in found.items())))
    chunk = pack(observations)
    assert (chunk.camera, chunk.frames) == ("gate", len(observations))
    assert (chunk.start_us, chunk.end_us) == (observations[0].t_us, t_us + 1)
    paths = {path.id: path for path in unpack(chunk)}
    assert set(paths) == {one.id for seen in observations for one in seen.tracks}
    for name, path in paths.items():
        wanted = [(o.t_us, one) for o in observations for one in o.tracks if one.id == name]
        assert list(path.t_us) == [when for when, _ in wanted]
        assert path.label == "person"
        for box, (_, one) in zip(path.boxes, wanted, strict=True):
            assert box == pytest.approx(one.box, abs=0.51 / FINENESS + 1e-5)


def test_scores_and_states_come_out() -> None:
    lost = replace(track("a", (0, 0, 1, 1), 1.0), state="lost", label="car")
    chunk = pack([observed(START_US, track("a", (0, 0, 1, 1), 0.2)), observed(START_US + 9, lost)])
    assert unpack(chunk) == (
        TrackPath(
            id="a",
            label="car",
            t_us=(START_US, START_US + 9),
            boxes=((0, 0, 1, 1), (0, 0, 1, 1)),
            scores=(0.2, 1.0),
            states=("confirmed", "lost"),
        ),
    )


def busy_minute(objects: int, fps: int = 8) -> list[Observation]:
    """People who walk, each box trembling as detections do."""
    draw = random.Random(7)
    found = []
    for frame in range(60 * fps):
        tracks = []
        for number in range(objects):
            angle = frame / 97 + number
            x, y = 0.5 + 0.4 * math.sin(angle), 0.5 + 0.3 * math.cos(angle * 0.7)
            a, b, c, d = (draw.gauss(0, 0.001) for _ in range(4))
            box = (x - 0.03 + a, y - 0.1 + b, x + 0.03 + c, y + 0.1 + d)
            tracks.append(track(f"gate-1763000040-{number}", box, draw.random()))
        found.append(observed(START_US + frame * 125_000 + draw.randrange(9_000), *tracks))
    return found


@pytest.mark.parametrize(("objects", "share"), [(1, 0.0005), (5, 0.001), (20, 0.003)])
def test_a_minute_takes_far_less_than_a_hundredth_of_its_video(objects: int, share: float) -> None:
    assert len(pack(busy_minute(objects)).data) < share * VIDEO_BYTES_A_MINUTE


@pytest.mark.parametrize("cut", [0, 1, 2, 20, -1])
def test_what_is_cut_off_is_refused(cut: int) -> None:
    chunk = pack(busy_minute(2))
    with pytest.raises(StoreError, match="'gate' from 1763000040"):
        unpack(replace(chunk, data=chunk.data[:cut]))


@given(st.binary(max_size=200))
def test_nonsense_is_refused(nonsense: bytes) -> None:
    chunk = ObservationChunk(camera="gate", start_us=1, end_us=2, frames=1, data=nonsense)
    with pytest.raises(StoreError):
        unpack(chunk)
