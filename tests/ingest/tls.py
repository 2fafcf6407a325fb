"""TLS in front of a plain server, with a certificate that nobody trusts, as cameras have them."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path) -> Path:
    """A self-signed certificate with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "camera.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def wrapped(port: int, pem: Path) -> Iterator[int]:
    """A port that speaks TLS and passes everything on to that one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    ending = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.05)

        def serve() -> None:
            while not ending.is_set():
                with suppress(TimeoutError):
                    line, _ = door.accept()
                    begin(lambda line=line: _pass_on(context, line, port, ending))

        def begin(work: object) -> None:
            thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]  # a call
            threads.append(thread)
            thread.start()

        begin(serve)
        yield door.getsockname()[1]
        ending.set()
        for thread in threads:
            thread.join(5)


def _pass_on(
    context: ssl.SSLContext, line: socket.socket, port: int, ending: threading.Event
) -> None:
    """Both ways, by turns, until either side ends."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as behind:
        line.settimeout(5)
        with context.wrap_socket(line, server_side=True) as front:
            front.settimeout(0.01)
            behind.settimeout(0.01)
            while not ending.is_set():
                for source, sink in ((front, behind), (behind, front)):
                    with suppress(TimeoutError, ssl.SSLWantReadError):
                        octets = source.recv(65_536)
                        if not octets:
                            return
                        sink.sendall(octets)
    line.close()
