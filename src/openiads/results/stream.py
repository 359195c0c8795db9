"""Rows of one replication in batches, for readers that must not hold a whole part in memory."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from openiads.errors import ResultsError
from openiads.records.tables import TABLES
from openiads.results.parts import part_path, read_block
from openiads.results.schema import arrow_schema, replicated
from openiads.results.store import RunReader

BATCH: Final = 32_768
"""Rows of a batch."""

_CHUNK: Final = 1 << 20
_PAGES: Final = 1 << 18
"""Bytes of a column read at a time."""


def is_recorded(reader: RunReader, name: str, replication: int) -> bool:
    """Whether the run holds table `name` of a replication."""
    manifest = reader.manifest
    return name in manifest.tables() and (not replicated(name) or replication in manifest.recorded(name))


def iter_batches(
    reader: RunReader, name: str, replication: int, *, columns: Sequence[str] | None = None, verify: bool = True
) -> Iterator[Any]:
    """Rows of table `name` of one replication as `pyarrow.RecordBatch`es in the order of the key.

    `columns` names those wanted (and `replication`, which is always there). The part's checksum is verified before the first batch;
    who reads a part again leaves that out. The memory needed is that of a batch: pages are read as they are needed.

    Raises
    ------
    ResultsError
        The table or replication is not recorded, or the part is missing or damaged.
    """
    reader.require_replication(replication)
    if not is_recorded(reader, name, replication):
        reader.table(name, replication)  # says what is missing and what to do
    block = next(b for b in reader.blocks() if replication in b) if replicated(name) else None
    path = part_path(reader.folder, name, block)
    stated = read_block(reader.folder, block)[name]
    always = () if block is None else ("replication",)
    wanted = None if columns is None else list(dict.fromkeys([*always, *columns]))
    try:
        if verify and _sha256(path) != stated["sha256"]:
            raise ResultsError(f"{path}: SHA-256 is not the one that was recorded; the part was changed or is damaged")
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=_PAGES) as parquet:
            if not parquet.schema_arrow.equals(arrow_schema(TABLES[name])):
                raise ResultsError(f"{path}: has other columns than table {name} of this version")
            groups = list(range(parquet.num_row_groups)) if block is None else _groups_of(parquet, replication)
            for batch in parquet.iter_batches(BATCH, row_groups=groups, columns=wanted, use_threads=False):
                if verify:
                    batch.validate(full=True)
                rows = batch if block is None else _rows_of(batch, replication)
                if len(rows):
                    yield rows
    except (pa.ArrowException, OSError) as error:
        raise ResultsError(f"{path}: cannot be read ({error})") from error


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _groups_of(parquet: Any, replication: int) -> list[int]:
    """Row groups that may hold rows of a replication, by the statistics of their column `replication`."""
    number = parquet.schema_arrow.get_field_index("replication")
    found = []
    for group in range(parquet.num_row_groups):
        known = parquet.metadata.row_group(group).column(number).statistics
        if known is None or not known.has_min_max or known.min <= replication <= known.max:
            found.append(group)
    return found


def _rows_of(batch: Any, replication: int) -> Any:
    numbers = batch.column("replication").to_numpy()
    low, high = np.searchsorted(numbers, [replication, replication + 1])
    return batch.slice(int(low), int(high - low))


def iter_rows(reader: RunReader, name: str, replication: int) -> Iterator[dict[str, Any]]:
    """As `iter_batches`, row by row as dictionaries."""
    for batch in iter_batches(reader, name, replication):
        yield from batch.to_pylist()
