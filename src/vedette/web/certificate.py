"""HTTPS: the certificate of the settings, or one of our own making where there is none."""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path

import psutil
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vedette.core.errors import ConfigError
from vedette.core.settings import WebSettings

__all__ = ["Certificate", "certificate_for"]

_log = structlog.get_logger()
_DAYS = 397
_RENEW_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Files in PEM form: the certificate with its chain, and its key."""

    chain: Path
    key: Path


def certificate_for(web: WebSettings, folder: Path) -> Certificate | None:
    """What to serve HTTPS with; None for plain HTTP. A self-made one is kept in `folder`."""
    if not _wanted(web):
        return None
    if web.tls_certificate is None and web.tls_key is None:
        return _self_made(web, folder)
    for name, file in (("tls_certificate", web.tls_certificate), ("tls_key", web.tls_key)):
        if file is None or not file.is_file():
            raise ConfigError("there is no such file", path=("web", name))
    assert web.tls_certificate is not None and web.tls_key is not None  # noqa: S101  # just looked
    return Certificate(chain=web.tls_certificate, key=web.tls_key)


def _wanted(web: WebSettings) -> bool:
    if web.https != "auto":
        return web.https == "on"
    return web.tls_certificate is not None or not _only_here(web.host)


def _only_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _self_made(web: WebSettings, folder: Path) -> Certificate:
    made = Certificate(chain=folder / "certificate.pem", key=folder / "key.pem")
    if not _lasts(made):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _sign(key, _names(web))
        _write(made.key, _pem(key))
        _write(made.chain, signed.public_bytes(serialization.Encoding.PEM))
        _log.info("made a certificate", fingerprint=signed.fingerprint(hashes.SHA256()).hex(":"))
    return made


def _lasts(made: Certificate) -> bool:
    if not made.key.is_file():
        return False
    try:
        known = x509.load_pem_x509_certificate(made.chain.read_bytes())
    except (OSError, ValueError):
        return False
    now = datetime.datetime.now(datetime.UTC)
    return known.not_valid_after_utc - now > datetime.timedelta(days=_RENEW_DAYS)


def _names(web: WebSettings) -> list[x509.GeneralName]:
    host = socket.gethostname().lower()
    words = ["localhost", host, f"{host}.local", *web.allowed_hosts]
    addresses = {
        ipaddress.ip_address(one.address.partition("%")[0])
        for found in psutil.net_if_addrs().values()
        for one in found
        if one.family in (socket.AF_INET, socket.AF_INET6)
    }
    names: list[x509.GeneralName] = [
        x509.DNSName(word) for word in dict.fromkeys(words) if word.isascii() and word
    ]
    return names + [x509.IPAddress(one) for one in sorted(addresses, key=str)]


def _sign(key: ec.EllipticCurvePrivateKey, names: list[x509.GeneralName]) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vedette")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of clients may be a little behind.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, text: bytes) -> None:
    path.unlink(missing_ok=True)
    # Readable for us alone from its first moment, and never through a link.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
