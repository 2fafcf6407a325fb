"""`__all__` tells the truth: each name exists and none is private."""

from __future__ import annotations

import importlib

import pytest

from tests.architecture.tree import Module, modules


def declaring() -> list[Module]:
    """Modules that declare what they export."""
    return [module for module in modules() if "\n__all__" in module.text]


@pytest.mark.parametrize("module", declaring(), ids=lambda module: module.name)
def test_exports_exist(module: Module) -> None:
    loaded = importlib.import_module(module.name)
    names: list[str] = loaded.__all__
    assert [name for name in names if not hasattr(loaded, name)] == []
    assert [name for name in names if name.startswith("_") and name != "__version__"] == []
    assert len(names) == len(set(names))
