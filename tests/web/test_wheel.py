"""The installed wheel holds the page: somebody who only has pip gets the viewer."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from watch import ROOT, Watched

STATIC = ("index.html", "app.js", "app.css", "study.html", "study.js", "study.css", "basemap.js", "NOTICE.txt")
SERVE = """
import sys, threading
from pathlib import Path
import openiads
from openiads.web.payload import Payload
from openiads.web.server import make_server, url_of
assert Path(openiads.__file__).is_relative_to(sys.argv[1]), openiads.__file__
server = make_server(Payload.open([Path(sys.argv[2])], study=Path(sys.argv[3])))
threading.Thread(target=server.serve_forever, daemon=True).start()
print(url_of(server), flush=True)
sys.stdin.read()
"""


@pytest.mark.nightly
def test_the_installed_wheel_serves_the_page(
    browser: Any, tmp_path: Path, web_runs: tuple[Path, Path], web_study: Path
) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", str(ROOT), "--no-deps", "-w", str(tmp_path)], check=True)
    wheel = next(tmp_path.glob("openiads-*.whl"))
    assert {f"openiads/web/static/{name}" for name in STATIC} <= set(ZipFile(wheel).namelist())
    subprocess.run([*pip, "install", "--no-deps", "--target", str(tmp_path / "site"), str(wheel)], check=True)
    command = [sys.executable, "-c", SERVE, str(tmp_path / "site"), str(web_runs[0]), str(web_study)]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        found = Watched(browser.new_page())
        found.open(url)
        assert found.page.locator("#legend canvas").count() > 8
        found.open(url + "study.html")
        assert found.page.locator("#claims .word").count() > 8
        assert found.said == []
        found.page.close()
        server.communicate("")
    assert server.returncode == 0
