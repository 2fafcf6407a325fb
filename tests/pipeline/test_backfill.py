"""Gaps filled from a camera's own recordings: nothing missing, nothing twice, nothing for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from tests.record.desk import FPS, START_US, STEP_US, Desk, counted, packet, shown
from vedette.core.clock import SimulatedClock
from vedette.core.footage import Gap
from vedette.core.media import Packet, StreamFormat
from vedette.core.settings import SourceSettings
from vedette.core.site import Camera, Site, Spec, Stream
from vedette.pipeline.backfill import MOST_TRIES, Backfill, Fetching
from vedette.record.journal import read_journal
from vedette.record.layout import days_of
from vedette.record.reading import LocalFiles
from vedette.store import Store, open_store
from vedette.testing.archives import DahuaPages, HikvisionPages, OnvifPages, ReplayServer, Tape
from vedette.testing.auth import Login
from vedette.testing.clips import Clip, Encoding, encode, load
from vedette.testing.http.server import HttpServer

LOGIN = Login(user="admin", password="pass", qop=True)
SECOND_US = 1_000_000
SECONDS = 150
KINDS = ("hikvision", "dahua", "onvif_g")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Two and a half minutes, ten pictures a second, each with its number."""
    path = tmp_path_factory.mktemp("clip") / "counted.mp4"
    how = Encoding(fps=FPS, gop_s=2.0, preset="ultrafast", quality=30)
    return load(encode(counted(SECONDS * FPS, size=(256, 144)), path, how))


@dataclass
class Scene:
    """A camera that was away, its card, and us."""

    store: Store
    root: Path
    clock: SimulatedClock
    tape: Tape
    rtsp: ReplayServer
    site: Site
    state: Path

    def backfill(self) -> Backfill:
        """As after a start of ours."""
        one = Backfill(
            Fetching(
                footage=self.store.footage,
                files=LocalFiles({"fast": self.root}),
                root=self.root,
                state=self.state,
                clock=self.clock,
                allowed=SourceSettings(allow_loopback=True),
                silent_s=2.0,
            )
        )
        one.apply(self.site)
        return one

    def gaps(self) -> list[tuple[float, float]]:
        """Gaps that are left, in seconds from the beginning."""
        found = self.store.footage.gaps("gate", "main", (START_US, self.clock.now_us()))
        return [
            ((one.start_us - START_US) / 1e6, (one.end_us - START_US) / 1e6)
            for one in found
            if one.end_us is not None and one.end_us > one.start_us
        ]

    def numbers(self) -> list[int]:
        """The numbers of all pictures we have, file after file."""
        span = START_US - SECOND_US, self.clock.now_us()
        rows = self.store.footage.find("gate", "main", span)
        return [number for row in rows for number, _ in shown(self.root / row.path)]

    def times(self) -> dict[int, list[int]]:
        """When each number is shown."""
        span = START_US - SECOND_US, self.clock.now_us()
        found: dict[int, list[int]] = {}
        for row in self.store.footage.find("gate", "main", span):
            for number, t_us in shown(self.root / row.path):
                found.setdefault(number, []).append(t_us)
        return found


def film(clip: Clip) -> list[Packet]:
    sets = b"".join(b"\x00\x00\x00\x01" + one for one in clip.parameter_sets)
    about = StreamFormat(codec="h264", width=256, height=144, extradata=sets)
    return [
        packet(about, index * STEP_US, clip.annexb(index), key=unit.key)
        for index, unit in enumerate(clip.units)
    ]


def scene(undo: ExitStack, folder: Path, clip: Clip, kind: str, away: tuple[int, int]) -> Scene:
    """Everything but the pictures of these seconds was recorded here; the card has all."""
    desk = Desk(folder / "recordings")
    pictures = film(clip)
    # The stream came with a delay that the card knows nothing of.
    desk.play(pictures[: away[0] * FPS])
    desk.state = "connecting"
    desk.wait(away[1] - away[0])
    desk.state = "live"
    desk.play(pictures[away[1] * FPS :])
    desk.stop()
    desk.clock.sleep(30)
    store = open_store(folder / "vedette.db", folder / "seal.key")
    undo.callback(store.close)
    store.footage.put(list(desk.told.segments.values()))
    store.footage.put_gaps(list(desk.told.gaps.values()))
    tape = Tape(
        clip=clip,
        began_us=START_US - 137_000,
        until_us=START_US + SECONDS * SECOND_US - 137_000,
        ahead_us=3_200_000,
        zone=ZoneInfo("Asia/Shanghai") if kind != "onvif_g" else ZoneInfo("UTC"),
        now_us=desk.clock.now_us,
    )
    http = undo.enter_context(HttpServer())
    rtsp = undo.enter_context(ReplayServer(tape, LOGIN))
    if kind == "onvif_g":
        http.add("onvif", OnvifPages(tape, LOGIN, "rtsp://10.0.0.9/replay"))
    else:
        pages = HikvisionPages(tape) if kind == "hikvision" else DahuaPages(tape)
        http.add("ISAPI" if kind == "hikvision" else "cgi-bin", pages, LOGIN)
    archive = Spec(
        kind=kind,
        options={
            "url": f"http://127.0.0.1:{http.port}",
            "user": "admin",
            "rtsp_port": rtsp.port,
        },
        secrets={"password": SecretStr("pass")},
    )
    source = Spec(kind="rtsp", options={"url": "rtsp://camera/live"})
    camera = Camera(id="gate", name="Gate", streams=(Stream(source=source),), archive=archive)
    return Scene(
        store=store,
        root=folder / "recordings",
        clock=desk.clock,
        tape=tape,
        rtsp=rtsp,
        site=Site(cameras=(camera,)),
        state=folder / "backfill.json",
    )


