"""An archive of real video with journals and rows, as a recorder leaves it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.record.shelf import Film, record
from vedette.core.footage import Gap, Segment
from vedette.record.journal import START, append_journal, link
from vedette.record.layout import day_folder
from vedette.store import Store

__all__ = ["KEY", "age", "everything", "filled"]

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def filled(root: Path, store: Store, film: Film | None = None) -> list[Segment]:
    """Four files of a gate and a gap after them, in files, journal and index."""
    rows: list[Segment] = []
    before = START
    for one in record(root, film or Film(seconds=8, file_s=2)):
        before = link(before, one.start_us, one.size, one.sha256)
        rows.append(replace(one, chain=before))
    gap = Gap(
        camera="gate",
        stream="main",
        start_us=rows[-1].end_us,
        end_us=rows[-1].end_us + 5_000_000,
        cause="unreachable",
        detail="no route",
    )
    journal = root / day_folder("gate", "main", rows[0].start_us).journal
    # One that was told while it lasted, and one that turned out to be none.
    lasting = replace(gap, end_us=None)
    none = replace(gap, start_us=rows[0].end_us, end_us=rows[0].end_us)
    append_journal(journal, [*rows, lasting, gap, none])
    store.footage.put(rows)
    store.footage.put_gaps([gap])
    age(root)
    return rows


def age(root: Path) -> None:
    """Let all files seem old, so that none is taken for one being recorded."""
    for path in root.rglob("*.*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def everything(store: Store) -> Iterator[object]:
    """All that the index knows."""
    yield from store.footage.find("gate", None, (0, 2**60))
    yield from store.footage.gaps("gate", None, (0, 2**60))
    yield from store.footage.holdings()
