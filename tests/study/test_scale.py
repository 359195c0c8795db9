"""A study at scale and under interruption: twenty kills, a hundred thousand runs, what scheduling costs, three parties."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from toy import ToyRange

from openiads.study.bench import Bench
from openiads.study.blocks import RUNS_PER_BLOCK, Kept
from openiads.study.execute import execute
from openiads.study.findings import run_study
from openiads.study.loading import Study
from openiads.study.model import Batch, Direct, Outcomes
from openiads.study.order import order_of
from openiads.study.rows import all_rows
from openiads.study.submit import local
from openiads.study.tables import digest

HERE = Path(__file__).parent
SECONDS_PER_RUN = 0.02
"""What a run of the simulator takes, about; scheduling is measured against it."""

SCRIPT = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from toy import ToyRange
from openiads.study.execute import execute
from openiads.study.order import order_of
from openiads.study.loading import load_study
from openiads.study.submit import local
if __name__ == "__main__":
    study = load_study({file!r}, scenario=False)
    done = []
    execute(order_of(study, draws=int(sys.argv[2]), quick=sys.argv[3] == "quick"), Path(sys.argv[1]),
            model=ToyRange(0.05, runs_per_block=int(sys.argv[4])), submit=local(1), resume=True, on_runs=done.append)
    print(sum(done), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def script(folder: Path, file: Path) -> Path:
    path = folder / "go.py"
    path.write_text(SCRIPT.format(here=str(HERE), file=str(file)), encoding="utf-8")
    return path


@pytest.mark.nightly
def test_twenty_kills_at_random_moments(study: Study, small_file: Path, tmp_path: Path) -> None:
    execute(order_of(study, draws=16, quick=True), tmp_path / "once", model=ToyRange(0.05, runs_per_block=16))
    moments, go, folder = random.Random(20191126), script(tmp_path, small_file), tmp_path / "killed"
    command = [sys.executable, str(go), str(folder), "16", "quick", "16"]
    blocks = []
    for _ in range(20):
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20.0
        while process.poll() is None and not (folder / "study.json").exists() and time.monotonic() < until:
            time.sleep(0.01)  # the clock of the kill starts when the study does
        time.sleep(moments.uniform(0.0, 0.4))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        blocks.append(len(list((folder / "blocks").rglob("*.parquet"))))
    assert subprocess.run(command, check=True, stdout=subprocess.DEVNULL).returncode == 0
    assert blocks == sorted(blocks), "a kill loses no block that was finished"
    assert digest(folder)[0] == digest(tmp_path / "once")[0]


@pytest.mark.nightly
def test_a_hundred_thousand_runs_leave_the_memory_flat(small_file: Path, tmp_path: Path) -> None:
    go = script(tmp_path, small_file)
    found = []
    for draws in ("256", "8192"):
        command = [sys.executable, str(go), str(tmp_path / draws), draws, "quick", "4096"]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        found.append((int(out[0]), int(out[1]) / 1024.0))
    (few, small_mb), (many, large_mb) = found
    assert many >= 100_000
    assert many > 4 * few
    assert large_mb < 2048.0
    assert large_mb < small_mb + 200.0, found


class Timed:
    """The toy kernel, with the time that its runs take."""

    def __init__(self) -> None:
        self.inner = ToyRange(0.05)
        self.name = "timed"
        self.runs_per_block = RUNS_PER_BLOCK
        self.spent = 0.0

    def info(self, measure: Any) -> Any:
        return self.inner.info(measure)

    def evaluate(self, batch: Batch) -> Outcomes:
        began = time.process_time()
        found = self.inner.evaluate(batch)
        self.spent += time.process_time() - began
        return found


def test_scheduling_stays_below_two_percent(study: Study, tmp_path: Path) -> None:
    model = Timed()
    order = order_of(study, draws=16, quick=True)
    kept = Kept(model, tmp_path / "kept", local(1))
    bench = Bench(order.study.spec, model, order.sizes, order.seed)
    from openiads.study.verdicts import verdict_component

    wish = next(verdict_component(bench, "A"))
    Kept(model, tmp_path / "warm", local(1)).run(dict(list(wish.items())[:1]))  # imports and first files cost once
    model.spent = 0.0
    began = time.process_time()
    kept.run(wish)
    scheduling = time.process_time() - began - model.spent
    runs = sum(batch.runs for batch in wish.values())
    assert scheduling < 0.02 * runs * SECONDS_PER_RUN, f"{scheduling:.3f} s beside {runs} runs"


def test_three_parties_are_attributed_pair_by_pair(study: Study) -> None:
    third = study.spec.parties[1].model_copy(update={"id": "C", "name": "Says what B says"})
    assumptions = tuple(
        a if a.positions is None else a.model_copy(update={"positions": {**a.positions, "C": a.positions["B"]}})
        for a in study.spec.assumptions
    )
    pairs = (("A", "B"), ("A", "C"), ("B", "C"))
    attribution = study.spec.analysis.attribution.model_copy(update={"pairs": pairs})
    spec = study.spec.model_copy(
        update={
            "parties": (*study.spec.parties, third),
            "assumptions": assumptions,
            "analysis": study.spec.analysis.model_copy(update={"attribution": attribution}),
        }
    )
    model = ToyRange()
    findings = run_study(Bench(spec, model, order_of(study, draws=16).sizes, 1), Direct(model))
    assert {s.pair for s in findings.splits} == set(pairs)
    uniform = {(s.reading.id, s.pair): s for s in findings.splits if s.interval_reading == "uniform"}
    for (reading, pair), split in uniform.items():
        if pair == ("A", "C"):
            assert split.shares.tolist() == pytest.approx(uniform[reading, ("A", "B")].shares.tolist(), abs=1e-12)
        if pair == ("B", "C"):
            assert abs(split.shares).max() == 0.0, "the same words for the same reasons"
    table = all_rows(findings)["pairs"]
    assert {(row["party_a"], row["party_b"]) for row in table} >= set(pairs)
