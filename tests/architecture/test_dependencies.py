"""What the package imports it declares; extras are imported only where they are wanted."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.tree import ROOT, Module, imports, modules, none, sample

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DISTRIBUTIONS = packages_distributions()
# Extras that a test environment may not have, so that their names cannot be looked up.
UNLISTED = {"ray": "ray", "obstore": "obstore", "apprise": "apprise", "onvif": "onvif-zeep-async"}
# Asked for by asking for another: pydantic's own half, and what uvicorn[standard] brings.
PARTS = {"pydantic-core": "pydantic", "uvloop": "uvicorn", "websockets": "uvicorn"}


def declared(needs: list[str]) -> set[str]:
    """Names of the distributions that a list of requirements asks for."""
    return {_normal(re.split(r"[\[<>=~! ]", need)[0]) for need in needs}


def undeclared(module: Module, allowed: set[str]) -> Iterator[str]:
    """Imports of libraries that nothing in pyproject.toml asks for."""
    for node, imported in imports(module):
        top = imported.split(".")[0]
        if top == "vedette" or top in sys.stdlib_module_names:
            continue
        if not _distributions(top) & allowed:
            yield module.at(node, f"{top} is not declared in pyproject.toml")


def eager(module: Module, extras: set[str]) -> Iterator[str]:
    """Imports of an extra that run when the module is loaded: without the extra it could not be."""
    for node, imported in imports(module):
        top = imported.split(".")[0]
        if node in module.tree.body and _distributions(top) & extras:
            yield module.at(node, f"{top} comes with an extra: import it where it is used")


def _distributions(top: str) -> set[str]:
    known = DISTRIBUTIONS.get(top, [UNLISTED.get(top, "")])
    return {PARTS.get(name, name) for name in map(_normal, known)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


NEEDS = declared(PROJECT["dependencies"])
EXTRAS = declared([need for extra in PROJECT["optional-dependencies"].values() for need in extra])


def test_every_import_is_declared() -> None:
    none(found for module in modules() for found in undeclared(module, NEEDS | EXTRAS))


def test_extras_are_imported_late() -> None:
    """Plugins of an extra live in modules of their own, which entry points load when asked for."""
    plugins = {
        point.partition(":")[0]
        for group in PROJECT["entry-points"].values()
        for point in group.values()
    }
    none(
        found
        for module in modules()
        if module.name not in plugins
        for found in eager(module, EXTRAS - NEEDS)
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import numpy.typing", 0),
        ("import cv2", 0),  # its distribution has another name
        ("import pandas", 1),
        ("def f():\n    import pytest", 1),
        ("from vedette.core import facts", 0),
    ],
)
def test_undeclared_imports_are_found(text: str, found: int) -> None:
    assert len(list(undeclared(sample(text), NEEDS))) == found


@pytest.mark.parametrize(
    ("text", "found"), [("import redis", 1), ("def f():\n    import redis", 0)]
)
def test_eager_imports_are_found(text: str, found: int) -> None:
    assert len(list(eager(sample(text), {"redis"}))) == found
