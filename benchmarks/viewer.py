"""Frame times of the viewer in a software-rendered browser: playing, and panning while playing.

    python benchmarks/viewer.py [--objects 300] [--maps 2] [--seconds 6] [--headed]

Makes a run of the benchmark scene of an hour, opens it at 1600 x 900 without a graphics card, and prints when the page is ready,
frames per second with the median and the slow end of frame times, and the memory of the server and of the page.

On a machine that others use at the same time the browser waits for its turn, and the frame times are those of the machine's load:
run it there as `chrt -r 1 python benchmarks/viewer.py`, which is served first.
"""

import argparse
import json
import resource
import statistics
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import scenes
from openiads import api
from openiads.scenario.loader import load_scenario_text
from openiads.web.payload import Payload
from openiads.web.server import make_server, url_of

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def frames(page: Any, seconds: float, action: Any = None) -> list[float]:
    """Times between animation frames over `seconds`, while `action` is done again and again."""
    page.evaluate("openiads.frames = []")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if action is None:
            page.wait_for_timeout(200)
        else:
            action()
    stamps = page.evaluate("openiads.frames")
    return [b - a for a, b in pairwise(stamps)]


def row(name: str, times: list[float]) -> dict[str, Any]:
    """One line of the table."""
    ordered = sorted(times)
    found = {
        "what": name,
        "fps": round(1000.0 * len(times) / sum(times), 1),
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(ordered[int(0.95 * len(ordered))], 1),
    }
    print(
        f"  {name:28s} {found['fps']:6.1f} fps   median {found['median_ms']:6.1f} ms   95 % {found['p95_ms']:6.1f} ms",
        flush=True,
    )
    return found


def drag(page: Any) -> Any:
    """Drag the first map to and fro."""
    box = page.locator("#map-a").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def once() -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        for dx, dy in ((60, 20), (120, 40), (60, 60), (-60, 20), (-120, -20), (0, 0)):
            page.mouse.move(x + dx, y + dy, steps=6)
        page.mouse.up()

    return once


def main() -> None:
    """Make the run, open it, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--objects", type=int, default=300)
    parser.add_argument("--maps", type=int, default=2, choices=(1, 2))
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument(
        "--headed", action="store_true", help="A browser with a window (under Xvfb), without any flag for graphics."
    )
    parser.add_argument("--run", type=Path, help="Use this run folder instead of making one.")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.run or Path(scratch) / "run"
        if chosen.run is None:
            api.run(load_scenario_text(scenes.scene(chosen.objects), "benchmark.yaml"), replications=1, out=folder)
        server = make_server(Payload.open([folder] * chosen.maps))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            flags = ["--no-sandbox"] if chosen.headed else FLAGS
            browser = playwright.chromium.launch(executable_path=chosen.chromium, args=flags, headless=not chosen.headed)
            page = browser.new_page(viewport={"width": 1600, "height": 900})
            page.goto(url_of(server))  # once to warm the server: reading a run is not drawing it
            page.wait_for_selector("body[data-covered=true]", timeout=180_000)
            begun = time.monotonic()
            page.goto("about:blank")
            page.goto(url_of(server) + "#t=1500000&speed=60")
            page.wait_for_selector("body[data-ready=true]", timeout=60_000)
            ready = time.monotonic() - begun
            page.wait_for_selector("body[data-covered=true]", timeout=60_000)
            count = page.evaluate("openiads.models[0].scene.objects.length")
            live = page.evaluate(
                "openiads.models[0].scene.objects.filter((o, k) => openiads.models[0].alive(k, 1500000)).length"
            )
            print(f"{count} objects ({live} in the air), {chosen.maps} maps: ready after {ready:.2f} s", flush=True)
            page.click("#play")
            rows = [
                row("playing", frames(page, chosen.seconds)),
                row("panning while playing", frames(page, chosen.seconds, drag(page))),
            ]
            heap = page.evaluate("performance.memory ? performance.memory.usedJSHeapSize / 1e6 : 0")
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
            print(f"  server at most {peak:.0f} MB (with the run that it made), page heap {heap:.0f} MB")
            print(
                json.dumps({"objects": count, "live": live, "maps": chosen.maps, "ready_s": round(ready, 2), "rows": rows})
            )
            browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
