"""The journal: a line counts once it is on disk, and a dead process's lines are found."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vedette.store.journal import Journal, abandoned

WRITE_AND_WAIT = """
import sys
from pathlib import Path
from vedette.store.journal import Journal
journal = Journal.create(Path(sys.argv[1]))
for number in range(3):
    journal.append(f"line {number}".encode())
print(journal.path.name, flush=True)
sys.stdin.read()
"""


def test_lines_come_back_in_order_and_once(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    for number in range(5):
        journal.append(b"line %d" % number)
    lines, end = journal.read(2)
    assert lines == [b"line 0", b"line 1"]
    assert journal.read(2) == (lines, end)
    journal.take(end)
    journal.append(b"line 5")
    lines, end = journal.read(9)
    assert lines == [b"line 2", b"line 3", b"line 4", b"line 5"]
    journal.take(end)
    assert journal.read(9) == ([], end)
    journal.clear()
    journal.append(b"new")
    assert journal.read(9)[0] == [b"new"]
    journal.close(delete=True)
    journal.close(delete=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("torn", [b"", b"li", b"\x00" * 40])
def test_a_torn_last_line_never_counted(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "1-dead.events"
    path.write_bytes(b"line 0\nline 1\n" + torn)
    [journal] = abandoned(tmp_path)
    assert journal.read(9)[0] == [b"line 0", b"line 1"]
    journal.close(delete=False)


@pytest.mark.parametrize("written", [0, 3, OSError(errno.ENOSPC, "no space left")])
def test_a_full_disk_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int | OSError
) -> None:
    journal = Journal.create(tmp_path)
    journal.append(b"line 0")
    write = os.pwrite

    def full(descriptor: int, line: bytes, offset: int) -> int:
        if isinstance(written, OSError):
            raise written
        return write(descriptor, line[:written], offset)

    with monkeypatch.context() as disk:
        disk.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match="no space left"):
            journal.append(b"line 1")
    journal.append(b"line 2")
    assert journal.path.read_bytes() == b"line 0\nline 2\n"
    journal.close(delete=True)


def test_lines_are_found_once_their_process_is_dead(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE_AND_WAIT, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert (tmp_path / name).exists()
        assert abandoned(tmp_path) == []
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    [journal] = abandoned(tmp_path)
    assert abandoned(tmp_path) == []  # whoever asks first has it
    assert journal.read(9)[0] == [b"line 0", b"line 1", b"line 2"]
    journal.close(delete=True)


def test_the_oldest_comes_first(tmp_path: Path) -> None:
    for age_s, name in enumerate(["b", "c", "a"]):
        path = tmp_path / f"{name}.events"
        path.write_bytes(name.encode() + b"\n")
        os.utime(path, (1_000_000 - age_s, 1_000_000 - age_s))
    journals = abandoned(tmp_path)
    assert [journal.read(1)[0] for journal in journals] == [[b"a"], [b"c"], [b"b"]]
    for journal in journals:
        journal.close(delete=False)


def test_nothing_is_abandoned_where_nothing_is(tmp_path: Path) -> None:
    assert abandoned(tmp_path / "nowhere") == []
