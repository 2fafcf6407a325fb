"""A real S3 server on loopback: `s3_server` for the session, `s3` for a bucket of a test."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

import pytest
from pydantic import SecretStr

from vedette.core.settings import RemoteArchiveSettings

_START_S = 40.0


class S3Server:
    """A server with a port of its own; what it holds is gone when it stops."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            with suppress(OSError):
                self._request("GET", "/moto-api/")
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError("the S3 server does not start")

    def stop(self) -> None:
        """End it; may be called twice."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_START_S)
            self._process = None

    def bucket(self, name: str = "") -> RemoteArchiveSettings:
        """A bucket of that name or a new one, and how to reach it."""
        name = name or f"archive-{next(self._numbers)}"
        if self._process is not None:
            self._request("PUT", f"/{name}")
        return RemoteArchiveSettings(
            bucket=name,
            prefix="site/one",
            endpoint=self.endpoint,
            access_key=SecretStr("key"),
            secret_key=SecretStr("secret"),
        )

    def _request(self, method: str, path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path)
            assert connection.getresponse().status < 500
        finally:
            connection.close()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A running server."""
    server = S3Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def s3(s3_server: S3Server) -> RemoteArchiveSettings:
    """An empty bucket."""
    return s3_server.bucket()
