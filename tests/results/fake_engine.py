"""A tiny engine for tests of the run folder: rows from a generator seeded per replication. Workers import it by name."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from openiads.records.chain import LEDGER_CAUSES
from openiads.records.tables import ASSESSMENTS, END_STATES, EVENTS, TABLES, tables_at
from openiads.results.manifest import RunInfo
from openiads.results.store import BlockWriter

OBJECTS = ("airliner", "cruise-1", "cruise-2", "f-16", "ßtealth")  # a name outside ASCII
SIDES = ("neutral", "hostile", "hostile", "friendly", "friendly")
INFO: dict[str, Any] = {"scenario": "openiads_scenario: '0.1'\n", "seed": 7, "software": {"openiads": "test"}}


def info(**changes: Any) -> RunInfo:
    return RunInfo(**{**INFO, "replications": 10, "block_size": 4, **changes})


def _replication(name: str, k: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    n = {"counts": 1, "outcomes": len(OBJECTS), "ledger": len(OBJECTS), "events": 0 if k == 3 else 40}.get(name, 12)
    table = TABLES[name]
    columns: dict[str, np.ndarray] = {}
    for column in table.columns:
        match column.kind:
            case "str":
                values = np.array([f"{column.name[:3]}-{v}" for v in rng.integers(0, 9, n)])
                if column.nullable:
                    values[rng.random(n) < 0.3] = ""
            case "f8":
                values = rng.normal(size=n) * 1e4
                values[rng.random(n) < 0.1] = -0.0
                values[:1] = -0.0
                if column.nullable:
                    values[rng.random(n) < 0.3] = np.nan
            case "bool":
                values = rng.random(n) < 0.5
            case _:
                values = rng.integers(0, 5, n)
                if column.nullable:
                    values[rng.random(n) < 0.3] = -1
        columns[column.name] = values
    columns["replication"] = np.full(n, k)
    words = {
        "event": EVENTS,
        "end_state": END_STATES,
        "outcome": END_STATES,
        "assessment": ASSESSMENTS,
        "cause": LEDGER_CAUSES,
    }
    for column_name, known in words.items():
        if column_name in columns:
            columns[column_name] = np.array(known)[rng.integers(0, len(known), n)]
    fixed = {"reference": "shot", "status": "firm", "identity": "hostile", "content": "tracks", "told": "hostile"}
    for column_name, word in fixed.items():
        if column_name in columns:
            columns[column_name] = np.full(n, word)
    if table.key[-1] == "object_id":
        columns["object_id"] = np.array(OBJECTS)
    last = [key for key in table.key if key not in fixed][-1]  # makes the key unique
    if name not in {"counts", "outcomes", "ledger"}:
        numbers = np.arange(n) * 7 % 1009
        columns[last] = numbers if columns[last].dtype.kind in "iu" else np.array([f"{v:x}" for v in numbers], dtype=str)
    return columns


def tables_of(writer: BlockWriter, block: range, *, seed: int = 7, shuffle: int | None = None) -> dict[str, Any]:
    """All tables of a block. `shuffle` reorders the rows."""
    full = set(writer.full_in(block))
    usual = {t.name for t in tables_at(writer.record)}
    found = {}
    for number, name in enumerate(TABLES):
        if name not in writer.tables_of(block):
            continue
        parts = [
            _replication(name, k, np.random.default_rng([seed, k, number])) for k in block if name in usual or k in full
        ]
        merged = {key: np.concatenate([p[key] for p in parts]) for key in parts[0]}
        if shuffle is not None:
            order = np.random.default_rng(shuffle).permutation(len(merged["replication"]))
            merged = {key: values[order] for key, values in merged.items()}
        found[name] = merged
    return found


def objects() -> dict[str, Any]:
    n = len(OBJECTS)
    return {
        "objects": {
            "object_id": np.array(OBJECTS)[::-1],
            "side": np.array(SIDES)[::-1],
            "kind": np.full(n, "aircraft"),
            "system": np.array(["", "x", "", "y", "z"]),
            "start_ns": np.arange(n),
            "sorties_per_month": np.array([np.nan, 1.5, np.nan, -0.0, 3.0]),
        }
    }


def simulate(writer: BlockWriter, pause: float, killer: str, block: range) -> int:
    """A task for the pool: writes its block, says who did it; the first worker to find the file `killer` absent dies."""
    time.sleep(pause)
    if killer:
        try:
            Path(killer).touch(exist_ok=False)
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), 9)
    (writer.folder.parent / f"pid-{os.getpid()}").touch()
    writer.write_block(block.start, tables_of(writer, block))
    return os.getpid()
