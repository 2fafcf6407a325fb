"""docs/ref/ says what the program declares, and the program puts everything into words."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from tools.reference import FOLDER, Page, Section, api_page, commands_page, pages, words


@pytest.fixture(scope="module", name="written")
def fixture_written() -> list[Page]:
    return pages()


def test_pages_are_up_to_date(written: list[Page]) -> None:
    stale = [
        page.name
        for page in written
        if not (FOLDER / page.name).is_file() or (FOLDER / page.name).read_text() != page.text()
    ]
    assert stale == [], "run `make docs`"


def test_everything_is_described(written: list[Page]) -> None:
    """A plugin's or setting's words are its docstrings, a route's those of its function."""
    assert {page.name: page.undescribed() for page in written if page.undescribed()} == {}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 9}, "whole number ≥ 0, ≤ 9"),
        ({"type": "number", "exclusiveMinimum": 0}, "number > 0"),
        ({"type": "string", "format": "password"}, "secret"),
        ({"enum": ["left", "right"]}, "`left` or `right`"),
        ({"const": "person"}, "`person`"),
        ({"type": "array", "items": {"$ref": "#/$defs/Zone"}}, "list of Zone"),
        ({"type": "array", "prefixItems": [{"type": "number"}] * 2}, "[number, number]"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or nothing"),
        ({}, "anything"),
    ],
)
def test_types_are_said_in_words(schema: dict[str, Any], said: str) -> None:
    assert words(schema) == said


def test_a_route_without_words_is_found() -> None:
    parameter = {"name": "since", "in": "query", "schema": {"type": "integer"}}
    page = api_page(
        {
            "paths": {
                "/events": {"get": {"description": "Events.", "parameters": [parameter]}},
                "/alarms": {"get": {}},
            }
        }
    )
    assert page.undescribed() == ["`GET /alarms`", "`GET /events`: since"]


def test_a_flag_without_words_is_found() -> None:
    parser = argparse.ArgumentParser(prog="vedette", description="Guards.")
    run = parser.add_subparsers().add_parser("run", help="run it")
    run.add_argument("--port", type=int, default=8971, help="where to listen")
    run.add_argument("--quiet", action="store_true")
    page = commands_page(parser)
    assert page.undescribed() == ["`vedette run`: --quiet"]
    assert "| `--port` | PORT | `8971` | where to listen |" in page.text()


def test_a_divider_needs_no_words() -> None:
    page = Page(
        name="x.md",
        title="X",
        intro="",
        sections=(
            Section(title="Rules", text="", divider=True),
            Section(title="rule `x`", text=""),
        ),
    )
    assert page.undescribed() == ["rule `x`"]
