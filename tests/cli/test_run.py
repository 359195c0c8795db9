"""`openiads run`, `replay`, `explain`, `demo` on the small case: what they say, how they end, what they write."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from openiads import api
from openiads.errors import ResultsError

Outcome = tuple[int, str, str]


@pytest.fixture(scope="module")
def folder(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the small case."""
    out = tmp_path_factory.mktemp("run") / "run"
    api.run(cases.SMALL, replications=5, out=out)
    return out


def test_run_reports_and_writes(openiads: Callable[..., Outcome], cases: ModuleType, tmp_path: Path, folder: Path) -> None:
    code, out, err = openiads("run", cases.SMALL, "--replications", 5, "-o", tmp_path / "run")
    assert (code, err.count("Traceback")) == (0, 0)
    assert "in this model: 5 replications" in out
    assert "hostile: leaked / (leaked + killed)" in out
    assert "of the figures used are placeholders" in out
    assert api.open_run(folder).digest().total in out
    assert {"manifest.json", "scenario.yaml", "outcomes", "plots", "blocks"} <= {
        p.name for p in (tmp_path / "run").iterdir()
    }


def test_variant_set_and_record(openiads: Callable[..., Outcome], cases: ModuleType, tmp_path: Path) -> None:
    arguments = ("--replications", 3, "--record", "counts", "--set", "control.weapons=hold", "--seed", 9)
    code, _, err = openiads("run", cases.SMALL, *arguments, "-o", tmp_path / "run")
    assert code == 0, err
    run = api.open_run(tmp_path / "run")
    assert sum(run.table("counts").column("shots").to_pylist()) == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["seed"] == 9
    assert manifest["overrides"] == {"control.weapons": "hold"}
    with pytest.raises(ResultsError, match="events of replication 1 was not recorded"):
        run.table("events", 1)
    code, out, _ = openiads("replay", tmp_path / "run", "--replication", 2)
    assert code == 0
    assert "the same to the byte as recorded" in out
    assert (tmp_path / "run-replication-2" / "manifest.json").is_file()


def test_a_folder_that_is_there(openiads: Callable[..., Outcome], cases: ModuleType, folder: Path, tmp_path: Path) -> None:
    before = api.open_run(folder).digest()
    code, out, err = openiads("run", cases.SMALL, "--replications", 5, "-o", folder)
    assert (code, out) == (2, "")
    assert (
        err.splitlines()[-1]
        == f"error: {folder}: holds a run already. Go on with --resume, replace it with --overwrite, or use -o."
    )
    assert openiads("run", cases.SMALL, "--replications", 5, "-o", folder, "--resume")[0] == 0
    code, _, err = openiads("run", cases.SMALL, "--replications", 5, "-o", folder, "--seed", 2, "--resume")
    assert (code, "seed was 1, now it is 2" in err) == (2, True)
    assert api.open_run(folder).digest() == before
    assert openiads("run", cases.SMALL, "--replications", 5, "-o", folder, "--overwrite")[0] == 0
    assert api.open_run(folder).digest() == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    for option in ((), ("--overwrite",), ("--resume",)):
        code, _, err = openiads("run", cases.SMALL, "--replications", 2, "-o", tmp_path / "mine", *option)
        assert (code, "is not empty and not a run" in err) == (2, True)
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_replay(openiads: Callable[..., Outcome], folder: Path, tmp_path: Path) -> None:
    code, out, _ = openiads("replay", folder, "--replication", 3, "-o", tmp_path / "three")
    assert code == 0
    assert "replication 3 in full, the same to the byte as recorded" in out
    assert api.open_run(tmp_path / "three").table("tracks", 3).num_rows > 100
    for arguments, message in (
        ((folder, "--replication", 5), "replication 5 is not in this run; it has 0 to 4"),
        ((tmp_path, "--replication", 0), "is not a run folder"),
        ((folder, "--replication", 3, "-o", tmp_path / "three"), "holds a run already"),
    ):
        code, out, err = openiads("replay", *arguments)
        assert (code, out) == (2, "")
        assert message in err.splitlines()[-1]
        assert "Traceback" not in err


