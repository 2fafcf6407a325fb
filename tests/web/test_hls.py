"""Live HLS: what a player fetches plays without a hole, and nothing is made while nobody asks."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.live.film import clip, packets, play
from tests.web.house import House
from vedette.core.media import Packet

BASE = "/api/v1/cameras/gate/"


@pytest.fixture
def gate(house: House) -> House:
    """A server with a camera."""
    house.put_camera("gate")
    house.shelf.add("gate")
    return house


@pytest.fixture
def film(tmp_path: Path) -> list[Packet]:
    """Five seconds, a key frame in each."""
    return packets(clip(tmp_path, count=50))


@contextmanager
def sending(house: House, film: list[Packet]) -> Iterator[None]:
    """The film is sent once somebody watches."""

    def send() -> None:
        deadline = time.monotonic() + 5
        while not house.shelf.watching and time.monotonic() < deadline:
            time.sleep(0.005)
        for packet in film:
            house.shelf.put(packet)

    thread = threading.Thread(target=send)
    thread.start()
    yield
    thread.join()


def listed(client: TestClient, segments: int) -> list[str]:
    """The playlist's lines once there are so many segments."""
    deadline = time.monotonic() + 5
    while True:
        answer = client.get(f"{BASE}live.m3u8")
        assert answer.status_code == 200, answer.text
        lines: list[str] = answer.text.splitlines()
        if sum(line.endswith(".m4s") for line in lines) >= segments:
            return lines
        assert time.monotonic() < deadline
        time.sleep(0.02)


def fetched(client: TestClient, lines: list[str]) -> list[bytes]:
    """Init segment and segments, as a player fetches them."""
    names = re.findall(r'URI="([^"]+)"', "\n".join(lines))
    names += [line for line in lines if line.endswith(".m4s")]
    answers = [client.get(BASE + name) for name in names]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.content for answer in answers]


def test_what_a_player_fetches_plays(gate: House, film: list[Packet]) -> None:
    with gate.browser("viewer") as client, sending(gate, film):
        lines = listed(client, 4)
        shown = play(*fetched(client, lines))
    # The last second waits for the key frame that ends it.
    assert len(shown.times_us) == 40
    assert all(b - a == pytest.approx(100_000, abs=20) for a, b in pairwise(shown.times_us))
    assert lines[0] == "#EXTM3U"
    durations = [float(line[8:-1]) for line in lines if line.startswith("#EXTINF:")]
    assert durations == pytest.approx([1.0] * 4, abs=0.001)
    target = next(line for line in lines if line.startswith("#EXT-X-TARGETDURATION:"))
    assert int(target.partition(":")[2]) >= max(durations)


def test_another_form_begins_another_timeline(
    gate: House, film: list[Packet], tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    other = packets(clip(folder, "hevc", count=30), start_us=film[-1].t_us + 100_000)
    with gate.browser("viewer") as client, sending(gate, [*film[:25], *other]):
        lines = listed(client, 5)
        at = lines.index("#EXT-X-DISCONTINUITY")
        first = play(*fetched(client, lines[:at]))
        second = play(*fetched(client, lines[at:]))
    assert (first.codec, second.codec) == ("h264", "hevc")
    assert len(second.times_us) == 20


def test_all_players_share_one_reading_and_it_ends_without_them(
    gate: House, film: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.live.hls._IDLE_S", 0.5)
    with gate.browser("viewer") as client, sending(gate, film):
        for _ in range(3):
            listed(client, 4)
        assert gate.shelf.watches == 1
        deadline = time.monotonic() + 5
        while gate.shelf.watching and time.monotonic() < deadline:
            time.sleep(0.02)
        assert gate.shelf.watching == 0
        assert client.get(f"{BASE}hls/main/1.m4s").status_code == 404


@pytest.mark.parametrize(
    "name", ["hls/main/1.m4s", "hls/none/init-1.mp4", "hls/main/..%2f1.m4s", "hls/main/x.m4s"]
)
def test_what_was_not_listed_is_not_there(gate: House, name: str) -> None:
    with gate.browser("viewer") as client:
        assert client.get(BASE + name).status_code in (404, 422)
    assert gate.shelf.watches == 0


def test_what_hls_cannot_carry_is_said(gate: House, film: list[Packet]) -> None:
    odd = [replace(one, format=replace(one.format, codec="mjpeg")) for one in film[:1]]
    with gate.browser("viewer") as client, sending(gate, odd):
        answer = client.get(f"{BASE}live.m3u8")
    assert answer.status_code == 422
    assert "mjpeg" in answer.json()["message"]


def test_a_camera_that_sends_nothing_is_unavailable(
    gate: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.live.hls._FIRST_S", 0.3)
    with gate.browser("viewer") as client:
        assert client.get(f"{BASE}live.m3u8").status_code == 503
