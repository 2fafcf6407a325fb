"""The connection test, in a process of its own that a hostile stream may crash or hang."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from vedette.core.errors import SourceError, Unavailable, Unreachable
from vedette.core.facts import ProbeResult
from vedette.core.settings import SourceSettings
from vedette.core.site import Spec
from vedette.core.value import value
from vedette.ingest.demux import open_file
from vedette.ingest.survey import survey

__all__ = ["length_s", "probe"]

_MARGIN_S = 0.4
_FAIR_S = 2.0
"""Less than this is no fair trial of a source."""
_MOST_MEMORY = 4 * 1024**3
_MOST_FILES = 64
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


@value
class ProbeTask:
    """What the child is to do; comes by standard input, as others can read a command line."""

    spec: Spec
    allowed: SourceSettings
    until: float
    """When it must have answered, on the machine's monotonic clock."""


_TASKS = TypeAdapter(ProbeTask)
_RESULTS = TypeAdapter(ProbeResult)


def probe(spec: Spec, allowed: SourceSettings, timeout_s: float = 5.0) -> ProbeResult:
    """Connect to a source and say what it sends or why it does not; blocks up to `timeout_s`.

    Never raises for a bad source.
    """
    begun = time.monotonic()
    task = ProbeTask(spec=spec, allowed=allowed, until=begun + timeout_s - _MARGIN_S)
    # The secrets in clear: this goes into a pipe and nowhere else.
    told = _TASKS.dump_json(task, context={"seal": str})
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "vedette.ingest.probe"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT if name in os.environ}
        | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    killed = False
    with child:
        try:
            said, _ = child.communicate(told, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            child.kill()
            said, killed = b"", True
    seconds = time.monotonic() - begun
    try:
        found = _RESULTS.validate_json(said)
    except ValidationError:
        return _no_answer(killed=killed, seconds=seconds)
    return _RESULTS.validate_python({**_RESULTS.dump_python(found), "seconds": seconds})


def _no_answer(*, killed: bool, seconds: float) -> ProbeResult:
    if killed:
        return _too_slow(0.0, seconds)
    message = "the test broke down on what this source sends"
    return ProbeResult(ok=False, code=SourceError.code, message=message, seconds=seconds)


def _too_slow(watched_s: float, seconds: float) -> ProbeResult:
    if watched_s < _FAIR_S:
        code, message = Unavailable.code, "this machine is too busy to test a source just now"
    else:
        code, message = Unreachable.code, f"no picture within {watched_s:.0f} seconds"
    return ProbeResult(ok=False, code=code, message=message, seconds=seconds)


def length_s(source: Spec) -> float | None:
    """How long a file lasts, None for everything that has no known end."""
    path = source.options.get("path")
    if source.kind != "file" or not isinstance(path, str) or source.options.get("loop"):
        return None
    with Path(path).open("rb") as file, open_file(file, name=Path(path).name) as container:
        return container.duration / 1e6 if container.duration else None


def main() -> None:
    """The child: one task in, one result out."""
    _limit_self()
    # Whatever else writes to standard output must not mix with the answer.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    begun = time.monotonic()
    task = _TASKS.validate_json(sys.stdin.buffer.read())

    def give_up() -> None:
        watched_s = time.monotonic() - begun
        answer.write(_RESULTS.dump_json(_too_slow(watched_s, watched_s)))
        answer.flush()
        os._exit(0)

    # Resolving a name, for one, cannot be interrupted.
    alarm = threading.Timer(max(0.0, task.until - begun), give_up)
    alarm.daemon = True
    alarm.start()
    found = survey(task.spec, task.allowed, task.until)
    alarm.cancel()
    answer.write(_RESULTS.dump_json(found))
    answer.flush()


def _limit_self() -> None:
    limits = (
        (resource.RLIMIT_AS, _MOST_MEMORY),
        (resource.RLIMIT_CPU, 10),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _MOST_FILES),
    )
    for which, most in limits:
        hard = resource.getrlimit(which)[1]
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (lowest, lowest))


if __name__ == "__main__":
    main()
