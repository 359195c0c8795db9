"""Pairs of fighters in the walk: a post sends them on its own picture, follows and recalls them; they take off, meet, go home.

What is noted for the ledger is noted beside the decisions and hands nothing back.
"""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.engine.assigning import in_force
from openiads.engine.fighter_stages import meet_object, note_left, note_recall, note_sent
from openiads.engine.ordered import decided, weapons_at
from openiads.engine.picture import used_slots
from openiads.engine.resolve import KILLED, MEETING_TOLERANCE_NS
from openiads.kernels import kernel
from openiads.models.command.authority import weapons_for
from openiads.models.command.kernels import time_to_asset
from openiads.models.fighters.kernels import (
    FIRM,
    NO_DECISION,
    NO_PAIR,
    allowed,
    follows,
    go_home,
    hold_dead,
    left_to_missiles,
    meeting_ns,
    send,
    stand_down,
    unmet,
)
from openiads.records.case import Case
from openiads.records.chain import RELIEF_FIGHTER_REACH, RELIEF_PAIR
from openiads.records.fighters import (
    FLYING,
    HOME,
    LEFT_TO_MISSILES,
    NOT_ALLOWED,
    NOT_IN_REACH,
    ORDERED,
    RECALLS,
    RETURNING,
    TRACK_ENDED,
)
from openiads.records.log import AIRBORNE, COMMITTED, MET, READY_AGAIN, RECALLED, log_event
from openiads.records.state import NEVER, USER_RELIEF, State

Record = Any
Records = NDArray[Any]
REASONS = len(RECALLS)


@kernel
def direct_fighters(case: Case, state: State, n: int, now_ns: int) -> None:
    """A post's command cycle for the pairs that it orders: follow those under way, send others, most urgent track first."""
    mine = 0
    for b in range(len(case.fighters)):
        if case.fighters[b]["node"] == n:
            mine += 1
            for place in range(first_row(case, b), last_row(case, b)):
                if state.pairs[place]["status"] in (ORDERED, FLYING):
                    follow(case, state, place, now_ns)
    if mine == 0:
        return
    slots = used_slots(case.trackers[n], state.node_states[n])
    time_s, number = -1.0, -1
    while pairs_at_home(case, state, n) > 0:
        slot = next_urgent(case, state, slots, time_s, number, now_ns)
        if slot < 0:
            break
        time_s, number = time_to_asset(state.tracks[slot], case.assets_m, now_ns), int(state.tracks[slot]["number"])
        commit(case, state, n, slot, now_ns)
    note_left(case, state, n, slots, now_ns)
    set_due(state)


@kernel
def first_row(case: Case, b: int) -> int:
    """First row of `pairs` of a base."""
    return int(case.fighters[b]["pair_first"])


@kernel
def last_row(case: Case, b: int) -> int:
    """The row after the last of `pairs` of a base, those for counterfactuals included."""
    return int(case.fighters[b]["pair_first"] + case.fighters[b]["pair_rows"])


@kernel
def pairs_at_home(case: Case, state: State, n: int) -> int:
    """Pairs that post `n` could send now."""
    found = 0
    for b in range(len(case.fighters)):
        if case.fighters[b]["node"] == n:
            for place in range(first_row(case, b), last_row(case, b)):
                found += 1 if state.pairs[place]["status"] == HOME else 0
    return found


@kernel
def next_urgent(case: Case, state: State, slots: tuple[int, int], after_s: float, after: int, now_ns: int) -> int:
    """Slot of the most urgent track that nobody is at, after that of urgency `after_s` and number `after`; -1: none is left."""
    best, least, number = -1, math.inf, 0
    for slot in range(slots[0], slots[1]):
        track = state.tracks[slot]
        if track["status"] != FIRM or track["engaged"] > 0 or in_force(state.assigned[slot], track):
            continue
        time_s = time_to_asset(track, case.assets_m, now_ns)
        if time_s < after_s or (time_s == after_s and track["number"] <= after):
            continue
        if time_s < least or (time_s == least and track["number"] < number):
            best, least, number = slot, time_s, int(track["number"])
    return best


