"""Pages point at what exists; decisions are numbered once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")
IMAGE = re.compile(r"!\[[^\]]*\]\((?!https?:)([^)\s]+)\)|<img[^>]* src=\"(?!https?:)([^\"]+)\"")


def written() -> list[Path]:
    """Every page in Markdown."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def dangling(page: Path, text: str) -> list[str]:
    """Links and pictures of a page that lead nowhere."""
    targets = LINK.findall(text) + ["".join(pair) for pair in IMAGE.findall(text)]
    return [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", written(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert dangling(page, page.read_text()) == []


def test_decisions_are_numbered_once() -> None:
    numbers = Counter(path.name[:4] for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [number for number, times in numbers.items() if times > 1] == []


def test_links_to_nowhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").touch()
    text = (
        "[a](there.md) [b](there.md#part) [c](#here) [d](https://example.org/x)"
        ' [e](gone.md) ![f](gone.png) <img alt="" src="lost.png">'
    )
    assert dangling(tmp_path / "page.md", text) == ["gone.md", "gone.png", "lost.png"]
