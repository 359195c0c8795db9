"""A command post gives targets to fire units: it weighs its own picture, decides, sends orders, and takes them back.

It knows its units' places, missiles and channels, and what it has ordered; how they fare it learns from its own picture, and
what they have left from what a link that carries magazines last brought.
"""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.engine.messages import order_link, send_order
from openiads.engine.picture import used_slots
from openiads.geo.ellipsoid import ecef_to_polar_k
from openiads.kernels import kernel
from openiads.models.command.assigning import assign_by
from openiads.models.command.desk import decide
from openiads.models.command.kernels import FIRM, rules_allow
from openiads.models.command.threat import threat_value
from openiads.models.engagement.kernels import meets
from openiads.models.network.kernels import CANCEL, ENGAGE
from openiads.records.case import Case
from openiads.records.chain import RELIEF_MAGAZINE
from openiads.records.log import ASSIGNED, log_event
from openiads.records.state import NEVER, USER_RELIEF, State
from openiads.tracking.records import Scratch

Record = Any
Records = NDArray[Any]
FREE = 0


@kernel
def assign_targets(case: Case, state: State, scratch: Scratch, n: int, now_ns: int) -> None:
    """One cycle of a command post that assigns: forget what is over, take back what cannot be done, assign, send orders."""
    slots = used_slots(case.trackers[n], state.node_states[n])
    for slot in range(slots[0], slots[1]):
        review(case, state, n, slot, now_ns)
    rows, cells = weigh(case, state, scratch, n, slots, now_ns)
    if rows > 0 and cells > 0:
        assign_by(case.nodes[n]["assigns"], scratch, rows, cells)
        for i in range(rows):
            if scratch.rows[i]["cell"] >= 0:
                slot = scratch.cells[scratch.rows[i]["cell"]]["plot"]
                promise(case, state, n, slot, scratch.rows[i]["slot"], now_ns)
    for slot in range(slots[0], slots[1]):
        send_due(case, state, n, slot, now_ns)


@kernel
def in_force(held: Record, track: Record) -> bool:
    """Whether what a post has promised still is about the track in the slot."""
    return bool(held["unit"] > 0 and track["status"] != FREE and held["number"] == track["number"])


@kernel
def review(case: Case, state: State, n: int, slot: int, now_ns: int) -> None:
    """What was ordered about a track ends when the track does, when its time is over, or when its unit cannot reach it any more.

    In the last case the unit is told, and the target is free for another: an engagement is handed over.
    """
    held, track = state.assigned[slot], state.tracks[slot]
    if held["unit"] == 0:
        return
    if not in_force(held, track) or now_ns >= held["until_ns"]:
        held["unit"] = 0
        return
    f = held["unit"] - 1
    if (
        held["sent"] != 0
        and best_kill(case, state, n, f, track, now_ns) <= 0.0
        and another(case, state, n, f, track, now_ns)
    ):
        link = order_link(case.links, n, case.fire_units[f]["node"])
        if link >= 0:
            send_order(case, state, link, slot, CANCEL, now_ns, now_ns)
        held["unit"] = 0


@kernel
def another(case: Case, state: State, n: int, f: int, track: Record, now_ns: int) -> bool:
    """Whether a unit of the post other than `f` can reach a track."""
    for g in range(len(case.fire_units)):
        if g != f and case.fire_units[g]["superior"] == n and best_kill(case, state, n, g, track, now_ns) > 0.0:
            return True
    return False


@kernel
def best_kill(case: Case, state: State, n: int, f: int, track: Record, now_ns: int) -> float:
    """Highest kill probability among the missiles of a unit that could meet a track if it were ordered now; 0: none can.

    A kind of which the unit told post `n` that none is left does not count, however old that report is.
    """
    unit = case.fire_units[f]
    radar, control = case.radars[unit["radar"]], case.control[0]
    x = track["x"]
    boresight = radar["boresight_rad"]
    if radar["slew_radps"] > 0.0:
        boresight = ecef_to_polar_k(radar["site_m"], radar["axes"], x[0], x[1], x[2])[1]
    masks = (case.mask_first, case.mask_range_m, case.mask_elevation_rad)
    tables = (case.flight, case.speed_limits)
    best = 0.0
    for m in range(unit["missile_first"], unit["missile_first"] + unit["missile_count"]):
        missile = case.missiles[m]
        if missile["p_kill"] <= best or told_empty(state.reports[n, m], track):
            continue
        if meets(radar, boresight, missile, tables, track, now_ns + unit["reaction_ns"], control, masks) >= 0.0:
            best = missile["p_kill"]
    return best


