"""Passwords at rest and the file with the key to them."""

from __future__ import annotations

import base64
import os
import stat
import threading
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from vedette.core.errors import ConfigError, StoreError
from vedette.store.seal import Sealer, open_key


@pytest.mark.parametrize("secret", ["", "a", "ünïcödé 密码", "line\nline", "x" * 10_000])
def test_a_secret_comes_back(key: bytes, secret: str) -> None:
    sealer = Sealer(key)
    sealed = sealer.seal(secret)
    assert sealer.unseal(sealed) == secret
    assert len(secret) < 5 or secret not in sealed


def test_the_same_secret_looks_different_each_time(key: bytes) -> None:
    assert Sealer(key).seal("hunter2") != Sealer(key).seal("hunter2")


@pytest.mark.parametrize(
    "tamper",
    [lambda sealed: sealed[:-4], lambda sealed: "A" + sealed, lambda _: "hunter2", lambda _: "ü"],
    ids=["cut", "longer", "never sealed", "no letters of ours"],
)
def test_what_was_tampered_with_is_refused(key: bytes, tamper: object) -> None:
    assert callable(tamper)
    with pytest.raises(StoreError, match="encrypted with another key"):
        Sealer(key).unseal(tamper(Sealer(key).seal("hunter2")))


@pytest.mark.parametrize("form", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_key_made_with_openssl_will_do(form: object) -> None:
    assert callable(form)
    sealer = Sealer(form(bytes(range(224, 256))) + b"\n")
    assert sealer.unseal(sealer.seal("hunter2")) == "hunter2"


@pytest.mark.parametrize("key", [b"", b"\n", b"a password", b"A" * 44, b"\xff" * 32])
def test_what_is_no_key_is_explained(key: bytes) -> None:
    with pytest.raises(ConfigError, match="store_key: expected a key of 32 bytes in base64"):
        Sealer(key)


def test_the_first_start_makes_a_key_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "seal.key"
    made = open_key(path)
    Sealer(made)
    assert open_key(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["seal.key"]


def test_all_who_start_at_once_have_the_same_key(tmp_path: Path) -> None:
    keys: list[bytes] = []
    gate = threading.Barrier(8)

    def start() -> None:
        gate.wait()
        keys.append(open_key(tmp_path / "seal.key"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert os.listdir(tmp_path) == ["seal.key"]


def test_a_key_that_cannot_be_read_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"the key file .* cannot be used: Is a directory"):
        open_key(tmp_path)


def test_a_made_key_is_new_each_time(tmp_path: Path) -> None:
    assert open_key(tmp_path / "a") != open_key(tmp_path / "b") != Fernet.generate_key()
