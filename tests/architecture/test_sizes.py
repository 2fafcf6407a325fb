"""Files and functions stay small enough to be read."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, WEB_APP, Module, modules, none, sample
from tools.webapp import Node

FILE_LINES = 400
FUNCTION_LINES = 60


def long_files(paths: Iterator[Path]) -> Iterator[str]:
    """Files over the limit; to be split by noun."""
    for path in paths:
        lines = len(path.read_text().splitlines())
        if lines > FILE_LINES:
            yield f"{path}: {lines} lines, more than {FILE_LINES}"


def long_functions(module: Module) -> Iterator[str]:
    """Functions over the limit, decorators not counted."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield module.at(node, f"{node.name} has {lines} lines, more than {FUNCTION_LINES}")


def sources() -> Iterator[Path]:
    """Everything the product is written in, generated types left out."""
    yield from sorted(PACKAGE.rglob("*.py"))
    for path in sorted(WEB_APP.rglob("*")):
        if path.suffix in {".ts", ".tsx", ".css"} and not path.name.endswith(".d.ts"):
            yield path


def test_files_are_short() -> None:
    none(long_files(sources()))


def test_functions_are_short() -> None:
    none(found for module in modules() for found in long_functions(module))


def test_functions_of_the_web_app_are_short() -> None:
    compiler = ROOT / "ui" / "node_modules" / "typescript"
    if not compiler.is_dir():
        pytest.skip("the web app's packages are not installed (make setup)")
    script = ROOT / "tools" / "functions.mjs"
    done = subprocess.run(
        [Node().folder / "node", script, compiler, WEB_APP, str(FUNCTION_LINES)],
        capture_output=True,
        text=True,
        check=True,
    )
    none(json.loads(done.stdout))


def test_a_long_file_is_found(tmp_path: Path) -> None:
    short, long = tmp_path / "short.py", tmp_path / "long.py"
    short.write_text("1\n" * FILE_LINES)
    long.write_text("1\n" * (FILE_LINES + 1))
    assert list(long_files(iter([short, long]))) == [f"{long}: 401 lines, more than 400"]


@pytest.mark.parametrize(("lines", "found"), [(60, 0), (61, 1)])
@pytest.mark.parametrize("keyword", ["def", "async def"])
def test_a_long_function_is_found(keyword: str, lines: int, found: int) -> None:
    text = f"@decorated\n{keyword} f():\n" + "    1\n" * (lines - 1)
    assert len(list(long_functions(sample(text)))) == found
