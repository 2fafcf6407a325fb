"""Pictures are made only while somebody watches, once for all who want the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.live.film import clip, packets
from vedette.core.errors import NotFound
from vedette.core.media import Frame, Packet
from vedette.core.ports import PacketInbox
from vedette.core.stills import StillsWanted
from vedette.pipeline import stills as module
from vedette.pipeline.evidence import jpeg
from vedette.pipeline.stills import Stills
from vedette.testing.packets import PacketShelf


@pytest.fixture
def shelf() -> PacketShelf:
    """A stream that is known and sends nothing yet."""
    made = PacketShelf()
    made.add("gate")
    return made


@pytest.fixture
def stills(shelf: PacketShelf) -> Iterator[Stills]:
    """Nobody watches yet."""
    made = Stills(shelf)
    yield made
    made.close()


@pytest.fixture
def film(tmp_path: Path) -> list[Packet]:
    """Three seconds with twenty pictures each."""
    return packets(clip(tmp_path, count=60, fps=20.0))


def name(width: int | None = None, fps: float = 10) -> str:
    """What such pictures are called."""
    return StillsWanted.about("main", width, fps).name


def until(true: Callable[[], bool]) -> None:
    """Wait for another thread."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def play(shelf: PacketShelf, film: list[Packet], inbox: PacketInbox) -> list[Packet]:
    """Send a film and read the pictures it makes, as they come."""
    until(lambda: shelf.watching > 0)
    seen: list[Packet] = []
    for packet in film:
        shelf.put(packet)
        while (picture := inbox.get(0.02)) is not None:
            seen.append(picture)
    while (picture := inbox.get(0.5)) is not None:
        seen.append(picture)
    return seen


def test_what_comes_is_the_stream_as_jpegs(
    shelf: PacketShelf, stills: Stills, film: list[Packet]
) -> None:
    with closing(stills.watch("gate", name())) as inbox:
        seen = play(shelf, film, inbox)
    sent = {packet.t_us for packet in film}
    assert len(seen) > 20
    assert all(picture.t_us in sent and picture.key for picture in seen)
    decoded = cv2.imdecode(np.frombuffer(seen[-1].data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (96, 160, 3)
    assert (seen[0].format.codec, seen[0].format.width) == ("mjpeg", 160)
    assert seen[0].format is seen[-1].format


@pytest.mark.parametrize("fps", [1, 2, 5, 10])
def test_they_come_at_the_rate_asked_for(
    shelf: PacketShelf, stills: Stills, film: list[Packet], fps: int
) -> None:
    with closing(stills.watch("gate", name(fps=fps))) as inbox:
        times = [picture.t_us for picture in play(shelf, film, inbox)]
    assert abs(len(times) - 3 * fps) <= 1
    assert all(b - a >= 0.7e6 / fps for a, b in pairwise(times))


def test_many_who_want_the_same_cost_one_decoder_and_one_encoding(
    shelf: PacketShelf, stills: Stills, film: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int | None] = []

    def counted(frame: Frame, width: int | None, quality: int) -> bytes:
        encoded.append(frame.t_us)
        return jpeg(frame, width, quality)

    monkeypatch.setattr(module, "jpeg", counted)
    inboxes = [stills.watch("gate", name()) for _ in range(5)]
    slower = stills.watch("gate", name(fps=2))
    seen = play(shelf, film, inboxes[0])
    assert shelf.watches == 1
    assert len(encoded) == len(set(encoded)) == len(seen)
    # The others read nothing: they keep the newest pictures and lost their own only.
    assert [one.dropped for one in inboxes[1:]] == [len(seen) - 3] * 4
    for one in (*inboxes, slower):
        one.close()


def test_when_the_last_one_leaves_nothing_is_decoded(
    shelf: PacketShelf, stills: Stills, film: list[Packet]
) -> None:
    first, second = stills.watch("gate", name()), stills.watch("gate", name(width=160))
    until(lambda: shelf.watching == 1)
    first.close()
    assert stills.watched() == {("gate", "main"): 1}
    second.close()
    assert stills.watched() == {}
    assert shelf.watching == 0
    with closing(stills.watch("gate", name())) as again:
        assert play(shelf, film, again)


@pytest.mark.parametrize("wrong", ["main", "main/640", "main/641/5", "main/640/30", "../0/5", ""])
def test_other_names_are_not_found(stills: Stills, wrong: str) -> None:
    with pytest.raises(NotFound):
        stills.watch("gate", wrong)


@pytest.mark.parametrize(
    ("width", "fps", "rounded"),
    [
        (None, 5, (None, 5)),
        (160, 10, (160, 10)),
        (161, 0.2, (320, 1)),
        (700, 3, (960, 5)),
        # wider than any size on offer: as the stream is
        (4000, 9.5, (None, 10)),
    ],
)
def test_wishes_are_rounded_up(
    width: int | None, fps: float, rounded: tuple[int | None, int]
) -> None:
    wanted = StillsWanted.about("main", width, fps)
    assert (wanted.width, wanted.fps) == rounded
    assert StillsWanted.named(wanted.name) == wanted
