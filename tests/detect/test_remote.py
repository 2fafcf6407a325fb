"""Detectors elsewhere: tensors by KServe v2, pictures as JPEG; and what may go wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
from pydantic import JsonValue, SecretStr

from tests.detect.nets import convolving, save
from tests.detect.pictures import clip, frame, look
from tests.detect.squares import drawn
from vedette.core.errors import ConfigError, ModelError, Unavailable
from vedette.core.plugins import build
from vedette.core.ports import DetectorPlace
from vedette.core.site import Spec
from vedette.detect.onnx import Onnx, open_model
from vedette.detect.opening import ModelFile
from vedette.detect.packed import Packed
from vedette.detect.remote import Remote
from vedette.testing.http import DetectorPage, Exchange, HttpFaults, HttpServer

PLACE = DetectorPlace(models=Path("nowhere"))
WORDS = {"tensor(float)": "FP32", "tensor(int64)": "INT64"}


class KServePage:
    """A model server: an ONNX file behind KServe's paths."""

    def __init__(self, path: Path, *, binary: bool = True) -> None:
        self._session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self._binary = binary
        self.forms: list[str] = []
        """How each inference came: "binary" or "json"."""
        self.seen: list[str] = []
        self.broken: bytes | None = None
        """What is answered to inferences instead."""

    def serve(self, exchange: Exchange) -> None:
        self.seen.append(exchange.header("Authorization"))
        if exchange.rest == "":
            extensions = ["binary_tensor_data"] if self._binary else []
            self._json(exchange, {"name": "test", "version": "1", "extensions": [*extensions]})
        elif exchange.rest in ("models/yard net", "models/yard%20net"):
            self._json(exchange, self._metadata())
        elif exchange.rest.startswith("models/yard") and exchange.rest.endswith("/infer"):
            self._infer(exchange)
        else:
            body = json.dumps({"error": f"unknown model {exchange.rest}"}).encode()
            exchange.send(body, "application/json", 404)

    @staticmethod
    def _json(exchange: Exchange, content: JsonValue) -> None:
        exchange.send(json.dumps(content).encode(), "application/json")

    def _metadata(self) -> JsonValue:
        def tensors(found: list[onnxruntime.NodeArg]) -> list[JsonValue]:
            return [
                {
                    "name": one.name,
                    "datatype": WORDS[one.type],
                    "shape": [side if isinstance(side, int) else -1 for side in one.shape],
                }
                for one in found
            ]

        return {
            "name": "yard",
            "versions": ["1"],
            "platform": "onnx",
            "inputs": tensors(self._session.get_inputs()),
            "outputs": tensors(self._session.get_outputs()),
        }

    def _infer(self, exchange: Exchange) -> None:
        if self.broken is not None:
            exchange.send(self.broken, "application/json")
            return
        length = exchange.header("Inference-Header-Content-Length")
        head = json.loads(exchange.body[: int(length)] if length else exchange.body)
        [given] = head["inputs"]
        if length:
            self.forms.append("binary")
            raw = exchange.body[int(length) :]
            assert len(raw) == given["parameters"]["binary_data_size"]
            tensor = np.frombuffer(raw, "<f4")
        else:
            self.forms.append("json")
            tensor = np.array(given["data"], np.float32)
        feeds = {given["name"]: tensor.reshape(given["shape"])}
        outputs = self._session.run(None, feeds)
        self._answer(exchange, outputs, binary=bool(length))

    def _answer(self, exchange: Exchange, outputs: list[np.ndarray], *, binary: bool) -> None:
        described: list[JsonValue] = []
        for one, array in zip(self._session.get_outputs(), outputs, strict=True):
            about: dict[str, JsonValue] = {
                "name": one.name, "datatype": "FP32", "shape": [*array.shape],
            }  # fmt: skip
            if binary:
                about["parameters"] = {"binary_data_size": array.nbytes}
            else:
                about["data"] = array.tolist()  # nested, as some servers do
            described.append(about)
        head = json.dumps({"model_name": "yard", "outputs": described}).encode()
        if not binary:
            exchange.send(head, "application/json")
            return
        body = head + b"".join(array.tobytes() for array in outputs)
        line = exchange.line
        line.send_response(200)
        line.send_header("Inference-Header-Content-Length", str(len(head)))
        line.send_header("Content-Length", str(len(body)))
        line.end_headers()
        line.wfile.write(body)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as server:
        yield server


