"""The installed wheel holds the page: somebody who only has pip gets the viewer."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVE = """
import sys, threading, urllib.request
from pathlib import Path
import openiads
from openiads.web.payload import Payload
from openiads.web.server import make_server, url_of
assert Path(openiads.__file__).is_relative_to(sys.argv[1]), openiads.__file__
server = make_server(Payload.open([Path(sys.argv[2])]))
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in ("", "app.js", "app.css", "NOTICE.txt", "api/config.json", "api/world.json"):
    print(name, urllib.request.urlopen(url_of(server) + name).status)
"""


@pytest.mark.nightly
def test_the_installed_wheel_serves_the_page(tmp_path: Path, web_runs: tuple[Path, Path]) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", str(ROOT), "--no-deps", "-w", str(tmp_path)], check=True)
    wheel = next(tmp_path.glob("openiads-*.whl"))
    held = set(ZipFile(wheel).namelist())
    for name in ("index.html", "app.js", "app.css", "basemap.js", "NOTICE.txt"):
        assert f"openiads/web/static/{name}" in held
    subprocess.run([*pip, "install", "--no-deps", "--target", str(tmp_path / "site"), str(wheel)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-c", SERVE, str(tmp_path / "site"), str(web_runs[0])]
    answer = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [line.split()[-1] for line in answer.stdout.splitlines()] == ["200"] * 6
