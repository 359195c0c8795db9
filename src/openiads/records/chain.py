"""The chain from seeing an object to killing it: its conditions, whose failure the ledger names, and its links.

To add a condition, put its failure where it belongs in `LEDGER_CAUSES`, its link in `RELIEFS`, join them in `RELIEF_OF`, and let
`engine.stages` say when it was met.
"""

from dataclasses import dataclass
from typing import Final

from openiads.records.tables import REPLICATION, Column, Table

LEDGER_CAUSES: Final = (
    "node_out",
    "never_above_horizon",
    "not_detected",
    "track_too_late",
    "track_quality",
    "identity",
    "rules",
    "no_order",
    "out_of_envelope",
    "decision_queue",
    "not_ready",
    "no_channel",
    "magazine",
    "link",
    "guidance",
    "shot_spent_on_false_or_decoy",
    "missed_shot",
    "fighter_reach",
    "no_pair",
)
"""Why a hostile object got through: the conditions of the chain in its order, each named by its failure.

The last two are those of defensive fighters alone, whose chain shares the others (`engine.fighter_stages`)."""

RELIEFS: Final = (
    "node",
    "horizon",
    "detection",
    "track",
    "identity",
    "rules",
    "order",
    "envelope",
    "decision",
    "readiness",
    "channel",
    "magazine",
    "link",
    "guidance",
    "false_shot",
    "kill",
    "fighter_reach",
    "pair",
)
"""Links of the chain that a counterfactual restores one at a time, in the order of the chain."""

RELIEFS_OF_FIGHTERS: Final = ("fighter_reach", "pair")
"""Links that mean nothing where there are no fighters."""

(
    RELIEF_NODE,
    RELIEF_HORIZON,
    RELIEF_DETECTION,
    RELIEF_TRACK,
    RELIEF_IDENTITY,
    RELIEF_RULES,
    RELIEF_ORDER,
    RELIEF_ENVELOPE,
    RELIEF_DECISION,
    RELIEF_READINESS,
    RELIEF_CHANNEL,
    RELIEF_MAGAZINE,
    RELIEF_LINK,
    RELIEF_GUIDANCE,
    RELIEF_FALSE_SHOT,
    RELIEF_KILL,
    RELIEF_FIGHTER_REACH,
    RELIEF_PAIR,
) = (1 << k for k in range(len(RELIEFS)))
"""Bits of a relief, in the order of RELIEFS."""

AVOID: Final = 1 << len(RELIEFS)
"""Bit of a track that nobody fires at: a false track or a decoy, where RELIEF_FALSE_SHOT is given to another object."""

RELIEF_OF: Final = {
    "node_out": "node",
    "never_above_horizon": "horizon",
    "not_detected": "detection",
    "track_too_late": "track",
    "track_quality": "track",
    "identity": "identity",
    "rules": "rules",
    "no_order": "order",
    "out_of_envelope": "envelope",
    "decision_queue": "decision",
    "not_ready": "readiness",
    "no_channel": "channel",
    "magazine": "magazine",
    "link": "link",
    "guidance": "guidance",
    "shot_spent_on_false_or_decoy": "false_shot",
    "missed_shot": "kill",
    "fighter_reach": "fighter_reach",
    "no_pair": "pair",
}
"""The link that a cause says was missing: the counterfactual begins there."""

COUNTERFACTUAL: Final = Table(
    "counterfactual",
    "counts",
    ("replication", "object_id", "link"),
    (
        REPLICATION,
        Column("object_id", "str", "leaker"),
        Column("cause", "str", "its cause in `ledger`"),
        Column("link", "str", "link of the chain that was restored for this object alone, under the same draws"),
        Column("tried", "i4", "place of this link in the order of trying, from 0"),
        Column("stopped", "bool", "whether the object no longer leaked"),
        Column("outcome", "str", "how it ended instead, as in `outcomes`"),
        Column("outcome_ns", "i8", "when it ended instead"),
        Column("by", "str", "fire unit whose missile killed it instead", nullable=True),
    ),
    "truth: what restoring one link of the chain would have changed; made from a run on request, no part of its digest",
)
"""What `api.counterfactual` returns."""


@dataclass(frozen=True)
class Leak:
    """One leaker of one replication, with its cause in the ledger."""

    replication: int
    object_id: str
    cause: str
