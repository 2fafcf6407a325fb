"""One error tree, few catchers; no silence without a reason; nothing left unfinished."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import Module, modules, none, sample

CATCHERS = (
    "vedette.runtime.supervisor",
    "vedette.pipeline.keeper",  # the supervisor of threads
    "vedette.bus",
    "vedette.core.plugins",
    "vedette.web.errors",
)
EVERYTHING = {"Exception", "BaseException"}
IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+#\s*\S)")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")


def broad(module: Module) -> Iterator[str]:
    """Handlers that catch everything and do not pass it on, outside the four places."""
    if module.within(*CATCHERS):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _passes_on(node):
            yield module.at(node, f"catches everything; only {', '.join(CATCHERS)} may")


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(n, ast.Name) and n.id in EVERYTHING for n in ast.walk(handler.type))


def _passes_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def lines_with(module: Module, pattern: re.Pattern[str], message: str) -> Iterator[str]:
    """Lines a pattern finds."""
    for number, line in enumerate(module.text.splitlines(), 1):
        if pattern.search(line):
            yield f"{module.where}:{number}: {message}"


def test_only_four_places_catch_everything() -> None:
    none(found for module in modules() for found in broad(module))


def test_every_ignored_type_error_names_its_code_and_reason() -> None:
    message = "write `# type: ignore[code]  # reason`"
    none(found for module in modules() for found in lines_with(module, IGNORE, message))


def test_nothing_is_left_unfinished() -> None:
    message = "unfinished"
    none(found for module in modules() for found in lines_with(module, UNFINISHED, message))


@pytest.mark.parametrize(
    ("name", "handler", "found"),
    [
        ("vedette.rules.crossing", "except Exception:\n    pass", 1),
        ("vedette.rules.crossing", "except (OSError, Exception) as e:\n    print(e)", 1),
        ("vedette.rules.crossing", "except:\n    pass", 1),
        ("vedette.rules.crossing", "except BaseException:\n    undo()\n    raise", 0),
        ("vedette.rules.crossing", "except OSError:\n    pass", 0),
        ("vedette.core.plugins", "except Exception:\n    pass", 0),
    ],
)
def test_broad_handlers_are_found(name: str, handler: str, found: int) -> None:
    assert len(list(broad(sample(f"try:\n    f()\n{handler}", name=name)))) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("x = y  # type: ignore", 1),
        ("x = y  # type: ignore[attr-defined]", 1),
        ("x = y  # type: ignore[attr-defined]  # set by the loader", 0),
    ],
)
def test_unexplained_ignores_are_found(line: str, found: int) -> None:
    assert len(list(lines_with(sample(line), IGNORE, "unexplained"))) == found
