"""A browser's page that is watched, and a server for as long as a test needs it."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openiads.web.payload import Payload
from openiads.web.server import make_server, url_of

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Watched:
    """A page with all that it asked for and said."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.asked: list[str] = []
        self.said: list[str] = []
        page.on("request", lambda r: self.asked.append(r.url))
        page.on("console", lambda m: self.said.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.said.append(str(e)))

    def open(self, url: str) -> Any:
        self.page.goto(url)
        self.page.wait_for_selector("body[data-ready=true]", timeout=60_000)
        if "study.html" not in url:
            self.page.wait_for_selector("body[data-covered=true]", timeout=60_000)
        return self.page

    def message(self, url: str) -> str:
        """What the page says when it cannot show what it was asked for."""
        self.page.goto(url)
        self.page.wait_for_selector("#message:not([hidden])", timeout=60_000)
        return str(self.page.inner_text("#message"))


@contextmanager
def serve(payload: Payload, **more: Any) -> Iterator[str]:
    """The address of a server of `payload`."""
    server = make_server(payload, **more)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield url_of(server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def violations(page: Any) -> list[Any]:
    """What axe-core finds wrong, by the rules of WCAG 2.2 A and AA. The policy forbids a script tag, so it is evaluated.

    Needs the fixture `packages`.
    """
    page.evaluate(AXE.read_text(encoding="utf-8") + ";undefined")
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
    return [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found["violations"]]
