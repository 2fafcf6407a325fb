"""The `vedette` command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from vedette import __version__
from vedette.cli import (
    analyze,
    archive,
    audit,
    bench,
    demo,
    evaluate,
    models,
    run,
    site,
    verify_export,
)
from vedette.core.errors import VedetteError
from vedette.runtime.logs import configure_logs

__all__ = ["main", "parser"]


def parser() -> argparse.ArgumentParser:
    """Everything `vedette` understands; the reference page of commands is written from it."""
    built = argparse.ArgumentParser(
        prog="vedette", description="Turns ordinary cameras into a guarded site."
    )
    built.add_argument(
        "--version",
        action="version",
        version=f"vedette {__version__}",
        help="print the version and end",
    )
    commands = built.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in (
        run,
        demo,
        analyze,
        evaluate,
        models,
        site,
        archive,
        audit,
        verify_export,
        bench,
    ):
        command.register(commands)
    return built


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit code is the answer, and a known failure is one plain sentence."""
    args = parser().parse_args(argv)
    # Until a command says otherwise: what it prints is its answer, logs go to standard error.
    configure_logs("warning", "text", "vedette")
    try:
        code: int = args.func(args)
    except VedetteError as error:
        print(f"vedette: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
