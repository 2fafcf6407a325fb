"""An S3-compatible store as the last tier: whole objects in, spans of them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from vedette.core.errors import ConfigError, Gone, Unavailable
from vedette.core.settings import RemoteArchiveSettings
from vedette.record.sealed import ArchiveKeys, Bytes, SealedReader, seal

if TYPE_CHECKING:
    from obstore.store import S3Store

__all__ = ["Remote"]

_PART = 5 * 1024 * 1024
_FIRST, _MOST = 128 * 1024, 4 * 1024 * 1024
_ANSWER_S = 30


class Remote:
    """Objects of one bucket below one prefix, encrypted where the settings say so.

    Unavailable when the service does not answer or refuses; worth another try later.
    """

    def __init__(self, settings: RemoteArchiveSettings, keys: ArchiveKeys) -> None:
        self._settings, self._keys = settings, keys
        self._opened: S3Store | None = None

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"{self._settings.endpoint or 's3'}/{self._settings.bucket}/{self._settings.prefix}"

    def put(self, name: str, pieces: Iterable[bytes], size: int) -> None:
        """Store an object of `size` bytes under a name; there at once and whole, or not at all."""
        import obstore

        if self._settings.encrypt:
            pieces = seal(pieces, size, name, self._keys)
        with _our_words(name):
            obstore.put(
                self._store(), self._key(name), iter(pieces), chunk_size=_PART, max_concurrency=2
            )

    def open(self, name: str) -> Bytes:
        """An object, decrypted where it is encrypted; Gone when there is none."""
        raw = _Object(self._store(), self._key(name), name)
        if raw.read(0, 8) == b"VEDETTE\x01":
            return SealedReader(raw, name, self._keys)
        return raw

    def stat(self, name: str) -> int | None:
        """Bytes that an object takes there; None when there is none."""
        import obstore

        try:
            with _our_words(name):
                return int(obstore.head(self._store(), self._key(name))["size"])
        except Gone:
            return None

    def delete(self, name: str) -> None:
        """Remove an object; one that is not there is no error."""
        import obstore

        try:
            with _our_words(name):
                obstore.delete(self._store(), self._key(name))
        except Gone:
            return

    def names(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """(name, bytes it takes there) of all objects whose names begin so, a folder's name."""
        import obstore

        skip = len(self._key(""))
        with _our_words(prefix or self._settings.prefix):
            for page in obstore.list(self._store(), self._key(prefix), chunk_size=1000):
                for one in page:
                    yield str(one["path"])[skip:], int(one["size"])

    def folders(self, name: str) -> list[str]:
        """What stands next in the names of objects that begin with that folder's name."""
        import obstore

        prefix = self._key(name)
        with _our_words(name or self._settings.prefix):
            found = obstore.list_with_delimiter(self._store(), prefix)["common_prefixes"]
        return sorted(str(one).rstrip("/").rpartition("/")[2] for one in found)

    def _key(self, name: str) -> str:
        prefix = self._settings.prefix.strip("/")
        return f"{prefix}/{name}" if prefix else name

    def _store(self) -> S3Store:
        # Not in the constructor: that does no input or output.
        if self._opened is None:
            self._opened = _open(self._settings)
        return self._opened


def _open(settings: RemoteArchiveSettings) -> S3Store:
    try:
        from obstore.store import S3Store
    except ImportError:
        raise ConfigError(
            "a remote tier needs the package obstore: pip install 'vedette[s3]'",
            path=("archive", "remote"),
        ) from None
    own: dict[str, str] = {}
    if settings.endpoint:
        own = {"endpoint": settings.endpoint, "virtual_hosted_style_request": "false"}
    if access_key := settings.access_key.get_secret_value():
        own["access_key_id"] = access_key
        own["secret_access_key"] = settings.secret_key.get_secret_value()
    return S3Store(
        settings.bucket,
        config={"region": settings.region, **own},  # type: ignore[arg-type]  # keys by name
        client_options={
            "allow_http": settings.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(seconds=_ANSWER_S),
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=_ANSWER_S)},
    )


class _Object:
    """An object read in spans, a little ahead the more it is read in order."""

    def __init__(self, store: S3Store, key: str, name: str) -> None:
        self._store, self._key, self._name = store, key, name
        self._size = self._whole_size()
        self._start, self._window = 0, b""
        self._ahead = _FIRST

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, n: int) -> bytes:
        end = min(offset + n, self._size)
        if offset >= end:
            return b""
        if not (self._start <= offset and end <= self._start + len(self._window)):
            in_order = self._start <= offset <= self._start + len(self._window) + self._ahead
            self._ahead = min(self._ahead * 2, _MOST) if in_order and self._window else _FIRST
            self._fetch(offset, max(end - offset, self._ahead))
        return self._window[offset - self._start : end - self._start]

    def close(self) -> None:
        self._window = b""

    def _whole_size(self) -> int:
        import obstore

        with _our_words(self._name):
            return int(obstore.head(self._store, self._key)["size"])

    def _fetch(self, start: int, n: int) -> None:
        import obstore

        end = min(start + n, self._size)
        with _our_words(self._name):
            fetched = obstore.get_range(self._store, self._key, start=start, end=end)
        self._start, self._window = start, bytes(fetched)


@contextmanager
def _our_words(name: str) -> Iterator[None]:
    from obstore.exceptions import BaseError, NotFoundError

    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise Gone(f"{name} is no longer in the remote store") from None
    except (BaseError, OSError) as error:
        # The first line: the rest is the whole request, its address and answer.
        reason = str(error).strip().partition("\n")[0][:300]
        raise Unavailable(f"the remote store does not take part: {reason}") from error
