"""Footage taken out of the archive: asked for, watched, downloaded, removed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

from fastapi import Depends, Path, Response

from vedette.access.rights import Caller, authorise, sees
from vedette.core.errors import ConfigError, Denied
from vedette.core.footage import Export
from vedette.record.reading import read_span
from vedette.web.answers import ExportKey, ExportWanted
from vedette.web.callers import needs
from vedette.web.ranges import MP4, Content, Wanted, answer
from vedette.web.routing import feature
from vedette.web.wiring import Wired, Wiring

__all__ = ["router"]

router = feature("exports")
_LONGEST_US = 7 * 86_400_000_000
# At once, of one person: exports cost disk and time that others want too.
_MOST_WAITING = 20
_DOWNLOAD: dict[int | str, dict[str, object]] = {
    **MP4,
    200: {
        "content": {
            "video/mp4": {"schema": {"type": "string", "format": "binary"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
        "description": "The whole of it.",
    },
}
ExportId = Annotated[str, Path(description="Id of the export.", pattern=r"^[0-9a-z]{1,40}$")]
Exporter = Annotated[Caller, needs("footage.export")]


def _export(export_id: ExportId, caller: Exporter, wiring: Wired) -> Export:
    export = wiring.parts.exports.get(export_id)
    authorise(caller, "footage.export", export.cameras)
    return export


Asked = Annotated[Export, Depends(_export)]


@router.post("/exports", status_code=201)
def make_export(wanted: ExportWanted, caller: Exporter, wiring: Wired) -> Export:
    """Take footage out: an MP4 of one camera, a ZIP of several, each with a signed manifest."""
    cameras = tuple(dict.fromkeys(wanted.cameras))
    authorise(caller, "footage.export", cameras)
    now_us = wiring.parts.clock.now_us()
    if not wanted.start_us < wanted.end_us <= wanted.start_us + _LONGEST_US:
        raise ConfigError("must lie after start_us, by at most seven days", path=("end_us",))
    if wanted.end_us > now_us:
        raise ConfigError("lies in the future", path=("end_us",))
    own = [one for one in wiring.parts.exports.all() if one.author == caller.user.name]
    if sum(one.state in ("waiting", "running") for one in own) >= _MOST_WAITING:
        raise Denied(f"{_MOST_WAITING} exports of yours are waiting already")
    export = Export(
        id=secrets.token_hex(10),
        cameras=cameras,
        start_us=wanted.start_us,
        end_us=wanted.end_us,
        boxes=wanted.boxes,
        blur=wanted.blur,
        note=wanted.note,
        author=caller.user.name,
        made_us=now_us,
    )
    wiring.parts.exports.submit(export)
    return export


@router.get("/exports")
def list_exports(caller: Exporter, wiring: Wired) -> tuple[Export, ...]:
    """Exports whose cameras the caller may all see, newest first."""
    return tuple(
        one
        for one in wiring.parts.exports.all()
        if all(sees(caller, camera) for camera in one.cameras)
    )


@router.get("/export-key")
def export_key(caller: Exporter, wiring: Wired) -> ExportKey:
    """The public key of this installation, to verify its exports with."""
    return ExportKey(public_key=wiring.parts.export_key())


@router.get("/exports/{export_id}")
def get_export(export: Asked) -> Export:
    """One export and how far it is."""
    return export


@router.post("/exports/{export_id}/cancel")
def cancel_export(export: Asked, caller: Exporter, wiring: Wired) -> Export:
    """Stop making it."""
    _own(export, caller)
    return wiring.parts.exports.cancel(export.id)


@router.delete("/exports/{export_id}", status_code=204)
def remove_export(export: Asked, caller: Exporter, wiring: Wired) -> None:
    """Remove an export with its file."""
    _own(export, caller)
    wiring.parts.exports.remove(export.id)


@router.get("/exports/{export_id}/download", response_class=Response, responses=_DOWNLOAD)
def download_export(export: Asked, wanted: Wanted, wiring: Wired) -> Response:
    """The finished file."""
    with closing(wiring.parts.exports.open(export)) as reader:
        size = reader.size
    content = Content(
        size=size,
        tag=f'"{export.id}-{size}"',
        media_type="application/zip" if export.name.endswith(".zip") else "video/mp4",
        name=export.name,
        read=lambda start, end: _bytes(wiring, export, start, end),
    )
    return answer(content, wanted)


def _own(export: Export, caller: Caller) -> None:
    if export.author != caller.user.name and caller.user.role != "administrator":
        raise Denied("the export is somebody else's; its author or an administrator may do that")


def _bytes(wiring: Wiring, export: Export, start: int, end: int) -> Iterator[bytes]:
    with closing(wiring.parts.exports.open(export)) as reader:
        yield from read_span(reader, start, end)
