"""Workers and schedulers that die under a study: the same findings, or one line and a study that resumes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from openiads.study.tables import digest

STUDY = Path(__file__).resolve().parents[1] / "study"

GO = """
import sys, time
from dataclasses import dataclass
from pathlib import Path
from toy import ToyRange
from openiads.cli.main import main
from openiads.errors import OpeniadsError
from openiads.study import submit
from openiads.study.execute import execute
from openiads.study.order import order_of
from openiads.study.loading import load_study
from slow import Slow

if __name__ == "__main__":
    file, folder, how, pause = sys.argv[1:]
    study = load_study(file, scenario=False)
    who = submit.local(int(how)) if how.isdigit() else submit.dask(how)
    try:
        execute(order_of(study, draws=16, quick=True), Path(folder), model=Slow(0.05, runs_per_block=512, pause_s=float(pause)),
                submit=who, resume=True)
    except OpeniadsError as error:
        sys.exit(f"error: {error}")
"""

SLOW = """
import time
from dataclasses import dataclass
from toy import ToyRange

@dataclass(frozen=True)
class Slow(ToyRange):
    pause_s: float = 0.0

    def evaluate(self, batch):
        time.sleep(self.pause_s)
        return super().evaluate(batch)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden study without its first claim, and a model that takes its time."""
    folder = tmp_path_factory.mktemp("clusters")
    text = (STUDY / "reference" / "golden-coverage-claims.yaml").read_text(encoding="utf-8")
    first, rest = text.index("  - id: C1\n"), text.index("  - id: C2\n")
    (folder / "small.yaml").write_text(text[:first] + text[rest:], encoding="utf-8")
    (folder / "slow.py").write_text(SLOW)
    (folder / "go.py").write_text(GO)
    return folder


@pytest.fixture(scope="module")
def environment(place: Path, cases: ModuleType) -> dict[str, str]:
    found: dict[str, str] = cases.environment()
    return {**found, "PYTHONPATH": os.pathsep.join([str(place), str(STUDY), found["PYTHONPATH"]])}


@pytest.fixture
def start(place: Path, environment: dict[str, str]) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts a process; all of them are ended afterwards."""
    running: list[subprocess.Popen[str]] = []

    def begin(*line: str) -> "subprocess.Popen[str]":
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        running.append(
            subprocess.Popen([sys.executable, *line], env=environment, text=True, start_new_session=True, **pipes)
        )
        return running[-1]

    yield begin
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="module")
def reference(place: Path, environment: dict[str, str]) -> str:
    line = [sys.executable, str(place / "go.py"), str(place / "small.yaml"), str(place / "whole"), "1", "0"]
    subprocess.run(line, env=environment, check=True, capture_output=True)
    return digest(place / "whole")[0]


def wait_for(true: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"nothing after {seconds} s"
        time.sleep(0.02)


def parts(folder: Path) -> int:
    return len(list((folder / "blocks").rglob("*.parquet")))


def test_a_worker_of_a_study_is_killed(start: Any, place: Path, reference: str, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    process = start(str(place / "go.py"), str(place / "small.yaml"), str(folder), "2", "0.02")
    wait_for(lambda: parts(folder) or process.poll() is not None)
    workers = [int(p.parent.name) for p in Path("/proc").glob("[0-9]*/stat") if _parent(p) == process.pid]
    spawned = [pid for pid in workers if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(spawned[-1], signal.SIGKILL)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert digest(folder)[0] == reference


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return -1


def scheduler(start: Any, tmp_path: Path) -> tuple[Any, str]:
    file = tmp_path / "scheduler.json"
    line = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    process = start("-m", "distributed.cli.dask_scheduler", *line)
    wait_for(file.is_file)
    import json

    time.sleep(0.5)
    return process, str(json.loads(file.read_text())["address"])


def worker(start: Any, address: str, folder: Path) -> Any:
    line = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder)]
    return start("-m", "distributed.cli.dask_worker", address, *line)


@pytest.mark.nightly
def test_a_dask_worker_is_lost(start: Any, place: Path, reference: str, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    _, address = scheduler(start, tmp_path)
    first, _ = worker(start, address, tmp_path / "a"), worker(start, address, tmp_path / "b")
    folder = tmp_path / "results"
    process = start(str(place / "go.py"), str(place / "small.yaml"), str(folder), address, "0.02")
    wait_for(lambda: parts(folder) or process.poll() is not None)
    first.kill()
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert digest(folder)[0] == reference


@pytest.mark.nightly
def test_a_dask_scheduler_is_lost(start: Any, place: Path, reference: str, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    head, address = scheduler(start, tmp_path)
    worker(start, address, tmp_path / "a")
    folder = tmp_path / "results"
    process = start(str(place / "go.py"), str(place / "small.yaml"), str(folder), address, "0.1")
    wait_for(lambda: parts(folder) or process.poll() is not None)
    head.kill()
    _, errors = process.communicate(timeout=300)
    told = [line for line in errors.splitlines() if line.startswith("error: ")]
    assert process.returncode == 1, errors
    assert len(told) == 1, errors
    assert "was lost" in told[0]
    assert "--resume" in told[0]
    again = start(str(place / "go.py"), str(place / "small.yaml"), str(folder), "1", "0")
    assert again.wait(300) == 0
    assert digest(folder)[0] == reference
