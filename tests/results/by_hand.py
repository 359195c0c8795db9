"""Run folders with rows written by hand: only the columns that matter are given, the others are filled."""

from pathlib import Path
from typing import Any

import numpy as np

from openiads.records.tables import TABLES, Level
from openiads.results.manifest import RunInfo
from openiads.results.schema import replicated
from openiads.results.store import RunReader, RunWriter

EMPTY = {"str": "", "i4": 0, "i8": 0, "f8": 0.0, "bool": False}
MISSING = {"str": "", "i4": -1, "i8": -1, "f8": np.nan}


def columns(name: str, rows: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    found = {}
    for column in TABLES[name].columns:
        default = MISSING[column.kind] if column.nullable else EMPTY[column.kind]
        kind = {"str": str, "i4": np.int32, "i8": np.int64, "f8": np.float64, "bool": bool}[column.kind]
        found[column.name] = np.array([row.get(column.name, default) for row in rows], dtype=kind)
    assert not {key for row in rows for key in row} - set(found)
    return found


def run_by_hand(
    folder: Path, tables: dict[str, list[dict[str, Any]]], *, replications: int, record: Level = "events"
) -> RunReader:
    info = RunInfo(
        scenario="", seed=1, replications=replications, full_replications=(), record=record, block_size=2, software={}
    )
    with RunWriter.create(folder, info) as writer:
        writer.write_common({"objects": columns("objects", tables["objects"])})
        for block in writer.pending():
            rows = {
                name: [row for row in tables.get(name, []) if row.get("replication", 0) in block]
                for name in writer.block_writer().tables_of(block)
                if replicated(name)
            }
            writer.write_block(block.start, {name: columns(name, found) for name, found in rows.items()})
        writer.finish()
    return RunReader.open(folder)
