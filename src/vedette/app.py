"""Builds everything from Settings, starts it, stops it in reverse; nobody else knows everyone."""

from __future__ import annotations

import contextlib
import os
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vedette.alarms.desk import AlarmDesk, cooldown_from
from vedette.bus.local import LocalBus
from vedette.bus.memory import MemoryBus
from vedette.bus.packets import PacketServer, RemotePackets
from vedette.core.clock import Clock, RealClock
from vedette.core.facts import ProbeResult
from vedette.core.ports import Bus, DetectorPlace, PacketHub
from vedette.core.settings import RestreamSettings, Settings, SourceSettings
from vedette.core.site import Site, Spec
from vedette.ingest.probe import probe
from vedette.pipeline.answering import Answering
from vedette.pipeline.backfill import open_backfill
from vedette.pipeline.build import Builder, check_camera
from vedette.pipeline.evidence import Evidence
from vedette.pipeline.export_desk import ExportDesk
from vedette.pipeline.feeds import Feeds
from vedette.pipeline.keeper import Keeper
from vedette.pipeline.lanes import Lanes, Surroundings
from vedette.pipeline.recorders import Recorders
from vedette.pipeline.remember import Memory, Remembering
from vedette.pipeline.still_keeping import StillKeeping
from vedette.pipeline.stills import Stills
from vedette.pipeline.watch import SiteWatch
from vedette.record.growing import LocalDisk
from vedette.record.indexer import Indexer
from vedette.record.manifest import open_signer
from vedette.record.places import Places, first_folder, places_of
from vedette.record.recorder import Archive, Recorder
from vedette.record.standing import standing
from vedette.record.stills import StillArchive
from vedette.record.sweeper import Sweeper, Terms
from vedette.store import Store, open_store
from vedette.store.memories import SpooledMemories
from vedette.store.seal import open_key
from vedette.store.spool import SpooledEvents

__all__ = [
    "CAMERAS_PER_MEDIA",
    "Shares",
    "archive_places",
    "open_database",
    "start_analyse",
    "start_everything",
    "start_media",
    "start_web",
]

CAMERAS_PER_MEDIA = 75
"""More than this in one process and its threads get in each other's way."""
_DRAIN_EVERY_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How the cameras are shared out among processes, and where those meet."""

    sockets: Path
    """A private folder for the sockets between our processes."""
    media: int
    analyse: int

    def bus_path(self) -> Path:
        return self.sockets / "bus"

    def packets_path(self, media: int) -> Path:
        return self.sockets / f"media-{media}"

    def stills_path(self, analyse: int) -> Path:
        return self.sockets / f"stills-{analyse}"

    def media_of(self, camera: str) -> int:
        return zlib.crc32(camera.encode()) % self.media

    def analyse_of(self, camera: str) -> int:
        return zlib.crc32(b"lane " + camera.encode()) % self.analyse


def open_database(settings: Settings) -> Store:
    """The database of an installation, brought up to date."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    where = settings.store_url.get_secret_value() or settings.data_dir / "vedette.db"
    key = settings.store_key.get_secret_value().encode() or settings.data_dir / "seal.key"
    return open_store(where, key)


def archive_places(settings: Settings) -> Places:
    """Where recordings lie, as the settings say."""

    def key() -> bytes:
        own = settings.store_key.get_secret_value().encode()
        return own or open_key(settings.data_dir / "seal.key")

    return places_of(settings, key)


def start_media(settings: Settings, shares: Shares, index: int) -> contextlib.ExitStack:
    """Connections of this process's cameras, and their packets for the others."""
    with contextlib.ExitStack() as undo:
        bus = _bus(undo, shares)
        store = _store(undo, settings)
        held = _Held(store=store, bus=bus, mine=lambda camera: shares.media_of(camera) == index)
        feeds = _feeds(undo, settings, held)
        _recorders(undo, settings, held, feeds)
        server = PacketServer(shares.packets_path(index), feeds.watch)
        server.start()
        undo.callback(server.close)
        if index == 0:
            _sweep(undo, settings, store, bus)
        return undo.pop_all()


def start_analyse(settings: Settings, shares: Shares, index: int) -> contextlib.ExitStack:
    """Lanes of this process's cameras."""
    os.nice(settings.analyse.nice)
    with contextlib.ExitStack() as undo:
        bus = _bus(undo, shares)
        store = _store(undo, settings)
        packets = RemotePackets(lambda camera: shares.packets_path(shares.media_of(camera)))
        events = SpooledEvents(store.events, settings.data_dir / "spool")
        undo.callback(events.close)
        around = _Around(store=store, bus=bus, packets=packets, events=events)
        _lanes(undo, settings, around, lambda camera: shares.analyse_of(camera) == index)
        stills = Stills(packets)
        undo.callback(stills.close)
        server = PacketServer(shares.stills_path(index), stills.watch)
        server.start()
        undo.callback(server.close)
        return undo.pop_all()


