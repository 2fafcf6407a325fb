"""No hidden state: nothing at module level changes after import."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import Module, modules, none, sample

# Made to change; at module level they belong to nobody.
STATEFUL = {
    "Condition", "ContextVar", "Counter", "Event", "Lock", "Queue", "RLock", "Semaphore",
    "SimpleQueue", "ThreadPoolExecutor", "WeakKeyDictionary", "WeakSet", "WeakValueDictionary",
    "bytearray", "count", "defaultdict", "deque", "local",
}  # fmt: skip
CONTAINERS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
CHANGERS = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
    "remove", "setdefault", "sort", "update",
}  # fmt: skip


def state(module: Module) -> Iterator[str]:
    """Whatever may differ between two calls though nobody passed it in."""
    tables = dict(_bound(module.tree))
    for name, value in tables.items():
        if isinstance(value, ast.Call) and _called(value) in STATEFUL:
            yield module.at(value, f"{name}: give it to an object that owns it")
        if isinstance(value, CONTAINERS) and not name.strip("_").isupper() and name != "__all__":
            yield module.at(value, f"{name}: a table is written in capitals and never changes")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield module.at(node, "global: pass the value instead")
        changed = _changed(node)
        if changed in tables and isinstance(tables[changed], CONTAINERS) and changed != "__all__":
            yield f"{module.where}: {changed} is changed after import"


def _bound(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _changed(node: ast.AST) -> str:
    """Name of the table that a statement or call changes, "" where it changes none."""
    target: ast.AST | None = None
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        target = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        target = node.func.value if node.func.attr in CHANGERS else None
    return target.id if isinstance(target, ast.Name) else ""


def test_nothing_at_module_level_changes() -> None:
    none(found for module in modules() for found in state(module))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LABELS = ['person', 'car']", 0),
        ("labels = ['person', 'car']", 1),
        ("__all__ = ['a']", 0),
        ("_ids = itertools.count()", 1),
        ("_lock: Lock = threading.Lock()", 1),
        ("LABELS = {}\ndef f():\n    LABELS['a'] = 1", 1),
        ("LABELS = []\ndef f():\n    LABELS.append(1)", 1),
        ("def f():\n    labels = []\n    labels.append(1)", 0),
        ("def f():\n    global n\n    n = 1", 1),
        ("log = structlog.get_logger()", 0),
    ],
)
def test_hidden_state_is_found(text: str, found: int) -> None:
    assert len(list(state(sample(text)))) == found