@pytest.fixture
def undo() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("kind", KINDS)
def test_the_union_misses_no_picture(
    undo: ExitStack, tmp_path: Path, clip: Clip, kind: str
) -> None:
    # Away for 95 s from the middle of a group on: two errands, joined without a seam.
    place = scene(undo, tmp_path, clip, kind, (21, 116))
    assert place.gaps() == [pytest.approx((21.0, 116.0), abs=0.3)]
    backfill = place.backfill()
    assert backfill.turn()
    assert backfill.turn()
    assert not backfill.turn()
    assert place.gaps() == []
    assert backfill.attempts == ()
    times = place.times()
    assert sorted(times) == list(range(SECONDS * FPS))
    for number, shown_us in times.items():
        want_us = START_US + number * STEP_US
        # A picture is there once, but for those that merely help to decode.
        assert min(abs(t_us - want_us) for t_us in shown_us) < 2_000, number
    twice = [number for number, shown_us in times.items() if len(shown_us) > 1]
    assert len(twice) <= 2 * 20
    rows = place.store.footage.find("gate", "main", (START_US, place.clock.now_us()))
    assert [row.origin for row in rows].count("backfilled") == 2
    for before, after in pairwise(rows):
        assert after.start_us - before.end_us > -1_000, "footage overlaps"


def test_a_start_in_between_goes_on_where_it_was(
    undo: ExitStack, tmp_path: Path, clip: Clip
) -> None:
    place = scene(undo, tmp_path, clip, "hikvision", (20, 120))
    assert place.backfill().turn()
    assert place.gaps()[0][0] == pytest.approx(80.0, abs=0.2)
    sent = place.rtsp.sent
    second = place.backfill()
    assert second.turn()
    assert not second.turn()
    assert place.gaps() == []
    # What was fetched already is not fetched again.
    assert place.rtsp.sent - sent < 62 * FPS


def test_a_cut_connection_is_tried_again_later(undo: ExitStack, tmp_path: Path, clip: Clip) -> None:
    place = scene(undo, tmp_path, clip, "dahua", (30, 60))
    place.rtsp.faults.cut_after = 100
    backfill = place.backfill()
    assert backfill.turn()
    (attempt,) = backfill.attempts
    assert attempt.tries == 1
    assert place.gaps() != []
    assert not backfill.turn(), "it waits before it tries again"
    place.clock.set_us(attempt.next_us + 1)
    assert place.backfill().turn()
    assert place.gaps() == []


def test_what_the_card_lacks_stays_a_gap_with_its_reason(
    undo: ExitStack, tmp_path: Path, clip: Clip
) -> None:
    place = scene(undo, tmp_path, clip, "hikvision", (30, 60))
    place.tape.file_s = 2
    place.tape.holes = ((START_US + 39 * SECOND_US, START_US + 51 * SECOND_US),)
    backfill = place.backfill()
    for _ in range(30):
        if not backfill.turn():
            waiting = [one.next_us for one in backfill.attempts if not one.given_up]
            if not waiting:
                break
            place.clock.set_us(max(waiting) + 1)
            backfill = place.backfill()
    assert all(one.given_up and one.tries == MOST_TRIES for one in backfill.attempts)
    assert backfill.attempts
    assert "no" in backfill.attempts[0].reason
    (left,) = place.gaps()
    assert left[0] >= 37.9
    assert left[1] <= 54.0


def test_a_wrong_password_is_given_up_in_the_end(
    undo: ExitStack, tmp_path: Path, clip: Clip
) -> None:
    place = scene(undo, tmp_path, clip, "onvif_g", (30, 60))
    (camera,) = place.site.cameras
    assert camera.archive is not None
    wrong = replace(camera.archive, secrets={"password": SecretStr("wrong")})
    place.site = replace(place.site, cameras=(replace(camera, archive=wrong),))
    backfill = place.backfill()
    for tries in range(1, MOST_TRIES + 1):
        assert backfill.turn()
        (attempt,) = backfill.attempts
        assert attempt.tries == tries
        assert "user name or password" in attempt.reason
        place.clock.set_us(attempt.next_us + 1)
    assert not backfill.turn()
    assert "pass" not in place.state.read_text().replace("password", "")


def test_nothing_is_asked_while_the_camera_is_away_or_without_an_archive(
    undo: ExitStack, tmp_path: Path, clip: Clip
) -> None:
    place = scene(undo, tmp_path, clip, "hikvision", (30, 60))
    (camera,) = place.site.cameras
    alone = place.backfill()
    alone.apply(replace(place.site, cameras=(replace(camera, archive=None),)))
    assert not alone.turn()
    end_us = place.clock.now_us() + 100 * SECOND_US
    later_gap = Gap(
        camera="gate",
        stream="main",
        start_us=place.clock.now_us() - SECOND_US,
        end_us=None,
        cause="unreachable",
    )
    place.store.footage.put_gaps([later_gap])
    place.clock.set_us(end_us)
    backfill = place.backfill()
    assert backfill.turn()
    assert not backfill.turn()


def test_the_journal_tells_the_same_as_the_index(
    undo: ExitStack, tmp_path: Path, clip: Clip
) -> None:
    place = scene(undo, tmp_path, clip, "dahua", (30, 60))
    assert place.backfill().turn()
    entries = [
        entry
        for day in days_of(place.root, "gate", "main")
        for entry in read_journal(place.root / day.journal).entries
    ]
    gaps = {one.start_us: one for one in entries if isinstance(one, Gap)}
    assert [one for one in gaps.values() if one.end_us != one.start_us] == []
    fetched = [one for one in entries if getattr(one, "origin", "") == "backfilled"]
    rows = place.store.footage.find("gate", "main", (START_US, place.clock.now_us()))
    assert fetched == [one for one in rows if one.origin == "backfilled"]
