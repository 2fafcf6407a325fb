"""A real browser plays our fragments without a hole, at the times the boxes are drawn for."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.live.film import clip, packets, reordered
from vedette.core.media import Packet
from vedette.live.fmp4 import open_stream

# Feeds the parts one after the other, plays, and tells which pictures it showed and what it holds.
_PLAYER = """
async ({mime, parts, until}) => {
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  const media = new MediaSource();
  video.src = URL.createObjectURL(media);
  await new Promise(done => media.addEventListener('sourceopen', done, {once: true}));
  const buffer = media.addSourceBuffer(mime);
  for (const part of parts) {
    const bytes = Uint8Array.from(atob(part), c => c.charCodeAt(0));
    buffer.appendBuffer(bytes);
    await new Promise(done => buffer.addEventListener('updateend', done, {once: true}));
  }
  const shown = [];
  const note = (now, about) => {
    shown.push(Math.round(about.mediaTime * 1e6));
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
  const ranges = [...Array(video.buffered.length).keys()].map(
    i => [video.buffered.start(i), video.buffered.end(i)]);
  video.currentTime = ranges[0][0];
  await video.play();
  const end = performance.now() + 15000;
  while (video.currentTime < until && performance.now() < end && !video.error)
    await new Promise(done => setTimeout(done, 20));
  return {ranges, shown, error: video.error && video.error.message};
}
"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page."""
    one = chromium.new_page()
    yield one
    one.close()


def steady(folder: Path) -> list[Packet]:
    """As it should be."""
    return packets(clip(folder, fps=20.0))


def jittered(folder: Path) -> list[Packet]:
    """Arrivals that wander by up to 30 ms."""
    dice = random.Random(3)
    return [replace(one, t_us=one.t_us + dice.randrange(-30_000, 30_000)) for one in steady(folder)]


def thinned(folder: Path) -> list[Packet]:
    """Six pictures in a row are missing."""
    film = steady(folder)
    return film[:12] + film[18:]


@pytest.mark.parametrize("sent", [steady, jittered, thinned, reordered])
def test_a_browser_shows_every_picture_at_its_time(
    page: Page, tmp_path: Path, sent: Callable[[Path], list[Packet]]
) -> None:
    film = sent(tmp_path)
    fragmenter = open_stream(film[0])
    assert fragmenter is not None
    about = fragmenter.opening
    parts = [about.segment, *(fragmenter.wrap(one) for one in film)]
    expected = sorted(one.t_us - about.base_t_us for one in film)
    played = page.evaluate(
        _PLAYER,
        {
            "mime": about.mime,
            "parts": [base64.b64encode(part).decode() for part in parts],
            # The last ones wait for what might have to be shown before them.
            "until": expected[-4] / 1e6,
        },
    )
    assert played["error"] is None
    assert len(played["ranges"]) == 1, played["ranges"]
    shown = played["shown"]
    # A loaded machine may skip pictures, but what is shown stands at its own time.
    assert len(shown) > len(film) // 2
    assert all(min(abs(t - one) for one in expected) <= 12 for t in shown)
