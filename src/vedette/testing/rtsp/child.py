"""The server as a process of its own, so that a load bench can tell its CPU from ours."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType

import psutil
from pydantic import TypeAdapter

from vedette.core.value import value
from vedette.testing.rtsp.mount import MountStats
from vedette.testing.rtsp.programme import Join

__all__ = ["ChildMount", "ChildPlan", "RtspProcess", "ServerUse"]

_PATIENCE_S = 10.0


@value
class ChildMount:
    """One clip at one path, or at many: `{n}` in the path counts from 0 to `count` - 1."""

    path: str
    clip: str
    """File to replay."""
    count: int = 1
    spread_s: float = 0.0
    """The mounts' offsets into the clip are spread evenly over this time."""


@value
class ChildPlan:
    """What a child process serves."""

    mounts: tuple[ChildMount, ...]
    port: int = 0
    pace_s: float = 0.0
    join: Join = "key"


@value
class ServerUse:
    """What the server has sent and used so far."""

    stats: MountStats
    cpu_s: float
    rss_bytes: int


class RtspProcess:
    """Runs `python -m vedette.testing.rtsp`; `start` after `kill` comes back on the same port."""

    def __init__(self, plan: ChildPlan) -> None:
        self._plan = plan
        self._child: subprocess.Popen[str] | None = None
        self.port = plan.port

    def __enter__(self) -> RtspProcess:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        return self._running().pid

    def start(self) -> None:
        """Start and wait until it takes connections."""
        plan = TypeAdapter(ChildPlan).dump_json(self._plan).decode()
        self._child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "vedette.testing.rtsp",
                "--port",
                str(self.port),
                "--plan",
                plan,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        said = self._ask(None)
        if not said.startswith("ready "):
            raise RuntimeError(f"the RTSP server did not start: {said!r}")
        self.port = int(said.split()[1])

    def kill(self) -> None:
        """Kill it, as a camera that loses power; may be called twice."""
        if self._child is None:
            return
        child, self._child = self._child, None
        child.kill()
        child.wait(_PATIENCE_S)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()

    def url(self, path: str) -> str:
        """The address of a camera."""
        return f"rtsp://127.0.0.1:{self.port}/{path}"

    def use(self) -> ServerUse:
        """Sums over all its mounts, and its CPU time and memory."""
        stats = TypeAdapter(MountStats).validate_json(self._ask("stats"))
        process = psutil.Process(self.pid)
        times = process.cpu_times()
        return ServerUse(
            stats=stats,
            cpu_s=times.user + times.system,
            rss_bytes=process.memory_info().rss,
        )

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None:
            raise RuntimeError("the RTSP server is not running")
        return self._child

    def _ask(self, question: str | None) -> str:
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        if question is not None:
            child.stdin.write(question + "\n")
            child.stdin.flush()
        return child.stdout.readline().strip()
