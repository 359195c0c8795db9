"""Arrow schemas of the tables of a run, and the way from numpy columns to Arrow tables."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openiads.records.chain import COUNTERFACTUAL, LEDGER_CAUSES, RELIEFS
from openiads.records.tables import (
    ASSESSMENTS,
    CONTENTS,
    END_STATES,
    EVENTS,
    IDENTITIES,
    REFERENCES,
    TABLES,
    TRACK_STATES,
    Column,
    Table,
)

TAG: Final = "public figures, in this model"
"""Stands in the metadata of every table, so that a file passed on still says what it is."""

_ARROW: Final[dict[str, Any]] = {
    "str": pa.string(),
    "i4": pa.int32(),
    "i8": pa.int64(),
    "f8": pa.float64(),
    "bool": pa.bool_(),
}

WORDS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("objects", "side"): ("friendly", "neutral", "hostile"),
    ("objects", "kind"): ("aircraft", "cruise_missile", "drone", "ballistic", "decoy"),
    ("outcomes", "end_state"): END_STATES,
    ("ledger", "cause"): LEDGER_CAUSES,
    ("counterfactual", "cause"): LEDGER_CAUSES,
    ("counterfactual", "link"): RELIEFS,
    ("counterfactual", "outcome"): END_STATES,
    ("timeline", "identity"): IDENTITIES,
    ("timeline", "outcome"): END_STATES,
    ("timeline", "cause"): LEDGER_CAUSES,
    ("shots", "assessment"): ASSESSMENTS,
    ("events", "event"): EVENTS,
    ("association", "reference"): REFERENCES,
    ("tracks", "status"): TRACK_STATES,
    ("tracks", "identity"): IDENTITIES,
    ("messages", "content"): CONTENTS,
    ("traffic", "content"): CONTENTS,
    ("traffic", "identity"): IDENTITIES,
    ("identifications", "identity"): IDENTITIES,
    ("identifications", "told"): IDENTITIES,
}
"""Columns that may hold certain words only."""


def arrow_schema(table: Table) -> Any:
    """The `pyarrow.Schema` of `table`; what each column means and the tag stand in the metadata."""
    fields = [pa.field(c.name, _ARROW[c.kind], nullable=c.nullable, metadata={"meaning": c.meaning}) for c in table.columns]
    return pa.schema(
        fields,
        metadata={"openiads_table": table.name, "key": " ".join(table.key), "meaning": table.meaning, "tag": TAG},
    )


def _text(values: np.ndarray[Any, Any], where: str) -> Any:
    if values.dtype.kind not in "UOT":
        raise ValueError(f"{where}: text is expected, the array is {values.dtype}")
    if values.dtype.kind == "O" and not all(isinstance(v, str) for v in values):
        raise ValueError(f"{where}: every value must be a str; use '' for a missing one")
    return pa.array(values.astype(object), pa.string())


def _number(column: Column, values: np.ndarray[Any, Any], where: str) -> Any:
    kinds = {"f8": "f", "bool": "b"}.get(column.kind, "iu")
    if values.dtype.kind not in kinds:
        raise ValueError(f"{where}: {column.kind} is expected, the array is {values.dtype}")
    missing: np.ndarray[Any, Any] | None = None
    if column.kind == "f8":
        missing = np.isnan(values)
    elif column.nullable and column.kind in {"i4", "i8"}:
        missing = values == -1
    if missing is not None and not column.nullable and missing.any():
        raise ValueError(f"{where}: NaN in row {int(np.argmax(missing))}, and the column may not be missing")
    mask = missing if missing is not None and missing.any() else None
    return pa.array(values, mask=mask).cast(_ARROW[column.kind], safe=True)


def to_column(table: Table, column: Column, values: np.ndarray[Any, Any]) -> Any:
    """One numpy column as an Arrow array.

    Parameters
    ----------
    values : (rows,) ndarray
        Text as `U` or object arrays, numbers in the kind of the column. In a nullable column -1 (integers), NaN (floats) and
        the empty string (text) stand for a missing value.

    Raises
    ------
    ValueError
        Wrong shape or kind, a number that does not fit, NaN where nothing may be missing, or a word that the column does
        not know: the caller's fault, not the user's.
    """
    where = f"{table.name}.{column.name}"
    values = np.asarray(values)
    if values.ndim != 1:
        raise ValueError(f"{where}: one dimension is expected, the array has shape {values.shape}")
    if not len(values):
        return pa.array([], _ARROW[column.kind])  # an empty list becomes an array of floats; nothing is lost
    if column.kind != "str":
        return _number(column, values, where)
    array = _text(values, where)
    if column.nullable:
        array = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
    allowed = WORDS.get((table.name, column.name))
    if allowed is not None:
        unknown = sorted(set(pc.unique(array).to_pylist()) - {*allowed, None})
        if unknown:
            raise ValueError(f"{where}: {unknown[0]!r} is not one of {', '.join(allowed)}")
    return array


def to_table(name: str, columns: Mapping[str, np.ndarray[Any, Any]]) -> Any:
    """Numpy columns as a `pyarrow.Table` of table `name`, rows sorted by key.

    Raises
    ------
    ValueError
        A column too many or too few, of another length or kind (see `to_column`), or two rows with the same key.
    """
    table = COUNTERFACTUAL if name == COUNTERFACTUAL.name else TABLES[name]
    expected = [c.name for c in table.columns]
    if set(columns) != set(expected):
        strange = sorted(set(columns) ^ set(expected))
        raise ValueError(f"{name}: columns missing or unknown: {', '.join(strange)}; expected {', '.join(expected)}")
    arrays = [to_column(table, c, columns[c.name]) for c in table.columns]
    lengths = {len(a) for a in arrays}
    if len(lengths) > 1:
        raise ValueError(f"{name}: the columns have different lengths: {sorted(lengths)}")
    return sort_by_key(name, pa.Table.from_arrays(arrays, schema=arrow_schema(table)), table.key)


def sort_by_key(name: str, rows: Any, key: tuple[str, ...] = ()) -> Any:
    """`rows` in the order of the key of table `name`: integers by value, text by UTF-8 bytes. Equal keys: `ValueError`."""
    key = key or TABLES[name].key
    rows = rows.take(pc.sort_indices(rows, sort_keys=[(k, "ascending") for k in key]))
    if len(rows) > 1:
        same = np.ones(len(rows) - 1, dtype=bool)
        for k in key:
            column = rows.column(k).combine_chunks()
            same &= pc.equal(column.slice(1), column.slice(0, len(column) - 1)).to_numpy(zero_copy_only=False)
        if same.any():
            twice = rows.slice(int(np.argmax(same)), 1).select(list(key)).to_pylist()[0]
            raise ValueError(f"{name}: two rows have the key {twice}")
    return rows


def replicated(name: str) -> bool:
    """Whether table `name` has rows per replication; `objects` is the same in all."""
    return TABLES[name].key[0] == "replication"
