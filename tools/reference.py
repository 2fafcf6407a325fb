"""Writes docs/ref/ from what the program itself declares: plugins, settings, routes, commands.

`make docs` writes the pages; tests/docs/ fails where they are stale or where a thing has no words.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from vedette.core.errors import PluginError
from vedette.core.plugins import PORTS, schemas
from vedette.core.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "ref"
NOTE = "<!-- Written by `make docs` from the program itself. Do not edit. -->"
Schema = Mapping[str, Any]
"""A JSON Schema or a part of an OpenAPI document, as pydantic and FastAPI give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row: an option, a setting, a parameter."""

    name: str
    type: str
    default: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One thing with its rows."""

    title: str
    text: str
    entries: tuple[Entry, ...] = ()
    level: int = 2
    """Depth of the heading; level 2 with neither text nor rows is only a divider."""
    divider: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One file of docs/ref/."""

    title: str
    intro: str
    sections: tuple[Section, ...]

    def undescribed(self) -> list[str]:
        """Everything on the page that nobody has put into words."""
        found = []
        for section in self.sections:
            if not section.text and not section.divider:
                found.append(section.title)
            found += [f"{section.title}: {one.name}" for one in section.entries if not one.text]
        return found

    def text(self) -> str:
        """The page as Markdown."""
        parts = [f"# {self.title}", NOTE, self.intro]
        for section in self.sections:
            parts.append(f"{'#' * section.level} {section.title}")
            if section.text:
                parts.append(section.text)
            if section.entries:
                parts.append(_table(section.entries))
        return "\n\n".join(parts) + "\n"


def plugins_page() -> Page:
    """Every installed plugin of every port with its options."""
    sections: list[Section] = []
    for port in PORTS:
        found = schemas(port)
        if found:
            sections.append(Section(title=f"{port.capitalize()}s", text="", divider=True))
        for plugin in found:
            title = f"{port} `{plugin.kind}`"
            sections += _sections(title, {**plugin.schema, "description": plugin.summary}, level=3)
    return Page(
        title="Plugins",
        intro="A plugin is chosen by its kind and set by its options; an option that is not listed"
        " here is an error that names it.",
        sections=_once(sections),
    )


def settings_page() -> Page:
    """Every key of `vedette.toml`."""
    return Page(
        title="Settings",
        intro="Read from `vedette.toml`, then from the environment (`web.port` is"
        " `VEDETTE_WEB__PORT`), then from flags; the later wins. An unknown key is an error that"
        " names it.",
        sections=_once(_settings_sections(TypeAdapter(Settings).json_schema(), "")),
    )


def api_page() -> Page:
    """Every route of the API."""
    return routes_page(openapi())


def openapi() -> Schema:
    """The API's OpenAPI document, made without starting anything."""
    document: Schema = importlib.import_module("vedette.web.server").openapi()
    return document


def commands_page() -> Page:
    """Every command of `vedette`."""
    return parser_page(importlib.import_module("vedette.cli").parser())


def routes_page(document: Schema) -> Page:
    """The page of an OpenAPI document."""
    sections = [
        Section(
            title=f"`{method.upper()} {path}`",
            text=str(route.get("description", "")).strip(),
            entries=tuple(
                Entry(
                    name=one["name"],
                    type=words(one.get("schema", {})),
                    default=_default(one.get("schema", {}), required=one.get("required", False)),
                    text=one.get("description", "") or ("id" if one["in"] == "path" else ""),
                )
                for one in route.get("parameters", [])
            ),
        )
        for path, routes in sorted(document["paths"].items())
        for method, route in sorted(routes.items())
    ]
    return Page(
        title="API",
        intro="Bodies and answers are described in the OpenAPI document, readable at `/docs` of a"
        " running server.",
        sections=tuple(sections),
    )


def parser_page(parser: argparse.ArgumentParser) -> Page:
    """The page of a parser: every command with its flags."""
    return Page(
        title="Commands",
        intro="`vedette COMMAND --help` prints the same.",
        sections=tuple(_commands(parser, parser.description or "")),
    )


