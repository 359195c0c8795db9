"""The run folder: whole blocks or none, resumed to the same digest, and a clear word about anything else."""

import json
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import fake_engine
import numpy as np
import pyarrow.parquet as pq
import pytest

import openiads
from openiads.engine.pool import run_blocks
from openiads.errors import ResultsError
from openiads.results.digest import digest
from openiads.results.manifest import RunInfo
from openiads.results.store import RunReader, RunWriter

HERE = Path(__file__).parent
SOURCES = Path(openiads.__file__).parents[1]


def make(folder: Path, *, resume: bool = False, workers: int = 1, killer: str = "", **changes: Any) -> Path:
    with RunWriter.create(folder, fake_engine.info(**changes), resume=resume) as writer:
        writer.write_common(fake_engine.objects())
        task = partial(fake_engine.simulate, writer.block_writer(), 0.0, killer)
        run_blocks(task, writer.pending(), workers=workers, on_done=lambda block, pid: None)
        writer.finish()
    return folder


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("reference") / "run")


def part(folder: Path) -> Path:
    return folder / "events" / "part-000004-000007.parquet"


def test_layout_and_manifest(reference: Path) -> None:
    assert sorted(p.name for p in (reference / "outcomes").iterdir()) == [
        "part-000000-000003.parquet",
        "part-000004-000007.parquet",
        "part-000008-000009.parquet",
    ]
    assert [p.name for p in (reference / "plots").iterdir()] == ["part-000000-000003.parquet"]  # replication 0 in full
    manifest = json.loads((reference / "manifest.json").read_text())
    assert manifest["openiads_run"] == 1
    assert manifest["status"] == "complete"
    assert manifest["finished"] >= manifest["started"]
    assert (reference / "scenario.yaml").read_text() == RunReader.open(reference).scenario() == fake_engine.INFO["scenario"]
    assert not list(reference.rglob(".aside-*"))


def test_parts_are_plain_parquet_with_meaning_and_tag(reference: Path) -> None:
    schema = pq.read_schema(part(reference))
    assert schema.metadata[b"tag"] == b"public figures, in this model"
    assert schema.field("at_ns").metadata[b"meaning"] == b"time since the start of the scenario"
    assert not schema.field("at_ns").nullable
    assert schema.field("value").nullable


def test_tables_come_sorted_by_key_with_missing_values(reference: Path) -> None:
    reader = RunReader.open(reference)
    events = reader.table("events").to_pylist()
    keys = [(e["replication"], e["at_ns"], e["node"], e["track_id"], e["event"], e["detail"]) for e in events]
    assert keys == sorted(keys)
    assert len(events) == 9 * 40  # replication 3 has none
    assert any(e["value"] is None for e in events)
    outcomes = reader.table("outcomes", 9).to_pylist()
    assert [o["object_id"] for o in outcomes] == sorted(fake_engine.OBJECTS)
    assert {o["replication"] for o in outcomes} == {9}
    assert any(o["killed_by"] is None for o in reader.table("outcomes").to_pylist())
    assert reader.table("plots").column("replication").unique().to_pylist() == [0]
    assert reader.table("events", 3).num_rows == 0


def test_reading_what_is_not_there(reference: Path, tmp_path: Path) -> None:
    reader = RunReader.open(reference)
    with pytest.raises(ResultsError, match=r"no table is called 'shot'. Known: objects"):
        reader.table("shot")
    with pytest.raises(ResultsError, match="replication 10 is not in this run; it has 0 to 9"):
        reader.table("events", 10)
    with pytest.raises(ResultsError, match=r"plots of replication 1 was not recorded.*replay"):
        reader.table("plots", 1)
    counts = make(tmp_path / "counts", record="counts", full_replications=())
    with pytest.raises(ResultsError, match="table shots needs --record events; this run has counts"):
        RunReader.open(counts).table("shots")
    with pytest.raises(ResultsError, match="there is no such folder"):
        RunReader.open(tmp_path / "nowhere")
    with pytest.raises(ResultsError, match="is not a run folder"):
        RunReader.open(tmp_path)


def test_same_digest_with_two_workers_after_one_was_killed(reference: Path, tmp_path: Path) -> None:
    killer = tmp_path / "killed"
    run = make(tmp_path / "run", workers=2, killer=str(killer), block_size=2)
    assert killer.exists()
    assert digest(run) == digest(reference)


@contextmanager
def script(folder: Path, workers: int, *, pause: float, replications: int) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(HERE / "run_fake.py"), str(folder), str(workers), str(pause), str(replications)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(what: str, true: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds} s: {what}"
        time.sleep(0.02)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143)])
