"""A fire unit's command cycle: which of its tracks it engages, with which missiles, and where its antenna turns.

Decisions are made on the unit's own picture; what is noted for the ledger is noted beside them and hands nothing back.
"""

from typing import Any

from numpy.typing import NDArray

from openiads.engine.ordered import decided, order_allows, weapons_of
from openiads.engine.picture import used_slots
from openiads.engine.stages import (
    DECISION_QUEUE,
    MAGAZINE,
    NOT_READY,
    OUT_OF_ENVELOPE,
    none_left,
    note_assigned,
    note_decisions,
    note_refusal,
    note_rest,
)
from openiads.kernels import kernel
from openiads.models.command.classes import estimated_class
from openiads.models.command.kernels import engaged_tracks, no_channel, out_of_sector, rank
from openiads.models.engagement.kernels import armed, choose_missile, missiles_at, plan_shot
from openiads.models.engagement.launchers import check_launchers, loading, out_of_action, reload, supply
from openiads.models.sensing.multifunction import boresight_at
from openiads.records.case import Case
from openiads.records.chain import RELIEF_CHANNEL, RELIEF_MAGAZINE, RELIEF_READINESS
from openiads.records.log import ASSIGNED, SLEWED, log_event
from openiads.records.state import USER_RELIEF, State
from openiads.tracking.records import Scratch

Record = Any
Records = NDArray[Any]


@kernel
def make_ready(case: Case, state: State, f: int, now_ns: int) -> None:
    """What a fire unit has at hand by now: launchers in order and loaded, missiles that were brought."""
    unit, unit_state = case.fire_units[f], state.fire_units[f]
    if unit["launcher_count"] > 0 and unit_state["checked"] == 0:
        unit_state["checked"] = 1
        check_launchers(unit, state.clock, case.launchers, state.launchers, state.missiles_left)
    if unit["supply_count"] > 0:
        supply(unit, unit_state, case.missiles, case.supplies, state.missiles_left, state.spare, state.supplied, now_ns)
    if unit["launcher_count"] > 0:
        reload(unit, case.missiles, case.launchers, state.launchers, state.missiles_left, state.spare, now_ns)


@kernel
def engage(case: Case, state: State, scratch: Scratch, f: int, now_ns: int) -> None:
    """Take the unit's tracks in order of urgency while channels and missiles last, and plan a shot at each that is in reach."""
    unit, unit_state = case.fire_units[f], state.fire_units[f]
    tracker = case.trackers[unit["node"]]
    weapons = weapons_of(case, state, f, now_ns)
    slots = used_slots(tracker, state.node_states[unit["node"]])
    make_ready(case, state, f, now_ns)
    busy = engaged_tracks(slots, state.tracks)
    ready = armed(unit, state.missiles_left)
    out = out_of_action(unit, case.marches, now_ns)
    full = no_channel(unit, unit_state, busy, unit["salvo"])
    waits = out or (not ready and loading(unit, case.launchers, state.launchers, state.spare, -1))
    note_decisions(case, state, f, weapons, slots, (full, not ready, waits), now_ns)
    relief = case.control[0]["relief"] & (RELIEF_CHANNEL | RELIEF_MAGAZINE | RELIEF_READINESS)
    if (full or not ready or out) and relief == 0:
        return
    keys, order = scratch.keys, scratch.order
    count = rank(
        unit, weapons, case.zones, slots, state.tracks, (case.assets, case.assets_m), now_ns, keys, order, scratch.other
    )
    for place in range(count):
        slot = int(keys[order[place]]["c"])
        own = state.tracks[slot]["user"][USER_RELIEF]
        if no_channel(unit, unit_state, busy, unit["salvo"]) and own & RELIEF_CHANNEL == 0:
            if relief == 0:
                note_rest(case, state, f, keys, order, (place, count), now_ns)
                return
            continue
        if out and own & RELIEF_READINESS == 0:
            continue
        if not order_allows(case, state, f, slot, now_ns):
            continue
        if fire(case, state, f, slot, now_ns):
            busy += 1


