"""Running studies into folders: resumed, killed, spread over workers, a cluster or an array job, with the same digest."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from toy import ToyRange

from openiads.errors import StudyError
from openiads.study import submit
from openiads.study.bench import Bench
from openiads.study.execute import execute
from openiads.study.loading import Study
from openiads.study.lock import LookLog
from openiads.study.opened import open_results
from openiads.study.order import Order, order_of
from openiads.study.plan import plan
from openiads.study.tables import SCHEMAS, digest, read_table

HERE = Path(__file__).parent
MODEL = ToyRange(0.05, runs_per_block=512)


def order(study: Study, **more: Any) -> Order:
    return order_of(study, draws=16, **more)


@pytest.fixture(scope="module")
def once(study: Study, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("once") / "results"
    execute(order(study, quick=True), folder, model=MODEL)
    return folder, digest(folder)[0]


def test_every_table_and_the_manifest(once: tuple[Path, str]) -> None:
    folder, found = once
    results = open_results(folder)
    for name in SCHEMAS:
        assert (folder / "tables" / f"{name}.csv").is_file()
        read_table(folder, name)
    assert results.manifest["digest"] == found
    assert results.manifest["draft"] is True
    assert results.manifest["credibility"]["validation"]["level"] == 0
    words = {(r["reading"], r["party"]): r["word"] for r in read_table(folder, "claims")}
    assert ("C2_low", "A") in words
    assert all(r["missing"] == 0 for r in read_table(folder, "blocks"))
    assert results.manifest["runs"]["failed"] == 0


def test_stored_runs_give_the_same_findings(once: tuple[Path, str]) -> None:
    folder, _ = once
    again = open_results(folder).findings(MODEL)
    rows = {(r["reading"], r["party"]): r["code"] for r in read_table(folder, "claims")}
    assert {k: v.code for k, v in again.words.items()} == rows


def test_resuming_takes_what_is_there_and_makes_what_is_damaged(
    study: Study, once: tuple[Path, str], tmp_path: Path
) -> None:
    folder = tmp_path / "results"
    execute(order(study, quick=True), folder, model=MODEL)
    parts = sorted((folder / "blocks").rglob("*.parquet"))
    parts[0].unlink()
    parts[1].write_bytes(parts[1].read_bytes()[:-9])
    (folder / "study.json").write_text((folder / "study.json").read_text().replace('"complete"', '"running"'))
    with pytest.raises(StudyError, match="not complete"):
        open_results(folder)
    made: list[int] = []
    execute(order(study, quick=True), folder, model=MODEL, resume=True, on_runs=made.append)
    assert digest(folder)[0] == once[1]
    with pytest.raises(StudyError, match="holds a study already"):
        execute(order(study, quick=True), folder, model=MODEL)
    with pytest.raises(StudyError, match="holds another study: seed differs"):
        execute(order(study, quick=True, seed=5), folder, model=MODEL, resume=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x")
    with pytest.raises(StudyError, match="is not empty and holds no study"):
        execute(order(study, quick=True), tmp_path / "other", model=MODEL)


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from toy import ToyRange
from openiads.study.execute import execute
from openiads.study.order import order_of
from openiads.study.loading import load_study
from openiads.study.submit import local
study = load_study({file!r}, scenario=False)
if __name__ == "__main__":
    execute(order_of(study, draws=16, quick=True), Path(sys.argv[1]), model=ToyRange(0.05),
    submit=local(int(sys.argv[2])), resume=True)
"""


def start(script: Path, folder: Path, workers: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, str(script), str(folder), str(workers)], start_new_session=True)


def test_killed_at_any_moment_and_resumed(small_file: Path, once: tuple[Path, str], tmp_path: Path) -> None:
    script = tmp_path / "go.py"
    script.write_text(SCRIPT.format(here=str(HERE), file=str(small_file)))
    folder = tmp_path / "results"
    for delay in (0.9, 1.2, 1.5):
        process = start(script, folder, 1)
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert start(script, folder, 1).wait() == 0
    assert digest(folder)[0] == once[1]


@pytest.mark.nightly
def test_two_workers(small_file: Path, once: tuple[Path, str], tmp_path: Path) -> None:
    script = tmp_path / "go.py"
    script.write_text(SCRIPT.format(here=str(HERE), file=str(small_file)))
    assert start(script, tmp_path / "results", 2).wait() == 0
    assert digest(tmp_path / "results")[0] == once[1]