def words(schema: Schema) -> str:
    """A JSON Schema type as a person would say it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema or "oneOf" in schema:
        choices = schema.get("anyOf") or schema["oneOf"]
        return " or ".join(dict.fromkeys(words(choice) for choice in choices))
    if "const" in schema or "enum" in schema:
        return " or ".join(f"`{one}`" for one in schema.get("enum", [schema.get("const")]))
    return _kind(schema) + _limits(schema)


def _kind(schema: Schema) -> str:
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return f"[{', '.join(words(item) for item in schema['prefixItems'])}]"
        return f"list of {words(schema.get('items', {}))}"
    if schema.get("format") == "password":
        return "secret"
    names = {"integer": "whole number", "string": "text", "boolean": "true or false"}
    names |= {"object": "table", "null": "nothing", "number": "number"}
    return names.get(str(schema.get("type")), "anything")


def _limits(schema: Schema) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    limits = [f"{sign} {schema[key]}" for key, sign in signs.items() if key in schema]
    return f" {', '.join(limits)}" if limits else ""


def _sections(title: str, schema: Schema, *, level: int = 2) -> Iterator[Section]:
    """A type and, after it, the types it is made of."""
    yield Section(title=title, text=_text(schema), entries=_entries(schema), level=level)
    for name, part in schema.get("$defs", {}).items():
        if "properties" in part:
            yield Section(title=name, text=_text(part), entries=_entries(part), level=level)


def _settings_sections(schema: Schema, prefix: str) -> Iterator[Section]:
    defs = schema["$defs"]
    groups = {
        k: v["$ref"].rpartition("/")[2] for k, v in schema["properties"].items() if "$ref" in v
    }
    plain = {k: v for k, v in schema["properties"].items() if k not in groups}
    title = f"`[{prefix}]`" if prefix else "Top level"
    yield Section(
        title=title, text=_text(schema), entries=_entries({**schema, "properties": plain})
    )
    for key, name in groups.items():
        yield from _settings_sections({**defs[name], "$defs": defs}, f"{prefix}.{key}".lstrip("."))


def _entries(schema: Schema) -> tuple[Entry, ...]:
    required = schema.get("required", [])
    return tuple(
        Entry(
            name=name,
            type=words(one),
            default=_default(one, required=name in required),
            text=_text(one),
        )
        for name, one in schema.get("properties", {}).items()
    )


def _default(schema: Schema, *, required: bool) -> str:
    if required:
        return "required"
    if "default" not in schema:
        return ""
    return f"`{json.dumps(schema['default'], ensure_ascii=False)}`"


def _text(schema: Schema) -> str:
    return " ".join(str(schema.get("description", "")).split())


def _commands(parser: argparse.ArgumentParser, text: str) -> Iterator[Section]:
    flags, children = [], []
    for action in parser._actions:  # argparse has no public way to list them
        if isinstance(action, argparse._SubParsersAction):
            children.append(action)
        elif not isinstance(action, argparse._HelpAction):
            flags.append(action)
    yield Section(title=f"`{parser.prog}`", text=text, entries=tuple(map(_flag, flags)))
    for child in children:
        helps = {choice.dest: choice.help or "" for choice in child._choices_actions}
        for name, inner in child.choices.items():
            yield from _commands(inner, inner.description or helps.get(name, ""))


def _flag(action: argparse.Action) -> Entry:
    name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
    takes = "" if action.nargs == 0 else str(action.metavar or action.dest).upper()
    if action.choices:
        takes = " or ".join(f"`{choice}`" for choice in action.choices)
    empty = action.default in (None, False, argparse.SUPPRESS, [], ())
    default = "" if empty else f"`{action.default}`"
    return Entry(name=name, type=takes, default=default, text=action.help or "")


def _table(entries: Iterable[Entry]) -> str:
    rows = ["| name | type | default | what it is |", "|---|---|---|---|"]
    for one in entries:
        cells = (f"`{one.name}`", one.type, one.default, one.text)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _once(sections: Iterable[Section]) -> tuple[Section, ...]:
    """A type that several plugins use is explained where it is first met."""
    return tuple({section.title: section for section in reversed([*sections])}.values())[::-1]


PAGES: Mapping[str, Callable[[], Page]] = {
    "plugins.md": plugins_page,
    "settings.md": settings_page,
    "api.md": api_page,
    "commands.md": commands_page,
}


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or print the OpenAPI document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["write", "openapi"])
    if parser.parse_args(arguments).action == "openapi":
        print(json.dumps(openapi(), indent=1, ensure_ascii=False, sort_keys=True))
        return 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name, page in PAGES.items():
        try:
            (FOLDER / name).write_text(page().text())
        except (ImportError, AttributeError, PluginError) as error:
            print(f"docs: {name} cannot be written: {error}", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
