"""Playback: the picture shown is the one asked for, boxes fit it, and keys do what they say."""

from __future__ import annotations

import random
from collections.abc import Iterator
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
# The number in the video's picture, and where the red thing and the box drawn over it are.
_READ = """
() => {
  const screen = document.querySelector('[data-camera=past]');
  const video = screen?.querySelector('video');
  const draw = (source, width, height) => {
    const pad = document.createElement('canvas');
    pad.width = width; pad.height = height;
    const pen = pad.getContext('2d');
    pen.drawImage(source, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height);
  };
  if (!video || video.videoWidth === 0) return null;
  const { data } = draw(video, 320, 192);
  let word = 0n;
  for (const row of [0, 1]) for (let column = 1; column < 17; column += 1) {
    const at = ((row * 5 + 2) * 320 + column * 5 + 2) * 4;
    word = word * 2n + (data[at] > 126 ? 1n : 0n);
  }
  const middle = (pixels, row, wanted) => {
    let sum = 0, count = 0;
    for (let x = 0; x < 320; x += 1) {
      const at = (row * 320 + x) * 4;
      if (wanted(pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3])) {
        sum += x; count += 1;
      }
    }
    return count ? sum / count : null;
  };
  const boxes = draw(screen.querySelector('[data-layer=boxes]'), 320, 192).data;
  return {
    count: Number(word >> 8n),
    shownUs: Number(screen.dataset.shownUs),
    clockUs: Number(document.querySelector('[data-clock-us]').dataset.clockUs),
    thing: middle(data, 116, (r, g) => r - g > 80),
    box: middle(boxes, 116, (r, g, b, a) => a > 120 && r > 120),
  };
}
"""


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


def settled(page: Page, wanted: int) -> dict[str, float]:
    """What is on the screen once that picture is; the last thing read if it never comes."""
    read: dict[str, float] = {}
    for _ in range(80):
        read = page.evaluate(_READ) or read
        if read and read["count"] == wanted:
            return read
        page.wait_for_timeout(100)
    return read


def seek(page: Page, t_us: int) -> None:
    """Go there without loading the page anew."""
    page.evaluate(
        "to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }",
        address(t_us),
    )


def test_the_first_picture_is_the_one_asked_for(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(1.0)))
    dice = random.Random(3)
    moments = [dice.uniform(0.1, FIRST_S - 0.2) for _ in range(25)]
    moments += [dice.uniform(FIRST_S + GAP_S, FIRST_S + GAP_S + LAST_S - 0.2) for _ in range(25)]
    # Around the border of two files, and at both ends.
    moments += [19.95, 20.02, 0.05, FIRST_S - 0.05]
    dice.shuffle(moments)
    wrong = []
    for moment in moments:
        wanted = int(moment * FPS)
        seek(page, past.at(wanted / FPS + 0.05))
        if settled(page, wanted).get("count") != wanted:
            wrong.append((moment, wanted, page.evaluate(_READ)))
    assert wrong == []


def test_a_gap_leads_to_the_next_footage_and_says_so(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(FIRST_S + 10)))
    first = (FIRST_S + GAP_S) * FPS
    assert settled(page, first)["count"] == first
    notice = page.get_by_role("status").filter(has_text="No recording from")
    expect(notice).to_contain_text("The camera could not be reached.")


def test_it_plays_across_a_file_border_and_a_gap(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(19.0)))
    settled(page, 190)
    page.keyboard.press(" ")
    counts = []
    for _ in range(25):
        counts.append(page.evaluate(_READ)["count"])
        page.wait_for_timeout(100)
    assert counts == sorted(counts)
    assert counts[0] < 200 < counts[-1], counts
    page.keyboard.press("k")
    seek(page, past.at(FIRST_S - 1.0))
    settled(page, (FIRST_S - 1) * FPS)
    page.keyboard.press("l")
    expect(page.get_by_text("No recording from")).to_be_visible(timeout=10_000)
    page.wait_for_timeout(1_000)
    assert page.evaluate(_READ)["count"] > (FIRST_S + GAP_S) * FPS


