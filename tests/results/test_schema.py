"""Numpy columns to Arrow: what is missing, what is refused, and the generated page about the tables."""

import importlib.util
from pathlib import Path
from typing import Any

import fake_engine
import numpy as np
import pytest

from openiads.records.chain import COUNTERFACTUAL
from openiads.records.tables import TABLES
from openiads.results.schema import WORDS, arrow_schema, to_column, to_table

ROOT = Path(__file__).resolve().parents[2]


def column(table: str, name: str, values: Any) -> list[Any]:
    found = next(c for c in TABLES[table].columns if c.name == name)
    return to_column(TABLES[table], found, np.asarray(values)).to_pylist()


def test_missing_values() -> None:
    assert column("outcomes", "first_firm_ns", [-1, 0, 5]) == [None, 0, 5]
    assert column("events", "value", [np.nan, -0.0, np.inf]) == [None, -0.0, np.inf]
    assert column("outcomes", "killed_by", ["", "a"]) == [None, "a"]
    assert column("events", "detail", np.array(["", "ß"], dtype=object)) == ["", "ß"]
    assert column("outcomes", "at_ns", [-1]) == [-1]  # may not be missing, so -1 is a number
    assert column("outcomes", "killed_by", []) == []


@pytest.mark.parametrize(
    ("table", "name", "values", "message"),
    [
        ("plots", "snr_db", [1.0, np.nan], "plots.snr_db: NaN in row 1"),
        ("outcomes", "at_ns", [1.0], "outcomes.at_ns: i8 is expected, the array is float64"),
        ("events", "value", [1], "events.value: f8 is expected, the array is int64"),
        ("outcomes", "replication", [2**31], "not in range"),
        ("events", "node", [1], "events.node: text is expected"),
        ("events", "node", np.array([b"x"]), "events.node: text is expected"),
        ("events", "node", np.array([None, "a"], dtype=object), "events.node: every value must be a str"),
        ("outcomes", "at_ns", [[1]], "one dimension is expected"),
        ("outcomes", "end_state", ["killed", "dead"], "outcomes.end_state: 'dead' is not one of killed, leaked"),
    ],
)
def test_columns_that_do_not_fit(table: str, name: str, values: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        column(table, name, values)


def test_tables_that_do_not_fit() -> None:
    columns = fake_engine.objects()["objects"]
    with pytest.raises(ValueError, match="objects: columns missing or unknown: system"):
        to_table("objects", {k: v for k, v in columns.items() if k != "system"})
    with pytest.raises(ValueError, match="columns have different lengths"):
        to_table("objects", {**columns, "system": columns["system"][:2]})
    with pytest.raises(ValueError, match=r"objects: two rows have the key {'object_id': 'twice'}"):
        to_table("objects", {**columns, "object_id": np.array(["b", "twice", "a", "twice", "c"])})


def test_text_is_sorted_by_its_bytes() -> None:
    columns = fake_engine.objects()["objects"]
    names = ["\U0001f600", "\uffff", "Z", "a", "é"]  # UTF-16 would put the first before the second
    assert to_table("objects", {**columns, "object_id": np.array(names)}).column("object_id").to_pylist() == sorted(names)


def test_every_column_has_a_meaning_and_every_word_list_its_column() -> None:
    for table in TABLES.values():
        assert {bool(field.metadata[b"meaning"]) for field in arrow_schema(table)} == {True}
    known = {**TABLES, COUNTERFACTUAL.name: COUNTERFACTUAL}
    for table_name, column_name in WORDS:
        assert column_name in {c.name for c in known[table_name].columns}


def test_the_page_about_the_tables_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_tables_page", ROOT / "tools" / "make_tables_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text() == module.page(), "run tools/make_tables_page.py"