@pytest.fixture
def net(tmp_path: Path) -> Path:
    return save(convolving(classes=2), tmp_path / "net.onnx")


Opener = Callable[[Remote], Packed]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens detectors and closes them when the test is done."""
    with ExitStack() as ending:

        def opening(plugin: Remote) -> Packed:
            detector = plugin.open(PLACE)
            ending.callback(detector.close)
            return detector

        yield opening


def remote(server: HttpServer, **options: object) -> Remote:
    about: dict[str, object] = {
        "url": server.url("models"), "model": "yard net", "classes": ("person", "car"),
    }  # fmt: skip
    return Remote(**{**about, **options})  # type: ignore[arg-type]


@pytest.fixture
def page(server: HttpServer, net: Path) -> KServePage:
    page = KServePage(net)
    server.add("models/v2", page)
    return page


class TestKServe:
    @pytest.mark.parametrize(
        ("binary", "tensors", "form"),
        [
            (True, "auto", "binary"),
            (False, "auto", "json"),
            (True, "json", "json"),
            (False, "binary", "binary"),
        ],
    )
    def test_it_answers_what_the_same_file_answers_here(
        self, server: HttpServer, opened: Opener, net: Path, binary: bool, tensors: str, form: str
    ) -> None:
        page = KServePage(net, binary=binary)
        server.add("models/v2", page)
        picture = np.random.default_rng(3).integers(0, 255, (48, 64, 3)).astype(np.uint8)
        there = opened(remote(server, tensors=tensors))
        model = ModelFile(path=net, title="net", names=("person", "car"))
        here = open_model(model, Onnx(), PLACE)
        [a], [b] = there.detect([look(frame(picture))]), here.detect([look(frame(picture))])
        assert len(a) > 0
        np.testing.assert_array_equal(a.label, b.label)
        np.testing.assert_allclose(a.box, b.box, atol=1e-5)
        assert set(page.forms) == {form}
        assert there.name == f"yard net (kserve {server.url('models')})"

    def test_a_token_is_sent_as_bearer(
        self, server: HttpServer, opened: Opener, page: KServePage
    ) -> None:
        spec = Spec(
            kind="remote",
            options={"url": server.url("models"), "model": "yard net", "classes": ["a", "b"]},
            secrets={"token": SecretStr("s3cret")},
        )
        plugin: Remote = build("detector", spec)
        opened(plugin)
        assert set(page.seen) == {"Bearer s3cret"}
        assert "s3cret" not in repr(plugin)

    def test_a_model_the_server_has_not_is_said(
        self, server: HttpServer, opened: Opener, page: KServePage
    ) -> None:
        with pytest.raises(ModelError, match=r"answers 404: .*unknown model models/gate"):
            opened(remote(server, model="gate"))

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (b"<html>", "inference answer is not KServe v2"),
            (b'{"outputs": []}', "answer lacks output"),
            (
                b'{"outputs": [{"name": "output", "datatype": "FP32", "shape": [1, 84, 7],'
                b' "data": [1, 2]}]}',
                "answer output is broken",
            ),
            (
                b'{"outputs": [{"name": "output", "datatype": "BYTES", "shape": [1],'
                b' "data": ["x"]}]}',
                "tensor output is BYTES",
            ),
        ],
    )
    def test_nonsense_is_refused_in_words(
        self, server: HttpServer, opened: Opener, page: KServePage, answer: bytes, said: str
    ) -> None:
        detector = opened(remote(server))
        page.broken = answer
        with pytest.raises(ModelError, match=said):
            detector.detect([look(frame(drawn((64, 64), [])))])
        page.broken = None
        assert len(detector.detect([look(frame(drawn((64, 64), [])))])) == 1

    def test_several_pictures_share_a_call(
        self, server: HttpServer, opened: Opener, page: KServePage
    ) -> None:
        detector = opened(remote(server))
        page.forms.clear()
        small = [(0.1, 0.1, 0.2, 0.2)]
        looks = [look(frame(drawn((160, 160), []), f"cam{n}"), small) for n in range(3)]
        assert len(detector.detect(looks)) == 3
        assert len(page.forms) == detector.calls < 3


class TestJpeg:
    @staticmethod
    def seeing(jpeg: bytes) -> JsonValue:
        """Red is class 0 and blue is called "Car", as fractions of the picture posted."""
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        height, width = picture.shape[:2]
        rows: list[JsonValue] = []
        for channel, kind in ((2, 0), (0, "Car")):
            others = [c for c in range(3) if c != channel]
            mask = (picture[:, :, channel] > 180) & (picture[:, :, others].max(axis=2) < 90)
            if mask.any():
                y, x = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
                box = (x[0] / width, y[0] / height, (x[-1] + 1) / width, (y[-1] + 1) / height)
                rows.append([*(float(v) for v in box), 0.8, kind])
        return rows

    def test_boxes_come_back_to_the_picture_they_belong_to(
        self, server: HttpServer, opened: Opener
    ) -> None:
        page = DetectorPage(self.seeing)
        server.add("detectObjects", page)
        detector = opened(Remote(url=server.url("detectObjects"), protocol="jpeg"))
        looks = [
            look(frame(drawn((640, 360), [("person", (100, 40, 140, 140))]), "a")),
            look(
                frame(drawn((1280, 720), [("car", (800, 300, 900, 360))]), "b"),
                [(0.6, 0.4, 0.75, 0.55)],
            ),
            look(frame(drawn((640, 360), []), "c"), [(0.1, 0.1, 0.3, 0.3)]),
        ]
        found = detector.detect(looks)
        assert [list(one.label) for one in found] == [["person"], ["car"], []]
        np.testing.assert_allclose(
            found[0].box[0] * (640, 360, 640, 360), (100, 40, 140, 140), atol=2
        )
        np.testing.assert_allclose(
            found[1].box[0] * (1280, 720, 1280, 720), (800, 300, 900, 360), atol=2
        )
        assert len(page.pictures) < len(looks), "regions travel together"
        assert detector.name == f"remote {server.url('detectObjects')}"

    @pytest.mark.parametrize(
        ("answer", "labels"),
        [
            ([], []),
            ([[0.1, 0.1, 0.4, 0.4, 0.9]], ["object"]),
            ([[0.1, 0.1, 0.4, 0.4, 0.9, 2]], ["car"]),
            ([[0.1, 0.1, 0.4, 0.4, 0.9, "lorry"]], ["truck"]),
            ([[0.1, 0.1, 0.4, 0.4, 0.05, 0]], []),  # nobody is that unsure
            ([[0.4, 0.1, 0.1, 0.4, 0.9, 0]], []),  # nothing is that wide
            ([[-3, -3, 9, 9, 0.9, 0]], ["person"]),
            ([[0.1, 0.1, 0.4, 0.4, 0.9, 2], [0.1, 0.1, 0.4, 0.41, 0.8, 7]], ["car"]),
        ],
    )
    def test_answers_are_read(
        self, server: HttpServer, opened: Opener, answer: JsonValue, labels: list[str]
    ) -> None:
        server.add("detect", DetectorPage(lambda jpeg: answer))
        detector = opened(Remote(url=server.url("detect"), protocol="jpeg"))
        [found] = detector.detect([look(frame(drawn((320, 320), [])))])
        assert list(found.label) == labels
        assert (found.box >= 0).all()
        assert (found.box <= 1).all()

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ({"boxes": []}, "must answer a JSON list of"),
            ([[0.1, 0.2, 0.3]], "must answer a JSON list of"),
            ([[0.1, 0.1, 0.4, 0.4, 0.9, 99]], "answers class 99, but 80 are named"),
        ],
    )
    def test_other_answers_are_refused_in_words(
        self, server: HttpServer, opened: Opener, answer: JsonValue, said: str
    ) -> None:
        server.add("detect", DetectorPage(lambda jpeg: answer))
        detector = opened(Remote(url=server.url("detect"), protocol="jpeg"))
        with pytest.raises(ModelError, match=said):
            detector.detect([look(frame(drawn((320, 320), [])))])

    def test_only_what_is_wanted_is_told(self, server: HttpServer, opened: Opener) -> None:
        rows: JsonValue = [[0.1, 0.1, 0.4, 0.4, 0.9, "car"], [0.5, 0.5, 0.9, 0.9, 0.9, "person"]]
        server.add("detect", DetectorPage(lambda jpeg: rows))
        plugin = Remote(url=server.url("detect"), protocol="jpeg", labels=("vehicle",))
        [found] = opened(plugin).detect([look(frame(drawn((320, 320), [])))])
        assert list(found.label) == ["car"]

    def test_a_real_model_behind_it_gives_the_events_it_gives_here(
        self, server: HttpServer, opened: Opener, shared_data: Path
    ) -> None:
        model = ModelFile(path=shared_data / "models" / "yolox_nano_416.onnx", title="yolox")
        here = open_model(model, Onnx(), PLACE)

        def answer(jpeg: bytes) -> JsonValue:
            bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            rgb = np.asarray(cv2.cvtColor(np.asarray(bgr), cv2.COLOR_BGR2RGB), np.uint8)
            [found] = here.detect([look(frame(rgb))])
            rows = zip(found.box.tolist(), found.score.tolist(), found.label, strict=True)
            return [[*box, score, str(label)] for box, score, label in rows]

        server.add("detect", DetectorPage(answer))
        there = opened(Remote(url=server.url("detect"), protocol="jpeg"))
        for _, picture in clip(shared_data / "videos" / "one_by_one_person.mp4", 0.08):
            [a], [b] = there.detect([look(picture)]), here.detect([look(picture)])
            sure_a, sure_b = a[a.score >= 0.5], b[b.score >= 0.5]
            assert list(sure_a.label) == list(sure_b.label)
            np.testing.assert_allclose(sure_a.box, sure_b.box, atol=0.03)


class TestFaults:
    """A server that is slow, broken or gone is Unavailable: the lane goes on and tries again."""

    def detector(self, server: HttpServer) -> Remote:
        server.add("detect", DetectorPage(lambda jpeg: []))
        return Remote(url=server.url("detect"), protocol="jpeg", timeout_s=0.3)

    @pytest.mark.parametrize(
        ("faults", "kind", "said"),
        [
            (HttpFaults(status=503), Unavailable, "answers 503"),
            (HttpFaults(status=500), Unavailable, "answers 500"),
            (HttpFaults(silent=True), Unavailable, r"does not answer within 0\.3 s"),
            (HttpFaults(cut_after=1), Unavailable, "cannot be reached"),
            (HttpFaults(status=401), ModelError, "wants another token"),
            (HttpFaults(status=400), ModelError, "answers 400"),
            (HttpFaults(status=302), ModelError, "answers 302"),
        ],
    )
    def test_faults_are_told_apart(
        self,
        server: HttpServer,
        opened: Opener,
        faults: HttpFaults,
        kind: type[Exception],
        said: str,
    ) -> None:
        server.add("detect", DetectorPage(lambda jpeg: [[0.1, 0.1, 0.4, 0.4, 0.9, 0]])).inject(
            faults
        )
        plugin = Remote(url=server.url("detect"), protocol="jpeg", timeout_s=0.3)
        detector = opened(plugin)
        with pytest.raises(kind, match=said):
            detector.detect([look(frame(drawn((64, 64), [])))])

    def test_it_works_again_once_the_server_is_back(
        self, server: HttpServer, opened: Opener
    ) -> None:
        detector = opened(self.detector(server))
        one = [look(frame(drawn((64, 64), [])))]
        server.stop()
        with pytest.raises(Unavailable, match="cannot be reached"):
            detector.detect(one)
        server.start()
        assert len(detector.detect(one)) == 1

    def test_after_closing_it_is_unavailable(self, server: HttpServer, opened: Opener) -> None:
        detector = opened(self.detector(server))
        detector.close()
        detector.close()
        with pytest.raises(Unavailable, match="has been closed"):
            detector.detect([look(frame(drawn((64, 64), [])))])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "file:///etc/passwd", "protocol": "jpeg"}, "begins with http:// or https://"),
        ({"url": "gopher://x", "protocol": "jpeg"}, "begins with http:// or https://"),
        ({"url": "http://", "protocol": "jpeg"}, "begins with http:// or https://"),
        ({"url": "http://me:pass@host/x", "protocol": "jpeg"}, "do not belong into an address"),
        ({"url": "http://host"}, "KServe wants the model's name"),
        ({"url": "http://host", "model": "m", "family": "yolov99"}, "no model family"),
        ({"url": "http://host", "protocol": "grpc"}, "protocol"),
        ({"url": "http://host", "modell": "m"}, "there is no such option"),
        ({"url": "http://host", "model": "m", "timeout_s": 0}, "greater than 0"),
    ],
)
def test_wrong_options_are_named(options: dict[str, JsonValue], said: str) -> None:
    with pytest.raises((ConfigError, ModelError), match=said):
        build("detector", Spec(kind="remote", options=options))
