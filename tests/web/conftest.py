"""Two small runs, a server, and a browser when there is one."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from openiads import api
from openiads.web.payload import Payload

sys.path.insert(0, str(Path(__file__).parent))
from watch import CHROMIUM, FLAGS, ROOT, serve


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
    with serve(payload) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: THE PAGE IS NOT TESTED. Install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="session")
def web_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden study on a model of formulas, with few draws: every table, in seconds."""
    sys.path.insert(0, str(ROOT / "tests" / "study"))
    from toy import ToyRange

    from openiads.study.execute import execute
    from openiads.study.loading import load_study
    from openiads.study.order import order_of

    file = ROOT / "tests" / "study" / "reference" / "golden-coverage-claims.yaml"
    folder = tmp_path_factory.mktemp("study") / "results"
    execute(
        order_of(load_study(file, scenario=False), draws=16, quick=True), folder, model=ToyRange(0.05, runs_per_block=512)
    )
    return folder


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm packages of `viewer/`, installed when they are not there and npm is; needs the registry once."""
    found = ROOT / "viewer" / "node_modules"
    if found.is_dir():
        return found
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no node and npm on this machine: the page is not built and compared, and axe-core does not look at it")
    aside = tmp_path_factory.mktemp("npm")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "viewer" / name, aside)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=aside, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"npm ci could not install the packages of viewer/: {done.stderr.strip().splitlines()[-1:]}")
    if not found.is_dir():  # another process may have been faster
        shutil.move(aside / "node_modules", found)
    return found
