"""`make bench` runs whole on toy sizes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.nightly
def test_every_section_runs(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--tiny", "--json", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert len({row["section"] for row in rows}) == 11
    assert all(row["text"] for row in rows)
    assert done.stderr.count(" of 11: ") == 11  # progress
    assert done.stdout.count("\n| ") == len(rows)


def test_one_section_alone_writes_nothing_of_the_docs(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (ROOT / "docs" / "reference").glob("bench*")}
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--tiny", "--only", "detection", "study"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert "| study | study: overhead per run" in told
    assert {path: path.read_bytes() for path in before} == before
    assert list(tmp_path.iterdir()) == []