@pytest.mark.nightly
def test_a_dask_cluster(study: Study, once: tuple[Path, str], tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        execute(order(study, quick=True), tmp_path / "r", model=MODEL, submit=submit.dask(cluster.scheduler_address))
    assert digest(tmp_path / "r")[0] == once[1]


def fake_sbatch(folder: Path) -> Path:
    """Runs the tasks of an array job one after the other, as SLURM would."""
    path = folder / "sbatch"
    path.write_text(
        "#!/bin/bash\nscript=${@: -1}\n"
        "last=$(sed -n 's/^#SBATCH --array=0-//p' $script)\n"
        "for k in $(seq 0 $last); do SLURM_ARRAY_TASK_ID=$k bash $script || exit 1; done\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return path


def test_an_array_job(study: Study, once: tuple[Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "r"
    given = submit.slurm(folder, tasks=1, sbatch=str(fake_sbatch(tmp_path)))
    execute(order(study, quick=True), folder, model=MODEL, submit=given)
    assert digest(folder)[0] == once[1]
    text = (folder / "slurm" / "array.sh").read_text()
    assert "#SBATCH --array=0-0" in text
    with pytest.raises(StudyError, match="there is no no-sbatch here"):
        execute(
            order(study, quick=True), tmp_path / "s", model=MODEL, submit=submit.slurm(tmp_path / "s", sbatch="no-sbatch")
        )


def test_the_chain_of_looks(once: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = once
    lines = (folder / "looks.jsonl").read_text().splitlines()
    assert len(LookLog(folder / "looks.jsonl").lines()) == len(lines) >= 2
    entry = json.loads(lines[0])
    entry["runs"] += 1
    changed = tmp_path / "looks.jsonl"
    changed.write_text("\n".join([json.dumps(entry), *lines[1:]]) + "\n")
    with pytest.raises(StudyError, match="chain of looks is broken here"):
        LookLog(changed).lines()


def test_a_budget_that_does_not_suffice(study: Study, tmp_path: Path) -> None:
    budget = study.spec.design.budget.model_copy(update={"max_runs": 10})
    design = study.spec.design.model_copy(update={"budget": budget})
    poor = Study(study.path, study.name, study.spec.model_copy(update={"design": design}), (), study.document)
    with pytest.raises(StudyError, match=r"design\.budget\.max_runs is 10"):
        execute(order(poor), tmp_path / "r", model=MODEL)
    assert not (tmp_path / "r").exists(), "what was refused leaves no folder that stands in the way"


def test_the_plan(study: Study) -> None:
    found = plan(Bench(study.spec, MODEL, order(study).sizes, 1))
    assert found.runs == sum(found.stages.values())
    assert found.further > 0
    assert any("first wave" in line for line in found.lines)
    assert all(len(line) < 100 for line in found.lines)


class Failing(ToyRange):
    """Fails always for draws with a strong radar."""

    def evaluate(self, batch: Any) -> Any:
        if (batch.worlds["R1"] > 445.0).any():
            raise ArithmeticError("no")
        return super().evaluate(batch)


def test_runs_that_fail_count_as_missing(study: Study, tmp_path: Path) -> None:
    execute(order(study, quick=True), tmp_path / "r", model=Failing(0.05, runs_per_block=512))
    assert open_results(tmp_path / "r").manifest["runs"]["failed"] > 0
    assert any(r["missing"] > 0 for r in read_table(tmp_path / "r", "blocks"))


def test_a_study_is_replaced_only_when_asked(study: Study, once: tuple[Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "results"
    execute(order(study, quick=True, seed=1), folder, model=MODEL)
    (folder / "report.html").write_text("of the old study", encoding="utf-8")
    (folder / "notes.txt").write_text("of a person", encoding="utf-8")
    with pytest.raises(StudyError, match="holds a study already"):
        execute(order(study, quick=True), folder, model=MODEL)
    execute(order(study, quick=True), folder, model=MODEL, overwrite=True)
    assert digest(folder)[0] == once[1]
    assert not (folder / "report.html").exists()
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "of a person"
    with pytest.raises(StudyError, match="not empty and holds no study"):
        execute(order(study, quick=True), tmp_path, model=MODEL, overwrite=True)
