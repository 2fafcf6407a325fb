"""The product's source, read once as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "vedette"
WEB_APP = ROOT / "ui" / "src"


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file of the package."""

    name: str
    where: str
    text: str
    tree: ast.Module

    def at(self, node: ast.stmt | ast.expr | ast.ExceptHandler, message: str) -> str:
        """A complaint as editors understand it."""
        return f"{self.where}:{node.lineno}: {message}"

    def within(self, *places: str) -> bool:
        """Whether the module is one of these, or inside one."""
        return any(self.name == place or self.name.startswith(f"{place}.") for place in places)


def modules() -> Iterator[Module]:
    """All modules of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        yield sample(path.read_text(), name=name, where=str(path.relative_to(ROOT)))


def sample(text: str, *, name: str = "vedette.sample", where: str = "sample.py") -> Module:
    """A module from its text; tests of the rules themselves use it."""
    return Module(name=name, where=where, text=text, tree=ast.parse(text))


def imports(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Every imported name in full, wherever in the module it is imported."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def none(complaints: Iterable[str]) -> None:
    """Fail with every complaint on a line of its own."""
    found = list(complaints)
    assert not found, "\n" + "\n".join(found)
