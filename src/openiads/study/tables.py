"""The tables of a finished study, as Parquet and CSV: one list of columns each, in the order of the files."""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from openiads.errors import StudyError

FOLDER: Final = "tables"
Row = dict[str, Any]

SCHEMAS: Final[dict[str, str]] = {
    "design": "draw:i set:i assumption:s u:f",
    "blocks": "stage:s key:s vignette:s cell:s measure:s rows:i count:i missing:i total:f total_squares:f weight:f",
    "claims": "claim:s reading:s party:s code:s word:s leaning:s testability:s share_met:f share_resolved:f draws:i look:i "
    "best_end:s worst_end:s ends_found:s best_value:f worst_value:f value:f value_low:f value_high:f unit:s op:s threshold:f "
    "holds_to_threshold:f missing:i expected:s",
    "comparisons": "claim:s reading:s party_a:s party_b:s between:s basis:s unit:s value_a:f value_b:f delta:f delta_error:f "
    "material:b offset:b leader:s leader_favourable:s leader_adverse:s concede_any:i concede_some:i agenda_delta:f sentence:s",
    "attribution": "reading:s party_a:s party_b:s interval_reading:s estimator:s player:s share:f error:f half_width:f percent:f "
    "from_a:f from_b:f settle_alone:f least:f greatest:f pivot:f tied_with:s draws:i missing:i",
    "interactions": "reading:s party_a:s party_b:s player:s other:s value:f",
    "coalitions": "reading:s party_a:s party_b:s interval_reading:s mask:i assignment:s value:f error:f holds:b",
    "flip_sets": "reading:s party_a:s party_b:s of:s number:i player:s",
    "agenda": "reading:s party_a:s party_b:s number:i player:s residual:f",
    "pairs": "reading:s player:s party_a:s party_b:s share:f divides:b",
    "sweep": "reading:s party:s threshold:f share_met:f",
    "sensitivity": "reading:s player:s first_order:f first_half_width:f total:f total_half_width:f noise_share:f",
    "boxes": "reading:s assumption:s low:f high:f low_sd:f high_sd:f restricted_share:f density:f coverage:f base_rate:f",
    "voi": "reading:s player:s value:f baseline:f perfect:f unit:s",
    "turning": "reading:s party_a:s party_b:s player:s others:s share:f assumption:s value:f",
    "bridging": "search:s choice:s party:s status:s reading:s share_met:f share_lost:f",
    "safeguards": "search:s choice:s acceptable_to_all:b",
}
"""Columns by table: name and kind (i whole number, f number, s text, b true or false)."""


def columns(name: str) -> list[tuple[str, str]]:
    """Name and kind of each column of a table."""
    pairs = [column.split(":") for column in SCHEMAS[name].split()]
    return [(column, kind) for column, kind in pairs]


def write_tables(folder: Path, tables: Mapping[str, Iterable[Row]]) -> dict[str, str]:
    """Write every table as Parquet and CSV; SHA-256 of each file by its name.

    Raises
    ------
    ResultsError
        The disk refuses.
    """
    from openiads.results.files import sha256_hex, write_whole  # noqa: PLC0415

    hashes = {}
    for name in SCHEMAS:
        rows = list(tables.get(name, ()))
        for end, data in ((".parquet", _parquet(name, rows)), (".csv", _csv(name, rows))):
            path = folder / FOLDER / f"{name}{end}"
            write_whole(path, data)
            hashes[f"{FOLDER}/{path.name}"] = sha256_hex(data)
    return hashes


def read_table(folder: Path, name: str) -> list[Row]:
    """A table of a finished study as rows; what is missing is None.

    Raises
    ------
    StudyError
        When the folder has no such table.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import

    path = folder / FOLDER / f"{name}.parquet"
    if name not in SCHEMAS or not path.is_file():
        raise StudyError(f"{folder}: there is no table {name!r} of a study here. Known: {', '.join(SCHEMAS)}")
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            return file.read(use_threads=False).to_pylist()  # type: ignore[no-any-return]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise StudyError(
            f"{path}: is damaged ({str(error).splitlines()[0]}). Make it anew: study run ... --resume"
        ) from error


def _value(value: Any, kind: str) -> Any:
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return None
    if kind == "f":
        return float(value) + 0.0  # no negative zero
    return {"i": int, "s": str, "b": bool}[kind](value)


def _parquet(name: str, rows: list[Row]) -> bytes:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    kinds = {"i": pa.int64(), "f": pa.float64(), "s": pa.string(), "b": pa.bool_()}
    schema = pa.schema([pa.field(column, kinds[kind]) for column, kind in columns(name)])
    data = [pa.array([_value(row.get(column), kind) for row in rows], kinds[kind]) for column, kind in columns(name)]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(data, schema=schema), sink, compression="zstd")
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _csv(name: str, rows: list[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column for column, _ in columns(name)])
    for row in rows:
        values = [_value(row.get(column), kind) for column, kind in columns(name)]
        writer.writerow(["" if v is None else repr(v) if isinstance(v, float) else v for v in values])
    return out.getvalue().encode()


def digest(folder: Path) -> tuple[str, dict[str, str]]:
    """SHA-256 over all tables of a study, and of each: equal results have equal digests, however they were computed.

    Over names, columns and values in order (numbers as 8 bytes, text with its length, a byte for what is missing);
    files, times, hosts
    and workers do not enter.
    """
    import hashlib  # noqa: PLC0415

    found = {}
    for name in SCHEMAS:
        one = hashlib.sha256(f"openiads-study-table-1 {name} {SCHEMAS[name]}\n".encode())
        for row in read_table(folder, name):
            for column, kind in columns(name):
                value = row[column]
                one.update(b"\x00" if value is None else b"\x01")
                if value is None:
                    continue
                if kind == "s":
                    one.update(len(value.encode()).to_bytes(8, "little") + value.encode())
                else:
                    one.update(np.array(value, dtype={"i": "<i8", "f": "<f8", "b": "u1"}[kind]).tobytes())
        found[name] = one.hexdigest()
    total = hashlib.sha256("".join(f"{name} {value}\n" for name, value in found.items()).encode())
    return total.hexdigest(), found
