"""Keys open the door for RTSP, passwords do not, and guessing is slow."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

import pytest

from vedette.access.restreaming import REALM, RestreamDoor, make_key
from vedette.access.roles import Roles
from vedette.core.clock import SimulatedClock
from vedette.core.errors import NotFound, NotLoggedIn, Throttled
from vedette.core.people import RestreamKey, User
from vedette.core.ports import UserStore
from vedette.core.site import Camera, Site, Spec, Stream


class Keys:
    """A store of keys in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, RestreamKey] = {}

    def put(self, key: RestreamKey) -> None:
        self.kept[key.user_id] = key

    def of_user(self, user_id: str) -> RestreamKey | None:
        return self.kept.get(user_id)

    def drop(self, user_id: str) -> None:
        self.kept.pop(user_id, None)


@dataclass(frozen=True)
class Try:
    """What a client sends."""

    authorization: str
    method: str = "DESCRIBE"
    nonce: str = "n1"
    address: str = "192.0.2.1"


@pytest.fixture
def keys() -> Keys:
    """Nobody has one."""
    return Keys()


@pytest.fixture
def door(users: UserStore, keys: Keys, clock: SimulatedClock, roles: Roles) -> RestreamDoor:
    """To a site with one camera."""
    stream = Stream(id="sub", source=Spec(kind="synthetic"))
    site = Site(cameras=(Camera(id="gate", name="Gate", streams=(stream,)),))
    return RestreamDoor(users, keys, clock, lambda: site, roles)


def basic(name: str, key: str) -> Try:
    """RFC 7617."""
    return Try("Basic " + base64.b64encode(f"{name}:{key}".encode()).decode())


def digest(
    name: str, key: str, algorithm: str = "MD5", nonce: str = "n1", method: str = "DESCRIBE"
) -> Try:
    """RFC 7616 with qop."""

    def mix(*parts: str) -> str:
        kind = {"MD5": "md5", "SHA-256": "sha256"}[algorithm]
        return hashlib.new(kind, ":".join(parts).encode(), usedforsecurity=False).hexdigest()

    uri = "rtsp://x/gate"
    who, what = mix(name, REALM, key), mix(method, uri)
    response = mix(who, nonce, "00000001", "c", "auth", what)
    return Try(
        f'Digest username="{name}", realm="{REALM}", nonce="{nonce}", uri="{uri}",'
        f' response="{response}", cnonce="c", qop=auth, nc=00000001, algorithm={algorithm}'
    )


def test_a_key_opens_the_door_in_every_way(
    door: RestreamDoor, keys: Keys, ada: User, clock: SimulatedClock
) -> None:
    key = make_key(keys, ada, clock)
    for attempt in (
        basic("Ada", key),
        basic("ADA", key),
        digest("Ada", key),
        digest("Ada", key, "SHA-256"),
    ):
        assert door.admit(attempt) == ada.id


def test_anything_else_does_not(
    door: RestreamDoor, keys: Keys, ada: User, clock: SimulatedClock
) -> None:
    old = make_key(keys, ada, clock)
    key = make_key(keys, ada, clock)
    for attempt in (
        basic("Ada", old),
        basic("Ada", "correct horse battery"),
        basic("Ada", ""),
        basic("nobody", key),
        digest("Ada", key, nonce="of another connection"),
        digest("Ada", key, method="PLAY"),
        Try("Basic %%%"),
        Try("Bearer x"),
        Try("Digest"),
        Try(""),
    ):
        clock.sleep(1000)
        with pytest.raises(NotLoggedIn):
            door.admit(attempt)


def test_a_user_without_a_key_cannot_come_in_with_none(door: RestreamDoor, ada: User) -> None:
    for key in ("", "None"):
        with pytest.raises(NotLoggedIn):
            door.admit(basic(ada.name, key))


def test_guessing_gets_slower(door: RestreamDoor, keys: Keys, ada: User) -> None:
    for _ in range(5):
        with pytest.raises(NotLoggedIn):
            door.admit(basic("Ada", "guess"))
    with pytest.raises(Throttled):
        door.admit(basic("Ada", "guess"))


def test_asking_what_to_do_is_no_failure(
    door: RestreamDoor, keys: Keys, ada: User, clock: SimulatedClock
) -> None:
    key = make_key(keys, ada, clock)
    for _ in range(100):
        with pytest.raises(NotLoggedIn):
            door.admit(Try(""))
    assert door.admit(basic("Ada", key)) == ada.id


def test_streams_are_found_as_long_as_the_key_is_good(
    door: RestreamDoor, keys: Keys, ada: User, clock: SimulatedClock
) -> None:
    make_key(keys, ada, clock)
    assert door.stream_for(ada.id, "gate", None) == "sub"
    assert door.stream_for(ada.id, "gate", "sub") == "sub"
    for camera, stream in (("gate", "main"), ("yard", None)):
        with pytest.raises(NotFound):
            door.stream_for(ada.id, camera, stream)
    keys.drop(ada.id)
    with pytest.raises(NotLoggedIn):
        door.stream_for(ada.id, "gate", None)
