"""Names say what a thing is; folders of the tests are those of the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import PACKAGE, ROOT, Module, modules, none, sample

# Drawers for anything; what is in them has a name of its own.
DRAWERS = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
ENDINGS = ("Manager", "Handler", "Helper", "Processor")
# Folders of tests that stand for no folder of the source.
TESTS_ONLY = {"architecture", "docs", "end_to_end", "services", "tools", "ui"}


def unnamed(module: Module) -> Iterator[str]:
    """Modules and classes whose name says nothing."""
    for part in module.name.split("."):
        if part in DRAWERS:
            yield f"{module.where}: {part!r} names a drawer, not a thing"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(ENDINGS):
            yield module.at(node, f"{node.name}: say what it is instead of {', '.join(ENDINGS)}")


def test_names_say_what_things_are() -> None:
    none(found for module in modules() for found in unnamed(module))


def test_test_folders_mirror_the_source() -> None:
    features = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("__")}
    folders = {path.name for path in (ROOT / "tests").iterdir() if any(path.glob("*.py"))}
    assert folders - features - TESTS_ONLY == set()


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("vedette.rules.crossing", "class Crossing: ...", 0),
        ("vedette.rules.utils", "", 1),
        ("vedette.common.time", "", 1),
        ("vedette.rules.database", "", 0),
        ("vedette.live.hub", "class StreamManager: ...", 1),
        ("vedette.live.hub", "def f():\n    class FrameHandler: ...", 1),
    ],
)
def test_empty_names_are_found(name: str, text: str, found: int) -> None:
    assert len(list(unnamed(sample(text, name=name)))) == found
