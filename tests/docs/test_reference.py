"""docs/ref/ says what the program declares, and the program puts everything into words."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from tools.reference import FOLDER, PAGES, Page, Section, parser_page, routes_page, words


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_up_to_date(name: str) -> None:
    path = FOLDER / name
    assert path.is_file(), "run `make docs`"
    assert path.read_text() == PAGES[name]().text(), "run `make docs`"


@pytest.mark.parametrize("name", PAGES)
def test_everything_is_described(name: str) -> None:
    """A plugin's or setting's words are its docstrings, a route's those of its function."""
    assert PAGES[name]().undescribed() == []


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
    page = routes_page(
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
    page = parser_page(parser)
    assert page.undescribed() == ["`vedette run`: --quiet"]
    assert "| `--port` | PORT | `8971` | where to listen |" in page.text()


def test_a_divider_needs_no_words() -> None:
    page = Page(
        title="X",
        intro="",
        sections=(
            Section(title="Rules", text="", divider=True),
            Section(title="rule `x`", text=""),
        ),
    )
    assert page.undescribed() == ["rule `x`"]