def start_web(settings: Settings, shares: Shares) -> tuple[contextlib.ExitStack, str]:
    """The web server and the alarm desk; the answer has the address it listens on."""
    with contextlib.ExitStack() as undo:
        bus = _bus(undo, shares)
        store = _store(undo, settings)
        packets = RemotePackets(lambda camera: shares.packets_path(shares.media_of(camera)))
        stills = RemotePackets(lambda camera: shares.stills_path(shares.analyse_of(camera)))
        url = _web(undo, settings, store, _Doors(bus=bus, packets=packets, stills=stills))
        return undo.pop_all(), url


def start_everything(settings: Settings) -> tuple[contextlib.ExitStack, str]:
    """All of it as threads of this process."""
    with contextlib.ExitStack() as undo:
        bus = MemoryBus()
        undo.callback(bus.close)
        store = _store(undo, settings)
        held = _Held(store=store, bus=bus, mine=lambda _: True)
        feeds = _feeds(undo, settings, held)
        _recorders(undo, settings, held, feeds)
        events = SpooledEvents(store.events, settings.data_dir / "spool")
        undo.callback(events.close)
        around = _Around(store=store, bus=bus, packets=feeds, events=events)
        _lanes(undo, settings, around, lambda _: True)
        _sweep(undo, settings, store, bus)
        stills = Stills(feeds)
        undo.callback(stills.close)
        url = _web(undo, settings, store, _Doors(bus=bus, packets=feeds, stills=stills))
        return undo.pop_all(), url


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What a process that holds connections works with."""

    store: Store
    bus: Bus
    mine: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    store: Store
    bus: Bus
    packets: PacketHub
    events: SpooledEvents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doors:
    """Where the web server finds the other processes."""

    bus: Bus
    packets: PacketHub
    stills: PacketHub


def _drain(events: SpooledEvents, ended: threading.Event) -> None:
    while not ended.wait(_DRAIN_EVERY_S):
        events.replay()


class _Current:
    """The newest configuration that was read."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def apply(self, site: Site) -> None:
        self._site = site

    def site(self) -> Site:
        return self._site


@dataclass(frozen=True, slots=True)
class _Prober:
    """Tests connections in a child process, never in this one."""

    allowed: SourceSettings

    def __call__(self, spec: Spec, timeout_s: float) -> ProbeResult:
        return probe(spec, self.allowed, timeout_s)


def _bus(undo: contextlib.ExitStack, shares: Shares) -> Bus:
    bus = LocalBus(shares.bus_path())
    undo.callback(bus.close)
    bus.wait_connected(5.0)
    return bus


def _store(undo: contextlib.ExitStack, settings: Settings) -> Store:
    store = open_database(settings)
    undo.callback(store.close)
    return store


def _feeds(undo: contextlib.ExitStack, settings: Settings, held: _Held) -> Feeds:
    feeds = Feeds(settings.sources, settings.media.silent_s, RealClock(), held.mine)
    undo.callback(feeds.close)
    _follow(undo, held.store, held.bus, feeds.apply)
    _keep(undo, "stream-status", lambda: feeds.tell(held.bus), feeds.close)
    return feeds


def _sweep(undo: contextlib.ExitStack, settings: Settings, store: Store, bus: Bus) -> None:
    """What becomes of recordings afterwards: one thread of one process of the installation."""
    current = _Current(store.site.load())
    _follow(undo, store, bus, current.apply)
    terms = Terms(archive=settings.archive, site=current.site)
    places = archive_places(settings)
    sweeper = Sweeper(store.footage, places, terms, RealClock(), bus.publish)
    _keep(undo, "archive", sweeper.run, sweeper.close)
    backfill = open_backfill(settings, store.footage, places, places.root)
    _follow(undo, store, bus, backfill.apply)
    _keep(undo, "backfill", backfill.run, backfill.close)


def _recorders(undo: contextlib.ExitStack, settings: Settings, held: _Held, feeds: Feeds) -> None:
    root = archive_places(settings).root
    clock = RealClock()
    indexer = Indexer(held.store.footage, root, clock)
    # Undone last: what the recorder tells when it closes its files is still brought.
    _keep(undo, "index", indexer.run, indexer.close)
    archive = Archive(root=root, disk=LocalDisk(root), clock=clock, outlet=indexer)
    recorder = Recorder(archive)
    recorders = Recorders(recorder, feeds, indexer, clock, held.mine)
    _keep(undo, "recorder", recorder.run, recorder.close)
    _follow(undo, held.store, held.bus, recorders.apply)
    _keep(undo, "record-when", lambda: recorders.listen(held.bus), recorders.close)
    _keep(undo, "recorder-status", lambda: recorders.tell(held.bus), recorders.close)


