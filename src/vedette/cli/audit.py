"""`vedette audit`: whether the audit log is as it was written."""

from __future__ import annotations

import argparse
from contextlib import closing

from vedette.app import open_database
from vedette.cli.options import add_settings, settings_of

__all__ = ["register"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("audit", help="check the audit log")
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    verify = what.add_parser(
        "verify", help="follow the chain from the first entry; exit code 1 when it is broken"
    )
    verify.add_argument(
        "--holds",
        metavar="HEAD",
        default="",
        help="also require this head, noted earlier: then nothing was cut off since",
    )
    add_settings(verify)
    verify.set_defaults(func=_verify)


def _verify(args: argparse.Namespace) -> int:
    with closing(open_database(settings_of(args))) as store:
        verdict = store.access.audit.verify()
        held = not args.holds or any(one.chain == args.holds for one in store.access.audit.walk())
    if verdict.broken_at is not None:
        print(f"BROKEN at entry {verdict.broken_at}; {verdict.entries} entries before it hold")
        return 1
    if not held:
        print(f"CUT: no entry has the head {args.holds}; {verdict.entries} entries hold together")
        return 1
    print(f"{verdict.entries} entries hold; head {verdict.head or 'none'}")
    return 0
