"""A whole web server for tests: real store, real bus; cameras and probes that do as told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr, TypeAdapter
from starlette.testclient import WebSocketTestSession

from vedette.access.passwords import Passwords
from vedette.bus.memory import MemoryBus
from vedette.core.clock import SimulatedClock
from vedette.core.errors import ConfigError
from vedette.core.facts import ProbeResult
from vedette.core.people import Role, User
from vedette.core.settings import Settings, WebSettings
from vedette.core.site import Camera, Site, Spec
from vedette.pipeline.export_desk import ExportDesk
from vedette.record.manifest import open_signer
from vedette.record.places import Places
from vedette.record.standing import standing
from vedette.store import Store, open_store
from vedette.testing.packets import PacketShelf
from vedette.web.parts import Parts
from vedette.web.server import create_app

KEY = b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
PASSWORD = "correct horse battery"
SECRET = "camera-pass-9361"
NAMES: Mapping[Role, str] = {
    "administrator": "ada",
    "operator": "otto",
    "investigator": "ines",
    "viewer": "vera",
    "auditor": "aude",
    "integration": "robot",
}
HOST = "localhost"
SOCKETS = f"ws://{HOST}/api/v1"
SOCKET = f"{SOCKETS}/socket"
ORIGIN = {"Origin": f"http://{HOST}"}


def quick_passwords() -> Passwords:
    """Passwords that cost a test next to nothing."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def camera(camera_id: str = "gate", secret: str = SECRET) -> dict[str, object]:
    """A camera as a client sends it."""
    source = {
        "kind": "rtsp",
        "options": {"url": "rtsp://192.0.2.7/main", "user": "admin"},
        "secrets": {"password": secret},
    }
    return {
        "id": camera_id,
        "name": "Gate 大门",
        "streams": [{"id": "main", "source": source}],
        "zones": [{"id": "yard", "name": "Yard", "polygon": [[0, 0], [1, 0], [1, 1]]}],
        "lines": [{"id": "fence", "name": "Fence", "points": [[0, 0.5], [1, 0.5]]}],
        "rules": [
            {"id": "enter", "name": "Enter", "kind": "intrusion", "options": {"zone": "yard"}}
        ],
    }


def check_camera(checked: Camera) -> None:
    """Stands for building plugins: an option `misspelt` is wrong, rules name zones that exist."""
    for stream in checked.streams:
        if "misspelt" in stream.source.options:
            raise ConfigError("there is no such option", path=("streams", stream.id, "misspelt"))
    zones = {zone.id for zone in checked.zones}
    for rule in checked.rules:
        if rule.options.get("zone") not in (None, *zones):
            raise ConfigError(
                f"there is no zone {rule.options['zone']!r}", path=("rules", rule.id, "zone")
            )


@dataclass
class Probe:
    """Answers every test of a source alike, and remembers what it was asked."""

    asked: list[Spec] = field(default_factory=list)

    def __call__(self, spec: Spec, timeout_s: float) -> ProbeResult:
        self.asked.append(spec)
        return ProbeResult(ok=True, message="h264 640x360", seconds=0.1, codec="h264", fps=25.0)


@dataclass(kw_only=True)
class House:
    """The server's parts, its application, and people with their roles."""

    parts: Parts
    store: Store
    bus: MemoryBus
    clock: SimulatedClock
    shelf: PacketShelf
    stills: PacketShelf
    probe: Probe
    app: FastAPI

    def add_user(self, role: Role, name: str = "", cameras: tuple[str, ...] | None = None) -> User:
        """Somebody who can log in, with rights on all cameras or on these."""
        name = name or NAMES[role]
        limits = {"all_cameras": cameras is None, "cameras": cameras or ()}
        about = {"id": f"u-{name}", "name": name, "role": role, "created_us": 1}
        user = TypeAdapter(User).validate_python({**about, **limits})
        self.store.users.create(user, quick_passwords().hash(PASSWORD))
        return user

    def give_role(self, user: User, role: str) -> None:
        """Another role, stored without asking the API."""
        self.store.users.update(replace(self.store.users.get(user.id), role=role))

    def put_camera(self, *ids: str) -> Site:
        """Cameras, stored without asking the API."""
        cameras = TypeAdapter(tuple[Camera, ...]).validate_python([camera(one) for one in ids])
        site = self.store.site.load()
        return self.store.site.save(replace(site, cameras=cameras), author="test")

    @contextmanager
    def visitor(self) -> Iterator[TestClient]:
        """A browser that nobody has logged in with."""
        with TestClient(
            self.app, base_url=f"http://{HOST}", headers=ORIGIN, raise_server_exceptions=False
        ) as client:
            yield client

    @contextmanager
    def browser(self, role: Role = "administrator") -> Iterator[TestClient]:
        """A browser logged in as that role."""
        with self.visitor() as client:
            self.log_in(client, role)
            yield client

    def log_in(self, client: TestClient, role: Role) -> None:
        """Log in, making the user if need be."""
        if NAMES[role] not in [user.name for user in self.store.users.all()]:
            self.add_user(role)
        body = {"name": NAMES[role], "password": PASSWORD}
        answer = client.post("/api/v1/login", json=body)
        assert answer.status_code == 200, answer.text


def build(folder: Path, template: Path, **web: object) -> House:
    """A server over an empty database in `folder`, copied from an already migrated one."""
    database = folder / "vedette.db"
    database.write_bytes(template.read_bytes())
    clock = SimulatedClock()
    store = open_store(str(database), KEY, clock=clock)
    bus, shelf, stills, probe = MemoryBus(), PacketShelf(), PacketShelf(), Probe()
    options = {"admin_password": SecretStr(""), **web}
    settings = Settings(
        data_dir=folder,
        store_key=SecretStr(KEY.decode()),
        web=WebSettings(**options),  # type: ignore[arg-type]  # fields by name
    )
    places = Places({"fast": folder / "recordings"})
    parts = Parts(
        settings=settings,
        clock=clock,
        site=store.site,
        events=store.events,
        alarms=store.alarms,
        restream_keys=store.restream_keys,
        footage=store.footage,
        exports=ExportDesk(store.exports, settings, clock),
        export_key=lambda: open_signer(folder / "export.key").public_key,
        activity=store.activity,
        files=places,
        standing=lambda: standing(
            store.footage, places, settings.archive, store.site.load(), clock.now_us()
        ),
        access=store.access,
        bus=bus,
        packets=shelf,
        stills=stills,
        probe=probe,
        check_camera=check_camera,
        snapshots=folder / "snapshots",
    )
    app = create_app(parts, passwords=quick_passwords(), dist=folder / "dist", recheck_s=0.2)
    return House(
        parts=parts,
        store=store,
        bus=bus,
        clock=clock,
        shelf=shelf,
        stills=stills,
        probe=probe,
        app=app,
    )


@contextmanager
def listening(
    client: TestClient, *topics: str, cameras: list[str] | None = None
) -> Iterator[WebSocketTestSession]:
    """A socket that has subscribed and knows it."""
    with client.websocket_connect(SOCKET) as socket:
        assert socket.receive_json()["kind"] == "hello"
        socket.send_json({"subscribe": topics, "cameras": cameras})
        assert socket.receive_json()["kind"] == "subscribed"
        yield socket
