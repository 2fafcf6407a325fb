"""One of our processes: `python -m vedette.part NAME`.

Its first line of input tells it everything: settings hold secrets, so they come by a pipe and never
by arguments, which anybody may list. When the pipe ends, the supervisor is gone and so is the part.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from pydantic import TypeAdapter

from vedette.app import Shares, start_analyse, start_media, start_web
from vedette.core.settings import Settings
from vedette.core.value import value
from vedette.runtime.logs import configure_logs

__all__ = ["Told", "address_file", "main", "tell"]

_END_WITHIN_S = 10.0


@value
class Told:
    """What a process needs to know."""

    settings: Settings
    sockets: Path
    media: int
    analyse: int


_TOLD: TypeAdapter[Told] = TypeAdapter(Told)


def tell(told: Told) -> bytes:
    """The first line of input, secrets in clear: only ever written to a pipe."""
    return _TOLD.dump_json(told, context={"seal": lambda secret: secret})


def address_file(sockets: Path) -> Path:
    """Where `web` says on which address it listens."""
    return sockets / "web.address"


def main(name: str) -> int:
    """Run a part until it is told to end."""
    told = _TOLD.validate_json(sys.stdin.buffer.readline())
    configure_logs(told.settings.log_level, told.settings.log_format, name)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    threading.Thread(target=_until_alone, args=(ending,), name="alone", daemon=True).start()
    running = _start(name, told)
    ending.wait()
    # A part that cannot end in time must not hold up the others: what it has is on disk.
    last_word = threading.Timer(_END_WITHIN_S, os._exit, args=(1,))
    last_word.daemon = True
    last_word.start()
    running.close()
    return 0


def _start(name: str, told: Told) -> ExitStack:
    shares = Shares(sockets=told.sockets, media=told.media, analyse=told.analyse)
    kind, _, number = name.partition("-")
    if kind == "media":
        return start_media(told.settings, shares, int(number))
    if kind == "analyse":
        return start_analyse(told.settings, shares, int(number))
    running, address = start_web(told.settings, shares)
    part = address_file(told.sockets).with_suffix(".part")
    part.write_text(address, encoding="utf-8")
    part.replace(address_file(told.sockets))
    return running


def _until_alone(ending: threading.Event) -> None:
    while sys.stdin.buffer.read(1):
        pass
    ending.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
