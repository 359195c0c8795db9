"""The ledger of a run: how many leakers each cause accounts for, in all and by object, adding up to leakage exactly."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from openiads.errors import ResultsError
from openiads.records.chain import COUNTERFACTUAL, LEDGER_CAUSES, RELIEFS
from openiads.results.schema import arrow_schema
from openiads.results.store import RunReader

NO_LINK: Final = "no single link"
"""Stands where no link, restored alone, stops the leak."""

MEANINGS: Final = {
    "node_out": "out of action when it could have been tracked, decided upon or guided at",
    "never_above_horizon": "no radar of the unit ever had it in view",
    "not_detected": "in view, but no plot of it",
    "track_too_late": "no firm track while a shot could still reach it",
    "track_quality": "its track was lost or stale when it was needed",
    "identity": "not identified so that the rules allow a shot",
    "rules": "identified, but the rules of engagement forbid it",
    "no_order": "the fire unit had no order to engage it, and may not decide by itself",
    "out_of_envelope": "out of the envelope, the sector or the line of sight",
    "decision_queue": "the decision took too long, or too many waited for one",
    "not_ready": "the fire unit, or its launchers, were not ready",
    "no_channel": "no channel was free for it",
    "magazine": "no missile was left that reaches it",
    "link": "held fire, since a link said that another unit engages it",
    "guidance": "in flight, nobody held the track who must for this missile",
    "shot_spent_on_false_or_decoy": "the shot at its track went to something else",
    "missed_shot": "shot at and missed",
    "fighter_reach": "no pair of fighters could meet it: too far, too late, in a zone of the missiles, or of a class not gone at",
    "no_pair": "no pair of fighters was ready",
}
"""What each cause says of the fire unit that got furthest."""

LINKS: Final = {
    "node": "no node is ever out of action",
    "horizon": "in view of every radar, whatever stands between",
    "detection": "every look within range gives a plot",
    "track": "an exact, fresh, firm track from the first plot on",
    "identity": "every interrogation is answered rightly and at once",
    "rules": "weapons free against it",
    "order": "its fire units need no order",
    "envelope": "no limit of envelope, sector and line of sight",
    "decision": "decisions about it take no time and wait for nobody",
    "readiness": "the unit is in action, and a launcher is always loaded for it",
    "channel": "a channel is always free for it",
    "magazine": "a missile is always left for it",
    "link": "all links carry it, without loss or delay, and none holds fire",
    "guidance": "missiles at it need nobody to hold its track",
    "false_shot": "nobody fires at false tracks or decoys",
    "kill": "every missile and every pair that meets it kills",
    "fighter_reach": "a pair is with it as soon as it is ordered",
    "pair": "a pair of fighters is always ready for it",
}
"""What restoring each link means."""


@dataclass(frozen=True)
class Ledger:
    """Why the leakers of a run got through.

    `rows` is the table `ledger`; `causes` has a row per cause in the order of the chain (cause, leaks, share, objects), zeros
    included; `by_object` one per object and cause (object_id, kind, cause, leaks, share of its leaks). `counterfactual` is the
    table of that name when it was made, and `links` then a row per link (link, leaks, share), the last for none.
    """

    replications: int
    leaked: int
    rows: Any
    causes: Any
    by_object: Any
    counterfactual: Any = None
    links: Any = None
    judged: int = 0
    """Leakers that the counterfactual was asked for."""


def ledger(run: RunReader, counterfactual: Any = None) -> Ledger:
    """The ledger of a run; with `counterfactual`, the table of that name, also which link restored alone would have stopped them.

    Raises
    ------
    ResultsError
        When the rows do not add up to the objects counted as leaked.
    """
    rows = run.table("ledger")
    leaked = int(pc.sum(run.table("counts").column("leaked")).as_py() or 0)
    if len(rows) != leaked:
        raise ResultsError(f"{run.folder}: the ledger has {len(rows)} rows, but {leaked} objects are counted as leaked")
    causes, objects = rows.column("cause").to_pylist(), rows.column("object_id").to_pylist()
    kinds = dict(zip(*(run.table("objects").column(c).to_pylist() for c in ("object_id", "kind")), strict=True))
    links, judged = (None, 0) if counterfactual is None else _links(counterfactual)
    return Ledger(
        replications=run.manifest.replications,
        leaked=leaked,
        rows=rows,
        causes=_causes(causes, objects),
        by_object=_by_object(causes, objects, kinds),
        counterfactual=counterfactual,
        links=links,
        judged=judged,
    )


def counterfactual_causes(table: Any) -> dict[tuple[int, str], str]:
    """For each leaker, (replication, object), the first link that stopped it in the order of trying, or NO_LINK."""
    found: dict[tuple[int, str], tuple[int, str]] = {}
    for row in table.to_pylist():
        key = (row["replication"], row["object_id"])
        best = found.setdefault(key, (len(RELIEFS), NO_LINK))
        if row["stopped"] and row["tried"] < best[0]:
            found[key] = (row["tried"], row["link"])
    return {key: link for key, (_, link) in found.items()}


def _share(count: int, total: int) -> float:
    return count / total if total else 0.0


def _causes(causes: list[str], objects: list[str]) -> Any:
    counts = Counter(causes)
    distinct = Counter(cause for cause, _ in set(zip(causes, objects, strict=True)))
    return pa.table(
        {
            "cause": list(LEDGER_CAUSES),
            "leaks": pa.array([counts[c] for c in LEDGER_CAUSES], pa.int64()),
            "share": pa.array([_share(counts[c], len(causes)) for c in LEDGER_CAUSES], pa.float64()),
            "objects": pa.array([distinct[c] for c in LEDGER_CAUSES], pa.int64()),
        }
    )


def _by_object(causes: list[str], objects: list[str], kinds: dict[str, str]) -> Any:
    counts, totals = Counter(zip(objects, causes, strict=True)), Counter(objects)
    keys = sorted(counts, key=lambda k: (k[0], LEDGER_CAUSES.index(k[1])))
    return pa.table(
        {
            "object_id": pa.array([o for o, _ in keys], pa.string()),
            "kind": pa.array([kinds[o] for o, _ in keys], pa.string()),
            "cause": pa.array([c for _, c in keys], pa.string()),
            "leaks": pa.array([counts[k] for k in keys], pa.int64()),
            "share": pa.array([_share(counts[k], totals[k[0]]) for k in keys], pa.float64()),
        }
    )


def _links(table: Any) -> tuple[Any, int]:
    if not table.schema.equals(arrow_schema(COUNTERFACTUAL)):
        raise ValueError("counterfactual: not a table that api.counterfactual made")
    found = counterfactual_causes(table)
    counts = Counter(found.values())
    names = [*RELIEFS, NO_LINK]
    return pa.table(
        {
            "link": names,
            "leaks": pa.array([counts[n] for n in names], pa.int64()),
            "share": pa.array([_share(counts[n], len(found)) for n in names], pa.float64()),
        }
    ), len(found)


def format_ledger(found: Ledger) -> str:
    """The cause table as plain text; causes without leaks are left out, and the shares add up to all leaks."""
    if not found.leaked:
        return f"No hostile object leaked in {found.replications} replications, in this model."
    lines = [
        f"{found.leaked} leaks in {found.replications} replications, in this model: the first condition that was not met, at the",
        "fire unit that got furthest",
        "",
        f"  {'leaks':>6}  {'share':>7}  {'cause':<28}  what it says",
    ]
    for row in found.causes.to_pylist():
        if row["leaks"]:
            lines.append(_line(row["leaks"], row["share"], row["cause"], MEANINGS[row["cause"]]))
    lines.append(_line(found.leaked, 1.0, "all", "as many as `counts` counts leaked"))
    if found.links is not None:
        lines += [
            "",
            f"Of {found.judged} of them: the single link that, restored alone under the same draws, stops the leak",
            "",
        ]
        lines.append(f"  {'leaks':>6}  {'share':>7}  {'link':<28}  what restoring it means")
        for row in found.links.to_pylist():
            if row["leaks"]:
                lines.append(
                    _line(row["leaks"], row["share"], row["link"], LINKS.get(row["link"], "more than one is missing"))
                )
    return "\n".join(lines)


def _line(leaks: int, share: float, name: str, text: str) -> str:
    return f"  {leaks:>6}  {100.0 * share:>5.1f} %  {name:<28}  {text}"
