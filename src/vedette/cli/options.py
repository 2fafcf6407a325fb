"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pydantic import JsonValue

from vedette.core.errors import ConfigError
from vedette.core.settings import Settings, load_settings

__all__ = ["add_settings", "settings_of"]


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Where settings come from."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings file (default: vedette.toml if there)"
    )
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where data is kept")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="one setting, such as web.port=8080; may be repeated",
    )


def settings_of(args: argparse.Namespace, **more: JsonValue) -> Settings:
    """The settings a command line asks for: file, environment, then flags."""
    file: Path | None = args.config
    if file is None and (named := os.environ.get("VEDETTE_CONFIG")):
        file = Path(named)
    if file is None and Path("vedette.toml").is_file():
        file = Path("vedette.toml")
    flags: dict[str, JsonValue] = {}
    for text in args.set:
        key, equals, setting = text.partition("=")
        if not equals:
            raise ConfigError(f"--set wants KEY=VALUE, got {text!r}")
        flags[key.strip()] = setting
    if args.data_dir is not None:
        flags["data_dir"] = str(args.data_dir)
    flags.update(
        {key.replace("__", "."): chosen for key, chosen in more.items() if chosen is not None}
    )
    return load_settings(file, os.environ, flags)
