"""What happens when something breaks, through the commands a user types. Each row of `docs/reference/faults.md` names its test."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import openiads

REPLICATIONS = 320
"""Ten blocks, so that a kill in the middle finds some done and some not."""


@pytest.fixture(scope="module")
def scenario(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults") / "small.yaml"
    path.write_bytes(cases.SMALL.read_bytes())
    return path


@pytest.fixture(scope="module")
def reference(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the run that nothing disturbed."""
    return str(
        openiads.run(cases.small(), replications=REPLICATIONS, out=tmp_path_factory.mktemp("whole") / "run").digest().total
    )


def command(scenario: Path, folder: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "openiads",
        "run",
        str(scenario),
        "--replications",
        str(REPLICATIONS),
        "-o",
        str(folder),
        *more,
    ]


def digest(folder: Path) -> str:
    return str(openiads.open_run(folder).digest().total)


def one_line(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line that a refused command prints besides its progress; exit 2, no traceback."""
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


def wait_for(true: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"nothing after {seconds} s"
        time.sleep(0.01)


def blocks(folder: Path) -> list[Path]:
    return sorted((folder / "blocks").glob("0*.json"))


@pytest.fixture
def started(scenario: Path, tmp_path: Path, cases: ModuleType) -> Iterator[Callable[..., Any]]:
    """Starts a run in a session of its own and waits for its first block."""
    running: list[subprocess.Popen[str]] = []

    def start(*more: str) -> "subprocess.Popen[str]":
        line = command(scenario, tmp_path / "run", *more)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(line, env=cases.environment(), text=True, start_new_session=True, **pipes)
        running.append(process)
        wait_for(lambda: blocks(tmp_path / "run") or process.poll() is not None)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigkill_in_the_middle_of_a_run(
    started: Callable[..., Any], scenario: Path, reference: str, tmp_path: Path, cases: ModuleType, workers: str
) -> None:
    process = started("--workers", workers)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = blocks(tmp_path / "run")
    assert 0 < len(done) < REPLICATIONS // 32
    told = one_line(cases.cli("digest", tmp_path / "run"))
    assert f"the run is not complete ({len(done)} of 10 blocks). Go on with `openiads run ... --resume`" in told
    again = subprocess.run(
        command(scenario, tmp_path / "run", "--resume"), env=cases.environment(), capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stderr
    assert digest(tmp_path / "run") == reference


def children(pid: int) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid and b"resource_tracker" not in (place.parent / "cmdline").read_bytes():
            found.append(int(place.parent.name))
    return found


def test_a_worker_is_killed(started: Callable[..., Any], reference: str, tmp_path: Path) -> None:
    process = started("--workers", "2")
    for pid in children(process.pid)[:1]:
        os.kill(pid, signal.SIGKILL)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert digest(tmp_path / "run") == reference


def test_two_runs_into_one_folder(
    started: Callable[..., Any], scenario: Path, reference: str, tmp_path: Path, cases: Any
) -> None:
    first = started()
    for more in (["--resume"], ["--overwrite"]):
        line = command(scenario, tmp_path / "run", *more)
        second = subprocess.run(line, env=cases.environment(), capture_output=True, text=True, check=False)
        if first.poll() is None:
            assert "another process is writing to this run" in one_line(second)
    _, errors = first.communicate(timeout=300)
    assert first.returncode == 0, errors
    assert digest(tmp_path / "run") == reference


@pytest.fixture
def finished(scenario: Path, tmp_path: Path, cases: ModuleType) -> Path:
    openiads.run(cases.small(), replications=2, out=tmp_path / "done")
    return tmp_path / "done"


def test_a_truncated_part_is_named_and_made_anew(finished: Path, scenario: Path, cases: Any) -> None:
    before = digest(finished)
    part = next((finished / "outcomes").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-9])
    told = one_line(cases.cli("digest", finished))
    assert str(part) in told
    assert "--resume" in told
    again = cases.cli("run", scenario, "--replications", "2", "-o", finished, "--resume")
    assert again.returncode == 0, again.stderr
    assert digest(finished) == before


def test_a_changed_scenario_is_not_resumed(finished: Path, scenario: Path, cases: Any, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in finished.rglob("*") if p.is_file()}
    changed = tmp_path / "changed.yaml"
    changed.write_text(scenario.read_text(encoding="utf-8").replace("duration_s: 240", "duration_s: 239"), encoding="utf-8")
    told = one_line(cases.cli("run", changed, "--replications", "2", "-o", finished, "--resume"))
    assert "holds another run: scenario_sha256 was" in told
    assert {p: p.read_bytes() for p in finished.rglob("*") if p.is_file()} == before


def limited(size: int) -> Callable[[], None]:
    """Files of this process and its children end at `size` bytes, as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


WRITERS: dict[str, Callable[[Path, Path, Path], list[str]]] = {
    "run": lambda scenario, run, out: ["run", str(scenario), "--replications", "1", "-o", str(out)],
    "export": lambda scenario, run, out: ["export", str(run), "--to", "czml", "-o", f"{out}.czml"],
    "export of a table": lambda scenario, run, out: ["export", str(run), "--to", "events", "-o", f"{out}.parquet"],
    "coverage": lambda scenario, run, out: ["coverage", str(scenario), "--altitude-m", "3000", "-o", str(out)],
    "report": lambda scenario, run, out: ["report", str(run), "-o", f"{out}.html"],
    "view --export": lambda scenario, run, out: ["view", str(run), "--export", f"{out}.html"],
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk(finished: Path, scenario: Path, tmp_path: Path, cases: Any, writer: str) -> None:
    place = tmp_path / "full"
    place.mkdir()
    line = [sys.executable, "-m", "openiads", *WRITERS[writer](scenario, finished, place / "out")]
    done = subprocess.run(
        line, env=cases.environment(), capture_output=True, text=True, check=False, cwd=place, preexec_fn=limited(1500)
    )
    assert "File too large" in one_line(done)
    left = [p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file()]
    assert [name for name in left if not name.endswith("/.lock")] == []


@pytest.mark.parametrize("writer", WRITERS)
def test_output_where_nothing_can_be_written(
    finished: Path, scenario: Path, tmp_path: Path, cases: Any, writer: str
) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    done = cases.cli(*WRITERS[writer](scenario, finished, tmp_path / "file" / "out"), cwd=tmp_path)
    assert "file" in one_line(done)
    assert (tmp_path / "file").read_text() == "a file where a folder should be"


def test_a_full_disk_in_the_middle_of_a_run_is_resumed(scenario: Path, reference: str, tmp_path: Path, cases: Any) -> None:
    """Room for the small files and not for the largest part."""
    line, environment = command(scenario, tmp_path / "run"), cases.environment()
    stopped = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, preexec_fn=limited(60_000))
    assert "resumed run goes on from there" in one_line(stopped)
    assert not list((tmp_path / "run").rglob(".aside-*"))
    again = subprocess.run([*line, "--resume"], env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert digest(tmp_path / "run") == reference


CLOCKS = """
import time, datetime, sys
real, jumps = time.time, iter(range(10**9))
time.time = lambda: real() - 86_400 * 365 * (next(jumps) % 3)  # back and forth by years at every look
sys.argv[0] = "openiads"
from openiads.cli.main import main
main()
"""


def test_a_clock_that_jumps(finished: Path, scenario: Path, tmp_path: Path, cases: Any) -> None:
    """Results and progress ask no clock of the wall; only the manifest writes down what it said."""
    line = [sys.executable, "-c", CLOCKS, "run", str(scenario), "--replications", "2", "-o", str(tmp_path / "jumps")]
    done = subprocess.run(line, env=cases.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "jumps") == digest(finished)


def test_no_result_asks_the_clock_of_the_wall() -> None:
    sources = Path(openiads.__file__).parent
    asking = {
        path.relative_to(sources).as_posix()
        for path in sources.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("time.time()", "datetime.now(", "utcnow("))
    }
    assert asking == {"results/manifest.py", "study/lock.py"}  # when a run or a registration was made, in its own words


def test_compiled_code_that_cannot_be_kept(tmp_path: Path, cases: Any) -> None:
    """A read-only home or a full disk costs the next start its minute, and a line says so; nothing stops."""
    (tmp_path / "file").touch()
    code = "from openiads.geo.ellipsoid import normal_k; print(normal_k(0.5, 0.6, 0.7))"
    line = [sys.executable, "-c", code]
    done = subprocess.run(
        line, env=cases.environment(OPENIADS_CACHE_DIR=str(tmp_path / "file")), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("note: compiled code cannot be kept in") == 1
    environment = cases.environment(OPENIADS_CACHE_DIR=str(tmp_path / "kept"))
    full = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, preexec_fn=limited(100))
    assert (full.returncode, full.stdout) == (0, done.stdout), full.stderr
    assert "File too large" in full.stderr
    again = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout, again.stderr) == (0, done.stdout, "")


def test_a_folder_that_is_no_run_and_a_manifest_that_is_damaged(finished: Path, tmp_path: Path, cases: Any) -> None:
    assert "there is no such folder" in one_line(cases.cli("digest", tmp_path / "nowhere"))
    manifest = finished / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-40])
    assert "is not JSON" in one_line(cases.cli("digest", finished))
