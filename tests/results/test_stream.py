"""Rows in batches are the rows of the reader, and a damaged part is refused before its first row."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from openiads import api
from openiads.errors import ResultsError
from openiads.results.parts import part_path
from openiads.results.stream import is_recorded, iter_batches, iter_rows


@pytest.fixture
def run(cases: ModuleType, tmp_path: Path) -> Any:
    return api.run(cases.small(), replications=3, out=tmp_path / "run", full_replications=(1,))


def test_batches_are_the_rows_of_the_reader(run: Any) -> None:
    for name in run.tables:
        for k in range(3):
            if is_recorded(run.reader, name, k):
                assert list(iter_rows(run.reader, name, k)) == run.table(name, k).to_pylist(), (name, k)
    assert not is_recorded(run.reader, "plots", 0)
    with pytest.raises(ResultsError, match="openiads replay"):
        next(iter_batches(run.reader, "plots", 0))
    with pytest.raises(ResultsError, match="replication 3 is not in this run"):
        next(iter_batches(run.reader, "events", 3))


def test_a_changed_part_is_refused(run: Any) -> None:
    path = part_path(run.folder, "events", next(b for b in run.reader.blocks() if 1 in b))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ResultsError, match="the part was changed or is damaged"):
        next(iter_batches(run.reader, "events", 1))
