"""`vedette site`: the configuration as a file, without the server."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from vedette.app import open_database
from vedette.cli.options import add_settings, settings_of
from vedette.core.errors import ConfigError
from vedette.core.secrets import keep_secrets
from vedette.pipeline.build import check_camera
from vedette.web.site_file import difference, from_yaml, to_yaml

__all__ = ["register"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("site", help="write or read cameras, zones and rules as a file")
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    out = what.add_parser("export", help="write the site as YAML; passwords are masked")
    out.add_argument("file", nargs="?", type=Path, help="file to write (default: standard output)")
    add_settings(out)
    out.set_defaults(func=_export)
    read = what.add_parser("import", help="make the site what a YAML file says")
    read.add_argument("file", type=Path, help="file to read; a masked password keeps its value")
    read.add_argument(
        "--dry-run", action="store_true", help="say what would change, change nothing"
    )
    add_settings(read)
    read.set_defaults(func=_import)


def _export(args: argparse.Namespace) -> int:
    with closing(open_database(settings_of(args))) as store:
        text = to_yaml(store.site.load())
    if args.file is None:
        sys.stdout.write(text)
    else:
        args.file.write_text(text, encoding="utf-8")
    return 0


def _import(args: argparse.Namespace) -> int:
    try:
        wanted = from_yaml(args.file.read_bytes())
    except OSError as error:
        raise ConfigError(f"site file {args.file} cannot be read: {error.strerror}") from error
    for camera in wanted.cameras:
        check_camera(camera)
    with closing(open_database(settings_of(args))) as store:
        now = store.site.load()
        wanted = keep_secrets(replace(wanted, revision=now.revision), now)
        found = difference(now, wanted, now.revision)
        if not args.dry_run and (found.added or found.changed or found.removed):
            store.site.save(wanted, author="command line")
    for word, names in (
        ("added", found.added),
        ("changed", found.changed),
        ("removed", found.removed),
    ):
        print(f"{word}: {', '.join(names) or 'nothing'}")
    return 0
