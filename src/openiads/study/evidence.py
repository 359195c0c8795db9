"""What a finished study can show for itself, in the terms of NASA-STD-7009B: every level follows from what its folder holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openiads.study import attribution as at
from openiads.study.blocks import Kept
from openiads.study.tables import read_table

if TYPE_CHECKING:
    from openiads.study.order import Order

Factor = dict[str, Any]
TOLERANCE: Final = 1e-9
"""How exactly shares must add up and mirror, over the largest of their values."""


def credibility(order: "Order", kept: Kept, folder: Path) -> dict[str, Any]:
    """A sheet in the terms of NASA-STD-7009B, levels from 0 to 4. Nobody types a level in.

    There is no public referent for engagements of these systems, so that validation is never above 1.
    """
    return {
        "standard": "NASA-STD-7009B, factors of its appendix; filled by the program, to be checked by a person",
        "data_pedigree": _data_pedigree(order),
        "verification": _verification(folder),
        "validation": {"level": 0, "evidence": ["no public referent for engagements of these systems"]},
        "input_pedigree": _input_pedigree(order),
        "uncertainty": _uncertainty(order, kept),
        "robustness": _robustness(folder),
        "use_history": {"level": 0, "evidence": []},
        "process_control": _process(order),
        "people": {"level": 0, "evidence": ["not known to the program"]},
    }


def _data_pedigree(order: "Order") -> Factor:
    graded = [s.grade for s in order.study.spec.sources if s.kind != "assumption"]
    good = sum(g[0] in "AB" for g in graded)
    placeholders = len(order.study.placeholders)
    evidence = [f"{good} of {len(graded)} sources graded A or B", f"{placeholders} placeholders"]
    return {"level": 1 if placeholders or 2 * good < len(graded) else 2, "evidence": evidence}


def _input_pedigree(order: "Order") -> Factor:
    spec = order.study.spec
    signed = all(p.endorsement == "signed" for p in spec.parties if p.role != "neutral")
    return {"level": 2 if signed else 1, "evidence": [f"{p.id}: {p.endorsement}" for p in spec.parties]}


def _verification(folder: Path) -> Factor:
    """Whether the shares of this very study add up, and mirror when the parties are named the other way round."""
    splits, good = mirrored(folder)
    if not splits:
        return {
            "level": 1,
            "evidence": ["no table of coalitions was run, so that the mirror of the parties was not tried here"],
        }
    told = f"shares add up and change only their sign when the parties swap, in {good} of {splits} splits of this study"
    return {"level": 2 if good == splits else 0, "evidence": [told, "reference cases: run `openiads verify`"]}


def mirrored(folder: Path) -> tuple[int, int]:
    """Tables of coalitions of a study, and how many of them give shares that add up and mirror exactly."""
    tables: dict[tuple[str, ...], list[tuple[int, float]]] = {}
    for row in read_table(folder, "coalitions"):
        key = tuple(str(row[name]) for name in ("reading", "party_a", "party_b", "interval_reading"))
        tables.setdefault(key, []).append((int(row["mask"]), np.nan if row["value"] is None else float(row["value"])))
    whole = [np.array([v for _, v in sorted(rows)]) for rows in tables.values()]
    tried = [t for t in whole if not np.isnan(t).any()]
    good = 0
    for table in tried:
        shares, mirror = at.shapley(table), at.shapley(table[::-1].copy())
        room = TOLERANCE * max(1.0, float(np.abs(table).max()))
        good += abs(float(shares.sum() - (table[-1] - table[0]))) <= room and bool(np.all(np.abs(shares + mirror) <= room))
    return len(tried), good


def _uncertainty(order: "Order", kept: Kept) -> Factor:
    made = max(1, sum(kept.stages.values()))
    looks = ", ".join(map(str, order.sizes.looks.sizes))
    evidence = [f"{order.sizes.draws} draws", f"looks at {looks}", f"{kept.failed} of {made} runs failed"]
    evidence += ["quick: few draws, one look, no sensitivity"] if order.sizes.quick else []
    return {"level": 1 if order.sizes.quick else 2 if kept.failed else 3, "evidence": evidence}


def _robustness(folder: Path) -> Factor:
    """How many readings were asked what would turn them, and whether their leading player stays at both ends."""
    readings = len({r["reading"] for r in read_table(folder, "claims")})
    counts = {
        "threshold sweep": {r["reading"] for r in read_table(folder, "sweep")},
        "both ends of every range": {r["reading"] for r in read_table(folder, "claims") if r["best_end"] is not None},
        "flip sets": {r["reading"] for r in read_table(folder, "coalitions")},
        "break-even values": {r["reading"] for r in read_table(folder, "turning")},
        "sensitivity": {r["reading"] for r in read_table(folder, "sensitivity") if r["total"] is not None},
    }
    evidence = [f"{name} for {len(found)} of {readings} readings" for name, found in counts.items()]
    led = [r for r in read_table(folder, "comparisons") if r["leader"] and (r["leader_favourable"] or r["leader_adverse"])]
    same = sum(all(r[f"leader_{w}"] in (None, r["leader"]) for w in ("favourable", "adverse")) for r in led)
    evidence += [f"leading player the same at both ends in {same} of {len(led)} splits"] if led else []
    done = sum(bool(found) for found in counts.values())
    return {"level": 2 if done == len(counts) else 1 if done >= 2 else 0, "evidence": evidence}


def _process(order: "Order") -> Factor:
    if order.lock is None:
        return {"level": 1, "evidence": ["draft: nothing was registered"]}
    committed = len(order.lock.data["commitments"])
    after = sum(bool(a["after_results_seen"]) for a in order.lock.data["amendments"])
    evidence = ["registered", "looks chained", f"seed derived from the lock and {committed} hidden values of parties"]
    evidence += [f"{after} amendments after results were seen"] if after else []
    return {"level": 2 if after or not committed else 3, "evidence": evidence}
