"""Runs the application: on a port of its own, in a thread, with an orderly end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import structlog
import uvicorn
from fastapi import FastAPI

from vedette.core.errors import ConfigError, Unavailable
from vedette.web.certificate import Certificate, certificate_for
from vedette.web.parts import Parts
from vedette.web.server import create_app

__all__ = ["WebServer", "serve"]

_log = structlog.get_logger()
_BACKLOG = 1024
_START_S = 20.0
_FAREWELL_S = 3
_LOOK_S = 60.0


class WebServer:
    """One listening server; `start` returns when it answers, `stop` when it no longer does."""

    def __init__(
        self, app: FastAPI, host: str, port: int, certificate: Certificate | None = None
    ) -> None:
        self.host = host
        self._certificate = certificate
        self._ended = threading.Event()
        self._listener = _listen(host, port)
        self.port: int = self._listener.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                # No trust in what a proxy, or anybody on this machine, says of addresses.
                proxy_headers=False,
                server_header=False,
                ws="websockets-sansio",
                ws_max_size=64 * 1024,
                # Pictures are compressed already.
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=_FAREWELL_S,
                ssl_certfile=certificate.chain if certificate else None,
                ssl_keyfile=certificate.key if certificate else None,
            )
        )
        self._thread = threading.Thread(target=self._run, name="web-server", daemon=True)

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104  # compared
        scheme = "https" if self._certificate else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def start(self) -> None:
        """Begin; Unavailable when it does not come up."""
        self._thread.start()
        if self._certificate is not None:
            threading.Thread(
                target=self._renew, args=(self._certificate,), name="web-certificate", daemon=True
            ).start()
        deadline = time.monotonic() + _START_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise Unavailable("the web server did not start; its log says why")
            time.sleep(0.01)
        _log.info("web server listens", url=self.url)

    def stop(self) -> None:
        """Hang up on everybody and end; may be called twice."""
        self._server.should_exit = True
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(_FAREWELL_S + 5)
        self._listener.close()

    @property
    def running(self) -> bool:
        """Whether it still answers."""
        return self._thread.is_alive()

    def _renew(self, certificate: Certificate) -> None:
        """Take a renewed certificate up without a restart; who is connected notices nothing."""
        known = certificate.chain.stat().st_mtime_ns
        while not self._ended.wait(_LOOK_S):
            try:
                newest = certificate.chain.stat().st_mtime_ns
                if newest != known and (context := self._server.config.ssl) is not None:
                    context.load_cert_chain(certificate.chain, certificate.key)
                    _log.info("took up a renewed certificate")
                    known = newest
            except OSError as error:
                # Half written: the next look finds it whole.
                _log.warning("the certificate cannot be read", reason=str(error))

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])


def serve(parts: Parts, stop: threading.Event, ready: Callable[[WebServer], None]) -> None:
    """Run the web server until `stop` is set; `ready` is called once it listens."""
    web = parts.settings.web
    certificate = certificate_for(web, parts.settings.data_dir / "tls")
    server = WebServer(create_app(parts), web.host, web.port, certificate)
    try:
        server.start()
        ready(server)
        while not stop.wait(0.5):
            if not server.running:
                raise Unavailable("the web server ended by itself; its log says why")
    finally:
        server.stop()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host in ("::", "") and socket.has_dualstack_ipv6()
    try:
        return socket.create_server(
            (host, port),
            family=socket.AF_INET6 if both else family,
            backlog=_BACKLOG,
            dualstack_ipv6=both,
        )
    except socket.gaierror as error:
        raise ConfigError(
            f"{host!r} is no address: {error.strerror}", path=("web", "host")
        ) from None
    except OSError as error:
        raise Unavailable(
            f"port {port} of {host or 'this machine'} cannot be had: {error.strerror};"
            " the setting web.port names another, 0 takes a free one"
        ) from error
