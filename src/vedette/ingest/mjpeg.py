"""HTTP cameras that send one JPEG after the other in a single answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import SecretStr

from vedette.core.clock import to_seconds
from vedette.core.errors import SourceError, StreamSilent, StreamUnsupported, Unreachable
from vedette.core.media import Packet
from vedette.core.ports import Origin
from vedette.core.value import Secret, plugin
from vedette.ingest.address import Resolver, parse_address, system_resolver
from vedette.ingest.dial import Dialer
from vedette.ingest.http import SCHEMES, HttpAnswer, HttpClient
from vedette.ingest.login import Login
from vedette.ingest.unit import JpegFormat, Unit, stamp

__all__ = ["MjpegPlay", "MjpegSource", "Parts"]

_MOST_PICTURE = 32 * 1024 * 1024
_MOST_HEAD = 16 * 1024
_LENGTH = re.compile(rb"(?im)^content-length\s*:\s*(\d{1,9})\s*$")


@plugin
class MjpegSource:
    """An HTTP camera that sends MJPEG (multipart/x-mixed-replace)."""

    url: str
    """Address such as http://camera/mjpeg, without user and password."""
    user: str = ""
    """User name, if the camera wants one."""
    password: Secret = SecretStr("")
    """Password of that user."""
    verify_certificate: bool = True
    """Whether an https camera must show a certificate that this machine trusts."""

    def __post_init__(self) -> None:
        parse_address(self.url, SCHEMES)

    def open(self, origin: Origin) -> MjpegPlay:
        """One connection to the camera."""
        return MjpegPlay(self, origin)


class MjpegPlay:
    """One connection to an MJPEG camera."""

    def __init__(
        self, options: MjpegSource, origin: Origin, resolver: Resolver = system_resolver
    ) -> None:
        self._origin = origin
        self._address = parse_address(options.url, SCHEMES)
        dialer = Dialer(
            allowed=origin.allowed,
            patience_s=origin.silent_s,
            verify=options.verify_certificate,
            resolver=resolver,
        )
        self._client = HttpClient(dialer, self._address, Login(options.user, options.password))

    def close(self) -> None:
        self._client.close()

    def packets(self) -> Iterator[Packet]:
        try:
            with self._client.get(self._address) as answer:
                yield from self._pictures(answer, Parts(_boundary(answer)))
        except SourceError:
            if not self._client.closed:
                raise

    def _pictures(self, answer: HttpAnswer, parts: Parts) -> Iterator[Packet]:
        clock, form = self._origin.clock, JpegFormat()
        last_us = clock.now_us()
        while part := answer.read_some():
            for jpeg in parts.take(part):
                now_us = clock.now_us()
                unit = _unit(jpeg, form, now_us, now_us - last_us)
                if unit is not None:
                    yield stamp(self._origin, unit, now_us)
                    last_us = now_us
            if to_seconds(clock.now_us() - last_us) > self._origin.silent_s:
                raise StreamSilent(f"{answer.address.authority} sends no whole picture")
        if not self._client.closed:
            raise Unreachable(f"{answer.address.authority} ended the stream")


def _boundary(answer: HttpAnswer) -> bytes:
    kind, _, rest = answer.kind.partition(";")
    named = re.search(r'boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))', rest, re.IGNORECASE)
    if not kind.strip().lower().startswith("multipart/") or named is None:
        shown = re.sub(r"[^\w/.+-]", "", kind)[:60] or "nothing we know"
        raise StreamUnsupported(
            f"{answer.address.authority} sends {shown}, not a stream of JPEG pictures"
        )
    # Some cameras count the dashes in, as they stand before each part.
    return b"--" + (named[1] or named[2]).removeprefix("--").encode("latin-1", "replace")


def _unit(jpeg: bytes, form: JpegFormat, now_us: int, since_us: int) -> Unit | None:
    now = form.take(jpeg)
    if now is None:
        return None
    whole = jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")
    # HTTP cameras have no clock of their own on the wire: the arrival is all there is.
    return Unit(
        pts_us=now_us,
        dts_us=now_us,
        duration_us=since_us,
        key=True,
        format=now,
        data=jpeg,
        damaged=not whole,
    )


class Parts:
    """Cuts a multipart body into its parts, with lengths or without."""

    def __init__(self, boundary: bytes) -> None:
        self._boundary = boundary
        self._held = bytearray()
        self._head_end = -1
        self._length: int | None = None
        self._searched = 0

    def take(self, octets: bytes) -> Iterator[bytes]:
        """The parts that these bytes complete; SourceError if one grows without end."""
        self._held += octets
        if len(self._held) > _MOST_PICTURE:
            raise SourceError("the camera sends a picture without an end")
        while (body := self._next()) is not None:
            yield body

    def _next(self) -> bytes | None:
        if self._head_end < 0 and not self._read_head():
            return None
        begin = self._head_end
        if self._length is not None:
            end = after = begin + self._length
            if len(self._held) < end:
                return None
        else:
            after = self._held.find(self._boundary, max(begin, self._searched))
            if after < 0:
                self._searched = max(begin, len(self._held) - len(self._boundary))
                return None
            end = after
        body = bytes(self._held[begin:end]).strip(b"\r\n")
        del self._held[:after]
        self._head_end, self._searched = -1, 0
        return body

    def _read_head(self) -> bool:
        """Find the boundary and the blank line that ends the part's header."""
        start = self._held.find(self._boundary)
        if start < 0:
            return False
        begin = start + len(self._boundary)
        ends = [(self._held.find(mark, begin), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
        found = min(((at, size) for at, size in ends if at >= 0), default=None)
        if found is None:
            if len(self._held) - begin > _MOST_HEAD:
                raise SourceError("the camera sends something else than pictures")
            return False
        length = _LENGTH.search(bytes(self._held[begin : found[0]]))
        self._length = int(length[1]) if length else None
        self._head_end = found[0] + found[1]
        return True
