"""The models installed on a machine: a folder of names, each with its versions."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from vedette.core.clock import Clock
from vedette.core.errors import Conflict, ModelError, NotFound
from vedette.core.plugins import validation_error
from vedette.core.site import Id
from vedette.core.value import value
from vedette.detect.families.family import Preparation, Size
from vedette.detect.opening import ModelFile, check_file
from vedette.detect.trial import Trial, try_model

__all__ = ["Addition", "Installed", "Manifest", "ModelFolder"]

_MANIFEST = "model.json"
_CURRENT = "current"
_DEFAULT = "default"


@value
class Manifest:
    """What `model.json` says of one version of a model."""

    name: Id
    version: int
    file: str
    """Name of the model's file beside this one."""
    family: str
    names: tuple[str, ...]
    """Its classes, in order."""
    size: Size
    """Width and height of its input; of a free input the one it is best at."""
    preparation: Preparation | None = None
    """Where its pictures are prepared otherwise than its family's."""
    licence: str
    licence_text: str = ""
    source: str
    """Where it came from."""
    sha256: str
    size_bytes: int
    added_us: int
    call_ms: float
    """Of one call on the machine where it was added, on one thread."""
    helper: bool = False
    """Whether it only confirms what others find; never chosen by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One version of a model in the folder."""

    manifest: Manifest
    folder: Path
    current: bool
    """The version that the bare name means."""
    default: bool
    """What detector `auto` takes."""

    @property
    def ref(self) -> str:
        """How this version is named: "yolox_nano:2"."""
        return f"{self.manifest.name}:{self.manifest.version}"

    def file(self) -> ModelFile:
        """What is needed to open it."""
        about = self.manifest
        return ModelFile(
            path=self.folder / about.file,
            title=about.name,
            family=about.family,
            names=about.names,
            preparation=about.preparation,
            size=about.size,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A model to be added; what is empty is found out."""

    path: Path
    name: str = ""
    family: str = ""
    names: tuple[str, ...] = ()
    size: Size | None = None
    preparation: Preparation | None = None
    licence: str = ""
    licence_text: str = ""
    source: str = ""
    sha256: str = ""
    """What it must have."""
    default: bool = False
    helper: bool = False


class ModelFolder:
    """The registry: plain files, so that a copied folder is a working one."""

    def __init__(
        self, folder: Path, clock: Clock, tried: Callable[[ModelFile], Trial] = try_model
    ) -> None:
        self._folder, self._clock, self._tried = folder, clock, tried

    def list(self) -> tuple[Installed, ...]:
        """All versions of all models, by name, newest first."""
        if not self._folder.is_dir():
            return ()
        found = [one for name in sorted(self._folder.iterdir()) for one in self._versions(name)]
        marked = _read_text(self._folder / _DEFAULT)
        current = [one for one in found if one.current]
        chosen = next((one for one in current if one.manifest.name == marked), None)
        if chosen is None:
            able = [one for one in current if not one.manifest.helper]
            chosen = max(able, key=lambda one: one.manifest.added_us, default=None)
        return tuple(replace(one, default=one is chosen) for one in found)

    def find(self, ref: str) -> Installed:
        """The version that "name" or "name:version" means, or NotFound."""
        name, _, version = ref.partition(":")
        for one in self.list():
            if one.manifest.name == name and (
                str(one.manifest.version) == version if version else one.current
            ):
                return one
        known = ", ".join(sorted({one.manifest.name for one in self.list()})) or "none"
        raise NotFound(f"there is no model {ref!r}; installed: {known}")

    def default(self) -> Installed | None:
        """What `auto` takes: the one marked, else the newest that finds objects by itself."""
        return next((one for one in self.list() if one.default), None)

    def add(self, wish: Addition) -> Installed:
        """Try a model in a process of its own and install it as its name's newest version."""
        beside = check_file(wish.path)
        digest = sha256_of(wish.path)
        if wish.sha256 and digest != wish.sha256:
            raise ModelError(
                f"{wish.path.name} is not the file expected: SHA-256 is {digest}, "
                f"should be {wish.sha256}"
            )
        name = _model_name(wish.name or wish.path.stem)
        for one in self.list():
            if one.manifest.name == name and one.manifest.sha256 == digest:
                raise Conflict(f"this file is installed already, as {one.ref}")
        trial = self._tried(
            ModelFile(
                path=wish.path,
                title=name,
                family=wish.family,
                names=wish.names,
                preparation=wish.preparation,
                size=wish.size,
            )
        )
        return self._install(wish, name, digest, trial, beside)

    def make_default(self, ref: str) -> Installed:
        """Let `auto` take this one; with a version, that is also what the name means from now."""
        chosen = self.find(ref)
        _write(self._folder / chosen.manifest.name / _CURRENT, str(chosen.manifest.version))
        _write(self._folder / _DEFAULT, chosen.manifest.name)
        return self.find(chosen.ref)

    def remove(self, ref: str, used_by: Callable[[Installed], Sequence[str]]) -> tuple[str, ...]:
        """Delete a version, or all of a bare name; Conflict while something uses it."""
        name, _, version = ref.partition(":")
        chosen = [
            one
            for one in self.list()
            if one.manifest.name == name and (not version or str(one.manifest.version) == version)
        ]
        if not chosen:
            self.find(ref)
        for one in chosen:
            if users := used_by(one):
                raise Conflict(f"{one.ref} is in use by {', '.join(users)}")
        for one in chosen:
            shutil.rmtree(one.folder)
        self._tidy(name)
        return tuple(one.ref for one in chosen)

    def validate(self, ref: str) -> Trial:
        """Check a version's files against its manifest and try it anew."""
        one = self.find(ref)
        path = one.folder / one.manifest.file
        digest = sha256_of(path)
        if digest != one.manifest.sha256:
            raise ModelError(f"{one.ref} has changed on disk: SHA-256 is {digest}")
        check_file(path)
        return self._tried(one.file())

    def _versions(self, folder: Path) -> Iterator[Installed]:
        found = [(_read(place), place.parent) for place in folder.glob(f"[!.]*/{_MANIFEST}")]
        found.sort(key=lambda pair: -pair[0].version)
        current = _read_text(folder / _CURRENT)
        if current not in {str(manifest.version) for manifest, _ in found}:
            current = str(found[0][0].version) if found else ""
        for manifest, place in found:
            is_current = str(manifest.version) == current
            yield Installed(manifest=manifest, folder=place, current=is_current, default=False)

    def _install(
        self, wish: Addition, name: str, digest: str, trial: Trial, beside: tuple[str, ...]
    ) -> Installed:
        home = self._folder / name
        home.mkdir(parents=True, exist_ok=True)
        version = 1 + max((one.manifest.version for one in self._versions(home)), default=0)
        manifest = Manifest(
            name=name,
            version=version,
            file=f"model{wish.path.suffix.lower()}",
            family=trial.family,
            names=trial.names,
            size=trial.size,
            preparation=wish.preparation,
            licence=wish.licence or "not stated",
            licence_text=wish.licence_text,
            source=wish.source or wish.path.name,
            sha256=digest,
            size_bytes=wish.path.stat().st_size,
            added_us=self._clock.now_us(),
            call_ms=round(trial.call_ms, 2),
            helper=wish.helper,
        )
        # Made aside and renamed: a version is there whole or not at all.
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
        shutil.copyfile(wish.path, aside / manifest.file)
        for other in beside:
            (aside / other).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(wish.path.parent / other, aside / other)
        (aside / _MANIFEST).write_bytes(TypeAdapter(Manifest).dump_json(manifest, indent=1))
        aside.chmod(0o755)
        aside.rename(home / str(version))
        _write(home / _CURRENT, str(version))
        if wish.default:
            _write(self._folder / _DEFAULT, name)
        return self.find(f"{name}:{version}")

    def _tidy(self, name: str) -> None:
        home = self._folder / name
        if any(self._versions(home)):
            return
        shutil.rmtree(home, ignore_errors=True)
        if _read_text(self._folder / _DEFAULT) == name:
            (self._folder / _DEFAULT).unlink()


def sha256_of(path: Path) -> str:
    """Of a file, as hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error


def _model_name(text: str) -> str:
    plain = "".join(c if c.isalnum() or c in "._-" else "_" for c in text.lower())
    try:
        name: str = TypeAdapter(Id).validate_python(plain.lstrip("._-"))
    except ValidationError:
        raise ModelError(
            f"{text!r} cannot be a model's name: lower-case letters, digits, dot, dash, underscore"
        ) from None
    return name


def _read(path: Path) -> Manifest:
    try:
        return TypeAdapter(Manifest).validate_json(path.read_bytes())
    except ValidationError as error:
        raise ModelError(str(validation_error(error, path=(str(path),)))) from None


def _read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text + "\n", encoding="utf-8")
    aside.replace(path)
