"""Playback: the picture shown is the one asked for, boxes fit it, and keys do what they say."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.installation import Installation
from tests.record.shelf import FPS
from tests.ui.conftest import Look, Opener
from tests.ui.past import FIRST_S, GAP_S, LAST_S, Past, lay_down

pytestmark = pytest.mark.timeout(240)
SCREEN = "[data-camera=past]"
# So wide is the thing in the recording, in pixels; it moves 7 a picture.
WIDE = 24
Read = dict[str, float]
_EDGES = ("from", "until")
# The number in the video's picture, and where the red thing and the box drawn over it are.
_COUNTER = """
  const counterIn = (data) => {
    let word = 0n;
    for (const row of [0, 1]) for (let column = 1; column < 17; column += 1) {
      const at = ((row * 5 + 2) * 320 + column * 5 + 2) * 4;
      word = word * 2n + (data[at] > 126 ? 1n : 0n);
    }
    return Number(word >> 8n);
  };
"""
# Notes the number of the first picture that comes after `firstShown` was emptied.
_WATCH = f"""
() => {{
  {_COUNTER}
  const video = document.querySelector('[data-camera=past] video');
  const pad = new OffscreenCanvas(320, 192);
  const pen = pad.getContext('2d', {{ willReadFrequently: true }});
  const look = () => {{
    pen.drawImage(video, 0, 0, 320, 192);
    window.firstShown ??= counterIn(pen.getImageData(0, 0, 320, 192).data);
    video.requestVideoFrameCallback(look);
  }};
  video.requestVideoFrameCallback(look);
}}
"""
_HELD = """
video => [...Array(video.buffered.length).keys()].reduce(
  (sum, at) => sum + video.buffered.end(at) - video.buffered.start(at), 0)
"""
_COLOURS = """
(canvas, places) => places.map(([x, y]) => {
  const by = canvas.width / canvas.clientWidth;
  const pen = canvas.getContext('2d');
  return [...pen.getImageData(Math.round(x * by), Math.round(y * by), 1, 1).data];
})
"""
_READ = (
    """
