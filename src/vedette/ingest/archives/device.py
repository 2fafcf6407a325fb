"""What all vendors' archives share: an address, a login, HTTP and RTSP to that host alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from vedette.core.errors import AddressRefused, SourceError
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.value import Secret, plugin
from vedette.ingest.address import Address, Resolver, parse_address, system_resolver
from vedette.ingest.archives.playback import Asked, play
from vedette.ingest.dial import Dialer
from vedette.ingest.http import SCHEMES, HttpAnswer, HttpClient
from vedette.ingest.login import Login
from vedette.ingest.rtsp.session import Replay, Session

__all__ = ["Device", "DeviceOptions", "below"]

_MOST_OCTETS = 8 * 1024 * 1024


@plugin
class DeviceOptions:
    """Where a device is, and who we are to it."""

    # Said in the fields: pydantic reads docstrings of a class's own fields only.
    url: Annotated[
        str,
        Field(description="Address such as http://recorder, without user and password."),
    ]
    user: Annotated[str, Field(description="User name that may play recordings back.")] = ""
    password: Annotated[Secret, Field(description="Password of that user.")] = SecretStr("")
    verify_certificate: Annotated[
        bool,
        Field(description="Whether https needs a certificate that this machine trusts."),
    ] = True
    rtsp_port: Annotated[
        int, Field(ge=1, le=65_535, description="Port at which it plays recordings.")
    ] = 554

    def __post_init__(self) -> None:
        parse_address(self.url, SCHEMES)


class Device:
    """Talks to one device, and to no other it may point at."""

    def __init__(
        self, options: DeviceOptions, origin: Origin, resolver: Resolver = system_resolver
    ) -> None:
        self.origin = origin
        self._options = options
        self._home = parse_address(options.url, SCHEMES)
        self._dialer = Dialer(
            allowed=origin.allowed,
            patience_s=origin.silent_s,
            verify=options.verify_certificate,
            resolver=resolver,
        )
        self._http = HttpClient(self._dialer, self._home, self._login(), follow=False)
        self._session: Session | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return self._home.authority

    def get(self, target: str) -> str:
        """The text of a page."""
        with self._http.get(self._at(target)) as answer:
            return answer.read_all(_MOST_OCTETS).decode("utf-8", "replace")

    def post(self, target: str, body: str, kind: str) -> str:
        """The text a page answers to a body."""
        with self._http.post(self._at(target), body.encode(), kind) as answer:
            return answer.read_all(_MOST_OCTETS).decode("utf-8", "replace")

    def download(self, target: str, body: str | None = None) -> HttpAnswer:
        """A page of any length, to be read piece by piece."""
        if body is None:
            return self._http.get(self._at(target))
        return self._http.post(self._at(target), body.encode(), "application/xml")

    def play(self, target: str, asked: Asked, how: Replay) -> Iterator[Packet]:
        """Pictures of a recording over RTSP."""
        address = self._rtsp(target)
        session = Session(self._dialer, self._login(), "tcp", how)
        self._session = session
        if self._closed:
            session.close()
        yield from play(session, address, self.origin, asked)

    def close(self) -> None:
        """End what goes on; from any thread."""
        self._closed = True
        self._http.close()
        if self._session is not None:
            self._session.close()

    def wait(self, seconds: float) -> None:
        """Give the device time; SourceError when we were told to end meanwhile."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._closed:
            time.sleep(min(0.05, seconds))
        if self._closed:
            raise SourceError(f"the errand at {self.name} was given up")

    def _login(self) -> Login:
        return Login(self._options.user, self._options.password)

    def _at(self, target: str) -> Address:
        return replace(self._home, target=_target(f"{self._home.scheme}://device{target}"))

    def _rtsp(self, target: str) -> Address:
        return Address(
            scheme="rtsp",
            host=self._home.host,
            port=self._options.rtsp_port,
            target=_target(f"rtsp://device{target}"),
        )


def _target(url: str) -> str:
    try:
        return parse_address(url, ("http", "https", "rtsp")).target
    except ValueError as error:
        raise AddressRefused(f"the device gives an address that is none: {error}") from None


def below(address: str) -> str:
    """Path and query of an address a device gives; its host may be one of an inner network."""
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
