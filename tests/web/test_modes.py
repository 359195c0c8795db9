"""The browsers that people really have: a window on a machine without a graphics card, and one whose 3D is off.

Headless Chromium brings a software WebGL that a window on such a machine does not have: a page that needs it would pass all other
tests and then be blank.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from watch import CHROMIUM, FLAGS, Watched, violations

from openiads.web.payload import Payload
from openiads.web.series import counters


@pytest.fixture
def screen() -> Iterator[str]:
    """A display of an X server in memory."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("no Xvfb on this machine: the page in a window is not tested. Install the package xvfb")
    read, write = os.pipe()
    command = [server, "-displayfd", str(write), "-screen", "0", "1600x900x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as said:
        number = said.readline().strip()
    yield f":{number}"
    process.terminate()
    process.wait()


def webgl(page: Any) -> bool:
    return bool(page.evaluate("document.createElement('canvas').getContext('webgl2') !== null"))


def shows_the_run(page: Any, payload: Payload) -> None:
    """Not blank, and what it counts is what is in the files."""
    drawn = page.evaluate(
        """() => { const c = openiads.maps.all[0].base.canvas, d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        const seen = new Set(); for (let i = 0; i < d.length; i += 388) seen.add((d[i] << 16) | (d[i + 1] << 8) | d[i + 2]);
        return seen.size; }"""
    )
    assert drawn > 3
    page.evaluate("openiads.seek(90000)")
    a, b = (counters(shown, 0, 90_000)["held"] for shown in payload.runs)
    assert page.inner_text("#count-held").startswith(f"A {a} · B {b}")
    page.click("#play")
    page.wait_for_timeout(500)
    page.click("#play")
    assert page.evaluate("openiads.state.t") > 90_000


@pytest.mark.skipif(sys.platform != "linux", reason="Xvfb is for Linux")
def test_in_a_window_without_any_flag_for_graphics(browser: Any, served: str, payload: Payload, screen: str) -> None:
    window = browser.browser_type.launch(
        executable_path=CHROMIUM, headless=False, args=["--no-sandbox"], env={**os.environ, "DISPLAY": screen}
    )
    found = Watched(window.new_page(viewport={"width": 1366, "height": 768}))
    shows_the_run(found.open(served + "#mode=compare"), payload)
    assert found.said == []
    window.close()


@pytest.mark.usefixtures("packages")
def test_with_3d_switched_off(browser: Any, served: str, payload: Payload) -> None:
    bare = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, "--disable-3d-apis"])
    found = Watched(bare.new_page())
    page = found.open(served + "#mode=compare")
    assert not webgl(page)
    shows_the_run(page, payload)
    assert violations(page) == []
    assert found.said == []
    bare.close()