@kernel
def fire(case: Case, state: State, f: int, slot: int, now_ns: int) -> bool:
    """Plan a salvo at one track, each shot with the missile that reaches it; whether there is any."""
    unit, unit_state, track = case.fire_units[f], state.fire_units[f], state.tracks[slot]
    radar, control = case.radars[unit["radar"]], case.control[0]
    boresight = boresight_at(radar, unit_state, now_ns)
    masks = (case.mask_first, case.mask_range_m, case.mask_elevation_rad)
    tables = (case.flight, case.speed_limits)
    seems = estimated_class(control, unit["ground_m"], track)
    before, planned = -1, int(state.clock[0]["shots"])
    decided_ns = now_ns
    for k in range(salvo_at(unit, state, f, slot)):
        at_ns = decided_ns + unit["reaction_ns"] + k * unit["salvo_step_ns"]
        m, flight_s = choose_missile(
            unit, radar, boresight, case.missiles, state.missiles_left, tables, track, at_ns, control, masks, seems
        )
        if m < 0:
            break
        if k == 0:
            decided_ns = decided(case, state, unit, 0, track, now_ns)
            if decided_ns < 0:
                note_refusal(case, state, f, slot, DECISION_QUEUE, now_ns)
                return False
            at_ns += decided_ns - now_ns
        state.missiles_left[m] -= 1
        unit_state["guided"] += 1
        plan_shot(f, m, slot, track, at_ns, flight_s, decided_ns > now_ns, state.clock, state.shots)
        if m != before:  # a salvo of one kind is one decision
            log_event(state.clock, state.events, now_ns, unit["node"], ASSIGNED, track["number"], m, flight_s)
        before = m
    if before >= 0:
        note_assigned(case, state, f, slot, planned, now_ns)
    else:
        note_refusal(case, state, f, slot, why_none(case, state, f, seems), now_ns)
    return before >= 0


@kernel
def salvo_at(unit: Record, state: State, f: int, slot: int) -> int:
    """Missiles that a decision about this track plans: the salvo, less where the unit may not fire so many at one track."""
    if unit["most_missiles"] == 0:
        return int(unit["salvo"])
    spent = missiles_at(state.shots, state.clock[0]["shots"], f, slot, state.tracks[slot]["number"])
    return int(min(unit["salvo"], unit["most_missiles"] - spent))


@kernel
def why_none(case: Case, state: State, f: int, target_class: int) -> int:
    """Conditions met by a track for which no missile was found: none is loaded, none is left, or none reaches it."""
    unit = case.fire_units[f]
    if not none_left(case, state, f, target_class):
        return OUT_OF_ENVELOPE
    for m in range(unit["missile_first"], unit["missile_first"] + unit["missile_count"]):
        if state.missiles_left[m] <= 0 and loading(unit, case.launchers, state.launchers, state.spare, m):
            return NOT_READY
    return MAGAZINE


@kernel
def point(case: Case, state: State, f: int, now_ns: int) -> None:
    """Turn the engagement antenna toward the most urgent track outside its sector, when no missile needs it where it is."""
    unit, unit_state = case.fire_units[f], state.fire_units[f]
    radar = case.radars[unit["radar"]]
    boresight = boresight_at(radar, unit_state, now_ns)
    unit_state["boresight_rad"] = boresight
    unit_state["boresight_ns"] = now_ns
    if radar["slew_radps"] <= 0.0 or unit_state["guided"] > 0:
        unit_state["wanted_rad"] = boresight
        return
    slots = used_slots(case.trackers[unit["node"]], state.node_states[unit["node"]])
    wanted = out_of_sector(radar, slots, state.tracks, case.assets_m, boresight, now_ns)
    if wanted >= 0.0 and wanted != unit_state["wanted_rad"]:
        unit_state["wanted_rad"] = wanted
        log_event(state.clock, state.events, now_ns, unit["node"], SLEWED, -1, -1, wanted)
