"""The test picture is a camera like any other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from tests.ingest.reading import origin, take_from
from vedette.core.clock import SimulatedClock
from vedette.ingest.decode import DietDecoder
from vedette.ingest.synthetic import SyntheticSource


def test_it_sends_moving_pictures_as_configured() -> None:
    source = SyntheticSource(width=320, height=180, fps=12.5, gop_s=0.8, pace="fast", pictures=40)
    packets = take_from(source, 1000, origin())
    assert len(packets) == 40
    assert [n for n, one in enumerate(packets) if one.key] == [0, 10, 20, 30]
    assert {b.pts_us - a.pts_us for a, b in itertools.pairwise(packets)} == {80_000}
    assert (packets[0].format.codec, packets[0].format.width) == ("h264", 320)
    assert len({id(one.format) for one in packets}) == 1
    decoder = DietDecoder(fps=60)
    frames = [frame for one in packets for frame in decoder.decode(one)]
    assert len(frames) == 40
    changes = [np.mean(a.luma != b.luma) for a, b in itertools.pairwise(frames)]
    assert min(changes) > 0.001, "every picture differs from the last"


def test_it_runs_by_the_clock() -> None:
    clock = SimulatedClock()
    begun = clock.now_us()
    source = SyntheticSource(fps=10, pictures=20).open(origin(clock=clock))
    for number, one in enumerate(source.packets()):
        assert clock.now_us() - begun == one.pts_us == number * 100_000
        assert one.t_us == begun + one.pts_us


def test_close_ends_it() -> None:
    source = SyntheticSource(pace="fast").open(origin())
    for count, _ in enumerate(source.packets()):
        if count == 5:
            source.close()
    assert count == 5


@pytest.mark.parametrize(
    "options", [{"width": 10}, {"width": 641}, {"fps": 0}, {"colour": "red"}, {"pace": "slow"}]
)
def test_wrong_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(SyntheticSource).validate_python(options)
