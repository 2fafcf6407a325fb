"""Who travels: of all that differs and moves, only some goes a straight and steady way."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from vedette.detect.classical_blobs import Blobs
from vedette.detect.classical_path import Path, PathOptions
from vedette.detect.classical_paths import Moment, Paths

DT_S = 0.125
SIZE = (320, 180)


def blob(
    *boxes: tuple[float, ...], moving: float = 0.6, soft: float = 0.2, relit: float = 0.1
) -> Blobs:
    """Blobs with these boxes in working pixels."""
    table = np.array(boxes, np.float32).reshape(-1, 4)

    def each(level: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return np.full(len(table), level, np.float32)

    area = ((table[:, 2] - table[:, 0]) * (table[:, 3] - table[:, 1])).astype(np.float32)
    return Blobs(box=table, area=area, moving=each(moving), relit=each(relit), soft=each(soft))


def at(x: float, y: float = 60, wide: float = 16, high: float = 40) -> tuple[float, ...]:
    """Somebody's box."""
    return x, y, x + wide, y + high


def follow(pictures: Iterable[Blobs], *, calm: bool = True) -> list[Path]:
    """All that is believed in after these pictures."""
    paths = Paths(PathOptions())
    proven: dict[int, Path] = {}
    for n, blobs in enumerate(pictures):
        paths.step(blobs, Moment(t_s=n * DT_S, dt_s=DT_S, size=SIZE, calm=calm))
        proven.update({one.number: one for one in paths.all if one.proven})
    return list(proven.values())


def test_who_walks_is_believed() -> None:
    (one,) = follow(blob(at(40 + 4 * n)) for n in range(12))
    assert one.seen is not None
    assert one.velocity[0] == pytest.approx(4 / DT_S, rel=0.25)
    assert one.shape.label == "person"


ODD: dict[str, Callable[[int], Blobs]] = {
    "stands": lambda n: blob(at(40)),
    "differs, but hardly moves": lambda n: blob(at(40 + 4 * n), moving=0.1),
    "is a shadow": lambda n: blob(at(40 + 4 * n), relit=0.95),
    "is mostly shadow all the time": lambda n: blob(at(40 + 4 * n), relit=0.8),
    "fades out like light": lambda n: blob(at(40 + 4 * n), soft=0.8),
    "trembles": lambda n: blob(at(40 + 5 * (n % 2))),
    "grows, as what is uncovered does": lambda n: blob(at(40, wide=10 + 5 * n)),
    "comes and goes, as rain does": lambda n: blob(at(40 + 4 * n)) if n % 3 == 0 else blob(),
    "darts by, as an insect does": lambda n: (
        blob(at(20 + 16 * n, wide=12, high=12)) if n < 6 else blob()
    ),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_what_does_not_travel_is_not_believed(odd: Callable[[int], Blobs]) -> None:
    assert follow(odd(n) for n in range(16)) == []


def test_who_stands_is_called_what_they_were_when_they_came() -> None:
    # The shadow that joined the one who stands is seen a hundred times, but always the same.
    came = [blob(at(40 + 4 * n)) for n in range(16)]
    stands = [blob(at(70, y=70, wide=60, high=30), moving=0.0) for _ in range(100)]
    (one,) = follow([*came, *stands])
    assert one.shape.label == "person"


def test_a_fast_car_is_no_insect() -> None:
    assert len(follow(blob(at(10 + 20 * n, wide=50, high=26)) for n in range(8))) == 1


def test_nobody_is_believed_in_while_the_whole_picture_changes() -> None:
    assert follow((blob(at(40 + 4 * n)) for n in range(12)), calm=False) == []


def test_who_is_hidden_for_a_moment_stays_the_same() -> None:
    hidden = range(10, 14)
    pictures = [blob() if n in hidden else blob(at(20 + 4 * n)) for n in range(30)]
    assert len(follow(pictures)) == 1


def test_two_who_part_are_both_believed_at_once() -> None:
    paths = Paths(PathOptions())
    for n in range(30):
        apart = max(0, n - 12) * 3.0
        x = 40 + 4.0 * n
        together = blob(at(x, wide=30))
        two = blob(at(x - apart / 2), at(x + 18 + apart / 2))
        paths.step(
            two if apart else together, Moment(t_s=n * DT_S, dt_s=DT_S, size=SIZE, calm=True)
        )
        if n == 20:
            soon = sum(one.proven for one in paths.all)
    assert soon == 2
    assert sum(one.proven for one in paths.all) == 2
