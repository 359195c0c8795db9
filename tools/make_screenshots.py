"""Pictures of the viewer for the docs: five views, dark and light, 1366 and 1600 wide.

    python tools/make_screenshots.py RUN RUN2 RESULTS --terrain DIR [-o docs/images/viewer] [--chromium PROGRAM]

RUN and RUN2 are compared; the moment shown is that of the first launch in RUN, the object explained the first one that got
through. RESULTS is the results folder of a study. Twenty files `VIEW-THEME-WIDTH.png`; look at each before you keep it.
"""

import argparse
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from openiads.web.payload import Payload
from openiads.web.server import make_server, url_of

SIZES = ((1366, 768), (1600, 900))
THEMES = ("dark", "light")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
AFTER_MS = 20_000
"""How long after the first launch the map is shown."""


def addresses(payload: Payload) -> dict[str, str]:
    """The address of each view, without its theme."""
    run = payload.runs[0].run
    leaks = [
        (number, row["object_id"])
        for number in run.reader.manifest.span()
        for row in run.table("outcomes", number).to_pylist()
        if row["end_state"] == "leaked"
    ]
    first = run.reader.manifest.first_replication
    launches = sorted(row["at_ns"] for row in run.table("shots", first).to_pylist())
    t = (launches[0] // 1_000_000 if launches else 0) + AFTER_MS
    number, leaker = leaks[0] if leaks else (first, run.table("outcomes", first).to_pylist()[0]["object_id"])
    return {
        "single": f"#t={t}&mode=single&rep={first}&off=outlines,rings",
        "compare": f"#t={t}&mode=compare&rep={first}&off=outlines,rings",
        "coverage": f"#t={t}&mode=single&rep={first}&on=count,outlines,rings,relief&alt=5000&rcs=10",
        "explain": f"#t={t}&mode=single&rep={number}&sel=0:object:{leaker}",
        "study": "study.html#",
    }


def photograph(page: Any, url: str, address: str, theme: str, file: Path) -> None:
    """Open one view and keep its picture."""
    page.goto("about:blank")
    page.goto(f"{url}{address}{'' if address.endswith('#') else '&'}theme={theme}&lang=en")
    page.wait_for_selector("body[data-ready=true]", timeout=180_000)
    if not address.startswith("study"):
        page.wait_for_selector("body[data-covered=true]", timeout=180_000)
    page.wait_for_timeout(1_500)
    page.screenshot(path=file)
    print(file, flush=True)


def main() -> None:
    """Serve, open, keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs=2)
    parser.add_argument("study", type=Path)
    parser.add_argument("--terrain", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("docs/images/viewer"))
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    chosen = parser.parse_args()
    payload = Payload.open(chosen.runs, study=chosen.study, terrain=chosen.terrain)
    server = make_server(payload)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.chromium, args=FLAGS)
        for width, height in SIZES:
            page = browser.new_page(viewport={"width": width, "height": height})
            for theme in THEMES:
                for view, address in addresses(payload).items():
                    photograph(page, url_of(server), address, theme, chosen.out / f"{view}-{theme}-{width}.png")
            page.close()
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