def test_replay_tells_when_a_run_was_tampered_with(
    openiads: Callable[..., Outcome], cases: ModuleType, tmp_path: Path, folder: Path
) -> None:
    """A run whose rows are not those of its scenario and seed: the manifest's seed is changed."""
    api.run(cases.SMALL, replications=2, out=tmp_path / "run")
    manifest = tmp_path / "run" / "manifest.json"
    tree = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**tree, "seed": 2}))
    code, _, err = openiads("replay", tmp_path / "run", "--replication", 1, "-o", tmp_path / "again")
    assert code == 2
    assert "replication 1 comes out as" in err


def test_explain(openiads: Callable[..., Outcome], folder: Path, tmp_path: Path) -> None:
    run = api.open_run(folder)
    for thing in ("raider", "liner", "patrol", "rocket"):
        for replication in range(5):
            code, out, err = openiads("explain", folder, thing, "--replication", replication)
            assert (code, err) == (0, "")
            assert out.startswith(f"{thing}, replication {replication}, in this model\n")
            assert "appears" in out
    ends = run.table("outcomes").to_pylist()
    killed = next(row for row in ends if row["end_state"] == "killed")
    out = openiads("explain", folder, killed["object_id"], "--replication", killed["replication"])[1]
    assert f"was killed by unit-1 at {killed['at_ns'] / 1e9:.1f} s" in out
    assert "first detected" in out
    assert out.count("launched at track") == killed["shots"]
    for arguments, message in (
        ((folder, "raidr"), "no object is called 'raidr'. Known: cruiser, liner"),
        ((folder, "raider", "--replication", 9), "replication 9 is not in this run"),
        ((tmp_path / "absent", "raider"), "there is no such folder"),
    ):
        code, out, err = openiads("explain", *arguments)
        assert (code, out) == (2, "")
        assert message in err
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [("run",), ("run", "x.yaml", "--replications", "0"), ("run", "x.yaml", "--record", "all"), ("explain", "x"), ("fly",)],
)
def test_wrong_options_are_exit_code_two(openiads: Callable[..., Outcome], arguments: tuple[str, ...]) -> None:
    code, out, err = openiads(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert "Usage" in err


def test_demo(openiads: Callable[..., Outcome], tmp_path: Path) -> None:
    code, out, err = openiads("demo", "--case", "-o", tmp_path / "demo", "--replications", 2)
    assert code == 0, err
    assert "in this model: 2 replications of each run" in out
    assert "placeholders: no public source gives them" in out
    for part in ("A notional raid", "Why hostile objects got through", "same draws", "peacetime flying", "What Mürted adds"):
        assert part in out
    assert max(len(line) for line in out.splitlines() if str(tmp_path) not in line) <= 102  # of two replications
    assert (tmp_path / "demo" / "report.html").stat().st_size > 50_000
    assert (tmp_path / "demo" / "comparison.json").is_file()
    assert f"next: openiads explain {tmp_path / 'demo' / 'standalone'} cruise-missile" in out
    assert openiads("explain", tmp_path / "demo" / "standalone", "cruise-missile")[0] == 0


def test_measure(openiads: Callable[..., Outcome], cases: ModuleType, tmp_path: Path) -> None:
    assert openiads("run", cases.SMALL, "-o", tmp_path / "run", "--replications", 3)[0] == 0
    code, out, err = openiads("measure", tmp_path / "run", "leakage", "shots")
    assert code == 0, err
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["leakage", "shots"]
    found = json.loads(openiads("measure", tmp_path / "run", "shots", "--json")[1])
    assert len(found[0]["replications"]) == 3
    assert "missiles_per_kill [1], ratio" in openiads("measure", "--list")[1]
    code, out, err = openiads("measure", tmp_path / "run", "leakge")
    assert (code, out) == (2, "")
    assert "Did you mean 'leakage'?" in err


def test_compare(openiads: Callable[..., Outcome], tmp_path: Path) -> None:
    code, out, err = openiads(
        "compare", "murted-2019", "--variants", "standalone,weapons-free", "--replications", 4, "-o", tmp_path / "arms"
    )
    assert code == 0, err
    assert "weapons-free less standalone, 4 pairs with the same draws" in " ".join(out.split())
    found = json.loads((tmp_path / "arms" / "comparison.json").read_text(encoding="utf-8"))
    assert {d["measure"] for d in found["arms"]["weapons-free"]} >= {"leakage", "missiles_per_kill", "siap_completeness"}
    code, out, err = openiads("compare", "murted-2019", "--variants", "standalone")
    assert code == 2
    assert "two or more different ones are needed" in err


def test_warmup_is_quick_when_warm(openiads: Callable[..., Outcome]) -> None:
    code, out, _ = openiads("warmup")
    assert code == 0
    assert out.startswith("warmup: ")


SMALL_EDITS: dict[str, tuple[str, str, str]] = {
    "misspelled key": ("scan_period_s: 5", "scan_perod_s: 5", "Did you mean 'scan_period_s'"),
    "unknown reference": ("place: hill", "place: hil", "Did you mean 'hill'"),
    "unit out of range": ("range_km: 60\n", "range_km: 60000\n", "at most 2000 is allowed. Check the unit: km"),
    "not a number": ("reaction_time_s: 4", "reaction_time_s: .nan", "not a finite number"),
    "infinity": ("reaction_time_s: 4", "reaction_time_s: .inf", "not a finite number"),
    "circle of command": (
        "    place: hill\n",
        "    place: hill\n    reports_to: unit-1\n",
        "circle: post-1 -> unit-1 -> post-1",
    ),
    "anchor": ("objects:", "objects: &all", "anchor &all is not allowed"),
    "tag": ("duration_s: 240", "duration_s: !!float 240", "tag"),
    "duplicate key": ("liner:", "patrol:", "'patrol' stands twice"),
    "too many false alarms": ("p_false_alarm: 1.0e-6", "p_false_alarm: 0.1", "at most 150 are simulated"),
}
FILES = {
    "empty": (b"", "the file is empty"),
    "alias bomb": (b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n", "anchor &a is not allowed"),
    "binary": (bytes(range(256)), "is not UTF-8 text. Is this a scenario file?"),
    "not utf-8": (b"a: \xff\xfe\n", "not UTF-8"),
}


def refused(openiads: Callable[..., Outcome], file: Path, message: str) -> None:
    """One clear line, exit code 2, no traceback, nothing written."""
    before = sorted(file.parent.rglob("*"))
    code, out, err = openiads("run", file, "--replications", 2, "-o", file.parent / "run")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1, err
    assert message in err
    assert sorted(file.parent.rglob("*")) == before


@pytest.mark.parametrize("name", sorted(SMALL_EDITS))
def test_run_refuses_a_wrong_scenario(
    openiads: Callable[..., Outcome], cases: ModuleType, tmp_path: Path, name: str
) -> None:
    old, new, message = SMALL_EDITS[name]
    text = cases.SMALL.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (tmp_path / "case.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    refused(openiads, tmp_path / "case.yaml", message)


@pytest.mark.parametrize("name", sorted(FILES))
def test_run_refuses_what_is_no_scenario(openiads: Callable[..., Outcome], tmp_path: Path, name: str) -> None:
    content, message = FILES[name]
    (tmp_path / "case.yaml").write_bytes(content)
    refused(openiads, tmp_path / "case.yaml", message)


def test_run_refuses_a_missing_file_and_wrong_settings(
    openiads: Callable[..., Outcome], cases: ModuleType, tmp_path: Path
) -> None:
    refused(openiads, tmp_path / "absent.yaml", "No such file")
    for setting, message in (("network.mod=x", "Did you mean"), ("network.mode", "expected PATH=VALUE")):
        code, out, err = openiads("run", cases.SMALL, "--set", setting, "-o", tmp_path / "run")
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert message in err
    assert not list(tmp_path.iterdir())


def living(group: int) -> list[str]:
    """Processes of a group that are more than an entry that nobody has collected."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        state, _, process_group = text.rsplit(")", 1)[1].split()[:3]
        if int(process_group) == group and state != "Z":
            found.append(text)
    return found


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupted(cases: ModuleType, tmp_path: Path, workers: int) -> None:
    """Ctrl-C in the middle: no traceback, exit code 130, no worker left, and the run can be resumed."""
    command = cases.openiads_command(
        "run", cases.SMALL, "--replications", 4000, "--workers", workers, "-o", tmp_path / "run"
    )
    running = subprocess.Popen(
        command, env=cases.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "run" / "blocks").glob("*.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "Traceback" not in out + err
    assert err.rstrip().splitlines()[-1] == (
        "interrupted; blocks of a run that are done are kept, and --resume goes on from there"
    )
    deadline = time.monotonic() + 30
    while (left := living(running.pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left
    manifest: dict[str, Any] = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["status"] == "running"
    assert list((tmp_path / "run" / "outcomes").glob("part-*.parquet"))
