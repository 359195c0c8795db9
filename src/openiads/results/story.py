"""The story of one object in one replication: its timeline, how far each node's chain got, the cause and the counterfactual."""

from typing import Any, Final

import pyarrow.compute as pc

from openiads.records.chain import RELIEF_OF
from openiads.results.evidence import evidence_text
from openiads.results.explain import format_timeline, timeline
from openiads.results.ledger import LINKS, MEANINGS
from openiads.results.store import RunReader

Row = dict[str, Any]
INSTANTS: Final = (
    ("in view", "above_horizon_ns"),
    ("plot", "first_detection_ns"),
    ("firm", "first_firm_ns"),
    ("identity", "identified_ns"),
    ("assigned", "assigned_ns"),
    ("launched", "launched_ns"),
    ("met", "intercept_ns"),
    ("assessed", "assessed_ns"),
)
"""Columns of the table of the chain."""


def cause_of(run: RunReader, object_id: str, replication: int) -> Row | None:
    """The row of the ledger for an object, or None when it did not leak."""
    rows = run.table("ledger", replication)
    found: list[Row] = rows.filter(pc.equal(rows.column("object_id"), object_id)).to_pylist()
    return found[0] if found else None


def format_story(run: RunReader, object_id: str, replication: int = 0, counterfactual: Any = None) -> str:
    """All that the run says about one object, as plain text; `counterfactual` is a table with its leak, or None.

    Raises
    ------
    ResultsError
        The object or the replication is not in the run, or its events were not recorded.
    """
    parts = [format_timeline(timeline(run, object_id, replication))]
    rows = run.table("timeline", replication)
    chain: list[Row] = rows.filter(pc.equal(rows.column("object_id"), object_id)).to_pylist()
    parts.append("\n".join(["The chain, first times in seconds", *_chain_lines(chain)]))
    evidence = evidence_text(run, object_id, replication, tracks_of(run, object_id, replication))
    parts += [evidence] if evidence else []
    cause = cause_of(run, object_id, replication)
    if cause is not None:
        parts.append(_cause_text(cause, chain))
    if cause is not None and counterfactual is not None:
        parts.append(_counterfactual_text(cause, counterfactual, object_id))
    return "\n\n".join(parts)


def tracks_of(run: RunReader, object_id: str, replication: int) -> set[str]:
    """Tracks that followed an object when they became firm or were identified."""
    rows = run.table("association", replication)
    mine: list[Row] = rows.filter(pc.equal(rows.column("object_id"), object_id)).to_pylist()
    return {row["reference_id"] for row in mine if row["reference"] in {"track", "identification"}}


def _seconds(at_ns: int | None) -> str:
    return "-" if at_ns is None else f"{at_ns / 1e9:.1f}"


def _chain_lines(chain: list[Row]) -> list[str]:
    width = max(len("whole defence"), *(len(row["node"]) for row in chain))
    lines = [f"  {'node':<{width}}" + "".join(f"{head:>9}" for head, _ in INSTANTS) + "   may fire"]
    for row in sorted(chain, key=lambda r: (r["node"] == "", r["node"])):
        window = "-"
        if row["window_from_ns"] is not None:
            window = f"{_seconds(row['window_from_ns'])} to {_seconds(row['window_to_ns'])}"
        told = "".join(f"{_seconds(row[name]):>9}" for _, name in INSTANTS)
        lines.append(f"  {row['node'] or 'whole defence':<{width}}{told}   {window}")
    lines.append("  may fire: decisions that could lead to an intercept on its true path, with a perfect track")
    return lines


def _cause_text(cause: Row, chain: list[Row]) -> str:
    kind = "fire unit" if cause["node"] in {row["node"] for row in chain} else "base of fighters"
    where = f" at {cause['node']}, the {kind} that got furthest" if cause["node"] else ""
    lines = [f"Cause of the leak at {_seconds(cause['at_ns'])} s{where}: {cause['cause']}", f"  {MEANINGS[cause['cause']]}"]
    for row in chain:
        if row["node"] and row["cause"]:
            shots = f", {row['shots']} missiles" if row["shots"] else ""
            held = f", identity {row['identity']}" if row["identity"] else ""
            lines.append(f"  {row['node']}: {row['cause']}{held}{shots}")
    return "\n".join(lines)


def _counterfactual_text(cause: Row, table: Any, object_id: str) -> str:
    rows = [
        row
        for row in sorted(table.to_pylist(), key=lambda r: r["tried"])
        if row["object_id"] == object_id and row["replication"] == cause["replication"]
    ]
    stopping = [row["link"] for row in rows if row["stopped"]]
    lines = ["One link of the chain restored for it alone, under the same draws"]
    for row in rows:
        ended = f"{row['outcome']} at {_seconds(row['outcome_ns'])} s" + (f" by {row['by']}" if row["by"] else "")
        lines.append(f"  {row['link']:<11}{ended:<34}{LINKS[row['link']]}")
    if stopping:
        lines.append(f"Counterfactual cause: {stopping[0]}" + (f"; also {', '.join(stopping[1:])}" if stopping[1:] else ""))
    else:
        lines.append(f"Counterfactual cause: no single link; it begins with {RELIEF_OF[cause['cause']]}")
    return "\n".join(lines)
