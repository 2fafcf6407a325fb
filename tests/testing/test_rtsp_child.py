"""The server as a process of its own."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.testing.watching import take, watch
from vedette.testing.clips import Codec
from vedette.testing.rtsp import ChildMount, ChildPlan, RtspProcess


@pytest.fixture
def plan(clip_files: dict[Codec, Path]) -> ChildPlan:
    main = ChildMount(path="cam{n}/main", clip=str(clip_files["h264"]), count=3, spread_s=2.0)
    return ChildPlan(mounts=(main, ChildMount(path="one", clip=str(clip_files["mjpeg"]))))


def test_a_child_serves_many_mounts_and_tells_its_use(plan: ChildPlan) -> None:
    with RtspProcess(plan) as server:
        seen = take(watch(server.url("cam2/main")), 2) + take(watch(server.url("one")), 2)
        assert all(one.count is not None for one in seen)
        use = server.use()
        assert use.stats.opened == 2
        assert use.stats.frames >= 4
        assert use.cpu_s > 0
        pid = server.pid
    assert not psutil.pid_exists(pid)


def test_a_killed_child_comes_back_on_its_port(plan: ChildPlan) -> None:
    with RtspProcess(plan) as server:
        address = server.url("one")
        take(watch(address), 1)
        server.kill()
        with pytest.raises(ConnectionRefusedError):
            take(watch(address), 1)
        server.start()
        assert take(watch(address), 1)
