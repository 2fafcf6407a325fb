"""What may stand in the repository: no registry's address, no weights or footage, nothing large."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

LOCKS = ("requirements.lock", "tools/node.lock", "ui/package-lock.json")
ADDRESS = re.compile(r"(?m)^\s*(-i|--(extra-)?index-url|--find-links)\b|://|\"resolved\"")
# Weights and footage have licences and sizes of their own; pickles also run code.
FOREIGN = {".ckpt", ".engine", ".jpg", ".jpeg", ".mkv", ".mp4", ".onnx", ".pkl", ".pt", ".pth"}
FOREIGN |= {".safetensors", ".tflite", ".ts.bin", ".webm"}
LARGEST = 1 << 20


def tracked() -> list[Path]:
    """Files under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_registry(lock: str) -> None:
    path = ROOT / lock
    if not path.exists():
        pytest.skip(f"{lock} does not exist")
    text = path.read_text()
    if lock.endswith(".json"):
        # Home pages of people who ask for donations are addresses too, but no registry's.
        packages = json.loads(text)["packages"]
        text = json.dumps([{**one, "funding": None} for one in packages.values()])
    assert ADDRESS.findall(text) == []


@pytest.mark.parametrize("lock", LOCKS[:2])
def test_every_locked_package_has_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    bare = [
        block.split()[0]
        for block in re.split(r"\n(?=[a-z0-9])", text)
        if "==" in block and "--hash=sha256:" not in block
    ]
    assert bare == []


def test_the_lock_holds_what_the_package_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {_normal(re.split(r"[\[<>=~! ]", need)[0]) for need in wanted}
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)(?:\[[a-z,]+\])?==", (ROOT / LOCKS[0]).read_text()))
    assert names - locked == set()


def test_no_weights_or_footage() -> None:
    assert [path for path in tracked() if path.suffix.lower() in FOREIGN] == []


def test_no_large_files() -> None:
    assert [path for path in tracked() if path.stat().st_size > LARGEST] == []


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
