"""ONVIF's way of asking: SOAP 1.2 with a user name token (WS-Security, password digest)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from pydantic import SecretStr

from vedette.core.errors import LoginFailed, SourceError
from vedette.ingest.archives.documents import find, read_document

__all__ = ["Credentials", "body_of", "envelope"]

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_DIGEST = f"{_WSS}username-token-profile-1.0#PasswordDigest"
_BASE64 = f"{_WSS}soap-message-security-1.0#Base64Binary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who asks."""

    user: str
    password: SecretStr = field(repr=False)

    def header(self, created: datetime) -> str:
        """The security header at that time of the device's clock; empty without a user."""
        if not self.user:
            return ""
        nonce = secrets.token_bytes(16)
        at = f"{created:%Y-%m-%dT%H:%M:%S.000Z}"
        mixed = nonce + at.encode() + self.password.get_secret_value().encode()
        digest = hashlib.sha1(mixed, usedforsecurity=False).digest()
        return (
            f'<s:Header><w:Security s:mustUnderstand="1" xmlns:w="{_WSS}wssecurity-secext-1.0.xsd"'
            f' xmlns:u="{_WSS}wssecurity-utility-1.0.xsd"><w:UsernameToken>'
            f"<w:Username>{escape(self.user)}</w:Username>"
            f'<w:Password Type="{_DIGEST}">{base64.b64encode(digest).decode()}</w:Password>'
            f'<w:Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode()}</w:Nonce>'
            f"<u:Created>{at}</u:Created></w:UsernameToken></w:Security></s:Header>"
        )


def envelope(header: str, body: str) -> str:
    """A message."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{_SOAP}">{header}'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def body_of(text: str, *, device: str) -> Element:
    """What an answer says; faults are SourceErrors in the device's words."""
    root = read_document(text, device=device)
    body = find(root, "Body")
    if body is None:
        raise SourceError(f"{device} answers with something else than SOAP")
    fault = find(body, "Fault")
    if fault is None:
        return body
    words = " ".join("".join(fault.itertext()).split())[:200]
    if "NotAuthorized" in words or "NotAuthenticated" in words or "FailedAuth" in words:
        raise LoginFailed(f"{device} refuses this user name or password")
    raise SourceError(f"{device} refuses: {words}")
