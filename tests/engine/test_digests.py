"""The same scenario and seed give the same bytes: however many workers, in whatever order, compiled or not, cut off or not."""

import os
import signal
import subprocess
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from openiads import api
from openiads.scenario.loader import load_scenario_text

REPLICATIONS = 24


@pytest.fixture(scope="module")
def reference(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One worker, one process, the file as it stands."""
    out = tmp_path_factory.mktemp("reference") / "run"
    return api.run(cases.SMALL, replications=REPLICATIONS, seed=7, out=out)


def total_of(folder: Path) -> str:
    return api.open_run(folder).digest().total


def test_the_case_has_everything_in_it(reference: Any) -> None:
    """A digest says nothing about what never happens."""
    counts = reference.table("counts").to_pydict()
    for name in ("shots", "kills", "leaked", "false_alarms", "false_tracks_firm", "misidentified", "messages_lost"):
        assert sum(counts[name]) > 0, name
    assert sum(counts["assessment_errors"]) > 0
    ends = set(reference.table("outcomes").column("end_state").to_pylist())
    assert ends == {"killed", "leaked", "landed", "aborted", "alive_at_end"}


def test_two_workers(reference: Any, cases: ModuleType, tmp_path: Path) -> None:
    again = api.run(cases.SMALL, replications=REPLICATIONS, seed=7, workers=2, out=tmp_path / "run")
    assert again.digest() == reference.digest()


def test_entities_in_another_order(reference: Any, cases: ModuleType) -> None:
    tree = cases.reversed_order(yaml.safe_load(cases.SMALL.read_text(encoding="utf-8")))
    text = yaml.safe_dump(tree, sort_keys=False)
    assert list(yaml.safe_load(text)["objects"]) == list(reversed(yaml.safe_load(cases.SMALL.read_text())["objects"]))
    again = api.run(load_scenario_text(text, "turned.yaml"), replications=REPLICATIONS, seed=7)
    assert again.digest() == reference.digest()


def test_another_block_layout(reference: Any, cases: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(reference.reader.blocks()) == 8
    monkeypatch.setattr(api, "LEAST_BLOCKS", 5)
    again = api.run(cases.SMALL, replications=REPLICATIONS, seed=7)
    assert len(again.reader.blocks()) == 5
    assert again.digest() == reference.digest()


def test_another_seed_is_another_run(reference: Any, cases: ModuleType) -> None:
    again = api.run(cases.SMALL, replications=REPLICATIONS, seed=8)
    assert again.digest().tables["outcomes"] != reference.digest().tables["outcomes"]
    assert again.digest().tables["objects"] == reference.digest().tables["objects"]


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_another_hash_seed(cases: ModuleType, reference: Any, tmp_path: Path, hash_seed: str) -> None:
    run = cases.cli(
        "run",
        cases.SMALL,
        "--replications",
        str(REPLICATIONS),
        "--seed",
        "7",
        "-o",
        tmp_path / "run",
        PYTHONHASHSEED=hash_seed,
    )
    assert run.returncode == 0, run.stderr
    assert total_of(tmp_path / "run") == reference.digest().total
    assert reference.digest().total in run.stdout


def test_without_the_jit(cases: ModuleType, tmp_path: Path) -> None:
    """The same source, interpreted: two replications with shots, kills, misses and false firm tracks, recorded in full."""
    options = ("run", cases.SMALL, "--replications", 2, "--record", "full")
    for name, disabled in (("compiled", "0"), ("interpreted", "1")):
        run = cases.cli(*options, "-o", tmp_path / name, NUMBA_DISABLE_JIT=disabled)
        assert run.returncode == 0, run.stderr
    interpreted = api.open_run(tmp_path / "interpreted")
    assert interpreted.digest() == api.open_run(tmp_path / "compiled").digest()
    counts = interpreted.table("counts").to_pydict()
    for name in ("shots", "kills", "false_tracks_firm", "messages_lost"):
        assert sum(counts[name]) > 0, name


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_and_resumed(cases: ModuleType, tmp_path: Path, workers: int) -> None:
    """SIGKILL when some blocks are there; the rest is made by --resume, and the digest is that of a run never cut off."""
    folder, replications = tmp_path / "run", 120
    options = ("run", cases.SMALL, "--replications", replications, "--workers", workers, "-o", folder)
    running = subprocess.Popen(
        cases.openiads_command(*options), env=cases.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while len(list((folder / "blocks").glob("*.json"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    done = len(list((folder / "blocks").glob("*.json")))
    assert running.returncode == -signal.SIGKILL, "it was over before it could be killed"
    assert 3 <= done < 9  # of eight blocks and that of the common tables
    finished = {path.stem for path in (folder / "blocks").glob("*.json")}  # a part without its marker is not finished
    kept = {
        p: p.stat().st_mtime_ns for p in (folder / "outcomes").glob("part-*") if p.stem.removeprefix("part-") in finished
    }
    assert len(kept) >= 2
    refused = cases.cli(*options)
    assert refused.returncode == 2
    assert "--resume" in refused.stderr
    deadline = time.monotonic() + 60
    while (resumed := cases.cli(*options, "--resume")).returncode == 2 and time.monotonic() < deadline:
        assert "another process is writing" in resumed.stderr, resumed.stderr  # a worker outlives its parent by moments
        time.sleep(0.1)
    assert resumed.returncode == 0, resumed.stderr
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "finished blocks were made again"
    assert total_of(folder) == _uncut(cases, replications)


def _uncut(cases: ModuleType, replications: int) -> str:
    if replications not in _known:
        _known[replications] = api.run(cases.SMALL, replications=replications).digest().total
    return _known[replications]


_known: dict[int, str] = {}


@pytest.mark.parametrize("replication", [0, 5, REPLICATIONS - 1])
def test_any_replication_again_in_full(reference: Any, replication: int, tmp_path: Path) -> None:
    again = api.replay(reference, replication, tmp_path / "again")
    assert again.tables == tuple(api.TABLE_NAMES)
    assert again.digest().tables["objects"] == reference.digest(replication).tables["objects"]
    for name in ("outcomes", "counts", "shots", "events", "association", "magazines"):
        assert again.table(name).equals(reference.table(name, replication)), name
    assert len(again.table("plots")) > 0
    if replication == 0:
        for name in ("plots", "tracks", "messages"):
            assert again.table(name).equals(reference.table(name, 0)), name


@pytest.mark.parametrize("record", ["counts", "full"])
def test_the_level_of_recording_changes_nothing_that_is_recorded(reference: Any, cases: ModuleType, record: Any) -> None:
    again = api.run(cases.SMALL, replications=4, seed=7, record=record)
    for name in ("outcomes", "counts", "magazines"):
        for replication in range(4):
            assert again.table(name, replication).equals(reference.table(name, replication)), name


def test_later_replications_do_not_hang_on_earlier_ones(reference: Any, cases: ModuleType) -> None:
    again = api.run(cases.SMALL, replications=3, first_replication=20, seed=7, full_replications=())
    for replication in (20, 21, 22):
        assert again.digest(replication) == reference.digest(replication)