def test_the_buffer_stays_small(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(1.0)))
    settled(page, 10)
    held = page.locator(f"{SCREEN} video").evaluate(
        """video => [...Array(video.buffered.length).keys()].reduce(
             (sum, at) => sum + video.buffered.end(at) - video.buffered.start(at), 0)"""
    )
    assert 0 < held <= 20


def test_at_speed_it_keeps_up(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(2.0)))
    settled(page, 20)
    for _ in range(4):
        page.keyboard.press("l")
    page.wait_for_timeout(2_500)
    read = page.evaluate(_READ)
    page.keyboard.press("k")
    assert read["clockUs"] - past.start_us > 10e6
    # Only key pictures are shown, one in two seconds; of what the clock says, not of before.
    assert abs(read["count"] / FPS - (read["clockUs"] - past.start_us) / 1e6) < 4


def test_keys_step_and_jump(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(10.05)))
    assert settled(page, 100)["count"] == 100
    steps = ((".", 101), (".", 102), (",", 101), ("ArrowRight", 151), ("ArrowLeft", 101))
    for key, wanted in (*steps, ("n", 120), ("n", 800), ("p", 120)):
        page.keyboard.press(key)
        assert settled(page, wanted)["count"] == wanted, key
    page.keyboard.press("j")
    page.wait_for_timeout(1_500)
    page.keyboard.press("k")
    assert page.evaluate(_READ)["count"] < 115
    page.get_by_role("button", name="Keys of this page").click()
    expect(page.get_by_text("Picture before, next picture")).to_be_visible()


def test_boxes_fit_the_pictures_they_belong_to(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(1.0)))
    offs = []
    for wanted in (5, 20, 31, 59, 120, 222, 301, 710, 905):
        seek(page, past.at(wanted / FPS + 0.05))
        read = settled(page, wanted)
        page.wait_for_timeout(300)
        read = page.evaluate(_READ)
        assert read["box"] is not None, f"no box over picture {wanted}"
        offs.append(abs(read["box"] - read["thing"]))
    # It is 24 wide and moves 7 a picture.
    assert max(offs) < 6, offs


def test_the_timeline_shows_footage_gap_and_events(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(30.0)))
    canvas = page.get_by_role("slider", name="Timeline")
    settled(page, 300)
    for _ in range(4):
        page.keyboard.press("+")
    page.wait_for_timeout(800)
    span = [int(canvas.get_attribute(f"data-{edge}-us") or 0) for edge in ("from", "until")]
    shape = canvas.bounding_box()
    assert shape is not None

    def x_of(at_s: float) -> float:
        return (past.at(at_s) - span[0]) / (span[1] - span[0]) * shape["width"]

    colours = canvas.evaluate(
        """(canvas, places) => places.map(([x, y]) => {
             const by = canvas.width / canvas.clientWidth;
             const pen = canvas.getContext('2d');
             return [...pen.getImageData(Math.round(x * by), Math.round(y * by), 1, 1).data];
           })""",
        [[x_of(at_s), shape["height"] - 8] for at_s in (5, 90, 52.3, -30)],
    )
    assert colours[0] == colours[1], "both recordings are drawn alike"
    assert colours[3] != colours[0], "nothing is drawn before the first"
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
        values = [int(canvas.get_attribute(f"data-{edge}-us") or 0) for edge in ("from", "until")]
        return values[0], values[1]

    before = view()
    middle = (shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(200)
    nearer = view()
    assert nearer[1] - nearer[0] < before[1] - before[0]
    page.mouse.down()
    page.mouse.move(middle[0] - 100, middle[1], steps=4)
    page.mouse.up()
    page.wait_for_timeout(200)
    assert view()[0] > nearer[0]


def test_the_calendar_marks_the_day_and_days_lead_there(visit: Opener, past: Past) -> None:
    page = visit(address(past.at(1.0)))
    today = page.locator("[aria-current=date]")
    expect(today.locator("[data-dot=footage]")).to_be_visible()
    today.click()
    page.wait_for_timeout(500)
    expect(page.locator(SCREEN)).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_it_fits_a_phone_in_chinese(visit: Opener, past: Past, language: str) -> None:
    page = visit(address(past.at(1.0)), look=Look(width=390, height=844, language=language))
    expect(page.locator(SCREEN)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