def _lanes(
    undo: contextlib.ExitStack, settings: Settings, around: _Around, mine: Callable[[str], bool]
) -> None:
    builder = Builder(
        DetectorPlace(models=settings.data_dir / "models", model=settings.analyse.model)
    )
    undo.callback(builder.close)
    memory = _memory(undo, settings, around)
    shared = Surroundings(
        builder=builder,
        packets=around.packets,
        evidence=Evidence(settings.data_dir / "snapshots", around.events),
        bus=Remembering(around.bus, memory),
        clock=RealClock(),
    )
    lanes = Lanes(shared, mine)
    undo.callback(lanes.close)
    _keep(undo, "spool", lambda: _drain(around.events, lanes.ended), lanes.close)
    _follow(undo, around.store, around.bus, lanes.apply)
    _keep(undo, "lane-status", lanes.tell, lanes.close)
    _keep(undo, "pictures", lanes.answer, lanes.close)
    kept = StillArchive(first_folder(settings))
    undo.callback((keeping := StillKeeping(around.packets, kept, shared.clock, mine)).close)
    _follow(undo, around.store, around.bus, keeping.apply)


def _memory(undo: contextlib.ExitStack, settings: Settings, around: _Around) -> Memory:
    spool = SpooledMemories(
        around.store.footage, around.store.activity, settings.data_dir / "spool" / "footage"
    )
    undo.callback(spool.close)
    memory = Memory(spool, RealClock())
    _follow(undo, around.store, around.bus, memory.apply)
    # Closed once the lanes are: what they saw last belongs to it.
    _keep(undo, "memory", memory.run, memory.close)
    return memory


def _web(undo: contextlib.ExitStack, settings: Settings, store: Store, doors: _Doors) -> str:
    # Only here: the other processes start in a third of the time without a web framework.
    from vedette.access.first import FirstAdministrator
    from vedette.access.passwords import Passwords
    from vedette.web.certificate import certificate_for
    from vedette.web.parts import Parts
    from vedette.web.serve import WebServer
    from vedette.web.server import create_app

    clock: Clock = RealClock()
    current = _Current(store.site.load())
    _follow(undo, store, doors.bus, current.apply)
    desk = AlarmDesk(store.alarms, store.events, clock, cooldown_from(current.site))
    answering = Answering(desk, doors.bus)
    _keep(undo, "alarm-desk", answering.run, answering.close)
    places = archive_places(settings)
    exports = ExportDesk(store.exports, settings, clock)
    _keep(undo, "export-desk", exports.run, exports.close)
    parts = Parts(
        settings=settings,
        clock=clock,
        site=store.site,
        events=store.events,
        alarms=store.alarms,
        restream_keys=store.restream_keys,
        footage=store.footage,
        exports=exports,
        export_key=lambda: open_signer(settings.data_dir / "export.key").public_key,
        files=places,
        standing=lambda: standing(
            store.footage, places, settings.archive, current.site(), clock.now_us()
        ),
        bus=doors.bus,
        packets=doors.packets,
        stills=doors.stills,
        activity=store.activity,
        access=store.access,
        probe=_Prober(settings.sources),
        check_camera=check_camera,
        snapshots=settings.data_dir / "snapshots",
    )
    if settings.restream.enabled:
        _restream(undo, settings.restream, store, doors.packets, current.site)
    FirstAdministrator(settings.data_dir, store.users, Passwords(), clock).begin(settings)
    certificate = certificate_for(settings.web, settings.data_dir / "tls")
    server = WebServer(create_app(parts), settings.web.host, settings.web.port, certificate)
    undo.callback(server.stop)
    server.start()
    return server.url


def _restream(
    undo: contextlib.ExitStack,
    asked: RestreamSettings,
    store: Store,
    packets: PacketHub,
    site: Callable[[], Site],
) -> None:
    from vedette.access.restreaming import RestreamDoor
    from vedette.access.roles import Roles, cameras_of
    from vedette.live.restream.server import RestreamServer

    door = RestreamDoor(
        store.users,
        store.restream_keys,
        RealClock(),
        site,
        Roles(store.access.roles, store.users, cameras_of(site)),
    )
    server = RestreamServer(packets, door, asked.host, asked.port)
    undo.callback(server.stop)
    server.start()


def _follow(undo: contextlib.ExitStack, store: Store, bus: Bus, apply: Callable[..., None]) -> None:
    watch = SiteWatch(store.site, bus, apply)
    watch.look()
    _keep(undo, "site-watch", watch.run, watch.close)


def _keep(
    undo: contextlib.ExitStack, name: str, work: Callable[[], None], stop: Callable[[], None]
) -> None:
    keeper = Keeper(name, work, stop)
    undo.callback(keeper.stop)
    keeper.start()
