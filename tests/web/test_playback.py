"""Recordings over HTTP: indexes, bytes, playlists and clips, to those who may see them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from tests.record.shelf import START_US, Film, record, shown
from tests.store.values import alarm, event
from tests.web.house import House
from vedette.access.rights import Caller
from vedette.access.sessions import Sessions
from vedette.core.footage import Segment

SECOND_US = 1_000_000


def put(house: House, film: Film, **where: object) -> list[Segment]:
    """A film, recorded and known."""
    folder = house.parts.settings.data_dir / "recordings"
    made = record(folder, film, **where)  # type: ignore[arg-type]  # by name
    house.store.footage.put(made)
    return made


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    house.put_camera("gate", "yard")
    house.clock.set_us(START_US + 3_600 * SECOND_US)
    with house.browser("viewer") as browser:
        yield browser


def address(segment: Segment, what: str = "media.mp4") -> str:
    return f"/api/v1/footage/{quote(segment.id, safe='')}/{what}"


def test_an_index_says_what_lies_where(house: House, client: TestClient) -> None:
    first = put(house, Film())[0]
    index = client.get(address(first, "index")).json()
    assert index["id"] == first.id
    assert (index["start_us"], index["end_us"]) == (START_US, START_US + 4 * SECOND_US)
    assert index["mime"].startswith('video/mp4; codecs="avc1.')
    assert [part[0] for part in index["parts"] if part[4]] == [START_US, START_US + 2 * SECOND_US]
    content = client.get(address(first)).content
    offset, size = index["parts"][1][2:4]
    assert content[offset + 4 : offset + 8] == b"moof"
    assert content[offset + size + 4 : offset + size + 8] == b"moof"


@pytest.mark.parametrize(
    ("header", "status", "span"),
    [
        (None, 200, (0, None)),
        ("bytes=0-", 206, (0, None)),
        ("bytes=0-0", 206, (0, 1)),
        ("bytes=100-199", 206, (100, 200)),
        ("bytes= 100-199 ", 206, (100, 200)),
        ("bytes=-10", 206, (-10, None)),
        ("bytes=-999999999", 206, (0, None)),
        ("bytes=100-999999999", 206, (100, None)),
        # not understood, so that the whole is the answer
        ("bytes=5-4", 200, (0, None)),
        ("bytes=-", 200, (0, None)),
        ("bytes=0-1,5-9", 200, (0, None)),
        ("lines=0-1", 200, (0, None)),
        ("bytes=a-b", 200, (0, None)),
        ("bytes=" + "9" * 40 + "-", 200, (0, None)),
        # nothing there
        ("bytes=999999999-", 416, None),
        ("bytes=-0", 416, None),
    ],
)
def test_ranges(
    house: House, client: TestClient, header: str | None, status: int, span: tuple[int, int | None]
) -> None:
    (segment,) = put(house, Film(seconds=4))
    whole = (house.parts.settings.data_dir / "recordings" / segment.path).read_bytes()
    answer = client.get(address(segment), headers={"Range": header} if header else {})
    assert answer.status_code == status
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{len(whole)}"
        return
    expected = whole[slice(*span)]
    assert answer.content == expected
    assert answer.headers["content-length"] == str(len(expected))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "video/mp4"
    if status == 206:
        start = whole.index(expected) if span[0] else 0
        told = f"bytes {start}-{start + len(expected) - 1}/{len(whole)}"
        assert answer.headers["content-range"] == told


def test_a_tag_says_whether_it_is_still_the_same(house: House, client: TestClient) -> None:
    (segment,) = put(house, Film(seconds=4))
    tag = client.get(address(segment)).headers["etag"]
    part = {"Range": "bytes=0-9"}
    assert client.get(address(segment), headers={**part, "If-Range": tag}).status_code == 206
    assert client.get(address(segment), headers={**part, "If-Range": '"x"'}).status_code == 200
    assert client.get(address(segment), headers={"If-None-Match": f'"x", {tag}'}).status_code == 304
    assert client.get(address(segment), headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_growing_file_is_sent_as_far_as_it_is_whole(house: House, client: TestClient) -> None:
    (segment,) = put(house, Film(seconds=4))
    house.store.footage.forget([segment.id])
    growing = replace(segment, open=True, sha256="", chain="", end_us=START_US + 500_000)
    house.store.footage.put([growing])
    path = house.parts.settings.data_dir / "recordings" / segment.path
    whole = path.read_bytes()
    lengths = []
    for size in (len(whole) // 3, len(whole) // 2, len(whole)):
        path.write_bytes(whole[:size])
        answer = client.get(address(segment))
        index = client.get(address(segment, "index")).json()
        assert index["open"]
        assert len(answer.content) == index["parts"][-1][2] + index["parts"][-1][3] <= size
        assert answer.headers["etag"].startswith("W/")
        # a weak tag never promises that bytes are the same
        part = {"Range": "bytes=0-9", "If-Range": answer.headers["etag"]}
        assert client.get(address(segment), headers=part).status_code == 200
        assert client.get(address(segment), headers={"Range": "bytes=0-9"}).status_code == 206
        lengths.append(len(answer.content))
    assert lengths == sorted(set(lengths))


def test_a_file_that_vanished_is_gone(house: House, client: TestClient) -> None:
    (segment,) = put(house, Film(seconds=4))
    (house.parts.settings.data_dir / "recordings" / segment.path).unlink()
    for what in ("media.mp4", "index"):
        answer = client.get(address(segment, what))
        assert (answer.status_code, answer.json()["code"]) == (410, "gone")


@pytest.mark.parametrize(
    "wrong",
    [
        "gate:main:1",
        "..%2F..%2F..%2F..%2Fetc%2Fpasswd",
        "%252e%252e%252fetc%252fpasswd",
        "..%2F..%2Fvedette.db",
        "gate:main:..%2F..%2Fvedette.db",
        "gate%3Amain%3A1%2F..%2F..",
        "gate:main:1%00.mp4",
        "%2Fetc%2Fpasswd",
        "GATE:main:1",
    ],
)
def test_only_ids_lead_to_files(house: House, client: TestClient, wrong: str) -> None:
    put(house, Film(seconds=4))
    for what in ("media.mp4", "index"):
        answer = client.get(f"/api/v1/footage/{wrong}/{what}")
        assert answer.status_code in (404, 422)
        assert b"root:" not in answer.content


def playlist(client: TestClient, **asked: object) -> list[str]:
    answer = client.get("/api/v1/cameras/gate/playback.m3u8", params=asked)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    return answer.text.splitlines()


def test_a_playlist_plays_from_the_moment_asked_for(
    house: House, client: TestClient, tmp_path: Path
) -> None:
    put(house, Film(seconds=24, file_s=12))
    dice = random.Random(3)
    for _ in range(12):
        after_us = START_US + dice.randrange(0, 20 * SECOND_US)
        lines = playlist(client, after_us=after_us, before_us=START_US + 24 * SECOND_US)
        assert lines[-1] == "#EXT-X-ENDLIST"
        assert "#EXT-X-INDEPENDENT-SEGMENTS" in lines
        numbers = [n for part in fetched(client, lines, tmp_path) for n in part]
        assert numbers[-1] == 239
        assert numbers == list(range(numbers[0] or 0, 240))
        start = next(line for line in lines if line.startswith("#EXT-X-START"))
        offset_s = float(re.findall(r"TIME-OFFSET=([\d.]+)", start)[0])
        assert numbers[0] is not None
        assert numbers[0] * 100_000 + offset_s * 1e6 == pytest.approx(after_us - START_US, abs=2)


def fetched(client: TestClient, lines: list[str], folder: Path) -> list[list[int | None]]:
    """What is seen of each stretch between discontinuities: head and ranges, as a player asks."""
    stretches: list[bytes] = []
    span = ""
    for line in lines:
        if line.startswith("#EXT-X-MAP"):
            uri, size = re.findall(r'URI="([^"]+)",BYTERANGE="(\d+)@0"', line)[0]
            stretches.append(ranged(client, uri, 0, int(size)))
        elif line.startswith("#EXT-X-BYTERANGE:"):
            span = line.partition(":")[2]
        elif not line.startswith("#"):
            size, _, offset = span.partition("@")
            stretches[-1] += ranged(client, line, int(offset), int(size))
    seen = []
    for number, content in enumerate(stretches):
        path = folder / f"stretch-{number}.mp4"
        path.write_bytes(content)
        seen.append(shown(path)[0])
    return seen


def ranged(client: TestClient, uri: str, offset: int, size: int) -> bytes:
    base = "/api/v1/cameras/gate/playback.m3u8"
    resolved = f"{base.rsplit('/', 3)[0]}/{uri.removeprefix('../../')}"
    answer = client.get(resolved, headers={"Range": f"bytes={offset}-{offset + size - 1}"})
    assert answer.status_code == 206
    return answer.content


def test_groups_are_a_few_seconds_and_begin_with_key_pictures(
    house: House, client: TestClient
) -> None:
    put(house, Film(seconds=24, file_s=12))
    lines = playlist(client, after_us=START_US, before_us=START_US + 24 * SECOND_US)
    lengths = [float(line[8:-1]) for line in lines if line.startswith("#EXTINF")]
    assert lengths == pytest.approx([4.0] * 6)
    assert lines.count("#EXT-X-DISCONTINUITY") == 1
    assert "#EXT-X-TARGETDURATION:8" in lines
    dates = [line for line in lines if line.startswith("#EXT-X-PROGRAM-DATE-TIME")]
    assert dates == [
        "#EXT-X-PROGRAM-DATE-TIME:2025-11-13T02:14:00.000+00:00",
        "#EXT-X-PROGRAM-DATE-TIME:2025-11-13T02:14:12.000+00:00",
    ]


def test_a_playlist_grows_and_never_takes_back(house: House, client: TestClient) -> None:
    (segment,) = put(house, Film(seconds=12, file_s=12))
    house.store.footage.forget([segment.id])
    growing = replace(segment, open=True, sha256="", chain="", end_us=START_US + 500_000)
    house.store.footage.put([growing])
    house.clock.set_us(START_US + 10 * SECOND_US)
    path = house.parts.settings.data_dir / "recordings" / segment.path
    whole = path.read_bytes()
    before: list[str] = []
    for share in (0.5, 0.7, 0.9, 1.0):
        path.write_bytes(whole[: round(len(whole) * share)])
        lines = playlist(client, after_us=START_US)
        assert "#EXT-X-ENDLIST" not in lines
        assert lines[: len(before)] == before
        before = lines
    house.store.footage.put([segment])
    house.clock.set_us(START_US + 7 * 3_600 * SECOND_US)
    house.log_in(client, "viewer")
    lines = playlist(client, after_us=START_US)
    assert lines[: len(before)] == before
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert sum(line.startswith("#EXTINF") for line in lines) == 3


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"after_us": START_US, "before_us": START_US}, 422),
        ({"after_us": START_US, "before_us": START_US + 7 * 3_600 * SECOND_US}, 422),
        ({"after_us": -1}, 422),
        ({}, 422),
        ({"after_us": START_US + 60 * SECOND_US, "before_us": START_US + 99 * SECOND_US}, 404),
    ],
)
def test_playlists_of_nothing(
    house: House, client: TestClient, asked: dict[str, int], status: int
) -> None:
    put(house, Film(seconds=4))
    answer = client.get("/api/v1/cameras/gate/playback.m3u8", params=asked)
    assert answer.status_code == status


def happened(house: House, at_s: float) -> tuple[str, str]:
    """(address of the clip of an event, of its alarm)."""
    seen = event(1, t_us=START_US + round(at_s * SECOND_US), camera="gate", end_us=None)
    house.store.events.add(seen)
    raised = alarm(seen)
    house.store.alarms.put(raised)
    return f"/api/v1/events/{seen.id}/clip.mp4", f"/api/v1/alarms/{raised.id}/clip.mp4"


@pytest.mark.parametrize("which", [0, 1])
def test_a_clip_shows_what_was_before_and_after(
    house: House, client: TestClient, tmp_path: Path, which: int
) -> None:
    put(house, Film(seconds=24, file_s=4, sound=True))
    clip = happened(house, 10.0)[which]
    answer = client.get(clip)
    assert answer.status_code == 200
    (tmp_path / "clip.mp4").write_bytes(answer.content)
    assert shown(tmp_path / "clip.mp4")[0] == list(range(50, 200))
    answer = client.get(clip, params={"before_s": 1, "after_s": 2.5})
    (tmp_path / "clip.mp4").write_bytes(answer.content)
    assert shown(tmp_path / "clip.mp4")[0] == list(range(90, 125))
    part = client.get(
        clip, params={"before_s": 1, "after_s": 2.5}, headers={"Range": "bytes=1000-4999"}
    )
    assert (part.status_code, part.content) == (206, answer.content[1000:5000])
    assert client.get(clip, params={"before_s": 301}).status_code == 422


def test_a_clip_is_ready_as_soon_as_its_footage_is(house: House, client: TestClient) -> None:
    segments = put(house, Film(seconds=24, file_s=12))
    clip, _ = happened(house, 4.0)
    second = segments[1]
    house.store.footage.forget([second.id])
    growing = replace(second, open=True, sha256="", chain="", end_us=second.start_us + 100_000)
    house.store.footage.put([growing])
    path = house.parts.settings.data_dir / "recordings" / second.path
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 12])
    house.clock.set_us(START_US + 12 * SECOND_US)
    early = client.get(clip)
    assert (early.status_code, early.json()["code"]) == (425, "too_early")
    assert 1 <= int(early.headers["retry-after"]) <= 4
    path.write_bytes(whole[: len(whole) // 2])
    house.clock.set_us(START_US + 15 * SECOND_US)
    assert client.get(clip).status_code == 200


def test_a_clip_does_not_wait_for_footage_that_never_comes(
    house: House, client: TestClient
) -> None:
    put(house, Film(seconds=8))
    clip, _ = happened(house, 4.0)
    house.clock.set_us(START_US + 18 * SECOND_US)
    assert client.get(clip).status_code == 425
    house.clock.set_us(START_US + 20 * SECOND_US)
    assert client.get(clip).status_code == 200
    missed, _ = happened(house, 600.0)
    house.clock.set_us(START_US + 900 * SECOND_US)
    assert client.get(missed).status_code == 404


def test_foreign_footage_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    find = Sessions.find

    def limited(self: Sessions, token: str | None, address: str = "") -> Caller:
        return replace(find(self, token, address), cameras=frozenset({"yard"}))

    monkeypatch.setattr(Sessions, "find", limited)
    house.put_camera("gate", "yard")
    (segment,) = put(house, Film(seconds=4))
    clips = happened(house, 1.0)
    with house.browser() as guest:
        for foreign in (
            address(segment),
            address(segment, "index"),
            f"/api/v1/cameras/gate/playback.m3u8?after_us={START_US}",
            *clips,
        ):
            assert guest.get(foreign).status_code == 403
