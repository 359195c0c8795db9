"""Two small runs, a server, and a browser when there is one."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from openiads import api
from openiads.web.payload import Payload
from openiads.web.server import make_server, url_of

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


@pytest.fixture(scope="session")
def web_runs(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The small case, and the same without its links and shorter."""
    folder = tmp_path_factory.mktemp("web")
    other = cases.small({"network.mode": "standalone", "clock.duration_s": 200})
    api.run(cases.SMALL, replications=6, seed=7, out=folder / "a")
    api.run(other, replications=6, seed=7, out=folder / "b")
    return folder / "a", folder / "b"


@pytest.fixture(scope="session")
def payload(web_runs: tuple[Path, Path]) -> Payload:
    return Payload.open(web_runs)


@pytest.fixture(scope="session")
def served(payload: Payload) -> Iterator[str]:
    server = make_server(payload)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url_of(server)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: THE PAGE IS NOT TESTED. Install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()
