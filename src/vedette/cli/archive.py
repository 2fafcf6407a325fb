"""`vedette archive`: check recordings, mend their index, verify the chain, say how they stand."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from pydantic import TypeAdapter
from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from vedette.app import archive_places, open_database
from vedette.cli.options import add_settings, settings_of
from vedette.core.clock import RealClock
from vedette.record.census import CameraDay, days_known
from vedette.record.check import Check, Finding, Mode
from vedette.record.places import Places
from vedette.record.standing import Standing, standing
from vedette.record.verify import Breach, Verification
from vedette.store import Store

__all__ = ["register"]

_MIB = 1 << 20
_PLAIN_WIDTH = 160
"""Of tables that go into a file or a pipe."""
Look = Callable[[CameraDay, Callable[[int], None]], Sequence[Finding | Breach]]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    about = "check, mend and verify recordings"
    parser = commands.add_parser("archive", help=about, description=about.capitalize() + ".")
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    check = _command(what, "check", _check, "hold files, journals and index against each other")
    check.add_argument("--deep", action="store_true", help="read every file and compare its hash")
    check.add_argument(
        "--repair", action="store_true", help="mend the index; deletes nothing that is footage"
    )
    verify = _command(what, "verify", _verify, "follow the hash chain over all files")
    for one in (check, verify):
        one.add_argument("--camera", metavar="ID", help="only this camera")
    _command(what, "stats", _stats, "show what there is and how long it will last")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    func: Callable[[argparse.Namespace], int],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about.capitalize() + ".")
    add_settings(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(func=func)
    return parser


@contextmanager
def _archive(args: argparse.Namespace) -> Iterator[tuple[Store, Places]]:
    settings = settings_of(args)
    with closing(open_database(settings)) as store:
        yield store, archive_places(settings)


def _check(args: argparse.Namespace) -> int:
    with _archive(args) as (store, places):
        mode = Mode(deep=args.deep, repair=args.repair)
        check = Check(places, store.footage, RealClock(), mode)
        found, ended = _go_through(check.days(args.camera), check.look)
    left = [one for one in found if not (isinstance(one, Finding) and one.repaired)]
    if args.json:
        print(json.dumps([_as_json(one) for one in found]))
    else:
        _print_found(found)
        mended = len(found) - len(left)
        told = f"{len(found)} found, {mended} mended" if found else "Everything fits together"
        print(f"{told}.{'' if ended else ' Interrupted: the rest was not looked at.'}")
    return 130 if not ended else int(bool(left))


def _verify(args: argparse.Namespace) -> int:
    with _archive(args) as (store, places):
        verification = Verification(places, store.footage)
        days = days_known(places, store.footage, args.camera)
        found, ended = _go_through(days, verification.look)
    if args.json:
        print(json.dumps([_as_json(one) for one in found]))
    else:
        _print_found(found)
        print(
            f"{verification.files} files are what was recorded, {len(found)} breaches; "
            f"the journals tell of {verification.deleted} that were deleted."
            f"{'' if ended else ' Interrupted: the rest was not looked at.'}"
        )
    return 130 if not ended else int(bool(found))


def _go_through(days: Sequence[CameraDay], look: Look) -> tuple[list[Finding | Breach], bool]:
    """All that was found, and whether all was looked at; Ctrl-C ends it."""
    found: list[Finding | Breach] = []
    read = 0

    def told(n: int) -> None:
        nonlocal read
        read += n
        bar.update(task, about=f"{read // _MIB} MiB read")

    with _bar() as bar:
        task = bar.add_task("days", total=len(days), about="")
        try:
            for day in days:
                found += look(day, told)
                bar.advance(task)
        except KeyboardInterrupt:
            return found, False
    return found, True


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[about]}"),
        console=Console(stderr=True),
    )


def _print_found(found: Sequence[Finding | Breach]) -> None:
    if not found:
        return
    table = _table("what", "file", "")
    for one in found:
        mended = isinstance(one, Finding) and one.repaired
        table.add_row(one.kind, one.path, one.message + (" (mended)" if mended else ""))
    _console().print(table)
    counted = Counter(one.kind for one in found)
    print(", ".join(f"{kind}: {n}" for kind, n in sorted(counted.items())))


def _as_json(one: Finding | Breach) -> dict[str, str | bool]:
    about: dict[str, str | bool] = {"kind": one.kind, "path": one.path, "message": one.message}
    return {**about, "repaired": one.repaired} if isinstance(one, Finding) else about


def _stats(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    with _archive(args) as (store, places):
        now_us = RealClock().now_us()
        found = standing(store.footage, places, settings.archive, store.site.load(), now_us)
        holdings = store.footage.holdings()
    if args.json:
        print(TypeAdapter(Standing).dump_json(found).decode())
        return 0
    table = _table("camera", "class", "tier", "files", "size", "hours", "oldest", "newest")
    for one in holdings:
        hours = f"{one.media_us / 3_600_000_000:.1f}"
        row = (one.camera, one.keep, one.tier, str(one.files), decimal(one.size), hours)
        table.add_row(*row, _moment(one.oldest_us), _moment(one.newest_us))
    _console().print(table)
    _print_standing(found)
    return 0


def _print_standing(found: Standing) -> None:
    forecasts = _table("camera", "a day", "keeps", "wanted")
    for one in found.cameras:
        keeps = "for ever" if one.keeps_days is None else f"{one.keeps_days:.1f} days"
        wanted = "as long as it fits" if one.wanted_days == 0 else f"{one.wanted_days:g} days"
        short = " (too short)" if one.short else ""
        forecasts.add_row(one.camera, decimal(round(one.bytes_per_day)), keeps + short, wanted)
    _console().print(forecasts)
    disks = _table("tier", "where", "footage", "free", "of")
    for disk in found.disks:
        free = "" if disk.free is None else decimal(disk.free)
        total = "" if disk.total is None else decimal(disk.total)
        where = disk.folder if disk.there else f"{disk.folder} (not there)"
        disks.add_row(disk.tier, where, decimal(disk.used_by_footage), free, total)
    _console().print(disks)


def _moment(t_us: int) -> str:
    return datetime.fromtimestamp(t_us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_PLAIN_WIDTH)
