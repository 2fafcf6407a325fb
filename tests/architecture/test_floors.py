"""Who may import whom: import-linter's floors, and the places foreign libraries are kept to."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, Module, imports, modules, none, sample

# Library or package → the only places that may import it.
PLACES = {
    "av": ("ingest", "record", "live", "caption", "testing"),
    "fastapi": ("web",),
    "starlette": ("web",),
    "sqlalchemy": ("store",),
    "alembic": ("store",),
    "ray": ("runtime",),
    "vedette.testing": ("testing", "cli.demo", "cli.bench"),
}
# Blocking code everywhere else: no function has two colours.
ASYNC_PLACES = ("web", "runtime", "live", "bus.aio", "testing")
ASYNC_LIBRARIES = ("asyncio", "anyio", "uvloop")
# The words of the product need nothing else.
CORE_LIBRARIES = {"numpy", "pydantic", "annotated_types", "vedette", *sys.stdlib_module_names}


def strays(module: Module) -> Iterator[str]:
    """Imports outside the places they are kept to."""
    rules = {**PLACES, **dict.fromkeys(ASYNC_LIBRARIES, ASYNC_PLACES)}
    for node, imported in imports(module):
        for library, places in rules.items():
            if not f"{imported}.".startswith(f"{library}."):
                continue
            if not module.within(*(f"vedette.{place}" for place in places)):
                yield module.at(node, f"{library} may be imported only in {', '.join(places)}")


def colours(module: Module) -> Iterator[str]:
    """Coroutines outside the asynchronous places."""
    if module.within(*(f"vedette.{place}" for place in ASYNC_PLACES)):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef):
            yield module.at(node, f"async def only in {', '.join(ASYNC_PLACES)}")


def test_imports_go_down_the_floors_only() -> None:
    done = floors(PACKAGE.parent)
    assert done.returncode == 0, done.stdout


def test_libraries_stay_in_their_places() -> None:
    none(stray for module in modules() for stray in strays(module))


def test_coroutines_stay_at_the_doors() -> None:
    none(found for module in modules() for found in colours(module))


def test_core_needs_only_numpy_and_pydantic() -> None:
    none(
        module.at(node, f"core imports {imported}")
        for module in modules()
        if module.within("vedette.core")
        for node, imported in imports(module)
        if imported.split(".")[0] not in CORE_LIBRARIES
    )


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("vedette.rules.crossing", "import av", 1),
        ("vedette.rules.crossing", "from av.video import frame", 1),
        ("vedette.rules.crossing", "import avro", 0),
        ("vedette.ingest.rtsp", "import av", 0),
        ("vedette.pipeline.lane", "def f():\n    import asyncio", 1),
        ("vedette.bus.aio", "import asyncio", 0),
        ("vedette.bus.socket", "import asyncio", 1),
        ("vedette.web.server", "from vedette import testing", 1),
        ("vedette.cli.demo", "from vedette.testing.scenes import yard", 0),
    ],
)
def test_strays_are_found(name: str, text: str, found: int) -> None:
    assert len(list(strays(sample(text, name=name)))) == found


@pytest.mark.parametrize(
    ("modules_and_text", "complaint"),
    [
        ({"rules": "import vedette.core"}, None),
        ({"core": "import vedette.rules", "rules": ""}, "vedette.core is not allowed to import"),
        ({"rules": "", "track": "import vedette.rules"}, "vedette.track is not allowed to import"),
        ({"elsewhere": ""}, "elsewhere"),
    ],
    ids=["down", "up", "sideways", "no floor"],
)
def test_floors_are_told_apart(
    tmp_path: Path, modules_and_text: dict[str, str], complaint: str | None
) -> None:
    for name, text in {"__init__": "", "core": "", **modules_and_text}.items():
        path = tmp_path / "vedette" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    done = floors(tmp_path)
    assert (done.returncode == 0) == (complaint is None), done.stdout
    assert complaint is None or complaint in done.stdout


def floors(folder: Path) -> subprocess.CompletedProcess[str]:
    """This repository's contracts, held against the package in `folder`."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-logo", "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
