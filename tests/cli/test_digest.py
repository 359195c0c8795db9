"""`openiads digest`: prints the total, or each table; errors are one line and exit code 2."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import openiads
from openiads.cli.main import app
from openiads.errors import ResultsError
from openiads.records.tables import TABLES, tables_at
from openiads.results.digest import digest
from openiads.results.manifest import RunInfo
from openiads.results.store import RunWriter

KINDS = {"str": str, "i4": np.int32, "i8": np.int64, "f8": np.float64, "bool": bool}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of two replications in which nothing happened."""
    run = tmp_path / "run"
    empty = {t.name: {c.name: np.array([], dtype=KINDS[c.kind]) for c in t.columns} for t in TABLES.values()}
    with RunWriter.create(run, RunInfo(scenario="", seed=1, replications=2, full_replications=())) as writer:
        writer.write_common({"objects": empty["objects"]})
        writer.write_block(0, {t.name: empty[t.name] for t in tables_at("events") if t.name != "objects"})
        writer.finish()
    return run


def test_digest_prints_the_total(folder: Path) -> None:
    found = CliRunner().invoke(app, ["digest", str(folder)])
    assert found.output.split() == [digest(folder).total]


def test_digest_of_a_replication_and_of_tables(folder: Path) -> None:
    lines = CliRunner().invoke(app, ["digest", str(folder), "--tables", "--replication", "1"]).output.splitlines()
    expected = digest(folder, 1)
    assert lines == [*(f"{value}  {name}" for name, value in expected.tables.items()), f"{expected.total}  total"]


def test_digest_of_no_run_is_an_error_of_the_user(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["digest", str(tmp_path)])
    assert isinstance(found.exception, ResultsError)
    environment = {**os.environ, "PYTHONPATH": str(Path(openiads.__file__).parents[1])}
    command = [sys.executable, "-m", "openiads", "digest", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"error: {tmp_path}: is not a run folder")
    assert len(ran.stderr.splitlines()) == 1


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from openiads.cli.main import app; import openiads.cli.progress; "
        "print([m for m in ('pyarrow', 'scipy', 'numba', 'rich.progress') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(openiads.__file__).parents[1])}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert ran.stdout.strip() == "[]"
