"""`vedette models`: which detectors are installed, and getting more of them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.table import Table

from vedette.app import open_database
from vedette.cli.options import add_settings, settings_of
from vedette.core.clock import RealClock
from vedette.core.errors import ConfigError
from vedette.core.settings import Settings
from vedette.core.site import Camera
from vedette.detect.catalogue import OFFERS, Offer, offer_named
from vedette.detect.families.registry import FAMILIES
from vedette.detect.labels import COCO80, read_names
from vedette.detect.models import Addition, Installed, Manifest, ModelFolder
from vedette.detect.pulling import pull
from vedette.detect.trial import Trial

__all__ = ["register"]

_PLAIN_WIDTH = 160
"""Of tables that go into a file or a pipe."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    about = "install, list, check and remove detection models"
    models = subparsers.add_parser("models", help=about, description=about.capitalize() + ".")
    commands = models.add_subparsers(dest="models_command", metavar="COMMAND", required=True)
    _command(commands, "list", _list, "show what is installed")
    add = _command(commands, "add", _add, "install an ONNX file of yours")
    add.add_argument("file", type=Path, metavar="FILE", help="the model, .onnx")
    add.add_argument("--name", default="", help="what to call it (default: the file's name)")
    add.add_argument(
        "--family",
        default="",
        choices=("", *FAMILIES),
        metavar="FAMILY",
        help=f"one of {', '.join(FAMILIES)} (default: found out)",
    )
    add.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="class names, one a line; the word coco stands for those 80",
    )
    add.add_argument("--size", metavar="WxH", help="input size of a model that leaves it free")
    add.add_argument("--licence", default="", help="its licence, such as Apache-2.0")
    add.add_argument("--licence-file", type=Path, metavar="FILE", help="the licence's text")
    add.add_argument("--source", default="", help="where it came from")
    add.add_argument("--sha256", default="", help="what the file's SHA-256 must be")
    add.add_argument("--default", action="store_true", help="let detector auto take it")
    pull = _command(commands, "pull", _pull, "fetch a model of the catalogue and install it")
    pull.add_argument("name", nargs="?", help="which (default: show the catalogue)")
    pull.add_argument("--default", action="store_true", help="let detector auto take it")
    validate = _command(commands, "validate", _validate, "check an installed model and run it")
    remove = _command(commands, "remove", _remove, "delete a model that nothing uses")
    default = _command(
        commands, "default", _default, "choose what detector auto takes; name:version rolls back"
    )
    remove.add_argument("--force", action="store_true", help="even if cameras use it")
    for one in (validate, remove, default):
        one.add_argument("model", metavar="NAME[:VERSION]", help="as `vedette models list` says")


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


def _folder(args: argparse.Namespace) -> ModelFolder:
    return ModelFolder(settings_of(args).data_dir / "models", RealClock())


def _list(args: argparse.Namespace) -> int:
    installed = _folder(args).list()
    if args.json:
        print(json.dumps([_as_json(one) for one in installed]))
        return 0
    if not installed:
        print("No model is installed; cameras use the detector `classical`, which needs none.")
    else:
        _print_installed(installed)
    print("\nThe catalogue has:")
    return _print_catalogue()


def _print_installed(installed: Sequence[Installed]) -> None:
    table = _table("model", "", "family", "input", "classes", "ms", "licence", "sha256")
    for one in installed:
        about = one.manifest
        table.add_row(
            one.ref,
            "default" if one.default else "current" if one.current else "",
            about.family,
            f"{about.size[0]}x{about.size[1]}",
            str(sum(1 for name in about.names if name)),
            f"{about.call_ms:.1f}",
            about.licence,
            about.sha256[:12],
        )
    _console().print(table)


def _add(args: argparse.Namespace) -> int:
    wish = Addition(
        path=args.file,
        name=args.name,
        family=args.family,
        names=_names(args.labels) if args.labels else (),
        size=_size(args.size) if args.size else None,
        licence=args.licence,
        licence_text=_text(args.licence_file) if args.licence_file else "",
        source=args.source,
        sha256=args.sha256.lower(),
        default=args.default,
    )
    return _say_installed(args, _folder(args).add(wish))


