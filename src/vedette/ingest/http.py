"""HTTP for cameras: every address checked, redirects too, logins kept to the host they are for."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urljoin

from vedette.core.errors import (
    AddressRefused,
    LoginFailed,
    SourceError,
    StreamMissing,
    StreamSilent,
    Unreachable,
)
from vedette.ingest.address import Address, parse_address
from vedette.ingest.dial import Dialer
from vedette.ingest.login import Login

__all__ = ["SCHEMES", "HttpAnswer", "HttpClient", "elsewhere"]

SCHEMES = ("http", "https")

_MOST_REDIRECTS = 5
_MOST_ATTEMPTS = 3
_CHUNK = 65_536


class HttpAnswer:
    """An answer being read; leaving its block ends the connection."""

    def __init__(self, address: Address, line: _Line, answer: http.client.HTTPResponse) -> None:
        self.address = address
        """Where it came from, after redirects."""
        self._line = line
        self._answer = answer

    def __enter__(self) -> HttpAnswer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def kind(self) -> str:
        """Content-Type as sent."""
        return str(self._answer.getheader("Content-Type") or "")

    @property
    def missing(self) -> int:
        """Bytes that were promised and have not come."""
        return self._answer.length or 0

    def read_some(self) -> bytes:
        """What is there, empty at the end."""
        try:
            return self._answer.read1(_CHUNK)
        except TimeoutError:
            raise StreamSilent(f"{self.address.authority} stopped sending") from None
        except (OSError, http.client.HTTPException):
            return b""

    def read_all(self, most: int) -> bytes:
        """The whole body; SourceError if it is larger than `most` bytes or cut short."""
        wanted = self._answer.length
        parts, size = [], 0
        while part := self.read_some():
            parts.append(part)
            size += len(part)
            if size > most:
                raise SourceError(f"{self.address.authority} sends too much at once")
        if wanted is not None and size < wanted:
            raise Unreachable(f"{self.address.authority} broke off in the middle of an answer")
        return b"".join(parts)

    def close(self) -> None:
        """End the connection."""
        self._answer.close()
        self._line.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is asked of a page."""

    method: str = "GET"
    span: tuple[int, int] | None = None
    body: bytes | None = None
    kind: str = ""

    def headers(self) -> dict[str, str]:
        """All but the login."""
        headers = {"User-Agent": "Vedette", "Accept": "*/*", "Connection": "close"}
        if self.span is not None:
            headers["Range"] = f"bytes={self.span[0]}-{self.span[0] + self.span[1] - 1}"
        if self.kind:
            headers["Content-Type"] = self.kind
        return headers


class HttpClient:
    """Gets pages of cameras, one at a time; `close` from any thread ends the one being read."""

    def __init__(self, dialer: Dialer, home: Address, login: Login, *, follow: bool = True) -> None:
        self._dialer = dialer
        self._home = home
        self._login = login
        self._follow = follow
        self._line: _Line | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._closed = True
        if self._line is not None:
            self._line.hang_up()

    def get(self, address: Address, *, span: tuple[int, int] | None = None) -> HttpAnswer:
        """The answer to a GET of (offset, length) or all; SourceErrors in words."""
        question = _Question(span=span)
        for _ in range(_MOST_REDIRECTS):
            answer = self._admitted(address, question)
            if not isinstance(answer, Address):
                return answer
            if not self._follow:
                raise AddressRefused(f"{address.authority} redirects elsewhere")
            address = answer
        raise SourceError(f"{self._home.authority} redirects in circles")

    def post(self, address: Address, body: bytes, kind: str) -> HttpAnswer:
        """The answer to a POST of a body of that Content-Type; redirects are refused."""
        answer = self._admitted(address, _Question(method="POST", body=body, kind=kind))
        if isinstance(answer, Address):
            raise AddressRefused(f"{address.authority} redirects elsewhere")
        return answer

    def _admitted(self, address: Address, question: _Question) -> HttpAnswer | Address:
        """The answer behind the login, or the address it redirects to."""
        for _ in range(_MOST_ATTEMPTS):
            line, answer = self._ask(address, question)
            if answer.status != 401:
                return self._sorted_out(address, line, answer)
            asked = answer.headers.get_all("WWW-Authenticate") or ()
            answer.close()
            line.close()
            if not self._may_retry(address, asked):
                break
        if not self._login.user:
            raise LoginFailed(f"{address.authority} wants a user name and a password")
        raise LoginFailed(f"{address.authority} refuses this user name or password")

    def _may_retry(self, address: Address, asked: Sequence[str]) -> bool:
        return self._is_home(address) and self._login.challenged(asked)

    def _is_home(self, address: Address) -> bool:
        """Whether the login is meant for that server; others never see it."""
        home = self._home
        return (address.scheme, address.host, address.port) == (home.scheme, home.host, home.port)

    def _ask(self, address: Address, question: _Question) -> tuple[_Line, http.client.HTTPResponse]:
        line = _Line(address, self._dialer)
        self._line = line
        headers = question.headers()
        if self._is_home(address):
            said = self._login.header(question.method, address.target)
            headers |= {"Authorization": said} if said else {}
        try:
            line.request(question.method, address.target, question.body, headers)
            if self._closed:
                line.hang_up()
            return line, line.getresponse()
        except TimeoutError:
            line.close()
            raise StreamSilent(f"{address.authority} is connected, but does not answer") from None
        except (OSError, http.client.HTTPException):
            line.close()
            raise Unreachable(f"{address.authority} broke off the connection") from None

    def _sorted_out(
        self, address: Address, line: _Line, answer: http.client.HTTPResponse
    ) -> HttpAnswer | Address:
        if answer.status in (200, 206):
            return HttpAnswer(address, line, answer)
        to = answer.getheader("Location") if 300 <= answer.status < 400 else None
        answer.close()
        line.close()
        if to is not None:
            return elsewhere(address, to)
        if answer.status == 403:
            raise LoginFailed(f"{address.authority} forbids this")
        if answer.status in (404, 410):
            raise StreamMissing(f"{address.authority} has nothing at {address.target}")
        raise Unreachable(f"{address.authority} answers with status {answer.status}")


def elsewhere(address: Address, to: str) -> Address:
    """Where a page or playlist points; as much to be distrusted as the page itself."""
    try:
        return parse_address(urljoin(address.url, to.strip()), SCHEMES)
    except ValueError as error:
        raise AddressRefused(f"{address.authority} points elsewhere: {error}") from None


class _Line(http.client.HTTPConnection):
    """A connection that dials by number and names the host only in its header."""

    def __init__(self, address: Address, dialer: Dialer) -> None:
        super().__init__(address.host, address.port, timeout=dialer.patience_s)
        if address.scheme == "https":
            self.default_port = 443
        self._address = address
        self._dialer = dialer
        # Our own hold on it: http.client lets go of its socket as soon as an answer begins.
        self._socket: socket.socket | None = None

    def connect(self) -> None:
        self._socket = self.sock = self._dialer.connect(self._address)
        self._socket.settimeout(self._dialer.patience_s)

    def hang_up(self) -> None:
        """Wake whoever reads; from any thread."""
        line = self._socket
        if line is None:
            return
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
