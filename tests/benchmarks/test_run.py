"""`make bench` runs whole on toy sizes, and its page is made of what it leaves."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASKED = {  # what the table must hold: the beginning of a row's key, and how many rows
    "replications_per_cpu_s_": 3,
    "slope_": 3,
    "scaling_": 2,
    "share_": 5,
    "jit_off_ratio": 1,
    "tracker_": 4,
    "viewshed_": 5,
    "pd_": 3,
    "study_overhead_": 2,
    "starting_cpu_s_": 4,
    "dis_": 2,
    "export_": 8,
}


@pytest.fixture
def page() -> Any:
    sys.path.insert(0, str(ROOT / "tools"))
    yield importlib.import_module("make_benchmarks_page")
    sys.path.remove(str(ROOT / "tools"))


def test_the_page_is_fresh_and_the_table_is_whole(page: Any) -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "stale: run tools/make_benchmarks_page.py"
    found = json.loads(page.RESULTS.read_text(encoding="utf-8"))
    keys = [row["key"] for row in found["rows"]]
    for beginning, count in ASKED.items():
        assert sum(key.startswith(beginning) for key in keys) == count, beginning
    assert set(found["machine"]) == {"processor", "cores", "memory_gb", "load_at_start"}
    assert {"openiads", "kernels", "numba", "python"} <= set(found["software"])


@pytest.mark.nightly
def test_every_section_runs(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--tiny", "--json", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = json.loads(out.read_text(encoding="utf-8"))["rows"]
    sections = {row["section"] for row in rows}
    assert {
        "replications",
        "growth",
        "scaling",
        "tracker",
        "coverage",
        "detection",
        "study",
        "starting",
        "export",
    } <= sections
    assert all(row["text"] for row in rows)
    assert done.stderr.count(f" of {len(sections)}: ") == len(sections)  # progress
    assert done.stdout.count("\n| ") == len(rows)


def test_one_section_alone_writes_nothing_of_the_docs(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (ROOT / "docs" / "reference").glob("bench*")}
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--tiny", "--only", "detection", "study"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert "| study | study: overhead per run" in told
    assert {path: path.read_bytes() for path in before} == before
    assert list(tmp_path.iterdir()) == []