def test_a_run_killed_in_the_middle_resumes_to_the_same_digest(
    reference: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    folder = tmp_path / "run"
    with script(folder, 2, pause=0.5, replications=10) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the first block is done
        process.send_signal(number)
        assert process.wait(20) == code
    pids = [int(p.name[4:]) for p in tmp_path.glob("pid-*")]
    assert pids
    wait_until("the workers end with their parent", lambda: not any(running(pid) for pid in pids))
    done = {p: p.stat().st_mtime_ns for p in (folder / "blocks").glob("0*.json")}
    assert 0 < len(done) < 3
    with pytest.raises(ResultsError, match=r"the run is not complete \(. of 3 blocks\)"):
        RunReader.open(folder)
    make(folder, resume=True)
    assert {p: p.stat().st_mtime_ns for p in done} == done  # what was done was not done again
    assert digest(folder) == digest(reference)
    assert len(RunReader.open(folder).manifest.resumed) == 1


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


@pytest.mark.parametrize(
    ("damage", "message"), [(_flip, "SHA-256"), (_truncate, "bytes"), (Path.unlink, "cannot read: No such file")]
)
def test_a_damaged_part_is_found_and_only_its_block_made_anew(
    reference: Path, tmp_path: Path, damage: Any, message: str
) -> None:
    folder = make(tmp_path / "run")
    damage(part(folder))
    with pytest.raises(ResultsError, match=f"part-000004-000007.parquet: .*{message}"):
        digest(folder)
    with RunWriter.create(folder, fake_engine.info(), resume=True) as writer:
        assert writer.pending() == [range(4, 8)]
    make(folder, resume=True)
    assert digest(folder) == digest(reference)


def test_a_missing_or_damaged_block_file_is_found(tmp_path: Path) -> None:
    folder = make(tmp_path / "run")
    block = folder / "blocks" / "000004-000007.json"
    stated = block.read_bytes()
    without = json.loads(stated)
    del without["parts"]["events"]
    block.write_text(json.dumps(without))
    with pytest.raises(ResultsError, match=r"000004-000007.json: table events is missing; run again with --resume"):
        digest(folder)
    with RunWriter.create(folder, fake_engine.info(), resume=True) as writer:
        assert writer.pending() == [range(4, 8)]
    make(folder, resume=True)
    block.write_bytes(stated[:50])
    with pytest.raises(ResultsError, match=r"000004-000007.json: is not JSON"):
        digest(folder)
    block.unlink()
    with pytest.raises(ResultsError, match="block 000004-000007 is missing; run again with --resume"):
        digest(folder)
    (folder / "scenario.yaml").write_text("changed")
    with pytest.raises(ResultsError, match="was changed after the run"):
        RunReader.open(folder, incomplete=True).scenario()


def test_a_part_that_is_not_parquet_is_a_clear_error(tmp_path: Path) -> None:
    from openiads.results.files import sha256_hex

    folder = make(tmp_path / "run")
    part(folder).write_bytes(b"no parquet")
    block = folder / "blocks" / "000004-000007.json"
    stated = json.loads(block.read_text())
    stated["parts"]["events"].update(bytes=10, sha256=sha256_hex(b"no parquet"))
    block.write_text(json.dumps(stated))
    with pytest.raises(ResultsError, match="is not a Parquet file that can be read"):
        digest(folder)


@pytest.mark.parametrize("file", ["notes.txt", "manifest.json"])
def test_a_foreign_folder_is_never_touched(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_text('{"name": "of another program"}')
    for options in ({}, {"resume": True}, {"overwrite": True}):
        with pytest.raises(ResultsError, match="not a run"):
            RunWriter.create(tmp_path, fake_engine.info(), **options)
    assert [p.name for p in tmp_path.iterdir()] == [file]


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultsError, match="is a file; give a folder"):
        RunWriter.create(tmp_path / "file", fake_engine.info())


def test_an_existing_run_is_replaced_only_when_asked(reference: Path, tmp_path: Path) -> None:
    folder = make(tmp_path / "run", seed=8)
    (folder / "events" / "my-notes.txt").touch()
    with pytest.raises(ResultsError, match=r"holds a run already. Go on with --resume, replace it with --overwrite"):
        RunWriter.create(folder, fake_engine.info())
    with RunWriter.create(folder, fake_engine.info(), overwrite=True) as writer:
        assert len(writer.pending()) == 3
        assert not list(folder.rglob("*.parquet"))
    assert digest(make(folder, resume=True)) == digest(reference)
    assert (folder / "events" / "my-notes.txt").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 8}, "seed was 7, now it is 8"),
        ({"scenario": "other"}, "scenario_sha256 was"),
        ({"record": "full"}, "record was 'events', now it is 'full'"),
        ({"variant": "quiet"}, "variant was '', now it is 'quiet'"),
        ({"overrides": {"network.mode": "integrated"}}, "overrides was {}"),
        ({"full_replications": (1,)}, "full_replications was"),
        ({"software": {"openiads": "other"}}, "software was"),
        ({"replications": 9}, "holds a run of 10 replications, 9 were asked for"),
    ],
)
def test_resuming_another_run_is_refused(reference: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ResultsError, match=message):
        RunWriter.create(reference, fake_engine.info(**changes), resume=True)
    assert RunReader.open(reference).manifest.status == "complete"