@kernel
def weapons_on(case: Case, state: State, b: int, track: Record, now_ns: int) -> int:
    """State of weapons of the pairs of a base for one track."""
    base = case.fighters[b]
    weapons = weapons_at(case, state, base["node"], base["weapons"], now_ns)
    return weapons if base["zone_count"] == 0 else weapons_for(base, weapons, case.fighter_zones, track, now_ns)


@kernel
def take_off_ns(case: Case, b: int, track: Record, decided_ns: int) -> int:
    """When a pair takes off that it is decided to send at `decided_ns`."""
    base = case.fighters[b]
    if track["user"][USER_RELIEF] & RELIEF_FIGHTER_REACH != 0:
        return decided_ns
    return int(decided_ns + base["order_ns"] + base["ready_ns"])


@kernel
def pair_for(case: Case, state: State, b: int, track: Record) -> int:
    """Row of a pair of a base that is at home, the first one; -1 when there is none."""
    base = case.fighters[b]
    further = track["user"][USER_RELIEF] & RELIEF_PAIR != 0
    count = base["pair_rows"] if further else base["pair_count"]
    for place in range(base["pair_first"], base["pair_first"] + count):
        if state.pairs[place]["status"] == HOME:
            return place
    return -1


@kernel
def commit(case: Case, state: State, n: int, slot: int, now_ns: int) -> bool:
    """Send a pair of post `n` at a track: of the bases that may and can, the one whose pair meets it first, ties by name."""
    track = state.tracks[slot]
    best, soonest_ns = -1, NEVER
    for b in range(len(case.fighters)):
        base = case.fighters[b]
        if base["node"] != n or pair_for(case, state, b, track) < 0:
            continue
        off_ns = take_off_ns(case, b, track, now_ns)
        weapons = weapons_on(case, state, b, track, now_ns)
        if unmet(base, case.fighter_zones, case.control[0], weapons, track, off_ns, now_ns) < NO_PAIR:
            continue
        at_ns = meeting_ns(base, case.fighter_zones, track, off_ns, now_ns)
        if at_ns < soonest_ns:
            best, soonest_ns = b, at_ns
    if best < 0:
        return False
    decided_ns = decided(case, state, case.fighters[best], case.fighters[best]["desk"], track, now_ns)
    if decided_ns < 0:
        note_sent(case, state, best, slot, -1, NO_DECISION)
        return False
    place = pair_for(case, state, best, track)
    send(state.pairs[place], slot, track, take_off_ns(case, best, track, decided_ns))
    note_sent(case, state, best, slot, place, NO_DECISION + 1)
    value = (soonest_ns - now_ns) * 1e-9
    log_event(state.clock, state.events, now_ns, n, COMMITTED, track["number"], best, value)
    return True


@kernel
def why_recall(case: Case, state: State, place: int, now_ns: int) -> int:
    """Why a pair that is under way is recalled, a place in RECALLS; -1 when it goes on."""
    pair = state.pairs[place]
    b, track = pair["base"], state.tracks[pair["slot"]]
    base = case.fighters[b]
    if not follows(pair, track):
        return TRACK_ENDED
    if not allowed(weapons_on(case, state, b, track, now_ns), track):
        return NOT_ALLOWED
    if left_to_missiles(track, now_ns) or in_force(state.assigned[pair["slot"]], track):
        return LEFT_TO_MISSILES
    return NOT_IN_REACH if meeting_ns(base, case.fighter_zones, track, pair["off_ns"], now_ns) < 0 else -1


@kernel
def follow(case: Case, state: State, place: int, now_ns: int) -> None:
    """A post looks after a pair that is under way: it tells it where its target now goes, or calls it back.

    Whether it is still in reach is asked at the take-off and at the meeting alone: a track far out wavers from cycle to cycle.
    """
    pair = state.pairs[place]
    reason = why_recall(case, state, place, now_ns)
    if reason == NOT_IN_REACH:
        return
    if reason >= 0:
        recall(case, state, place, reason, now_ns)
    elif pair["status"] == FLYING:
        track = state.tracks[pair["slot"]]
        pair["due_ns"] = meeting_ns(case.fighters[pair["base"]], case.fighter_zones, track, pair["off_ns"], now_ns)


