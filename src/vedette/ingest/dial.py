"""Connections to cameras: to a checked number, never to a name."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from vedette.core.errors import SourceError, Unreachable
from vedette.core.settings import SourceSettings
from vedette.ingest.address import Address, Resolver, resolve, system_resolver

__all__ = ["Dialer"]

_MOST_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialer:
    """Opens connections to addresses that may be opened."""

    allowed: SourceSettings
    patience_s: float = _MOST_PATIENCE_S
    """How long to wait for an answer to anything."""
    verify: bool = True
    """Whether a certificate must be one that this machine trusts."""
    resolver: Resolver = system_resolver

    def connect(self, address: Address) -> socket.socket:
        """A blocking socket with a timeout, TLS for rtsps and https."""
        line = self._dial(address)
        if address.scheme not in ("https", "rtsps"):
            return line
        try:
            return self._context().wrap_socket(line, server_hostname=address.host)
        except ssl.SSLCertVerificationError:
            line.close()
            raise Unreachable(
                f"{address.authority} shows a certificate that this machine does not trust"
            ) from None
        except OSError:
            line.close()
            raise Unreachable(f"{address.authority} does not speak TLS") from None

    def _dial(self, address: Address) -> socket.socket:
        fault: OSError | None = None
        for ip in resolve(address, self.allowed, self.resolver):
            try:
                line = socket.create_connection((ip, address.port), timeout=self._wait_s)
            except OSError as error:
                fault = error
                continue
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return line
        raise _explained(fault, address, self._wait_s)

    @property
    def _wait_s(self) -> float:
        return min(self.patience_s, _MOST_PATIENCE_S)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _explained(fault: OSError | None, address: Address, waited_s: float) -> SourceError:
    where = f"{address.host}:{address.port}"
    if isinstance(fault, ConnectionRefusedError):
        return Unreachable(f"{where} refuses the connection: nothing listens on that port")
    if isinstance(fault, TimeoutError):
        return Unreachable(f"{where} does not answer within {waited_s:.0f} seconds")
    return Unreachable(f"{where} cannot be reached from this machine")
