"""Which host names are ours: against pages that point a name of theirs at this server."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

import psutil

__all__ = ["Hosts", "authority", "host_of"]

_FORM = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_.-]{1,253})(?::(?P<port>\d{1,5}))?", re.ASCII)
_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


class Hosts:
    """This machine's names and addresses, and those the settings allow."""

    def __init__(self, allowed: Iterable[str]) -> None:
        name = socket.gethostname().lower()
        # The second is how machines find each other in a network without a name server.
        self._names = {"localhost", name, f"{name}.local"}
        self._names |= {name.lower().rstrip(".") for name in allowed}

    def ours(self, header: str) -> bool:
        """Whether a Host header names this server."""
        host = host_of(header)
        if host is None:
            return False
        return host in self._names or _own_address(host)


def host_of(header: str) -> str | None:
    """The host of a Host header, lower case without port and brackets; None for nonsense."""
    found = _FORM.fullmatch(header.strip().lower())
    return found["host"].strip("[]").rstrip(".") if found else None


def authority(header: str, scheme: str) -> str | None:
    """Host and port in one spelling, the scheme's own port filled in."""
    found = _FORM.fullmatch(header.strip().lower())
    if not found:
        return None
    return f"{found['host'].rstrip('.')}:{found['port'] or _PORTS.get(scheme, '')}"


def _own_address(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if address.is_loopback:
        return True
    # Asked each time: addresses come and go with networks.
    return any(
        one.address.partition("%")[0] == str(address)
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family in (socket.AF_INET, socket.AF_INET6)
    )