@kernel
def recall(case: Case, state: State, place: int, reason: int, now_ns: int) -> None:
    """A pair is called back: in the air it turns round, on the ground it is ready again."""
    pair = state.pairs[place]
    b = pair["base"]
    base, track = case.fighters[b], state.tracks[pair["slot"]]
    if follows(pair, track):
        track["engaged"] -= 1
    note_recall(state, place, reason)
    log_event(state.clock, state.events, now_ns, base["node"], RECALLED, pair["number"], b * REASONS + reason, math.nan)
    if pair["status"] == FLYING:
        go_home(base, pair, now_ns)
    else:
        stand_down(base, pair)


@kernel
def set_due(state: State) -> None:
    """When the next of the pairs falls due."""
    clock, place = state.clock[0], next_pair(state.pairs)
    clock["pair_ns"] = state.pairs[place]["due_ns"] if place >= 0 else NEVER
    clock["due_ns"] = min(clock["due_ns"], clock["pair_ns"])


@kernel
def next_pair(pairs: Records) -> int:
    """Row of the pair that falls due first, ties by row; -1 when nothing is due."""
    best_ns, place = NEVER, -1
    for k in range(len(pairs)):
        if pairs[k]["due_ns"] < best_ns:
            best_ns, place = pairs[k]["due_ns"], k
    return place


@kernel
def settle_pair(case: Case, state: State) -> None:
    """Take the next step of the pair that falls due first: take-off, meeting or readiness."""
    place = next_pair(state.pairs)
    pair = state.pairs[place]
    b, now_ns = pair["base"], pair["due_ns"]
    if pair["status"] == RETURNING:
        stand_down(case.fighters[b], pair)
        if pair["status"] == HOME:
            log_event(state.clock, state.events, now_ns, case.fighters[b]["node"], READY_AGAIN, -1, b, math.nan)
    else:
        reason = why_recall(case, state, place, now_ns)
        if reason >= 0:
            recall(case, state, place, reason, now_ns)
        elif pair["status"] == ORDERED:
            take_off(case, state, place, now_ns)
        else:
            meet_pair(case, state, place, now_ns)
    set_due(state)


@kernel
def take_off(case: Case, state: State, place: int, now_ns: int) -> None:
    """A pair leaves: it falls due where it should meet its target."""
    pair = state.pairs[place]
    b = pair["base"]
    base, track = case.fighters[b], state.tracks[pair["slot"]]
    flown = 0
    for k in range(first_row(case, b), last_row(case, b)):
        flown += state.pairs[k]["sorties"]
    pair["sortie"] = flown
    pair["sorties"] += 1
    pair["status"] = FLYING
    pair["due_ns"] = meeting_ns(base, case.fighter_zones, track, now_ns, now_ns)
    value = (pair["due_ns"] - now_ns) * 1e-9
    log_event(state.clock, state.events, now_ns, base["node"], AIRBORNE, track["number"], b, value)


@kernel
def meet_pair(case: Case, state: State, place: int, now_ns: int) -> None:
    """A pair is where it should meet its target: it flies on while that is farther on, gives up on a stale track, or meets it."""
    pair = state.pairs[place]
    b = pair["base"]
    base, track = case.fighters[b], state.tracks[pair["slot"]]
    if now_ns - track["update_ns"] > base["max_track_age_ns"]:
        recall(case, state, place, TRACK_ENDED, now_ns)
        return
    at_ns = meeting_ns(base, case.fighter_zones, track, pair["off_ns"], now_ns)
    if at_ns > now_ns + MEETING_TOLERANCE_NS:
        pair["due_ns"] = at_ns
        return
    value = (now_ns - pair["off_ns"]) * 1e-9
    log_event(state.clock, state.events, now_ns, base["node"], MET, track["number"], b, value)
    if meet_object(case, state, place, now_ns) == KILLED:
        hold_dead(track)
    track["engaged"] -= 1
    go_home(base, pair, now_ns)
