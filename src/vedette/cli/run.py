"""`vedette run`: the whole system on this machine."""

from __future__ import annotations

import argparse
import fcntl
import math
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from vedette.app import CAMERAS_PER_MEDIA, open_database, start_everything
from vedette.bus.broker import Broker
from vedette.bus.local import LocalBus
from vedette.cli.options import add_settings, settings_of
from vedette.core.clock import RealClock
from vedette.core.errors import ConfigError
from vedette.core.settings import Settings
from vedette.part import Told, address_file, tell
from vedette.runtime.logs import configure_logs
from vedette.runtime.supervisor import Part, Supervisor

__all__ = ["register", "serve"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("run", help="run Vedette on this machine")
    add_settings(parser)
    parser.add_argument("--host", help="address to listen on (0.0.0.0 for all)")
    parser.add_argument("--port", type=int, help="port to listen on (0 for a free one)")
    parser.add_argument(
        "--runner", choices=("processes", "threads"), help="processes of their own, or threads"
    )
    parser.set_defaults(func=_run)


def _run(args: argparse.Namespace) -> int:
    settings = settings_of(args, web__host=args.host, web__port=args.port, runner=args.runner)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    serve(settings, ending, lambda address: _welcome(settings, address))
    return 0


def serve(settings: Settings, ending: threading.Event, ready: Callable[[str], None]) -> None:
    """Run until `ending` is set; `ready` gets the address once it answers."""
    configure_logs(settings.log_level, settings.log_format, "supervisor")
    with _only_one(settings.data_dir):
        # The first to open the database brings it up to date, before anybody else looks.
        with closing(open_database(settings)) as store:
            cameras = len(store.site.load().cameras)
        if settings.runner == "threads":
            running, address = start_everything(settings)
            with running:
                ready(address)
                ending.wait()
        else:
            _supervise(settings, cameras, ending, ready)


def _supervise(
    settings: Settings, cameras: int, ending: threading.Event, ready: Callable[[str], None]
) -> None:
    cores = os.cpu_count() or 1
    media = settings.media.processes or min(cores, math.ceil(max(cameras, 1) / CAMERAS_PER_MEDIA))
    analyse = settings.analyse.processes or cores
    settings = _with_port(settings)
    sockets = Path(tempfile.mkdtemp(prefix="vedette-"))
    broker = Broker(sockets / "bus")
    broker.start()
    bus = LocalBus(sockets / "bus")
    told = tell(Told(settings=settings, sockets=sockets, media=media, analyse=analyse))
    names = [
        *(f"media-{index}" for index in range(media)),
        *(f"analyse-{index}" for index in range(analyse)),
        "web",
    ]
    parts = [
        Part(name=name, command=(sys.executable, "-m", "vedette.part", name), told=told)
        for name in names
    ]
    supervisor = Supervisor(parts, bus, RealClock())
    announced: list[str] = []

    def tick() -> None:
        if ending.is_set():
            supervisor.stop()
        if not announced and address_file(sockets).exists():
            announced.append(address_file(sockets).read_text(encoding="utf-8"))
            ready(announced[0])

    try:
        supervisor.run(tick)
    finally:
        bus.close()
        broker.close()
        shutil.rmtree(sockets, ignore_errors=True)


def _with_port(settings: Settings) -> Settings:
    """A free port chosen once, so that a restarted web server is found where it was."""
    if settings.web.port:
        return settings
    with socket.socket() as probe:
        probe.bind((settings.web.host, 0))
        port: int = probe.getsockname()[1]
    return replace(settings, web=replace(settings.web, port=port))


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(f"another Vedette already uses {data_dir}") from None
        yield


def _welcome(settings: Settings, address: str) -> None:
    code = settings.data_dir / "setup-code"
    print(f"Vedette is ready: {address}", flush=True)
    if code.exists():
        link = f"{address}/setup#{code.read_text(encoding='utf-8').strip()}"
        print(f"Make the first administrator here (the link works once): {link}", flush=True)
