"""A masked secret that comes back keeps the one that is stored, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from vedette.core.errors import ConfigError
from vedette.core.secrets import keep_secrets
from vedette.core.site import Camera, Site, Spec, Stream
from vedette.core.value import MASK


def camera(camera_id: str, **passwords: str) -> Camera:
    """A camera with a stream for each password."""
    return Camera(
        id=camera_id,
        name=camera_id,
        streams=tuple(
            Stream(id=name, source=source(word), roles=("live",))
            for name, word in passwords.items()
        ),
    )


def source(password: str, kind: str = "rtsp") -> Spec:
    """A source with a password."""
    return Spec(kind=kind, options={"url": "x"}, secrets={"password": SecretStr(password)})


def password(of: Camera, stream: str = "main") -> str:
    """What the camera has."""
    [found] = [one for one in of.streams if one.id == stream]
    return found.source.secrets["password"].get_secret_value()


OLD = camera("gate", main="old", sub="older")


@pytest.mark.parametrize(
    ("new", "kept"),
    [
        # Unchanged, changed, emptied; found by id when streams change places.
        (camera("gate", main=MASK, sub=MASK), {"main": "old", "sub": "older"}),
        (camera("gate", main="new", sub=MASK), {"main": "new", "sub": "older"}),
        (camera("gate", main=MASK, sub=""), {"main": "old", "sub": ""}),
        (camera("gate", sub=MASK, main=MASK), {"main": "old", "sub": "older"}),
        (camera("gate", main=MASK, third="third"), {"main": "old", "third": "third"}),
    ],
)
def test_masked_secrets_are_kept(new: Camera, kept: dict[str, str]) -> None:
    filled = keep_secrets(new, OLD)
    assert {one.id: password(filled, one.id) for one in filled.streams} == kept
    assert filled.streams[0].source.options == new.streams[0].source.options


@pytest.mark.parametrize("old", [None, camera("gate", main="old")])
def test_a_mask_without_a_secret_is_refused(old: Camera | None) -> None:
    with pytest.raises(ConfigError, match=r"streams\.other\.source\.secrets\.password"):
        keep_secrets(camera("gate", other=MASK), old)


def test_a_secret_does_not_go_to_another_kind_of_source() -> None:
    other = Stream(source=source(MASK, kind="mjpeg"))
    with pytest.raises(ConfigError, match=r"keeps the secret that is stored, but none is"):
        keep_secrets(replace(OLD, streams=(other,)), OLD)


def test_cameras_of_a_site_are_found_by_id() -> None:
    old = Site(cameras=(OLD, camera("hall", main="of the hall")))
    new = Site(cameras=(camera("hall", main=MASK), camera("yard", main="of the yard")))
    kept = keep_secrets(new, old)
    assert [password(one) for one in kept.cameras] == ["of the hall", "of the yard"]
    with pytest.raises(ConfigError, match=r"cameras\.hall\.streams\.main"):
        keep_secrets(new, None)


def test_detectors_have_secrets_too() -> None:
    old = replace(OLD, detector=Spec(kind="remote", secrets={"token": SecretStr("t")}))
    new = replace(old, detector=Spec(kind="remote", secrets={"token": SecretStr(MASK)}))
    assert keep_secrets(new, old) == old
