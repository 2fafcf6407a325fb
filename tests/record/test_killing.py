"""`kill -9` costs at most a second, breaks no file, and is explained."""

from __future__ import annotations

import random
from pathlib import Path

from tests.record.killing import kill_again_and_again


def test_a_recording_process_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    cost = kill_again_and_again(tmp_path, 12, random.Random(7))
    assert (cost.unexplained, cost.broken) == (0, 0)
    assert cost.files >= 5
    assert cost.worst_lost_us <= 1_000_000