def _pull(args: argparse.Namespace) -> int:
    if not args.name:
        if args.json:
            print(TypeAdapter(tuple[Offer, ...]).dump_json(OFFERS).decode())
            return 0
        return _print_catalogue()
    folder = _folder(args)
    offer = offer_named(args.name)
    if not args.json:
        print(f"Fetching {offer.name} from {offer.source}, licence {offer.licence}")
    with RichProgress(console=Console(stderr=True), transient=True, disable=args.json) as bar:
        task = bar.add_task(offer.name, total=offer.size_bytes or None)
        installed = pull(
            offer,
            folder,
            lambda at: bar.update(task, completed=at.done_bytes, total=at.total_bytes),
            endpoint=os.environ.get("HF_ENDPOINT"),
        )
    if args.default:
        installed = folder.make_default(installed.ref)
    return _say_installed(args, installed)


def _print_catalogue() -> int:
    table = _table("model", "family", "input", "licence", "MB", "about")
    for offer in OFFERS:
        size = f"{offer.size_bytes / 1e6:.0f}" if offer.size_bytes else ""
        row = offer.name, offer.family, f"{offer.size[0]}x{offer.size[1]}", offer.licence, size
        table.add_row(*row, offer.about)
    _console().print(table)
    print("`vedette models pull NAME` fetches one, `vedette models add FILE` takes one of yours.")
    return 0


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        number = heading in ("ms", "classes", "MB")
        table.add_column(heading, justify="right" if number else "left", no_wrap=heading != "about")
    return table


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH)


def _say_installed(args: argparse.Namespace, one: Installed) -> int:
    about = one.manifest
    if args.json:
        print(json.dumps(_as_json(one)))
        return 0
    print(
        f"Installed {one.ref}: {about.family}, {about.size[0]}x{about.size[1]}, "
        f"{len(about.names)} classes, {about.call_ms:.1f} ms a call"
    )
    print(f"Licence: {about.licence}. SHA-256: {about.sha256}")
    return 0


def _validate(args: argparse.Namespace) -> int:
    trial = _folder(args).validate(args.model)
    if args.json:
        print(TypeAdapter(Trial).dump_json(trial).decode())
        return 0
    print(
        f"{args.model} is unchanged and runs: {trial.family}, "
        f"{trial.size[0]}x{trial.size[1]}, {trial.call_ms:.1f} ms a call"
    )
    return 0


def _remove(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    folder = ModelFolder(settings.data_dir / "models", RealClock())
    cameras = () if args.force else _cameras(settings)
    gone = folder.remove(
        args.model, lambda one: () if args.force else _users(one, settings, cameras)
    )
    print(json.dumps(gone) if args.json else f"Removed {', '.join(gone)}")
    return 0


def _default(args: argparse.Namespace) -> int:
    chosen = _folder(args).make_default(args.model)
    print(json.dumps(_as_json(chosen)) if args.json else f"Default is now {chosen.ref}")
    return 0


def _cameras(settings: Settings) -> tuple[Camera, ...]:
    """Those of the site, if there is one here."""
    if (
        not settings.store_url.get_secret_value()
        and not (settings.data_dir / "vedette.db").is_file()
    ):
        return ()
    with closing(open_database(settings)) as store:
        return store.site.load().cameras


def _users(one: Installed, settings: Settings, cameras: Sequence[Camera]) -> Sequence[str]:
    """Who would miss a model."""
    names = {one.ref} | ({one.manifest.name} if one.current else set())
    users = ["the setting analyse.model"] if settings.analyse.model in names else []
    for camera in cameras:
        asked = camera.detector.options.get("model") or ""
        by_default = camera.detector.kind in ("auto", "onnx") and not asked and one.default
        by_name = camera.detector.kind == "onnx" and asked in names
        if by_name or by_default:
            users.append(f"camera {camera.id}")
    return users


def _as_json(one: Installed) -> dict[str, object]:
    manifest: dict[str, object] = TypeAdapter(Manifest).dump_python(one.manifest, mode="json")
    return {"ref": one.ref, "current": one.current, "default": one.default, **manifest}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _names(labels: Path) -> tuple[str, ...]:
    return COCO80 if str(labels) == "coco" else read_names(_text(labels))


def _size(text: str) -> tuple[int, int]:
    width, x, height = text.lower().partition("x")
    if not (x and width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise ConfigError(f"--size wants WIDTHxHEIGHT such as 640x384, got {text!r}")
    return int(width), int(height)
