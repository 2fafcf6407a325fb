"""What live view costs and how late it is, through a real browser and a real camera on loopback.

`python benchmarks/live.py [--seconds 20] [--viewers 20 60]` prints JSON. The camera replays a clip
with a number in every picture; the page reads that number back from what its video element shows,
so the delay is from the moment the camera sends a picture to the moment it is on the screen.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright
from websockets.sync.client import ClientConnection, connect

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.end_to_end.installation import PASSWORD, Installation, running, until
from vedette.core.media import Pixels
from vedette.core.site import Camera, Spec, Stream
from vedette.testing.clips import Encoding, encode
from vedette.testing.counter import draw_counter
from vedette.testing.rtsp import RtspServer
from vedette.testing.rtsp.mount import Mount

FPS = 25
PICTURES = 250
SIZE = (1280, 720)
BUDGET_DELAY_MS, BUDGET_FIRST_MS, BUDGET_CORE_PERCENT = 250.0, 500.0, 0.2

# The number in the corner, and when the browser says that the picture was put on the screen.
_READ = """
() => new Promise((done, fail) => {
  const began = performance.now();
  const find = () => {
    const video = document.querySelector('video');
    if (video && video.videoWidth) return watch(video);
    if (performance.now() - began > 20000) return fail(new Error('no video'));
    setTimeout(find, 50);
  };
  const watch = video => {
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d', {willReadFrequently: true});
    const seen = window.__seen = [];
    const note = (now, about) => {
      const cell = Math.max(4, Math.floor(about.width / 64));
      canvas.width = 18 * cell; canvas.height = 2 * cell;
      pen.drawImage(video, 0, 0, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
      const light = pen.getImageData(0, 0, canvas.width, canvas.height).data;
      let word = 0n;
      for (let row = 0; row < 2; row++) for (let column = 1; column < 17; column++) {
        const x = Math.floor((column + 0.5) * cell), y = Math.floor((row + 0.5) * cell);
        word = word << 1n | (light[4 * (y * canvas.width + x)] > 126 ? 1n : 0n);
      }
      seen.push([Number(word >> 8n), performance.timeOrigin + about.presentationTime]);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
    done(true);
  };
  find();
})
"""

# From asking for the socket to the first picture on the screen.
_FIRST = """
url => new Promise((done, fail) => {
  const began = performance.now();
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  const waiting = [];
  let buffer = null;
  const feed = () => { if (buffer && !buffer.updating && waiting.length) {
    try { buffer.appendBuffer(waiting.shift()); } catch (error) { fail(error); } } };
  video.requestVideoFrameCallback(() => {
    const took = performance.now() - began;
    socket.close(); video.remove(); done(took);
  });
  socket.onmessage = message => {
    if (typeof message.data !== 'string') { waiting.push(message.data); feed(); return; }
    const about = JSON.parse(message.data);
    if (about.kind !== 'format') return;
    const media = new MediaSource();
    video.src = URL.createObjectURL(media);
    media.onsourceopen = () => {
      buffer = media.addSourceBuffer(about.mime);
      buffer.onupdateend = () => {
        if (video.buffered.length && video.currentTime === 0)
          video.currentTime = video.buffered.end(0) - 0.05;
        feed();
      };
      feed();
    };
    video.play().catch(() => {});
  };
  setTimeout(() => fail(new Error('no picture')), 10000);
})
"""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--viewers", type=int, nargs=2, default=(20, 60))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedette-live-") as name, RtspServer() as cameras:
        folder = Path(name)
        clip = encode(pictures(), folder / "clip.mp4", Encoding(fps=FPS, bitrate_bps=2_500_000))
        mount = cameras.add("gate", clip)
        with running(folder / "data") as installation:
            source = Spec(kind="rtsp", options={"url": cameras.url("gate")})
            stream = Stream(source=source, roles=("live",))
            installation.add(Camera(id="gate", name="Gate", streams=(stream,)))
            until(lambda: installation.streams().get("gate", {}).get("state") == "live", 30, "live")
            report = measure(installation, mount, asked.seconds, asked.viewers)
    print(json.dumps(report, indent=2))
    return 0


def pictures() -> Iterator[Pixels]:
    """Moving texture, each picture with its number."""
    width, height = SIZE
    chance = np.random.default_rng(3)
    coarse = chance.integers(40, 210, (height // 8, width // 8, 3), dtype=np.uint8)
    still = cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    for number in range(PICTURES):
        picture = np.roll(still, number * 2, axis=1).copy()
        draw_counter(picture, number)
        yield picture


def measure(
    installation: Installation, mount: Mount, seconds: float, viewers: Sequence[int]
) -> dict[str, object]:
    """Everything, one after the other: the machine is small."""
    with browser(installation) as page:
        delays = delay_ms(page, mount, seconds)
        first = first_pictures_ms(page, installation)
    few, many = (server_percent(installation, count, seconds) for count in viewers)
    added = (many.percent - few.percent) / (viewers[1] - viewers[0])
    return {
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "stream": f"{SIZE[0]}x{SIZE[1]} at {FPS} pictures/s, 2.5 Mbit/s, key frame every 2 s",
        "capture_to_screen_ms": {**spread(delays), "budget_p95": BUDGET_DELAY_MS},
        "first_picture_ms": {**spread(first), "budget_p95": BUDGET_FIRST_MS},
        "web_percent_of_a_core": {str(one.viewers): round(one.percent, 2) for one in (few, many)},
        "per_added_viewer_percent": {"is": round(added, 3), "budget": BUDGET_CORE_PERCENT},
        "first_bytes_ms": spread(few.first_ms),
        "camera_connections": mount.snapshot().opened,
    }


def spread(of: Sequence[float]) -> dict[str, float]:
    """How many, and where they lie."""
    cut = statistics.quantiles(of, n=20)
    return {"n": len(of), "p50": round(statistics.median(of), 1), "p95": round(cut[18], 1)}


@contextmanager
def browser(installation: Installation) -> Iterator[Page]:
    """The web app's wall in Chromium, logged in."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    flags = ["--autoplay-policy=no-user-gesture-required", "--disable-background-networking"]
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=program, args=flags)
        page = one.new_page(base_url=installation.url, viewport={"width": 1280, "height": 800})
        body = {"name": "admin", "password": PASSWORD}
        headers = {"Origin": installation.url}
        assert page.request.post("/api/v1/login", data=body, headers=headers).ok
        page.goto("/")
        yield page
        one.close()


def delay_ms(page: Page, mount: Mount, seconds: float) -> list[float]:
    """From the camera's sending of a picture to its showing."""
    page.evaluate(_READ)
    # The player finds its distance from the live end first.
    page.wait_for_timeout(5_000)
    page.evaluate("() => { window.__seen.length = 0; }")
    page.wait_for_timeout(round(seconds * 1000))
    delays = []
    for number, shown_ms in page.evaluate("() => window.__seen"):
        loop, _ = mount.loop_at(round(shown_ms * 1000))
        if not 0 <= number < PICTURES:
            continue
        sent = [mount.wall_us(loop - back, number / FPS) / 1000 for back in (0, 1)]
        delays.append(min(shown_ms - one for one in sent if one <= shown_ms))
    return delays


def first_pictures_ms(page: Page, installation: Installation, times: int = 20) -> list[float]:
    """From asking to the first picture on the screen."""
    url = f"{installation.url.replace('http', 'ws', 1)}/api/v1/live/gate"
    found = []
    for _ in range(times):
        found.append(float(page.evaluate(_FIRST, url)))
        page.wait_for_timeout(137)
    return found


@dataclass(frozen=True)
class Load:
    """What so many viewers cost the web process."""

    viewers: int
    percent: float
    first_ms: list[float]


def server_percent(installation: Installation, viewers: int, seconds: float) -> Load:
    """CPU of `web` while so many read one camera, in percent of one core."""
    web = psutil.Process(installation.processes()["web"]["pid"])
    watching = subprocess.Popen(
        [sys.executable, __file__, "--watch", installation.url, installation.token, str(viewers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None
    first_ms: list[float] = json.loads(watching.stdout.readline())
    try:
        time.sleep(1)
        before, began = sum(web.cpu_times()[:2]), time.monotonic()
        time.sleep(seconds)
        used, took = sum(web.cpu_times()[:2]) - before, time.monotonic() - began
    finally:
        watching.terminate()
        watching.wait(10)
    return Load(viewers, 100 * used / took, first_ms)


def watch(url: str, token: str, viewers: int) -> int:
    """A process of its own, so that the viewers' cost is not the server's."""
    headers = {"Authorization": f"Bearer {token}", "Origin": url}
    address = f"{url.replace('http', 'ws', 1)}/api/v1/live/gate"
    first_ms, held = [], ExitStack()
    for _ in range(viewers):
        began = time.monotonic()
        opening = connect(address, additional_headers=headers, compression=None, max_size=None)
        socket = held.enter_context(opening)
        for _ in ("format", "init segment", "key frame"):
            socket.recv()
        first_ms.append((time.monotonic() - began) * 1000)
        threading.Thread(target=_drain, args=(socket,), daemon=True).start()
    print(json.dumps(first_ms), flush=True)
    sys.stdin.read()
    return 0


def _drain(socket: ClientConnection) -> None:
    for _ in socket:
        pass


if __name__ == "__main__":
    if sys.argv[1:2] == ["--watch"]:
        sys.exit(watch(sys.argv[2], sys.argv[3], int(sys.argv[4])))
    sys.exit(main())
