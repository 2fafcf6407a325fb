"""A model server over HTTP: one address, one patience, errors in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from vedette.core.errors import ConfigError, ModelError, Unavailable

__all__ = ["Answer", "ModelServer", "checked_address"]

_LARGEST = 64 << 20
_SAID = 300


class Answer:
    """What a server said, all of it."""

    __slots__ = ("body", "headers")

    def __init__(self, body: bytes, headers: httpx.Headers) -> None:
        self.body, self.headers = body, headers


def checked_address(url: str) -> str:
    """A detector's address without its last slash; ConfigError when it cannot be one."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"url: a detector's address begins with http:// or https://, not {url!r}")
    if parts.username or parts.password:
        raise ConfigError("url: name and password do not belong into an address; use token")
    return url.rstrip("/")


class ModelServer:
    """Asks one server; what goes wrong is Unavailable when trying again may help."""

    def __init__(self, url: str, *, token: str = "", timeout_s: float = 5.0) -> None:
        self.url = checked_address(url)
        self._host = urlsplit(url).netloc
        self._timeout_s = timeout_s
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # Redirects are not followed: the address is what an administrator wrote.
        self._client = httpx.Client(timeout=timeout_s, headers=headers, follow_redirects=False)

    def get(self, path: str) -> Answer:
        """GET below the address."""
        return self._ask("GET", path, b"", {})

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST below the address."""
        return self._ask("POST", path, body, headers)

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            with self._client.stream(
                method, self.url + path, content=body or None, headers=dict(headers)
            ) as response:
                answer = Answer(_read(response, self._host), response.headers)
                status = response.status_code
        except httpx.TimeoutException:
            raise Unavailable(
                f"the detector at {self._host} does not answer within {self._timeout_s:g} s"
            ) from None
        except httpx.TransportError as error:
            raise Unavailable(f"the detector at {self._host} cannot be reached: {error}") from None
        except RuntimeError as error:  # httpx: a client that was closed meanwhile
            raise Unavailable(f"the detector at {self._host} has been closed") from error
        if status != 200:
            raise self._refusal(status, answer)
        return answer

    def _refusal(self, status: int, answer: Answer) -> Unavailable | ModelError:
        said = answer.body[:_SAID].decode(errors="replace").strip()
        words = f"the detector at {self._host} answers {status}"
        if status in (401, 403):
            return ModelError(f"{words}: it wants another token")
        if status in (429, 500, 502, 503, 504):
            return Unavailable(f"{words}: {said}" if said else words)
        return ModelError(f"{words}: {said}" if said else words)


def _read(response: httpx.Response, host: str) -> bytes:
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > _LARGEST:
            raise ModelError(f"the detector at {host} answers more than {_LARGEST >> 20} MiB")
    return bytes(body)
