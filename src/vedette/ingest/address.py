"""Which addresses may be opened: parsed, resolved, checked, then connected to by number."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from vedette.core.errors import AddressRefused, Unreachable
from vedette.core.settings import SourceSettings

__all__ = ["Address", "Resolver", "parse_address", "resolve", "system_resolver"]

Resolver = Callable[[str, int], Sequence[str]]
"""Numeric addresses of a host name; OSError if there are none."""

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?\Z")
_LONGEST = 2048

_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")
)
"""Where clouds tell their machines secrets; 169.254.169.254 is link-local anyway."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A parsed address without user and password, every part in normal form."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query, percent-encoded, beginning with a slash."""

    @property
    def authority(self) -> str:
        """Host, and port unless it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole of it."""
        return f"{self.scheme}://{self.authority}{self.target}"


def parse_address(text: str, schemes: Sequence[str]) -> Address:
    """Take an address apart; ValueError, which names the fault, if it is not one of ours."""
    if len(text) > _LONGEST:
        raise ValueError(f"the address is longer than {_LONGEST} characters")
    if any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in text) or "\\" in text:
        raise ValueError("the address has blanks, control characters or backslashes in it")
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"this is not an address: {_harmless(error)}") from None
    if parts.scheme.lower() not in schemes:
        raise ValueError(f"the address must begin with {wanted}")
    if "@" in parts.netloc:
        raise ValueError("user and password belong into their own fields, not into the address")
    return Address(
        scheme=parts.scheme.lower(),
        host=_host(parts),
        port=DEFAULT_PORTS[parts.scheme.lower()] if port is None else port,
        target=_target(parts),
    )


def _harmless(error: ValueError) -> str:
    # urllib quotes what it could not read, and that may hold a password.
    return "its port is not a number from 0 to 65535" if "ort" in str(error) else "it is malformed"


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        if ":" in host:
            # With a scope it would be a link-local one, which no camera is.
            return str(ipaddress.IPv6Address("" if "%" in host else host))
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        host = ""
    if not _HOST.match(host):
        raise ValueError("the address has no valid host")
    return host.lower()


def _target(parts: SplitResult) -> str:
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the machine's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(address: Address, allowed: SourceSettings, resolver: Resolver) -> tuple[str, ...]:
    """Numeric addresses of the host that we may connect to, best first.

    Connect to one of these and never to the name, which may resolve to another the next time.
    """
    try:
        found = resolver(address.host, address.port)
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise Unreachable(f"there is no host of the name {address.host}")
    reasons = {text: refusal(text, allowed) for text in found}
    good = tuple(text for text, reason in reasons.items() if reason is None)
    if not good:
        reason = next(reason for reason in reasons.values() if reason)
        raise AddressRefused(f"{address.host} may not be opened: it is {reason}")
    return good


def refusal(text: str, allowed: SourceSettings) -> str | None:
    """Why a numeric address may not be opened, None if it may."""
    try:
        ip = _innermost(ipaddress.ip_address(text))
    except ValueError:
        return "not an address"
    kinds = (
        (ip in _METADATA, "an address of the cloud's metadata service"),
        (ip.is_unspecified or _is_this_network(ip), "an unspecified address"),
        (ip.is_link_local, "a link-local address"),
        (ip.is_multicast, "a multicast address"),
        (ip.is_loopback and not allowed.allow_loopback, "an address of this machine itself"),
        (ip.is_reserved and not ip.is_loopback, "a reserved address"),
    )
    return next((reason for found, reason in kinds if found), None)


def _is_this_network(ip: IpAddress) -> bool:
    return ip.version == 4 and int(ip) >> 24 == 0


def _innermost(ip: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _NAT64 or (int(ip) >> 32 == 0 and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip
