"""The why-not ledger of one replication: from the stages that the walk kept to the tables `timeline` and `ledger`.

The cause of a leak at one fire unit is the first condition of the chain that its best attempt did not meet: the attempt that got
furthest among all its decisions while an intercept was still possible, and all its shots. Of several fire units the one whose
attempt got furthest counts, ties by name.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.lowering import Lowered
from openiads.records.case import HOSTILE
from openiads.records.chain import LEDGER_CAUSES
from openiads.records.fighters import FIGHTER_CHAIN, PAIR_FAILURES
from openiads.records.state import (
    FAILED_DECISION,
    FAILED_ELSEWHERE,
    FAILED_ENVELOPE,
    FAILED_GUIDANCE,
    FAILED_MISSED,
    FAILED_OUT,
    FAILED_READY,
    FAILED_TRACK,
    State,
)
from openiads.records.tables import END_STATES, IDENTITIES

Column = NDArray[Any]
Columns = dict[str, Column]
NEVER = np.iinfo(np.int64).max
LEAKED = END_STATES.index("leaked")
NODE_OUT, NEVER_ABOVE, TRACK_QUALITY = (
    LEDGER_CAUSES.index(name) for name in ("node_out", "never_above_horizon", "track_quality")
)
PLANNED = LEDGER_CAUSES.index("shot_spent_on_false_or_decoy")
LAUNCHED, MET = PLANNED + 1, PLANNED + 2
"""How far an attempt got beyond the conditions of the decision: a missile left, and it met the object."""

BASE_CAUSE = {"committed": "fighter_reach"}
"""A pair that was sent and met nothing until the end came too late."""

BASE_REACHED = {"fighter_reach": "out_of_envelope", "no_pair": "no_channel", "committed": "missed_shot"}
"""Conditions of fire units as far along the chain as those of fighters."""


def cause_index(name: str) -> int:
    """Place of a cause in the chain."""
    return LEDGER_CAUSES.index(name)


def leaked(lowered: Lowered, state: State) -> Column:
    """Which objects are leakers: hostile and at the end of their path. (objects,) bool"""
    found: Column = (state.objects["end_state"] == LEAKED) & (lowered.case.objects["side"] == HOSTILE)
    return found


def unit_causes(windows: Column, stages: Column) -> tuple[Column, Column]:
    """First unmet condition (index into LEDGER_CAUSES) of each chain and how far it got; arrays of the same shape."""
    above = (windows["above_ns"] >= 0) | (stages["detected_ns"] >= 0)
    detected = stages["detected_ns"] >= 0
    firm = (stages["firm_ns"] >= 0) & ((windows["to_ns"] < 0) | (stages["firm_ns"] <= windows["to_ns"]))
    cause = NEVER_ABOVE + above.astype(np.int64) + detected + firm
    decided = stages["met"] > 0
    cause = np.where(decided, stages["met"], cause)
    cause = np.where(~decided & (cause < TRACK_QUALITY) & (windows["out"] > 0), NODE_OUT, cause)
    reached = cause.copy()
    failed = stages["failed"]
    overtaken = (stages["met"] >= PLANNED) & (stages["assigned_ns"] >= 0)
    launched = np.where(stages["launched_ns"] >= 0, LAUNCHED, PLANNED)
    for which, name, far in (
        (overtaken, "track_too_late", launched),
        ((failed & FAILED_TRACK) != 0, "track_quality", launched),
        ((failed & FAILED_OUT) != 0, "node_out", launched),
        ((failed & FAILED_ENVELOPE) != 0, "out_of_envelope", launched),
        ((failed & FAILED_DECISION) != 0, "decision_queue", launched),
        ((failed & FAILED_READY) != 0, "not_ready", launched),
        ((failed & FAILED_GUIDANCE) != 0, "guidance", launched),
        ((failed & FAILED_ELSEWHERE) != 0, "shot_spent_on_false_or_decoy", np.full_like(cause, LAUNCHED)),
        ((failed & FAILED_MISSED) != 0, "missed_shot", np.full_like(cause, MET)),
    ):
        cause = np.where(which, cause_index(name), cause)
        reached = np.where(which, far, reached)
    return cause, reached


def base_causes(lowered: Lowered, state: State) -> tuple[Column, Column]:
    """The same for each base of fighters, (bases, objects): up to the track the chain of its post, then its own.

    How far it got is told on the scale of fire units: a pair that was sent counts as a missile that left.
    """
    posts, stages = lowered.case.fighters["node"], state.pair_stages
    own = state.stages[posts]
    above = (lowered.case.windows[posts]["above_ns"] >= 0) | (own["detected_ns"] >= 0)
    cause = NEVER_ABOVE + above.astype(np.int64) + (own["detected_ns"] >= 0) + (own["firm_ns"] >= 0)
    cause = np.minimum(cause, TRACK_QUALITY)
    reached = cause.copy()
    met = np.array([cause_index(BASE_CAUSE.get(name, name)) for name in FIGHTER_CHAIN])
    far = np.array([cause_index(BASE_REACHED.get(name, name)) for name in FIGHTER_CHAIN])
    far[-1] = LAUNCHED
    decided = stages["met"] > 0
    cause = np.where(decided, met[stages["met"]], cause)
    reached = np.where(decided, far[stages["met"]], reached)
    for bit, name in enumerate(PAIR_FAILURES):
        which = (stages["failed"] >> bit) & 1 == 1
        cause = np.where(which, cause_index(name), cause)
        reached = np.where(which, MET if name == "missed_shot" else LAUNCHED, reached)
    return cause, reached


def causes(lowered: Lowered, state: State) -> tuple[Column, Column]:
    """For each object the fire unit or base that got furthest (-1: there is none) and the cause there, were it a leaker.

    Bases of fighters are counted behind the fire units.
    """
    case = lowered.case
    nodes = case.fire_units["node"]
    count = len(case.objects)
    if not len(nodes) and not len(case.fighters):
        cause, _ = unit_causes(case.windows, state.stages)
        best = cause.max(axis=0) if len(cause) else np.zeros(count, np.int64)
        held = best >= cause_index("track_quality")  # somebody held it, and nothing could be fired
        return np.full(count, -1), np.where(held, cause_index("out_of_envelope"), best)
    units, bases = unit_causes(case.windows[nodes], state.stages[nodes]), base_causes(lowered, state)
    cause, reached = (np.concatenate(both) for both in zip(units, bases, strict=True))
    furthest = reached.argmax(axis=0)
    return furthest, cause[furthest, np.arange(count)]


def ledger_table(lowered: Lowered, state: State) -> Columns:
    """Columns of the table `ledger` for one replication."""
    which = np.flatnonzero(leaked(lowered, state))
    unit, cause = causes(lowered, state)
    return {
        "replication": np.full(len(which), int(state.clock["replication"][0]), np.int32),
        "object_id": np.array(lowered.names.objects, dtype=object)[which],
        "at_ns": state.objects["end_ns"][which],
        "node": _words(lowered.names.shooters, unit[which]),
        "cause": _words(LEDGER_CAUSES, cause[which]),
    }


def timeline_table(lowered: Lowered, state: State) -> Columns:
    """Columns of the table `timeline` for one replication: a row per node and object, and one per object for all nodes."""
    case, names, stages = lowered.case, lowered.names, state.stages
    nodes, count = stages.shape
    above = _earlier(case.windows["above_ns"], stages["detected_ns"])
    instants = {
        "above_horizon_ns": above,
        "first_detection_ns": stages["detected_ns"],
        "first_firm_ns": stages["firm_ns"],
        "identified_ns": stages["identified_ns"],
        "window_from_ns": case.windows["from_ns"],
        "assigned_ns": stages["assigned_ns"],
        "launched_ns": stages["launched_ns"],
        "intercept_ns": stages["intercept_ns"],
        "assessed_ns": stages["assessed_ns"],
    }
    columns: Columns = {name: _with_first(values) for name, values in instants.items()}
    last = case.windows["to_ns"]
    columns["window_to_ns"] = np.concatenate([last.ravel(), last.max(axis=0, initial=-1)])
    columns["shots"] = np.concatenate([stages["shots"].ravel(), stages["shots"].sum(axis=0)]).astype(np.int64)
    columns["identity"] = _words(IDENTITIES, np.concatenate([stages["identity"].ravel(), np.full(count, -1)]))
    columns["cause"] = _words(LEDGER_CAUSES, _cause_column(lowered, state))
    columns["replication"] = np.full((nodes + 1) * count, int(state.clock["replication"][0]), np.int32)
    columns["object_id"] = np.tile(np.array(names.objects, dtype=object), nodes + 1)
    columns["node"] = np.repeat(np.array([*names.nodes, ""], dtype=object), count)
    columns["outcome"] = np.tile(_words(END_STATES, state.objects["end_state"]), nodes + 1)
    columns["outcome_ns"] = np.tile(state.objects["end_ns"], nodes + 1)
    return columns


def _cause_column(lowered: Lowered, state: State) -> Column:
    """Causes of the leakers at each fire unit, then in all; -1 elsewhere."""
    case = lowered.case
    nodes, count = state.stages.shape
    out = np.full((nodes + 1, count), -1, np.int64)
    units = case.fire_units["node"]
    out[units] = unit_causes(case.windows[units], state.stages[units])[0]
    out[nodes] = causes(lowered, state)[1]
    out[:, ~leaked(lowered, state)] = -1
    return out.ravel()


def _words(values: tuple[str, ...], index: Column) -> Column:
    """Text of each index; -1 is empty."""
    return np.array([*values, ""], dtype=object)[index]


def _earlier(a: Column, b: Column) -> Column:
    """The earlier of two instants, where -1 is never."""
    found = np.minimum(np.where(a < 0, NEVER, a), np.where(b < 0, NEVER, b))
    return np.where(found == NEVER, -1, found)


def _with_first(values: Column) -> Column:
    """Instants of all nodes, (nodes, objects), in one row, followed by the earliest of each object."""
    first = np.where(values < 0, NEVER, values).min(axis=0, initial=NEVER)
    return np.concatenate([values.ravel(), np.where(first == NEVER, -1, first)])
