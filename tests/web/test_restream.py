"""Each user makes and drops an own key for RTSP; it is shown once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.house import House, build
from vedette.core.settings import RestreamSettings
from vedette.web.server import create_app

KEY = "/api/v1/session/restream-key"


@pytest.fixture
def streaming(tmp_path: Path, template: Path) -> House:
    """A server with re-streaming switched on."""
    house = build(tmp_path, template)
    settings = replace(house.parts.settings, restream=RestreamSettings(enabled=True))
    parts = replace(house.parts, settings=settings)
    return replace(house, parts=parts, app=create_app(parts, dist=tmp_path / "dist"))


def test_a_key_is_shown_once_and_stored_sealed(streaming: House, tmp_path: Path) -> None:
    with streaming.browser("viewer") as client:
        assert client.get(KEY).json()["key_created_us"] is None
        made = client.post(KEY)
        assert made.status_code == 201
        told = client.get(KEY).json()
    key = made.json()["key"]
    kept = streaming.store.restream_keys.of_user("u-vera")
    assert kept is not None
    assert kept.key.get_secret_value() == key
    assert told == {
        "enabled": True,
        "port": 8554,
        "user": "vera",
        "key_created_us": kept.created_us,
    }
    database = b"".join(path.read_bytes() for path in tmp_path.glob("vedette.db*"))
    assert key.encode() not in database


def test_a_new_key_ends_the_old_one_and_dropping_ends_both(streaming: House) -> None:
    with streaming.browser("viewer") as client:
        first, second = (client.post(KEY).json()["key"] for _ in range(2))
        assert first != second
        for _ in range(2):
            assert client.delete(KEY).status_code == 204
    assert streaming.store.restream_keys.of_user("u-vera") is None


def test_no_key_is_made_for_nothing(house: House) -> None:
    with house.browser("viewer") as client:
        answer = client.post(KEY)
        assert answer.status_code == 503
        assert "restream.enabled" in answer.json()["message"]
        assert client.get(KEY).json()["enabled"] is False
