"""The digest: equal for equal results, other for any change, and equal to a slow version written from the definition."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_engine
import numpy as np
import pyarrow as pa
import pytest
from oracle import oracle

from openiads.errors import ResultsError
from openiads.records.tables import TABLES
from openiads.results.digest import digest, digest_tables
from openiads.results.schema import replicated, to_table
from openiads.results.store import RunReader, RunWriter

KNOWN_OBJECTS = "7a1ebd91ddc7ea01057244d78cb2d89b170bb9971093ced56bfeb806d0a48754"


def make(
    folder: Path, *, shuffle: int | None = None, change: Callable[[dict[str, Any]], None] | None = None, **info: Any
) -> Path:
    with RunWriter.create(folder, fake_engine.info(**info)) as writer:
        writer.write_common(fake_engine.objects())
        for block in reversed(writer.pending()):
            tables = fake_engine.tables_of(writer.block_writer(), block, shuffle=shuffle)
            if change is not None and block.start == 0:
                change(tables)
            writer.write_block(block.start, tables)
        writer.finish()
    return folder


def in_memory(reader: RunReader) -> dict[str, pa.Table]:
    return {name: reader.table(name) for name in reader.manifest.tables()}


@pytest.mark.parametrize("record", ["counts", "events", "full"])
def test_digest_matches_the_slow_version_of_the_definition(tmp_path: Path, record: str) -> None:
    run = make(tmp_path / "a", record=record)
    reader = RunReader.open(run)
    rows = {name: table.to_pylist() for name, table in in_memory(reader).items()}
    recorded = {name: list(reader.manifest.recorded(name)) if replicated(name) else [-1] for name in rows}
    total, tables = oracle(rows, recorded)
    found = digest(run)
    assert found.tables == tables
    assert found.total == total


def test_digest_of_a_known_table_never_changes() -> None:
    """Written down when version 1 was made: a change here is a new version of the definition."""
    table = to_table("objects", fake_engine.objects()["objects"])
    assert digest_tables({"objects": table}, replications=[]).tables["objects"] == KNOWN_OBJECTS


@pytest.mark.parametrize("changes", [{"block_size": 1}, {"block_size": 100}, {"workers": 9}, {"title": "other"}])
def test_digest_does_not_depend_on_layout_or_origin(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert digest(make(tmp_path / "a")) == digest(make(tmp_path / "b", **changes))


def test_digest_does_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    assert digest(make(tmp_path / "a")) == digest(make(tmp_path / "b", shuffle=5))


def _flip_sign_of_zero(tables: dict[str, Any]) -> None:
    values = tables["plots"]["snr_db"]
    where = int(np.flatnonzero(values == 0.0)[0])
    assert np.signbit(values[where])
    values[where] = 0.0


def _one_bit(tables: dict[str, Any]) -> None:
    values = tables["events"]["value"]
    where = int(np.flatnonzero(~np.isnan(values))[0])
    values[where] = np.nextafter(values[where], np.inf)


def _missing_to_zero(tables: dict[str, Any]) -> None:
    values = tables["events"]["value"]
    values[int(np.flatnonzero(np.isnan(values))[0])] = 0.0


def _one_letter(tables: dict[str, Any]) -> None:
    tables["shots"]["missile"][0] = "x"


def _one_integer(tables: dict[str, Any]) -> None:
    tables["counts"]["looks"][1] += 1


@pytest.mark.parametrize("change", [_flip_sign_of_zero, _one_bit, _missing_to_zero, _one_letter, _one_integer])
def test_any_change_of_a_value_changes_total_and_its_table_only(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    before, after = digest(make(tmp_path / "a")), digest(make(tmp_path / "b", change=change))
    assert before.total != after.total
    assert len({name for name in before.tables if before.tables[name] != after.tables[name]}) == 1


def test_text_split_differently_over_rows_is_different() -> None:
    def of(first: str, second: str) -> str:
        columns = fake_engine.objects()["objects"]
        columns["system"] = np.array([first, second, "", "", ""])
        return digest_tables({"objects": to_table("objects", columns)}, replications=[]).total

    assert of("ab", "c") != of("a", "bc")


def test_digest_of_a_replication_is_that_of_a_run_of_it_alone_in_full(tmp_path: Path) -> None:
    run = make(tmp_path / "a")
    alone = make(tmp_path / "b", first_replication=5, replications=1, record="full", full_replications=())
    assert digest(run, 5) == digest(alone, 5, level="events")
    assert digest(run, 5) != digest(run, 6)
    assert set(digest(alone, 5).tables) == set(TABLES)


def test_digest_of_tables_in_memory_is_that_of_the_folder(tmp_path: Path) -> None:
    run = make(tmp_path / "a", record="full", full_replications=())
    tables = in_memory(RunReader.open(run))
    backwards = {name: table.take(np.arange(len(table))[::-1]) for name, table in tables.items()}
    assert digest_tables(backwards, replications=range(10)) == digest(run)
    with pytest.raises(ResultsError, match="rows of replication 9"):
        digest_tables(tables, replications=range(9))


def test_digest_of_an_unknown_replication_says_which_there_are(tmp_path: Path) -> None:
    run = make(tmp_path / "a")
    with pytest.raises(ResultsError, match="replication 10 is not in this run; it has 0 to 9"):
        digest(run, 10)
