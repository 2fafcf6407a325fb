"""Exports are kept with how far they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vedette.core.archive import ExportStore
from vedette.core.errors import NotFound
from vedette.core.footage import Export
from vedette.store import Store

EXPORT = Export(
    id="x1",
    cameras=("gate", "yard"),
    start_us=5,
    end_us=9,
    boxes=True,
    note="大门 ✓",
    author="eve",
    made_us=7,
)


def test_an_export_comes_back_as_it_was_last_put(store: Store) -> None:
    contract: ExportStore = store.exports
    contract.put(EXPORT)
    assert contract.get("x1") == EXPORT
    done = replace(EXPORT, state="done", progress=1.0, size=3, name="gate.mp4")
    contract.put(done)
    assert contract.get("x1") == done
    assert contract.all() == (done,)


def test_the_newest_come_first_of_one_or_of_all(store: Store) -> None:
    later = replace(EXPORT, id="x2", made_us=8)
    others = replace(EXPORT, id="x3", made_us=9, author="adam")
    for one in (later, others, EXPORT):
        store.exports.put(one)
    assert store.exports.all() == (others, later, EXPORT)
    assert store.exports.all(author="eve") == (later, EXPORT)
    assert store.exports.all(author="nobody") == ()


def test_what_is_not_there_is_not_found(store: Store) -> None:
    store.exports.put(EXPORT)
    store.exports.remove("x1")
    for ask in (store.exports.get, store.exports.remove):
        with pytest.raises(NotFound, match="there is no export 'x1'"):
            ask("x1")
