"""Tiers: verified copies, encryption with random access, a real S3 server."""

from __future__ import annotations

import hashlib
import os
import random
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.record.files import segment
from vedette.core.errors import ConfigError, Gone, StoreError, Unavailable
from vedette.core.footage import Segment
from vedette.core.settings import ArchiveSettings, RemoteArchiveSettings, Settings
from vedette.record.places import Damaged, Places, places_of
from vedette.record.remote import Remote
from vedette.record.sealed import CHUNK, ArchiveKeys, SealedReader, seal, sealed_size

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n"
OTHER = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
CONTENT = random.Random(7).randbytes(3 * CHUNK + 1234)


def free_of_charge(_: int) -> None:
    """A pace that never waits."""


class Memory:
    """Bytes in memory, read in spans."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, offset: int, n: int) -> bytes:
        return self.content[offset : offset + n]

    def close(self) -> None: ...


def sealed(content: bytes, name: str = "a/b.mp4", key: bytes = KEY) -> bytes:
    """A file, encrypted."""
    return b"".join(seal([content], len(content), name, ArchiveKeys(key)))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, len(CONTENT)])
def test_any_span_of_an_encrypted_file_can_be_read(size: int) -> None:
    content = CONTENT[:size]
    stored = sealed(content)
    assert len(stored) == sealed_size(size)
    reader = SealedReader(Memory(stored), "a/b.mp4", ArchiveKeys(KEY))
    assert reader.size == size
    chance = random.Random(size)
    for _ in range(50):
        offset, n = chance.randint(0, size + 10), chance.randint(0, size + 10)
        assert reader.read(offset, n) == content[offset : offset + n]


def test_only_the_chunks_of_a_span_are_fetched() -> None:
    asked: list[tuple[int, int]] = []

    class Counted(Memory):
        def read(self, offset: int, n: int) -> bytes:
            asked.append((offset, n))
            return super().read(offset, n)

    reader = SealedReader(Counted(sealed(CONTENT)), "a/b.mp4", ArchiveKeys(KEY))
    del asked[:]
    assert reader.read(2 * CHUNK + 5, 10) == CONTENT[2 * CHUNK + 5 : 2 * CHUNK + 15]
    assert asked == [(44 + 2 * (CHUNK + 16), CHUNK + 16)]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda b: b[:100] + bytes([b[100] ^ 1]) + b[101:],  # a byte of the content
        lambda b: b[:20] + bytes([b[20] ^ 1]) + b[21:],  # the salt
        lambda b: b[:36] + (1000).to_bytes(8, "big") + b[44:],  # says it is shorter
        lambda b: b[: 44 + 3 * (CHUNK + 16)],  # cut at the border of a chunk
        lambda b: (
            b[:44] + b[44 + CHUNK + 16 : 44 + 2 * (CHUNK + 16)] * 2 + b[44 + 2 * CHUNK + 32 :]
        ),
        lambda b: sealed(CONTENT, "a/other.mp4"),  # another file in its place
    ],
)
def test_a_tampered_encrypted_file_is_refused(tamper: object) -> None:
    assert callable(tamper)
    with pytest.raises(StoreError, match="changed"):
        SealedReader(Memory(tamper(sealed(CONTENT))), "a/b.mp4", ArchiveKeys(KEY)).read(
            0, len(CONTENT)
        )


def test_former_keys_still_decrypt() -> None:
    stored = sealed(CONTENT)
    reader = SealedReader(Memory(stored), "a/b.mp4", ArchiveKeys(OTHER + b"\n" + KEY))
    assert reader.read(0, len(CONTENT)) == CONTENT
    with pytest.raises(StoreError, match="another key"):
        SealedReader(Memory(stored), "a/b.mp4", ArchiveKeys(OTHER))


@pytest.mark.parametrize("key", [b"", b"short", b"not base64 at all!", b"AAAA"])
def test_a_key_that_is_none_is_said_to_be(key: bytes) -> None:
    with pytest.raises(ConfigError, match="32 bytes"):
        ArchiveKeys(key)


def recorded(root: Path, content: bytes = CONTENT, number: int = 0) -> Segment:
    """A file on a disk and its row."""
    row = segment(number, size=len(content), sha256=hashlib.sha256(content).hexdigest())
    place = root / row.path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return row


@pytest.fixture
def places(tmp_path: Path, s3: RemoteArchiveSettings) -> Places:
    """All three tiers."""
    folders = {"fast": tmp_path / "fast", "slow": tmp_path / "slow"}
    return Places(folders, Remote(s3, ArchiveKeys(KEY)))  # type: ignore[arg-type]  # tiers


@pytest.mark.parametrize("to", ["slow", "remote"])
def test_a_copy_is_what_was_recorded(places: Places, to: str) -> None:
    row = recorded(places.root)
    digest = places.copy(row, to, free_of_charge)  # type: ignore[arg-type]  # a tier
    assert digest == row.sha256
    places.remove("fast", row.path)
    with closing(places.open(row)) as reader:  # the row says fast still
        assert reader.size == row.size
        assert reader.read(1000, 70_000) == CONTENT[1000:71_000]
    with closing(places.open(replace(row, tier=to))) as reader:  # type: ignore[arg-type]  # a tier
        assert reader.read(0, row.size) == CONTENT


def test_what_lies_in_the_remote_store_is_unreadable_there(places: Places, s3: object) -> None:
    assert isinstance(s3, RemoteArchiveSettings)
    row = recorded(places.root, b"a very private picture" * 1000)
    places.copy(row, "remote", free_of_charge)
    bare = Remote(replace(s3, encrypt=False), ArchiveKeys(OTHER))
    assert list(bare.names()) == [(row.path, sealed_size(row.size))]
    assert list(bare.names("gate/main")) == [(row.path, sealed_size(row.size))]
    with pytest.raises(StoreError, match="another key"):
        bare.open(row.path)


def test_encryption_can_be_left_out(tmp_path: Path, s3: RemoteArchiveSettings) -> None:
    plain = Places({"fast": tmp_path}, Remote(replace(s3, encrypt=False), ArchiveKeys(KEY)))
    row = recorded(tmp_path)
    plain.copy(row, "remote", free_of_charge)
    assert plain.remote is not None
    assert plain.remote.stat(row.path) == row.size
    assert plain.digest("remote", row.path, free_of_charge) == row.sha256


def test_a_damaged_file_is_not_passed_on(places: Places) -> None:
    row = recorded(places.root)
    (places.root / row.path).write_bytes(CONTENT[:-1] + b"x")
    for tier in ("slow", "remote"):
        with pytest.raises(Damaged, match=row.id):
            places.copy(row, tier, free_of_charge)
        assert places.size(tier, row.path) is None


def test_a_copy_that_is_there_is_not_made_again(places: Places) -> None:
    row = recorded(places.root)
    places.copy(row, "slow", free_of_charge)
    before = os.stat(places.folders["slow"] / row.path).st_ino
    places.copy(row, "slow", free_of_charge)
    assert os.stat(places.folders["slow"] / row.path).st_ino == before
    (places.folders["slow"] / row.path).write_bytes(b"half")
    places.copy(row, "slow", free_of_charge)
    assert places.digest("slow", row.path, free_of_charge) == row.sha256


def test_many_parts_and_spans_of_a_large_object(places: Places) -> None:
    content = random.Random(1).randbytes(12 * 1024 * 1024)
    row = recorded(places.root, content)
    places.copy(row, "remote", free_of_charge)
    with closing(places.reader("remote", row.path)) as reader:
        for offset, n in ((11_000_000, 5), (0, 4096), (4096, 70_000), (10_000, 6_000_000)):
            assert reader.read(offset, n) == content[offset : offset + n]


def test_a_remote_store_that_is_away_says_so(tmp_path: Path, s3: RemoteArchiveSettings) -> None:
    away = replace(s3, endpoint="http://127.0.0.1:1")
    places = Places({"fast": tmp_path}, Remote(away, ArchiveKeys(KEY)))
    row = recorded(tmp_path)
    with pytest.raises(Unavailable, match="remote store"):
        places.copy(row, "remote", free_of_charge)
    with closing(places.open(row)) as reader:
        assert reader.read(0, 10) == CONTENT[:10]


def test_what_is_not_there_is_gone(places: Places) -> None:
    for tier in places.tiers:
        assert places.size(tier, "gate/main/2026-11-19/10/1.mp4") is None
        places.remove(tier, "gate/main/2026-11-19/10/1.mp4")
        with pytest.raises(Gone):
            places.digest(tier, "gate/main/2026-11-19/10/1.mp4", free_of_charge)
    with pytest.raises(Gone):
        places.open(segment(5))


@pytest.mark.parametrize("path", ["../seal.key", "/etc/passwd", "a/../../b", "a//b", ".", "a/.b"])
def test_no_row_leads_out_of_its_folder(places: Places, path: str) -> None:
    for tier in places.tiers:
        with pytest.raises(Gone):
            places.reader(tier, path)
        with pytest.raises(Gone):
            places.remove(tier, path)


def test_settings_say_which_tiers_there_are(tmp_path: Path, s3: RemoteArchiveSettings) -> None:
    def no_key() -> bytes:
        raise AssertionError("nothing is encrypted")

    simple = places_of(Settings(data_dir=tmp_path), no_key)
    assert (simple.tiers, simple.root) == (("fast",), tmp_path / "recordings")
    assert simple.after("fast") is None
    archive = ArchiveSettings(folder=tmp_path / "a", slow_folder=tmp_path / "b", remote=s3)
    full = places_of(Settings(data_dir=tmp_path, archive=archive), lambda: KEY)
    assert full.tiers == ("fast", "slow", "remote")
    assert (full.after("fast"), full.after("slow"), full.after("remote")) == (
        "slow",
        "remote",
        None,
    )
    same = replace(archive, slow_folder=tmp_path / "x" / ".." / "a")
    with pytest.raises(ConfigError, match="slow_folder"):
        places_of(Settings(data_dir=tmp_path, archive=same), lambda: KEY)
