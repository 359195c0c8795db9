"""What nodes that weigh evidence asked about one object and made of the answers, as plain text."""

from collections import defaultdict
from typing import Any, Final

import pyarrow.compute as pc

from openiads.results.store import RunReader

Row = dict[str, Any]
MOST_ROWS: Final = 12
"""Interrogations of one node that are shown; of more, the first and the last."""

ANSWERS: Final = (
    ("civil", "civil"),
    ("code", "code"),
    ("plan", "flight_plan"),
    ("corr.", "corridor"),
    ("aircraft", "crewed"),
)
"""Heads and columns of the answers."""

STATES: Final = (
    ("iff_working", "transponder works", "transponder does not work"),
    ("iff_code", "right code", "wrong code or none"),
    ("flight_plan", "flight plan filed", "no flight plan"),
    ("corridor", "keeps to its corridor", "keeps to no corridor"),
)
"""What holds for a sortie, in words."""


def evidence_text(run: RunReader, object_id: str, replication: int, tracks: set[str]) -> str:
    """The interrogations of these tracks, node by node; empty when no node weighs evidence."""
    sorties = run.table("sorties", replication)
    mine: list[Row] = sorties.filter(pc.equal(sorties.column("object_id"), object_id)).to_pylist()
    if not mine:
        return ""
    held = ", ".join(yes if mine[0][name] else no for name, yes, no in STATES)
    lines = ["Evidence of identity, answers of each interrogation", f"  in truth, for the whole sortie: {held}"]
    by_node: dict[str, list[Row]] = defaultdict(list)
    for row in run.table("identifications", replication).to_pylist():
        if row["track_id"] in tracks:
            by_node[row["node"]].append(row)
    for node in sorted(by_node):
        lines += [f"  {node}", *_rows(by_node[node])]
    return "\n".join(lines)


def _rows(rows: list[Row]) -> list[str]:
    heads = "".join(f"{head:>9}" for head, _ in ANSWERS)
    lines = [f"  {'s':>9}{heads}{'told':>10}   P(friend, neutral, hostile)  declared"]
    shown = rows if len(rows) <= MOST_ROWS else [*rows[: MOST_ROWS // 2], None, *rows[-MOST_ROWS // 2 :]]
    for row in shown:
        if row is None:
            lines.append(f"  {'...':>9}   {len(rows) - MOST_ROWS} more")
            continue
        said = "".join(f"{row[name] or '-':>9}" for _, name in ANSWERS)
        chances = "  ".join(f"{row[f'p_{side}']:.3f}" for side in ("friendly", "neutral", "hostile"))
        motion = ", moves as a missile" if row["as_missile"] else ""
        told = row["told"] or "-"
        lines.append(f"  {row['at_ns'] / 1e9:>9.1f}{said}{told:>10}   {chances:<27}  {row['identity']}{motion}")
    return lines
