"""Values refuse unknown keys, mask secrets, and travel as messages."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError

from vedette.core.codec import decode, encode
from vedette.core.errors import ConfigError
from vedette.core.facts import Motion, Observation, Picture, Track
from vedette.core.plugins import validation_error
from vedette.core.site import Camera, Site, Spec, Stream

SITE = Site(
    cameras=(
        Camera(
            id="gate",
            name="Gate",
            streams=(
                Stream(
                    source=Spec(
                        kind="rtsp",
                        options={"url": "rtsp://camera/1"},
                        secrets={"password": SecretStr("s3cret")},
                    )
                ),
            ),
        ),
    )
)


def test_a_secret_is_masked_unless_it_is_sealed() -> None:
    adapter = TypeAdapter(Site)
    assert b"s3cret" not in adapter.dump_json(SITE)
    assert b"********" in adapter.dump_json(SITE)
    sealed = adapter.dump_json(SITE, context={"seal": lambda text: text[::-1]})
    assert b"terc3s" in sealed
    assert "s3cret" not in repr(SITE)


@pytest.mark.parametrize(
    ("site", "says"),
    [
        ({"nam": "x"}, "site.nam: there is no such option"),
        ({"cameras": [{"id": "Bad Id", "name": "x", "streams": []}]}, "cameras.0.id"),
        ({"cameras": [{"id": "a", "streams": []}]}, "cameras.0.name: is missing"),
        ({"time_zone": "Mars/Base"}, "unknown time zone 'Mars/Base'"),
    ],
)
def test_a_wrong_key_is_named_with_its_path(site: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Site).validate_python(site)
    assert says in str(validation_error(caught.value, path=("site",)))


def test_two_zones_of_one_id_are_refused() -> None:
    zone = {"id": "z", "name": "z", "polygon": [[0, 0], [1, 0], [1, 1]]}
    with pytest.raises(ValidationError, match="two zones have the id 'z'"):
        TypeAdapter(Camera).validate_python(
            {
                "id": "a",
                "name": "a",
                "streams": [{"source": {"kind": "file"}}],
                "zones": [zone, zone],
            }
        )


def test_messages_come_back_as_they_were() -> None:
    track = Track(
        id="1",
        label="person",
        box=(0.1, 0.2, 0.3, 0.4),
        score=0.5,
        velocity=(0, 0),
        first_us=1,
        last_us=2,
        state="confirmed",
    )
    observation = Observation(
        camera="c", t_us=5, motion=Motion(fraction=0.1, boxes=(), awake=True), tracks=(track,)
    )
    picture = Picture(ticket="t", camera="c", t_us=1, width=1, height=1, jpeg=b"\xff\x00")
    for message in (observation, picture):
        assert decode(encode(message)) == message


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"kind":"os.system"}', b'{"kind":"event"}'])
def test_what_is_no_message_of_ours_is_refused(raw: bytes) -> None:
    with pytest.raises(ConfigError):
        decode(raw)
