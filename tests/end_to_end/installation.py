"""A running Vedette as a user has it: `vedette run` in processes, spoken to over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import TypeAdapter
from websockets.sync.client import ClientConnection, connect

from vedette.core.site import Camera

__all__ = ["PASSWORD", "Installation", "running", "until"]

PASSWORD = "a-long-enough-password"


def until(true: Callable[[], bool], within_s: float, what: str) -> float:
    """Seconds until something came true; fails when it does not in time."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, f"{what}: not within {within_s} s"
        time.sleep(0.1)
    return time.monotonic() - began


@dataclass
class Installation:
    """A client of a running installation."""

    process: subprocess.Popen[bytes]
    url: str
    client: httpx.Client
    token: str

    def get(self, path: str) -> Any:
        """An answer of the API."""
        return self.client.get(f"/api/v1{path}").raise_for_status().json()

    def add(self, camera: Camera) -> None:
        """Add a camera."""
        self.send("POST", "/cameras", camera)

    def replace(self, camera: Camera) -> None:
        """Change a camera."""
        self.send("PUT", f"/cameras/{camera.id}", camera)

    def send(self, method: str, path: str, camera: Camera) -> None:
        body = json.loads(
            TypeAdapter(Camera).dump_json(camera, context={"seal": lambda secret: secret})
        )
        self.client.request(method, f"/api/v1{path}", json=body).raise_for_status()

    def lanes(self) -> dict[str, Any]:
        """How the lanes are, by camera."""
        return {lane["camera"]: lane for lane in self.get("/status")["lanes"]}

    def streams(self) -> dict[str, Any]:
        """How the streams are, by camera."""
        return {one["camera"]: one for one in self.get("/status")["streams"]}

    def processes(self) -> dict[str, Any]:
        """How the processes are, by name."""
        return {one["name"]: one for one in self.get("/status")["processes"]}

    def is_complete(self) -> bool:
        """Whether all processes are there, the server's own word of them too."""
        with contextlib.suppress(httpx.HTTPError):
            told = self.processes()
            return {"web", "media-0", "analyse-0"} <= told.keys() and all(
                one["pid"] is not None for one in told.values()
            )
        return False

    def is_running(self, *cameras: str) -> bool:
        """Whether these cameras are live and looked at; False while the server is away."""
        with contextlib.suppress(httpx.HTTPError):
            lanes, streams = self.lanes(), self.streams()
            return all(
                lanes.get(name, {}).get("state") == "running"
                and streams.get(name, {}).get("state") == "live"
                for name in cameras
            )
        return False

    @contextlib.contextmanager
    def listening(self, *topics: str) -> Iterator[ClientConnection]:
        """A socket on those topics."""
        headers = {"Authorization": f"Bearer {self.token}", "Origin": self.url}
        address = self.url.replace("http", "ws", 1) + "/api/v1/socket"
        with connect(address, additional_headers=headers) as one:
            one.send(json.dumps({"subscribe": list(topics), "cameras": None}))
            yield one


@contextlib.contextmanager
def running(folder: Path, *options: str) -> Iterator[Installation]:
    """Start Vedette on a free port with an administrator, and end it."""
    port = _free_port()
    environment = {
        **os.environ,
        "VEDETTE_WEB__ADMIN_PASSWORD": PASSWORD,
        "VEDETTE_SOURCES__ALLOW_LOOPBACK": "true",
        "VEDETTE_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "vedette", "run", "--data-dir", str(folder)]
    process = subprocess.Popen([*command, "--port", str(port), *options], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, headers={"Origin": url}, timeout=10) as client:
            token = _log_in(client, process)
            client.headers["Authorization"] = f"Bearer {token}"
            yield Installation(process, url, client, token)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError("vedette did not end within 20 s") from None


def _log_in(client: httpx.Client, process: subprocess.Popen[bytes]) -> str:
    token = ""

    def logged_in() -> bool:
        nonlocal token
        assert process.poll() is None, "vedette ended by itself"
        with contextlib.suppress(httpx.ConnectError, httpx.ReadError):
            answer = client.post("/api/v1/token", json={"name": "admin", "password": PASSWORD})
            token = str(answer.raise_for_status().json()["access_token"])
        return bool(token)

    until(logged_in, 40, "the first login")
    return token


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