@kernel
def told_empty(report: Record, track: Record) -> bool:
    """Whether a unit has reported that no missile of this type is left."""
    return bool(report["known"] != 0 and report["left"] <= 0 and track["user"][USER_RELIEF] & RELIEF_MAGAZINE == 0)


@kernel
def weigh(case: Case, state: State, scratch: Scratch, n: int, slots: tuple[int, int], now_ns: int) -> tuple[int, int]:
    """Write rows (places at units), cells (targets that nobody has) and pairs for `assign_by`; returns how many of the first two.

    A pair saves the value that the target threatens times the kill probability. Targets in the order of their slots.
    """
    cells = 0
    for slot in range(slots[0], slots[1]):
        track = state.tracks[slot]
        if track["status"] != FIRM or track["engaged"] > 0 or in_force(state.assigned[slot], track):
            continue
        if cells >= len(scratch.cells):
            continue
        value = threat_value(track, case.assets, case.assets_m, now_ns)
        if value > 0.0:
            cell = scratch.cells[cells]
            cell["plot"], cell["trace"] = slot, value
            cells += 1
    rows, pairs = 0, 0
    for f in range(len(case.fire_units)):
        if case.fire_units[f]["superior"] != n or case.fire_units[f]["centralised"] == 0:
            continue
        first = pairs
        for j in range(cells):
            track = state.tracks[scratch.cells[j]["plot"]]
            if pairs >= len(scratch.pairs) or not rules_allow(case.fire_units[f]["weapons"], track["identity"]):
                continue
            p = best_kill(case, state, n, f, track, now_ns)
            if p > 0.0:
                pair = scratch.pairs[pairs]
                pair["cell"], pair["distance"], pair["cost"] = j, p, -p * scratch.cells[j]["trace"]
                pairs += 1
        for _ in range(min(places_left(case, state, n, f, slots), pairs - first)):
            if rows < len(scratch.rows):
                row = scratch.rows[rows]
                row["slot"], row["first"], row["count"] = f, first, pairs - first
                rows += 1
    return rows, cells


@kernel
def places_left(case: Case, state: State, n: int, f: int, slots: tuple[int, int]) -> int:
    """Channels of a unit less what the post has ordered it to engage, and no more than its salvoes by its last report.

    What was ordered since the report was sent is taken off what it says.
    """
    unit = case.fire_units[f]
    left, told_ns = 0, -1
    for m in range(unit["missile_first"], unit["missile_first"] + unit["missile_count"]):
        if state.reports[n, m]["known"] != 0:
            left += state.reports[n, m]["left"]
            told_ns = state.reports[n, m]["sent_ns"]
    taken, since = 0, 0
    for slot in range(slots[0], slots[1]):
        held = state.assigned[slot]
        if held["unit"] == f + 1 and in_force(held, state.tracks[slot]):
            taken += 1
            since += 1 if held["due_ns"] >= told_ns else 0
    places = unit["channels_targets"] - taken
    if told_ns >= 0:
        places = min(places, (left + unit["salvo"] - 1) // unit["salvo"] - since)
    return int(max(places, 0))


@kernel
def promise(case: Case, state: State, n: int, slot: int, f: int, now_ns: int) -> None:
    """Decide that unit `f` is to engage a track; the order goes out when the post's desk has decided."""
    held = state.assigned[slot]
    decided_ns = decide(case.desks[n, 0], state.desks[n, 0], state.clock, now_ns)
    if decided_ns < 0:
        return
    held["number"] = state.tracks[slot]["number"]
    held["unit"] = f + 1
    held["due_ns"] = decided_ns
    held["sent"] = 0
    held["until_ns"] = NEVER


@kernel
def send_due(case: Case, state: State, n: int, slot: int, now_ns: int) -> None:
    """Send the order about a track that has been decided by now."""
    held, track = state.assigned[slot], state.tracks[slot]
    if not in_force(held, track) or held["sent"] != 0 or held["due_ns"] > now_ns:
        return
    f = held["unit"] - 1
    held["sent"] = 1
    held["until_ns"] = now_ns + case.nodes[n]["hold_ns"]
    link = order_link(case.links, n, case.fire_units[f]["node"])
    if link >= 0:
        send_order(case, state, link, slot, ENGAGE, held["until_ns"], now_ns)
    log_event(state.clock, state.events, now_ns, n, ASSIGNED, track["number"], -1, math.nan)
