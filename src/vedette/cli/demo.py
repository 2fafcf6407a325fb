"""`vedette demo`: the whole of it on four drawn cameras whose truth is known."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import SecretStr, TypeAdapter
from rich.console import Console
from rich.table import Table
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from vedette.cli.run import serve
from vedette.core.codec import decode
from vedette.core.errors import Unavailable, VedetteError
from vedette.core.facts import Event
from vedette.core.settings import AnalyseSettings, Settings, SourceSettings, WebSettings
from vedette.core.site import Camera
from vedette.testing.demo import Outcome, camera_of, compare, draw_films, expected
from vedette.testing.rtsp import RtspServer

__all__ = ["register"]

_READY_S = 60.0
_WARM_S = 6.0
"""A background has to be seen before what moves in front of it can be."""
_LAST_S = 3.0
_UNATTENDED_S = 75.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "demo", help="run Vedette on four drawn cameras, and compare alarms with the truth"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        help="end by itself after this long (default: Ctrl-C ends it; unattended, 75 s)",
    )
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the page (default: a free one)"
    )
    parser.add_argument("--model", default="", help="ONNX file of the detector (default: none)")
    parser.add_argument(
        "--runner",
        choices=("processes", "threads"),
        default="processes",
        help="processes of their own, or threads of one",
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.set_defaults(func=_run)


@dataclass
class _Demo:
    """What the running demo knows."""

    settings: Settings
    password: str
    ending: threading.Event = field(default_factory=threading.Event)
    address: str = ""
    ready: threading.Event = field(default_factory=threading.Event)
    failure: list[VedetteError] = field(default_factory=list)
    heard: list[tuple[Event, int]] = field(default_factory=list)
    alarms: int = 0

    def announce(self, address: str) -> None:
        self.address = address
        self.ready.set()

    def serve(self) -> None:
        try:
            serve(self.settings, self.ending, self.announce)
        except VedetteError as error:
            self.failure.append(error)
        finally:
            self.ready.set()


def _run(args: argparse.Namespace) -> int:
    out = Console(stderr=args.json)
    seconds = args.seconds
    if seconds is None and not sys.stdout.isatty():
        seconds = _UNATTENDED_S
    out.print("Drawing four cameras (kept for the next time) …")
    films = draw_films(_cache(), lambda words: out.print(f"  {words}"))
    with tempfile.TemporaryDirectory(prefix="vedette-demo-") as folder, RtspServer() as server:
        mounts = {name: server.add(name, shown.path) for name, shown in films.items()}
        cameras = [camera_of(name, shown, server) for name, shown in films.items()]
        demo = _begin(args, Path(folder))
        main = threading.Thread(target=demo.serve, name="demo-server")
        main.start()
        try:
            began_us = _show(demo, cameras, out, open_browser=not args.no_browser)
            _wait(demo.ending, seconds)
            ended_us = time.time_ns() // 1_000
        finally:
            demo.ending.set()
            main.join()
    sights = [(name, films[name], mounts[name]) for name in films]
    from_us, until_us = began_us + round(_WARM_S * 1e6), ended_us - round(_LAST_S * 1e6)
    truths = list(expected(sights, from_us, until_us))
    outcomes = compare(truths, demo.heard, from_us, until_us)
    return _report(outcomes, demo, out, as_json=args.json)


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "vedette" / "demo"


def _begin(args: argparse.Namespace, folder: Path) -> _Demo:
    password = secrets.token_urlsafe(12)
    settings = Settings(
        data_dir=folder,
        runner=args.runner,
        log_level="warning",
        web=WebSettings(port=args.port, admin_password=SecretStr(password)),
        sources=SourceSettings(allow_loopback=True),
        analyse=AnalyseSettings(model=args.model),
    )
    return _Demo(settings=settings, password=password)


def _show(demo: _Demo, cameras: Sequence[Camera], out: Console, *, open_browser: bool) -> int:
    """Add the cameras, listen for alarms, tell where the page is; when that was, in µs."""
    if not demo.ready.wait(_READY_S) or not demo.address:
        raise demo.failure[0] if demo.failure else Unavailable("Vedette did not start in time")
    client = httpx.Client(base_url=demo.address, headers={"Origin": demo.address}, timeout=10)
    login = {"name": demo.settings.web.admin_user, "password": demo.password}
    token = client.post("/api/v1/token", json=login).raise_for_status().json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    listener = threading.Thread(
        target=_listen, args=(demo, token), name="demo-listener", daemon=True
    )
    listener.start()
    for camera in cameras:
        body = TypeAdapter(Camera).dump_json(camera)
        client.post("/api/v1/cameras", content=body, headers={"Content-Type": "application/json"})
    client.close()
    out.print(f"\nVedette is running: [bold]{demo.address}[/]")
    out.print(f"Log in as [bold]{login['name']}[/] with password [bold]{demo.password}[/]")
    out.print("Ctrl-C ends it and compares what was raised with what was true.\n")
    if open_browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(demo.address)
    return time.time_ns() // 1_000


def _listen(demo: _Demo, token: str) -> None:
    """Note every event and when it came, over the socket that the page uses too."""
    address = demo.address.replace("http", "ws", 1) + "/api/v1/socket"
    headers = {"Authorization": f"Bearer {token}", "Origin": demo.address}
    while not demo.ending.is_set():
        try:
            with connect(address, additional_headers=headers) as socket:
                socket.send(json.dumps({"subscribe": ["events", "alarms"], "cameras": None}))
                for message in socket:
                    _note(demo, message if isinstance(message, bytes) else message.encode())
        except (OSError, WebSocketException):
            demo.ending.wait(0.5)


def _note(demo: _Demo, raw: bytes) -> None:
    kind = json.loads(raw).get("kind")
    if kind == "event":
        message = decode(raw)
        if isinstance(message, Event):
            demo.heard.append((message, time.time_ns() // 1_000))
    elif kind == "alarm_change":
        demo.alarms += 1


def _wait(ending: threading.Event, seconds: float | None) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    ending.wait(seconds)


def _report(outcomes: list[Outcome], demo: _Demo, out: Console, *, as_json: bool) -> int:
    hits = [one for one in outcomes if one.truth is not None and one.event is not None]
    missed = [one for one in outcomes if one.event is None]
    false = [one for one in outcomes if one.truth is None]
    delays = sorted(one.delay_s for one in hits if one.delay_s is not None)
    if as_json:
        figures = {
            "true": len(hits) + len(missed),
            "raised": len(hits),
            "missed": len(missed),
            "false": len(false),
            "alarm_messages": demo.alarms,
            "delay_s": {"median": delays[len(delays) // 2], "max": delays[-1]} if delays else None,
        }
        print(json.dumps(figures))
    table = Table("time", "camera", "what was true", "what was raised", "delay")
    for one in outcomes:
        table.add_row(*_row(one))
    out.print(table)
    out.print(
        f"{len(hits)} of {len(hits) + len(missed)} true events raised, {len(false)} false, "
        f"{demo.alarms} alarm messages"
    )
    if delays:
        out.print(f"delay: median {delays[len(delays) // 2]:.2f} s, longest {delays[-1]:.2f} s")
    return 0 if hits else 1


def _row(one: Outcome) -> tuple[str, str, str, str, str]:
    truth, event = one.truth, one.event
    t_us = truth.t_us if truth is not None else (event.t_us if event is not None else 0)
    return (
        time.strftime("%H:%M:%S", time.localtime(t_us / 1_000_000)),
        truth.camera if truth is not None else (event.camera if event is not None else ""),
        f"{truth.rule} by a {truth.label}" if truth is not None else "[red]nothing[/]",
        f"{event.rule} by a {event.label}" if event is not None else "[red]nothing[/]",
        f"{one.delay_s:.2f} s" if one.delay_s is not None else "",
    )
