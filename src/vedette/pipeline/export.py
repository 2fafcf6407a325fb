"""Takes footage out of the archive: one MP4, or several files in a ZIP, with a signed manifest."""

from __future__ import annotations

import base64
import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import vedette
from vedette.core.archive import ActivityStore
from vedette.core.errors import NotFound, StoreError
from vedette.core.footage import Export, Segment
from vedette.core.site import Site
from vedette.pipeline.boxes import unpack
from vedette.pipeline.painting import Painter
from vedette.record.archive import Archive
from vedette.record.cut import Cut
from vedette.record.manifest import (
    ExportedFile,
    Manifest,
    Signer,
    SourceFile,
    seal_box,
    write_manifest,
)
from vedette.record.proof import MANIFEST, SIGNATURE
from vedette.record.reading import read_span
from vedette.record.redraw import redraw

__all__ = ["ExportMaker", "Made", "Report"]

Report = Callable[[float], None]
"""Hears how far it is, 0–1."""
# Besides what is written there has to stay some room, or recording would suffer.
_ROOM = 256 * 1024 * 1024
_FINISHED = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The finished file."""

    path: Path
    name: str
    """To be offered on download."""
    size: int


@dataclass(frozen=True, slots=True)
class _Named:
    cut: Cut
    name: str


class _Sink(Protocol):
    def write(self, content: bytes, /) -> object: ...


class ExportMaker:
    """Makes exports in a folder of its own; nothing is decoded unless something is drawn."""

    def __init__(
        self, archive: Archive, activity: ActivityStore, site: Site, signer: Signer
    ) -> None:
        self._archive, self._activity = archive, activity
        self._site, self._signer = site, signer

    def make(self, export: Export, folder: Path, report: Report) -> Made:
        """The export as a file in `folder`; NotFound when no camera has footage in that time."""
        found, without = self._cuts(export)
        if not found:
            raise NotFound("there is no footage of these cameras in that time")
        size = sum(one.cut.size for one in found)
        drawn = export.boxes or export.blur
        if shutil.disk_usage(folder).free < size * (3 if drawn else 1) + _ROOM:
            raise StoreError(f"there is not enough room for an export of {size >> 20} MiB")
        read = sum(one.size for one in _segments(found))
        progress = _Progress(report, size * (1 + drawn) + read)
        sources = tuple(self._sources(found, progress))
        manifest = _Unfinished(
            export=export, without=without, sources=sources, public_key=self._signer.public_key
        )
        make = self._zip if len(found) > 1 or len(export.cameras) > 1 else self._mp4
        return make(found, manifest, folder, progress)

    def _cuts(self, export: Export) -> tuple[list[_Named], tuple[str, ...]]:
        found: list[_Named] = []
        without = []
        for camera in export.cameras:
            try:
                cuts = self._archive.cut(
                    camera, self._stream(camera), (export.start_us, export.end_us)
                )
            except NotFound:
                without.append(camera)
                continue
            for number, cut in enumerate(cuts, start=1):
                part = f"_{number}" if len(cuts) > 1 else ""
                found.append(_Named(cut, f"{camera}_{_stamp(cut.start_us)}{part}.mp4"))
        return found, tuple(without)

    def _stream(self, camera: str) -> str | None:
        try:
            stream = self._site.camera(camera).stream_for("record")
        except NotFound:
            return None
        return stream.id if stream else None

    def _sources(self, found: list[_Named], progress: _Progress) -> Iterator[SourceFile]:
        for segment in _segments(found):
            summed = hashlib.sha256()
            with closing(self._archive.files.open(segment)) as reader:
                for piece in read_span(reader, 0, reader.size):
                    summed.update(piece)
                    progress.add(len(piece))
            known = segment.sha256
            yield SourceFile(
                id=segment.id,
                camera=segment.camera,
                stream=segment.stream,
                start_us=segment.start_us,
                end_us=segment.end_us,
                size=segment.size,
                sha256=known,
                chain=segment.chain,
                found_sha256=summed.hexdigest(),
                intact=summed.hexdigest() == known if known else None,
            )

    def _mp4(
        self, found: list[_Named], manifest: _Unfinished, folder: Path, progress: _Progress
    ) -> Made:
        path = folder / "export.mp4"
        with path.open("wb") as out:
            file = self._write(found[0], out, manifest.export, folder, progress)
            content = manifest.finished((file,))
            out.write(seal_box(content, self._signer.sign(content)))
        return Made(path=path, name=found[0].name, size=path.stat().st_size)

    def _zip(
        self, found: list[_Named], manifest: _Unfinished, folder: Path, progress: _Progress
    ) -> Made:
        path = folder / "export.zip"
        files = []
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for one in found:
                info = zipfile.ZipInfo(one.name, _dos_time(one.cut.start_us))
                with archive.open(info, "w", force_zip64=True) as entry:
                    files.append(self._write(one, entry, manifest.export, folder, progress))
            content = manifest.finished(tuple(files))
            signature = base64.b64encode(self._signer.sign(content))
            for name, text in ((MANIFEST, content), (SIGNATURE, signature)):
                archive.writestr(zipfile.ZipInfo(name, _dos_time(manifest.export.made_us)), text)
        stamp = _stamp(manifest.export.start_us)
        return Made(path=path, name=f"export_{stamp}.zip", size=path.stat().st_size)

    def _write(
        self, one: _Named, out: _Sink, export: Export, folder: Path, progress: _Progress
    ) -> ExportedFile:
        cut = one.cut
        frames, pieces = cut.frames, cut.read(self._archive.files)
        if export.boxes or export.blur:
            frames, path = self._drawn(cut, export, folder, progress)
            pieces = _file(path)
        summed, size = hashlib.sha256(), 0
        for piece in pieces:
            out.write(piece)
            summed.update(piece)
            size += len(piece)
            progress.add(len(piece))
        return ExportedFile(
            name=one.name,
            camera=cut.camera,
            start_us=cut.start_us,
            end_us=cut.end_us,
            frames=frames,
            size=size,
            sha256=summed.hexdigest(),
        )

    def _drawn(
        self, cut: Cut, export: Export, folder: Path, progress: _Progress
    ) -> tuple[int, Path]:
        plain, drawn = folder / "plain.mp4", folder / "drawn.mp4"
        with plain.open("wb") as out:
            for piece in cut.read(self._archive.files):
                out.write(piece)
        # Whoever is hidden may have been seen last just before, or first just after.
        span = (cut.start_us - 2_000_000, cut.end_us + 2_000_000)
        chunks = self._activity.chunks(cut.camera, span)
        painter = Painter(
            paths=[path for chunk in chunks for path in unpack(chunk)],
            boxes=export.boxes,
            blur=export.blur,
        )
        lasts_s = max(1e-6, (cut.end_us - cut.start_us) / 1e6)
        reached = 0.0

        def note(at_s: float) -> None:
            nonlocal reached
            progress.add(round((at_s - reached) / lasts_s * cut.size))
            reached = at_s

        frames = redraw(
            plain,
            drawn,
            lambda rgb, at_s: painter.paint(rgb, cut.start_us + round(at_s * 1e6)),
            note,
        )
        plain.unlink()
        return frames, drawn


class _Progress:
    """Tells how many of the bytes are done, never that all are before they are."""

    def __init__(self, report: Report, whole: int) -> None:
        self._report, self._whole = report, max(1, whole)
        self._done = 0

    def add(self, size: int) -> None:
        self._done += size
        self._report(min(_FINISHED, self._done / self._whole))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unfinished:
    """A manifest that still lacks its files."""

    export: Export
    without: tuple[str, ...]
    sources: tuple[SourceFile, ...]
    public_key: str

    def finished(self, files: tuple[ExportedFile, ...]) -> bytes:
        export = self.export
        return write_manifest(
            Manifest(
                software=f"vedette {vedette.__version__}",
                export=export.id,
                author=export.author,
                made_us=export.made_us,
                cameras=export.cameras,
                without_footage=self.without,
                start_us=export.start_us,
                end_us=export.end_us,
                note=export.note,
                boxes=export.boxes,
                blur=export.blur,
                files=files,
                sources=self.sources,
                public_key=self.public_key,
            )
        )


def _segments(found: list[_Named]) -> list[Segment]:
    return list({one.id: one for named in found for one in named.cut.segments}.values())


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
    path.unlink()


def _stamp(t_us: int) -> str:
    return datetime.fromtimestamp(t_us // 1_000_000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _dos_time(t_us: int) -> tuple[int, int, int, int, int, int]:
    taken = datetime.fromtimestamp(max(t_us // 1_000_000, 315_619_200), UTC)
    return taken.year, taken.month, taken.day, taken.hour, taken.minute, taken.second
