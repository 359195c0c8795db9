"""Write `docs/reference/tables.md` from `openiads.records.tables`. A test fails when the page is stale."""

from pathlib import Path

from openiads.records.chain import COUNTERFACTUAL
from openiads.records.tables import LEVELS, TABLES, Table
from openiads.results.schema import WORDS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "tables.md"
KINDS = {"str": "text", "i4": "int32", "i8": "int64", "f8": "float64", "bool": "bool"}
HEAD = """# The tables of a run

Written by `tools/make_tables_page.py` from `openiads.records.tables`; edit that file, not this one.

A run folder holds one folder of Parquet files per table. All figures are public, and every row holds in this model only.
Times are whole nanoseconds since the start of the scenario; positions are ECEF metres on WGS 84; angles are radians. Tables
carry names, never indexes. Rows are sorted by the key columns (**bold**), which together are unique. What is true stands in
`outcomes`, `ledger`, `counts`, `timeline`, `association` and `plot_association` only; every other table holds what a node
perceived or did. How a cause in `ledger` is found is told in [the why-not ledger](ledger.md).

A run records at one of the levels {levels}; each holds the tables of the levels before it. Replication 0
is recorded in full unless the run says otherwise, so the tables of level `full` have at least its rows.
"""


def section(table: Table) -> str:
    """The part of the page about one table."""
    recorded = f" Recorded at level `{table.level}`." if table.name in TABLES else ""
    lines = [
        f"## {table.name}",
        "",
        f"{table.meaning[0].upper()}{table.meaning[1:]}.{recorded}",
        "",
        "| column | type | may be missing | meaning |",
        "|---|---|---|---|",
    ]
    for column in table.columns:
        name = f"**`{column.name}`**" if column.name in table.key else f"`{column.name}`"
        words = WORDS.get((table.name, column.name), ())
        told = all(word in column.meaning for word in words)
        meaning = column.meaning if told else f"{column.meaning}: {', '.join(f'`{w}`' for w in words)}"
        lines.append(f"| {name} | {KINDS[column.kind]} | {'yes' if column.nullable else 'no'} | {meaning} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole page."""
    levels = ", ".join(f"`{level}`" for level in LEVELS)
    return "\n".join([HEAD.format(levels=levels), *map(section, TABLES.values()), section(COUNTERFACTUAL)])


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
    print(PAGE)
