"""The `remote` detector: a model that runs elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from vedette.core.errors import ConfigError, VedetteError
from vedette.core.ports import DetectorPlace
from vedette.core.value import Secret, plugin
from vedette.detect.families.registry import family_of
from vedette.detect.finder import Finder, FinderSetting, NetworkFinder
from vedette.detect.jpeg import JpegFinder, JpegSetting
from vedette.detect.labels import COCO80, canonical
from vedette.detect.networks.http import ModelServer, checked_address
from vedette.detect.networks.kserve import KServeNetwork, TensorForm
from vedette.detect.opening import ModelDescription, understand
from vedette.detect.options import (
    Asking,
    Labels,
    MinScore,
    ObjectPx,
    Occupants,
    Overlap,
    Relook,
)
from vedette.detect.packed import Packed
from vedette.detect.pieces import Packing

__all__ = ["Remote"]


@plugin
class Remote:
    """Asks a model server (KServe v2, as Triton speaks it) or a page that takes JPEGs."""

    url: str
    """Address of the server, or of the page that pictures are posted to; http:// or https://."""
    protocol: Literal["kserve", "jpeg"] = "kserve"
    """`kserve` sends tensors and decodes them here; `jpeg` posts pictures and gets boxes."""
    model: str = ""
    """The model's name on the server; needed for `kserve`."""
    version: str = ""
    """The model's version on the server; empty: the one it prefers."""
    family: str = ""
    """The model's family, such as yolox; empty: found out. Only for `kserve`."""
    classes: tuple[str, ...] = ()
    """The model's classes in order; none: COCO's."""
    labels: Labels = ()
    min_score: MinScore = 0.1
    overlap: Overlap = 0.5
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    """After how long without an answer a call has failed."""
    token: Secret = SecretStr("")
    """Sent as a bearer token, where the server wants one."""
    tensors: TensorForm = "auto"
    """How tensors travel for `kserve`; `auto`: binary if the server says it can, else JSON."""
    picture_px: Annotated[int, Field(ge=64, le=4096)] = 640
    """Longest side of a picture posted for `jpeg`; pixels."""
    quality: Annotated[int, Field(ge=30, le=100)] = 90
    """JPEG quality of a picture posted for `jpeg`."""
    object_px: ObjectPx = 128
    relook: Relook = True
    occupants: Occupants = False

    def __post_init__(self) -> None:
        checked_address(self.url)
        if self.family:
            family_of(self.family)
        if self.protocol == "kserve" and not self.model:
            raise ConfigError("model: KServe wants the model's name")

    def open(self, place: DetectorPlace) -> Packed:
        """Reach the server; for `kserve` the model is asked once."""
        server = ModelServer(
            self.url, token=self.token.get_secret_value(), timeout_s=self.timeout_s
        )
        try:
            finder = self._jpeg(server) if self.protocol == "jpeg" else self._kserve(server)
        except VedetteError:
            server.close()
            raise
        # A call has its price whatever its size, so regions travel together.
        packing = Packing(object_px=self.object_px, relook=self.relook, together="always")
        return Packed(finder, packing, occupants=self.occupants)

    def _asking(self) -> Asking:
        return Asking(labels=self.labels, min_score=self.min_score, overlap=self.overlap)

    def _names(self) -> tuple[str, ...]:
        return tuple(canonical(name) for name in self.classes)

    def _jpeg(self, server: ModelServer) -> Finder:
        setting = JpegSetting(
            longest_px=self.picture_px,
            quality=self.quality,
            names=self._names() or COCO80,
            asking=self._asking(),
        )
        return JpegFinder(server, setting)

    def _kserve(self, server: ModelServer) -> Finder:
        network = KServeNetwork(server, self.model, version=self.version, form=self.tensors)
        known = understand(
            network,
            ModelDescription(title=self.model, family=self.family, names=self._names()),
        )
        setting = FinderSetting(
            title=self.model, signature=known.signature, asking=self._asking(), batch=8
        )
        return NetworkFinder(network, known.family, known.names, setting)
