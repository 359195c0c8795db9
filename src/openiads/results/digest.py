"""The digest of a run: SHA-256 over schema and rows, the same for equal results however they were computed and stored.

Definition, version 1. All integers are little-endian; `u64(n)` and `i64(n)` are 8 bytes; `text(s)` is `u64(bytes)` and
the UTF-8 bytes of `s`.

- *Head* of a table: `text("openiads-table-1")`, `text(name)`, `u64(key columns)`, `text` of each key column,
  `u64(columns)`, and for each column in the order of `records.tables`: `text(name)`, `text(kind)`, one byte 1 when it
  may be missing, else 0.
- *Chunk* of a table and a replication (-1 for a table without replications): SHA-256 over head, `i64(replication)`,
  `u64(rows)` and then, with the rows sorted by key (integers by value, text by its UTF-8 bytes), column after column:
  when it may be missing, one byte per row, 1 for a value and 0 for a missing one; then the values. Integers are i4 or
  i8, floats the 8 bytes of IEEE 754 binary64, booleans one byte, all little-endian; text is the lengths of all rows in
  bytes as u4, then the bytes of all rows without separators. A missing value is 0, +0.0 or the empty text.
- *Table*: SHA-256 over head, `u64(chunks)`, and for each recorded replication in ascending order, also one without rows,
  `i64(replication)` and the 32 bytes of its chunk.
- *Total*: SHA-256 over `text("openiads-digest-1")`, `u64(tables)` and, in the order of `records.tables`, `text(name)`
  and the 32 bytes of each table.

The digest of one replication is the same with that replication as the only chunk, over the tables of the run's record level.

-0.0 and 0.0 have different bytes and so different digests. A NaN cannot be in a table (a writer turns it into a missing
value or refuses it); should a file hold one, its bits are hashed as they are. Left out: time, host, workers, software,
block layout, file names, the meaning texts and the order in which rows were written.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openiads.errors import ResultsError
from openiads.records.tables import TABLES, Column, Level, Table, tables_at
from openiads.results.schema import replicated, sort_by_key
from openiads.results.store import RunReader, rows_of

WITHOUT_REPLICATION: Final = -1
_NUMBERS: Final = {"i4": "<i4", "i8": "<i8", "f8": "<f8", "bool": "u1"}


@dataclass(frozen=True)
class Digest:
    """Digests in hexadecimal: of each table and of all of them."""

    total: str
    tables: dict[str, str]


def _u64(value: int) -> bytes:
    return value.to_bytes(8, "little")


def _i64(value: int) -> bytes:
    return value.to_bytes(8, "little", signed=True)


def _text(value: str) -> bytes:
    data = value.encode()
    return _u64(len(data)) + data


def head(table: Table) -> bytes:
    """The head of a table, as in the definition."""
    parts = [_text("openiads-table-1"), _text(table.name), _u64(len(table.key)), *map(_text, table.key)]
    parts.append(_u64(len(table.columns)))
    for column in table.columns:
        parts += [_text(column.name), _text(column.kind), bytes([column.nullable])]
    return b"".join(parts)


def _column_buffers(column: Column, values: Any) -> Iterator[Any]:
    """What is hashed of one column: validity, then values. `values` is a `pyarrow.Array`."""
    if column.nullable:
        yield np.ascontiguousarray(pc.is_valid(values).to_numpy(zero_copy_only=False)).view(np.uint8)
    if column.kind != "str":
        filled = pc.fill_null(values, False if column.kind == "bool" else 0) if values.null_count else values
        yield np.ascontiguousarray(filled.to_numpy(zero_copy_only=False), dtype=_NUMBERS[column.kind])
        return
    filled = pc.fill_null(values, "") if values.null_count else values
    yield np.ascontiguousarray(pc.binary_length(filled).to_numpy(zero_copy_only=False), dtype="<u4")
    _, offsets, data = filled.buffers()
    if data is not None and len(filled):
        bounds = np.frombuffer(offsets, dtype=np.int32)[filled.offset : filled.offset + len(filled) + 1]
        yield memoryview(data)[int(bounds[0]) : int(bounds[-1])]


def chunk(table: Table, replication: int, rows: Any) -> bytes:
    """The 32 bytes of a chunk; `rows` is a `pyarrow.Table` sorted by key that holds this replication only."""
    digest = hashlib.sha256(head(table) + _i64(replication) + _u64(len(rows)))
    for column in table.columns:
        values = rows.column(column.name).combine_chunks()
        if isinstance(values, pa.ChunkedArray):  # no rows, no chunks
            values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
        for buffer in _column_buffers(column, values):
            digest.update(buffer)
    return digest.digest()


def _of_chunks(table: Table, chunks: Iterable[tuple[int, bytes]]) -> bytes:
    found = list(chunks)
    digest = hashlib.sha256(head(table) + _u64(len(found)))
    for replication, value in found:
        digest.update(_i64(replication) + value)
    return digest.digest()


def _of_tables(tables: Mapping[str, bytes]) -> Digest:
    names = [name for name in TABLES if name in tables]
    digest = hashlib.sha256(_text("openiads-digest-1") + _u64(len(names)))
    for name in names:
        digest.update(_text(name) + tables[name])
    return Digest(digest.hexdigest(), {name: tables[name].hex() for name in names})


def _chunks(reader: RunReader, table: Table) -> Iterator[tuple[int, bytes]]:
    for block, rows in reader.parts(table.name):
        if block is None:
            yield WITHOUT_REPLICATION, chunk(table, WITHOUT_REPLICATION, rows)
            continue
        for replication in block:
            if replication in reader.manifest.recorded(table.name):
                yield replication, chunk(table, replication, rows_of(rows, replication))


def digest(run: Path | RunReader, replication: int | None = None, *, level: Level | None = None) -> Digest:
    """The digest of a run folder, or of one replication of it.

    Parameters
    ----------
    run : Path or RunReader
        A complete run.
    replication : int, optional
        Only this one. By default all.
    level : {"counts", "events", "full"}, optional
        Which tables. By default, for a run all that it holds; for one replication those of the run's record level, so
        that a replication recorded again in full compares with `level` set to the level of the first run.

    Returns
    -------
    Digest
        The memory needed is that of one block of the largest table.

    Raises
    ------
    ResultsError
        The run is missing, incomplete or damaged, or does not hold the replication or the level.
    """
    reader = run if isinstance(run, RunReader) else RunReader.open(run)
    manifest = reader.manifest
    if replication is None:
        names = manifest.tables() if level is None else tuple(t.name for t in tables_at(level))
        return _of_tables({name: _of_chunks(TABLES[name], _chunks(reader, TABLES[name])) for name in names})
    reader.require_replication(replication)
    found: dict[str, bytes] = {}
    for table in tables_at(level or manifest.record):
        key = replication if replicated(table.name) else WITHOUT_REPLICATION
        found[table.name] = _of_chunks(table, [(key, chunk(table, key, reader.table(table.name, replication)))])
    return _of_tables(found)


def digest_tables(tables: Mapping[str, Any], *, replications: Iterable[int]) -> Digest:
    """The digest of Arrow tables in memory, rows in any order; every replication in `replications` counts as recorded.

    Raises
    ------
    ResultsError
        A table is unknown or has rows of another replication.
    """
    wanted = sorted(set(replications))
    found: dict[str, bytes] = {}
    for name, unsorted in tables.items():
        if name not in TABLES:
            raise ResultsError(f"no table is called {name!r}. Known: {', '.join(TABLES)}")
        table, rows = TABLES[name], sort_by_key(name, unsorted)
        if not replicated(name):
            found[name] = _of_chunks(table, [(WITHOUT_REPLICATION, chunk(table, WITHOUT_REPLICATION, rows))])
            continue
        stray = set(pc.unique(rows.column("replication")).to_pylist()) - set(wanted)
        if stray:
            raise ResultsError(f"table {name} has rows of replication {min(stray)}, which is not among those to digest")
        found[name] = _of_chunks(table, ((k, chunk(table, k, rows_of(rows, k))) for k in wanted))
    return _of_tables(found)