() => {
"""
    + _COUNTER
    + """
  const screen = document.querySelector('[data-camera=past]');
  const video = screen?.querySelector('video');
  const draw = (source, width, height, part) => {
    const pad = document.createElement('canvas');
    pad.width = width; pad.height = height;
    const pen = pad.getContext('2d');
    if (part) pen.drawImage(source, ...part, 0, 0, width, height);
    else pen.drawImage(source, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height);
  };
  if (!video || video.videoWidth === 0) return null;
  const picture = draw(video, 320, 192);
  const count = counterIn(picture.data);
  // Of what is wanted in the row at so much of the height: its middle, in pixels of the recording.
  const middle = ({ data, width, height }, wanted) => {
    let [least, most] = [Infinity, -Infinity];
    for (let x = 0; x < width; x += 1) {
      const at = (Math.round(height * 0.61) * width + x) * 4;
      if (!wanted(data[at], data[at + 1], data[at + 2], data[at + 3])) continue;
      [least, most] = [Math.min(least, x), Math.max(most, x)];
    }
    return least <= most ? ((least + most + 1) / 2 / width) * 320 : NaN;
  };
  // The picture stands in the middle of the screen, with margins where it is not as wide.
  const layer = screen.querySelector('[data-layer=boxes]');
  const scale = Math.min(layer.width / video.videoWidth, layer.height / video.videoHeight);
  const [wide, high] = [video.videoWidth * scale, video.videoHeight * scale];
  const inside = [(layer.width - wide) / 2, (layer.height - high) / 2, wide, high];
  const boxes = draw(layer, Math.round(wide), Math.round(high), inside);
  return {
    count,
    shownUs: Number(screen.dataset.shownUs),
    clockUs: Number(document.querySelector('[data-clock-us]').dataset.clockUs),
    thing: middle(picture, (r, g) => r - g > 80),
    box: middle(boxes, (r, g, b, a) => a > 120 && r > 120),
  };
}
"""
)


@pytest.fixture(scope="module")
def past(vedette: Installation, data_dir: Path) -> Iterator[Past]:
    """A camera that is switched off now, and was recorded an hour ago."""
    gone = {"kind": "synthetic", "options": {}}
    camera = {
        "id": "past", "name": "Past", "enabled": False, "streams": [{"id": "main", "source": gone}]
    }  # fmt: skip
    vedette.client.post("/api/v1/cameras", json=camera).raise_for_status()
    yield lay_down(data_dir, "past")
    vedette.client.delete("/api/v1/cameras/past").raise_for_status()


def address(t_us: int) -> str:
    return f"/playback?cam=past&t={quote(str(t_us))}"


def eventually(
    page: Page, what: Callable[[Read], bool], within_s: float = 25, every_ms: int = 30
) -> Read:
    """The first reading of which that is true; the last one if that never comes."""
    ending = time.monotonic() + within_s
    read: Read = {}
    while time.monotonic() < ending:
        read = page.evaluate(_READ) or read
        if read and what(read):
            break
        page.wait_for_timeout(every_ms)
    return read


def settled(page: Page, wanted: int) -> Read:
    """What is on the screen once that picture is; the last thing read if it never comes."""
    return eventually(page, lambda read: read["count"] == wanted)


def seek(page: Page, t_us: int) -> None:
    """Go there without loading the page anew."""
    page.evaluate(
        "to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }",
        address(t_us),
    )


def test_the_first_picture_is_the_one_asked_for(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(1.05)))
    settled(page, 10)
    page.evaluate(_WATCH)
    dice = random.Random(3)
    moments = [dice.uniform(0.1, FIRST_S - 0.2) for _ in range(25)]
    moments += [dice.uniform(FIRST_S + GAP_S, FIRST_S + GAP_S + LAST_S - 0.2) for _ in range(25)]
    # Around the border of two files, and at both ends.
    moments += [19.95, 20.02, 0.05, FIRST_S - 0.05]
    dice.shuffle(moments)
    wrong = []
    for moment in moments:
        # What is asked for is told apart to the millisecond.
        asked = round(moment, 3)
        wanted = int(asked * FPS + 1e-6)
        page.evaluate("() => { window.firstShown = null; }")
        seek(page, past.at(asked))
        read = settled(page, wanted)
        first = page.evaluate("() => window.firstShown")
        if read.get("count") != wanted or first not in (None, wanted):
            wrong.append((asked, wanted, first, read))
    assert wrong == []


def test_a_gap_leads_to_the_next_footage_and_says_so(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(FIRST_S + 10)))
    notice = page.get_by_role("status").filter(has_text="No recording from")
    expect(notice).to_contain_text("The camera could not be reached.", timeout=20_000)
    first = (FIRST_S + GAP_S) * FPS
    assert settled(page, first)["count"] == first


def test_it_plays_across_a_file_border_and_a_gap(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(19.05)))
    assert settled(page, 190)["count"] == 190
    page.keyboard.press(" ")
    counts: list[float] = []

    def beyond(read: Read) -> bool:
        counts.append(read["count"])
        return read["count"] >= 205

    eventually(page, beyond)
    assert counts == sorted(counts)
    assert counts[0] < 200 < counts[-1], counts
    page.keyboard.press("k")
    seek(page, past.at(FIRST_S - 0.95))
    assert settled(page, (FIRST_S - 1) * FPS)["count"] == (FIRST_S - 1) * FPS
    page.keyboard.press("l")
    expect(page.get_by_text("No recording from")).to_be_visible(timeout=20_000)
    later = (FIRST_S + GAP_S) * FPS + 5
    assert eventually(page, lambda read: read["count"] >= later)["count"] >= later


def test_the_buffer_stays_small(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(1.05)))
    settled(page, 10)
    video = page.locator(f"{SCREEN} video")
    held = [0.0]
    for _ in range(60):
        page.wait_for_timeout(250)
        held.append(video.evaluate(_HELD))
        # Two looks alike: it has all it wants.
        if held[-1] > 10 and held[-1] == held[-2]:
            break
    assert 10 < held[-1] <= 20, held


def test_at_speed_it_keeps_up(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(2.05)))
    settled(page, 20)
    for _ in range(4):
        page.keyboard.press("l")

    def after_s(read: Read) -> float:
        return (read["clockUs"] - past.start_us) / 1e6

    # Only key pictures are shown, one in two seconds; of what the clock says, not of before.
    read = eventually(
        page, lambda read: after_s(read) > 10 and abs(read["count"] / FPS - after_s(read)) < 4
    )
    assert after_s(read) > 10
    assert abs(read["count"] / FPS - after_s(read)) < 4, read
    # Standing still it is exact again, whatever speed is set.
    page.keyboard.press("k")
    page.wait_for_timeout(300)
    wanted = int(after_s(page.evaluate(_READ)) * FPS)
    assert settled(page, wanted)["count"] == wanted
    seek(page, past.at(15.05))
    assert settled(page, 150)["count"] == 150


def test_keys_step_and_jump(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(10.05)))
    assert settled(page, 100)["count"] == 100
    steps = ((".", 101), (".", 102), (",", 101), ("ArrowRight", 151), ("ArrowLeft", 101))
    for key, wanted in steps:
        page.keyboard.press(key)
        assert settled(page, wanted)["count"] == wanted, key
    expect(page.locator("[data-event]")).to_have_count(2, timeout=20_000)
    for key, wanted in (("n", 120), ("n", 800), ("p", 120)):
        page.keyboard.press(key)
        assert settled(page, wanted)["count"] == wanted, key
    page.keyboard.press("j")
    assert eventually(page, lambda read: read["count"] < 115)["count"] < 115
    page.keyboard.press("k")
    page.get_by_role("button", name="Keys of this page").click()
    expect(page.get_by_text("Picture before, next picture")).to_be_visible()


def test_boxes_fit_the_pictures_they_belong_to(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(1.05)))
    offs = {}
    for wanted in (5, 20, 31, 59, 120, 222, 301, 710, 903):
        seek(page, past.at(wanted / FPS + 0.05))
        # Drawn a little after the picture, and for some pictures the boxes are still to be read.
        read = eventually(
            page,
            lambda read, wanted=wanted: read["count"] == wanted and off(read) < WIDE / 2,  # type: ignore[misc]  # a lambda's default
            within_s=10,
        )
        offs[wanted] = off(read) if read["count"] == wanted else math.inf
    assert max(offs.values()) < WIDE / 4, offs


def off(read: Read) -> float:
    """How far the box is from the thing, in pixels of the recording."""
    distance = abs(read["box"] - read["thing"])
    return math.inf if math.isnan(distance) else distance


def test_the_timeline_shows_footage_gap_and_events(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(30.0)))
    canvas = page.get_by_role("slider", name="Timeline")
    settled(page, 300)
    for _ in range(4):
        page.keyboard.press("+")
    shape = canvas.bounding_box()
    assert shape is not None

    def x_of(at_s: float) -> float:
        begin, end = (int(canvas.get_attribute(f"data-{edge}-us") or 0) for edge in _EDGES)
        return (past.at(at_s) - begin) / (end - begin) * shape["width"]

    for _ in range(100):
        # The view is moved, and its footage read, a little after the keys were pressed; on whole
        # half minutes there are lines.
        places = [[x_of(at_s), shape["height"] - 8] for at_s in (5, 93, -33)]
        first, second, before = canvas.evaluate(_COLOURS, places)
        if first == second != before:
            break
        page.wait_for_timeout(200)
    assert first == second, "both recordings are drawn alike"
    assert before != first, "nothing is drawn before the first"
    page.mouse.move(shape["x"] + x_of(55), shape["y"] + shape["height"] / 2)
    expect(page.get_by_role("tooltip")).to_contain_text("The camera could not be reached.")
    page.mouse.click(shape["x"] + x_of(80), shape["y"] + 37)
    assert settled(page, 800)["count"] == 800


def test_dragging_and_the_wheel_move_the_timeline(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(30.0)))
    canvas = page.get_by_role("slider", name="Timeline")
    settled(page, 300)
    shape = canvas.bounding_box()
    assert shape is not None

    def view() -> tuple[int, int]:
        values = [int(canvas.get_attribute(f"data-{edge}-us") or 0) for edge in _EDGES]
        return values[0], values[1]

    before = view()
    middle = (shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.wheel(0, -400)
    for _ in range(50):
        page.wait_for_timeout(100)
        nearer = view()
        if nearer[1] - nearer[0] < before[1] - before[0]:
            break
    assert nearer[1] - nearer[0] < before[1] - before[0]
    page.mouse.down()
    page.mouse.move(middle[0] - 100, middle[1], steps=4)
    page.mouse.up()
    for _ in range(50):
        page.wait_for_timeout(100)
        if view()[0] > nearer[0]:
            break
    assert view()[0] > nearer[0]


def test_the_calendar_marks_the_day_and_days_lead_there(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(1.0)))
    today = page.locator("[aria-current=date]")
    expect(today.locator("[data-dot=footage]")).to_be_visible(timeout=20_000)
    today.click()
    # The day begins with nothing, so that it goes on to where there is something.
    assert settled(page, 0)["count"] == 0


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_it_fits_a_phone_in_chinese(visit: Opener, past: Past, language: str) -> None:
    page = visit(address(past.at(1.0)), look=Look(width=390, height=844, language=language))
    expect(page.locator(SCREEN)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