def test_a_run_may_be_resumed_with_more_replications_other_workers_and_blocks(tmp_path: Path) -> None:
    folder = make(tmp_path / "run", overrides={"a.b": (1, 2)})
    with RunWriter.create(
        folder, fake_engine.info(replications=15, workers=3, block_size=9, overrides={"a.b": (1, 2)}), resume=True
    ) as writer:
        assert writer.pending() == [range(8, 12), range(12, 15)]  # blocks stay as they were; the short one is made anew
        with pytest.raises(ResultsError, match=r"the run is not complete \(2 of 4 blocks\)"):
            RunReader.open(folder)
    make(folder, resume=True, replications=15, overrides={"a.b": (1, 2)})
    assert digest(folder) == digest(make(tmp_path / "at-once", replications=15))
    assert not (folder / "events" / "part-000008-000009.parquet").exists()


def test_two_writers_of_one_folder(tmp_path: Path) -> None:
    with (
        RunWriter.create(tmp_path / "run", fake_engine.info()),
        pytest.raises(ResultsError, match="another process is writing to this run"),
    ):
        RunWriter.create(tmp_path / "run", fake_engine.info(), resume=True)
    RunWriter.create(tmp_path / "run", fake_engine.info(), resume=True).close()


def test_a_full_disk_leaves_no_part_taken_for_whole(reference: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with RunWriter.create(folder, fake_engine.info()) as writer:
        writer.write_common(fake_engine.objects())
        tables = fake_engine.tables_of(writer.block_writer(), range(4))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (part(reference).stat().st_size - 100, hard))
        try:
            with pytest.raises(ResultsError, match=r"cannot write .* bytes: File too large. Free space"):
                writer.write_block(0, tables)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert range(4) in writer.pending()
        assert not list(folder.rglob(".aside-*"))
        assert not list((folder / "events").glob("*"))
    assert digest(make(folder, resume=True)) == digest(reference)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultsError, match="cannot write here: Not a directory"):
        RunWriter.create(tmp_path / "file" / "run", fake_engine.info())


def test_a_block_writer_can_be_pickled_and_rejects_what_is_not_its_block(tmp_path: Path) -> None:
    with RunWriter.create(tmp_path / "run", fake_engine.info()) as writer:
        blocks = pickle.loads(pickle.dumps(writer.block_writer()))
        tables = fake_engine.tables_of(blocks, range(4, 8))
        with pytest.raises(ValueError, match="no block of 4 replications begins at 5"):
            blocks.write_block(5, tables)
        with pytest.raises(ValueError, match=r"tables missing or unexpected: messages, plot_association, plots, tracks"):
            blocks.write_block(0, tables)
        with pytest.raises(ValueError, match="block 000008-000009: outcomes has rows of replication 4"):
            blocks.write_block(8, tables)
        with pytest.raises(ValueError, match="blocks missing: common, 000000-000003"):
            writer.finish()


def test_numbers_that_make_no_run(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="replications is 0 and block size 4, both must be 1 or more"):
        RunWriter.create(tmp_path / "run", fake_engine.info(replications=0))
    assert not (tmp_path / "run").exists()


def test_software_versions_are_in_the_manifest() -> None:
    software = RunInfo(scenario="", seed=1, replications=1).software
    assert software["openiads"] == openiads.__version__
    assert software["numpy"] == np.__version__
    assert len(software["kernels"]) == 16


def test_another_layout_version_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path / "run")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "openiads_run": 2}))
    with pytest.raises(ResultsError, match="the layout is version 2, this program reads 1"):
        RunReader.open(folder)
    del manifest["seed"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(ResultsError, match=r"a field is missing or unknown .*seed"):
        RunReader.open(folder)


def test_reading_starts_no_thread_of_arrow(reference: Path) -> None:
    """A thread of Arrow's that outlives the interpreter aborts the process at its exit (apache/arrow issue 34314)."""
    code = (
        "import os, sys; from pathlib import Path; from openiads.results.digest import digest; import scipy.special; "
        "from openiads.results.summary import summarize; from openiads.results.store import RunReader; "
        "before = set(os.listdir('/proc/self/task')); run = RunReader.open(Path(sys.argv[1])); "
        "digest(run); summarize(run); run.table('events').to_pylist(); "
        "print(len(set(os.listdir('/proc/self/task')) - before))"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-c", code, str(reference)]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert ran.stdout.strip() == "0"
