"""`vedette verify-export`: is an exported file what was exported?"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from vedette.core.errors import ConfigError
from vedette.record.manifest import Manifest
from vedette.record.proof import verify_export

__all__ = ["register"]

_LARGEST_US = 200_000_000_000_000_000


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verify-export", help="say whether an exported file is genuine or what of it was changed"
    )
    parser.add_argument("file", type=Path, help="the exported MP4 or ZIP")
    parser.add_argument(
        "--key",
        metavar="PUBLICKEY",
        help="public key of the installation, or a file that holds it; without it, only what the"
        " file says of itself is compared",
    )
    parser.set_defaults(func=_verify)


def _verify(args: argparse.Namespace) -> int:
    verdict = verify_export(args.file, _key(args.key))
    if verdict.manifest is not None:
        _describe(verdict.manifest)
    if verdict.genuine:
        print("genuine: every file is what was exported")
        if args.key is None:
            print(
                "This holds only if the key above is that of the installation:"
                " give the one its people told you with --key."
            )
        return 0
    print("changed:")
    for one in verdict.changed:
        print(f"  {_plain(one)}")
    return 1


def _key(given: str | None) -> str | None:
    if given is None:
        return None
    path = Path(given)
    try:
        return path.read_text(encoding="ascii").strip() if path.is_file() else given.strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the key file {given} cannot be read") from error


def _describe(manifest: Manifest) -> None:
    print(_plain(f"export {manifest.export} by {manifest.author}, {_words(manifest.made_us)}"))
    print(_plain(f"cameras {', '.join(manifest.cameras)}"))
    print(f"from {_words(manifest.start_us)} until {_words(manifest.end_us)}")
    print(_plain(f"made with {manifest.software}, signed with {manifest.public_key}"))
    if manifest.boxes or manifest.blur:
        print("pictures were encoded anew, with something drawn into them")
    if manifest.without_footage:
        print(_plain(f"without footage in that time: {', '.join(manifest.without_footage)}"))
    for source in manifest.sources:
        if source.intact is False:
            print(_plain(f"the recording {source.id} had been changed before it was exported"))


def _plain(text: str) -> str:
    """A forged file must not be able to write lines of its own into the answer."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _words(t_us: int) -> str:
    if not 0 <= t_us < _LARGEST_US:
        return "no time of this world"
    return datetime.fromtimestamp(t_us / 1e6, UTC).isoformat(timespec="milliseconds")
