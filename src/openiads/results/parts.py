"""Parts and blocks of a run folder: where they lie, how they are written and how they are read back.

`DIR/<table>/part-<first>-<last>.parquet` holds the rows of replications first to last;
`DIR/blocks/<first>-<last>.json` holds the checksums of the parts of that block and is written when all of them are in
place. A block without that file does not exist.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from openiads.errors import ResultsError
from openiads.records.tables import TABLES
from openiads.results.files import read_bytes, read_json, sha256_hex, to_json, write_whole
from openiads.results.manifest import COMMON, FORMAT
from openiads.results.schema import arrow_schema

BLOCKS = "blocks"


def block_name(block: range | None) -> str:
    """Name of a block of replications; None is the block of the tables without replications."""
    return COMMON if block is None else f"{block.start:06d}-{block.stop - 1:06d}"


def block_path(folder: Path, block: range | None) -> Path:
    """File with the checksums of `block`."""
    return folder / BLOCKS / f"{block_name(block)}.json"


def part_path(folder: Path, table: str, block: range | None) -> Path:
    """File with the rows of `table` in `block`."""
    return folder / table / f"part-{block_name(block)}.parquet"


def write_parts(folder: Path, block: range | None, tables: Mapping[str, Any]) -> None:
    """Write Arrow tables as the parts of `block`, then the file that makes the block exist.

    Raises
    ------
    ResultsError
        The disk refuses; the block does not exist then.
    """
    parts: dict[str, dict[str, Any]] = {}
    for name, rows in tables.items():
        sink = pa.BufferOutputStream()
        pq.write_table(rows, sink, compression="zstd")
        data = sink.getvalue().to_pybytes()
        write_whole(part_path(folder, name, block), data)
        parts[name] = {"rows": len(rows), "bytes": len(data), "sha256": sha256_hex(data)}
    write_whole(block_path(folder, block), to_json({"openiads_block": FORMAT, "parts": parts}))


def read_block(folder: Path, block: range | None) -> dict[str, dict[str, Any]]:
    """Rows, bytes and SHA-256 of each part of `block`, by table.

    Raises
    ------
    ResultsError
        The file is missing, damaged or of another version.
    """
    path = block_path(folder, block)
    if not path.is_file():
        raise ResultsError(f"{path}: block {block_name(block)} is missing; run again with --resume to make it")
    found = read_json(path)
    parts = found.get("parts")
    if found.get("openiads_block") != FORMAT or not isinstance(parts, dict):
        raise ResultsError(f"{path}: is not a block file of layout version {FORMAT}; run again with --resume")
    for name, part in parts.items():
        if name not in TABLES or not isinstance(part, dict) or set(part) != {"rows", "bytes", "sha256"}:
            raise ResultsError(f"{path}: the entry {name!r} is damaged; run again with --resume")
    return parts


def part_bytes(folder: Path, name: str, block: range | None, stated: Mapping[str, Any]) -> bytes:
    """The bytes of a part when they are those that were written.

    Raises
    ------
    ResultsError
        The part is missing, truncated or changed.
    """
    path = part_path(folder, name, block)
    data = read_bytes(path)
    if len(data) != stated["bytes"]:
        raise ResultsError(
            f"{path}: has {len(data)} bytes, {stated['bytes']} were written; the part is damaged. "
            "Run again with --resume to make the block anew."
        )
    if sha256_hex(data) != stated["sha256"]:
        raise ResultsError(
            f"{path}: SHA-256 is not the one that was recorded; the part was changed or is damaged. "
            "Run again with --resume to make the block anew."
        )
    return data


def read_part(folder: Path, name: str, block: range | None, stated: Mapping[str, Any]) -> Any:
    """The rows of a part as a `pyarrow.Table`, checked against checksum and schema; any fault is a `ResultsError`."""
    path = part_path(folder, name, block)
    data = part_bytes(folder, name, block, stated)
    try:
        # without threads: Arrow's own may outlive the interpreter and abort the process at its exit
        with pq.ParquetFile(pa.BufferReader(data), pre_buffer=False) as file:
            rows = file.read(use_threads=False)
        rows.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ResultsError(f"{path}: is not a Parquet file that can be read ({error})") from error
    if not rows.schema.equals(arrow_schema(TABLES[name])):
        raise ResultsError(f"{path}: has other columns than table {name} of this version; use the program that wrote it")
    return rows


def whole(folder: Path, block: range | None, names: Iterable[str]) -> bool:
    """Whether `block` exists with exactly the tables `names` and every part is as it was written."""
    try:
        stated = read_block(folder, block)
        if set(stated) != set(names):
            return False
        for name, part in stated.items():
            part_bytes(folder, name, block, part)
    except ResultsError:
        return False
    return True
