"""How far the chain of each node got with each object: the instants and conditions behind the ledger.

Part of the resolve step: it joins what a node decided about its tracks to the objects behind them, and hands nothing back.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.ordered import order_allows
from openiads.kernels import kernel
from openiads.models.command.authority import weapons_for
from openiads.models.command.kernels import conditions_met
from openiads.models.engagement.kernels import at_hand
from openiads.records.case import HOSTILE, Case
from openiads.records.chain import LEDGER_CAUSES
from openiads.records.state import State

Record = Any
Records = NDArray[Any]
FIRM, OWN = 2, 0
TRACK_TOO_LATE = LEDGER_CAUSES.index("track_too_late")
OUT_OF_ENVELOPE = LEDGER_CAUSES.index("out_of_envelope")
NO_ORDER_GIVEN = LEDGER_CAUSES.index("no_order")
DECISION_QUEUE = LEDGER_CAUSES.index("decision_queue")
NOT_READY = LEDGER_CAUSES.index("not_ready")
NO_CHANNEL = LEDGER_CAUSES.index("no_channel")
MAGAZINE = LEDGER_CAUSES.index("magazine")
LINK = LEDGER_CAUSES.index("link")
PLANNED = LEDGER_CAUSES.index("shot_spent_on_false_or_decoy")
"""Conditions met once a shot is planned: all up to its own fate."""


@kernel
def in_time(window: Record, now_ns: int) -> bool:
    """Whether a decision now could lead to an intercept; always so where no decision ever could."""
    return bool(window["from_ns"] < 0 or window["from_ns"] <= now_ns <= window["to_ns"])


@kernel
def note_met(window: Record, stage: Record, met: int, now_ns: int) -> None:
    """A decision about a track of an object that met so many conditions; what nothing could reach was out of the envelope."""
    if window["from_ns"] < 0:
        met = min(met, OUT_OF_ENVELOPE)
    if met > stage["met"] and in_time(window, now_ns):
        stage["met"] = met


@kernel
def refused(full: bool, empty: bool, waits: bool) -> int:
    """Conditions that a track met which the rules allow: by what the unit has left, before anybody asked whether it reaches."""
    if waits:
        return NOT_READY
    if full:
        return NO_CHANNEL
    return MAGAZINE if empty else OUT_OF_ENVELOPE


@kernel
def note_decisions(
    case: Case, state: State, f: int, weapons: int, slots: tuple[int, int], lacks: tuple[bool, bool, bool], now_ns: int
) -> None:
    """Before fire unit `f` decides: which conditions each of its own firm tracks of hostile objects meets.

    `lacks`: no channel is free, no missile is ready, the unit or its launchers must be waited for.
    """
    full, empty, waits = lacks
    unit = case.fire_units[f]
    windows, stages = case.windows[unit["node"]], state.stages[unit["node"]]
    for slot in range(slots[0], slots[1]):
        track = state.tracks[slot]
        o = state.track_truth[slot]
        if o < 0 or track["status"] != FIRM or track["engaged"] > 0:
            continue
        if track["source"] != OWN and unit["any_launch"] == 0:
            continue
        stage = stages[o]
        if stage["met"] >= PLANNED or case.objects[o]["side"] != HOSTILE or not in_time(windows[o], now_ns):
            continue
        allowed = weapons if unit["zone_count"] == 0 else weapons_for(unit, weapons, case.zones, track, now_ns)
        met = conditions_met(unit, allowed, track, now_ns)
        if met > NO_ORDER_GIVEN and not order_allows(case, state, f, slot, now_ns):
            met = NO_ORDER_GIVEN
        if met == OUT_OF_ENVELOPE or (met == LINK and (full or empty or waits)):
            met = refused(full, empty, waits)
        note_met(windows[o], stage, met, now_ns)


@kernel
def note_refusal(case: Case, state: State, f: int, slot: int, met: int, now_ns: int) -> None:
    """Fire unit `f` decided not to fire at a track that its rules allow."""
    o = state.track_truth[slot]
    if o >= 0:
        n = case.fire_units[f]["node"]
        note_met(case.windows[n, o], state.stages[n, o], met, now_ns)


@kernel
def note_rest(
    case: Case, state: State, f: int, keys: Records, order: NDArray[np.int64], left: tuple[int, int], now_ns: int
) -> None:
    """Fire unit `f` has no channel for the tracks from place `left[0]` to the last in the order of urgency."""
    for place in range(left[0], left[1]):
        note_refusal(case, state, f, int(keys[order[place]]["c"]), NO_CHANNEL, now_ns)


@kernel
def none_left(case: Case, state: State, f: int, target_class: int) -> bool:
    """Whether the unit has used up any kind of its missiles, or keeps what is left of it for other classes."""
    unit = case.fire_units[f]
    used_up = False
    for m in range(unit["missile_first"], unit["missile_first"] + unit["missile_count"]):
        used_up = used_up or not at_hand(case.missiles[m], state.missiles_left[m], target_class, 0)
    return used_up


@kernel
def note_assigned(case: Case, state: State, f: int, slot: int, before: int, now_ns: int) -> None:
    """Fire unit `f` decided to fire at a track: its plans are the shots from place `before` on."""
    o = state.track_truth[slot]
    if o < 0:
        return
    n = case.fire_units[f]["node"]
    stage = state.stages[n, o]
    for k in range(before, state.clock[0]["shots"]):
        state.shot_truth[k]["object"] = o
    note_met(case.windows[n, o], stage, PLANNED, now_ns)
    if stage["assigned_ns"] < 0:
        stage["assigned_ns"] = now_ns


@kernel
def note_failed(stages: Records, o: int, failure: int) -> None:
    """A plan or a shot at object `o` failed in this way."""
    if o >= 0:
        stages[o]["failed"] |= failure


@kernel
def note_launched(stages: Records, o: int, now_ns: int) -> None:
    """A missile left for a track of object `o`."""
    if o >= 0:
        stage = stages[o]
        stage["shots"] += 1
        if stage["launched_ns"] < 0:
            stage["launched_ns"] = now_ns


@kernel
def note_intercept(stages: Records, o: int, now_ns: int) -> None:
    """A missile fired at a track of object `o` met something or gave up."""
    if o >= 0 and stages[o]["intercept_ns"] < 0:
        stages[o]["intercept_ns"] = now_ns


@kernel
def note_assessed(stages: Records, o: int, now_ns: int) -> None:
    """A shot at a track of object `o` was assessed."""
    if o >= 0 and stages[o]["assessed_ns"] < 0:
        stages[o]["assessed_ns"] = now_ns
