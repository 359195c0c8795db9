"""What pairs of fighters really met, and how far the chain of their base got: part of the resolve step, which may read truth."""

from typing import Any

from numpy.typing import NDArray

from openiads.engine.assigning import in_force
from openiads.engine.ordered import weapons_at
from openiads.engine.resolve import KILLED, MISSED, NO_OBJECT, TARGET_GONE, count_kill
from openiads.kernels import kernel
from openiads.models.command.authority import weapons_for
from openiads.models.fighters.kernels import FIRM, SENT, unmet
from openiads.records.case import HOSTILE, Case
from openiads.records.chain import RELIEF_FALSE_SHOT, RELIEF_KILL
from openiads.records.fighters import LEFT_TO_MISSILES, NOT_ALLOWED, PAIR_FAILURES, TRACK_ENDED
from openiads.records.log import SORTIE_REFERENCE, log_association
from openiads.records.state import State
from openiads.streams.draws import uniform
from openiads.streams.names import FIGHTER_KILL

Record = Any
Records = NDArray[Any]
WRONG_IDENTITY, WITH_MISSILES, LOST, TOO_LATE, ELSEWHERE, IN_VAIN = range(len(PAIR_FAILURES))
SORTIES_OF_A_BASE = 1_000_000
"""The number of a sortie in the log is that of its base times this, and its own."""


@kernel
def note_left(case: Case, state: State, n: int, slots: tuple[int, int], now_ns: int) -> None:
    """After post `n` has sent its pairs: which conditions each firm track of a hostile object meets that nobody is at."""
    for b in range(len(case.fighters)):
        base = case.fighters[b]
        if base["node"] != n:
            continue
        stated = weapons_at(case, state, n, base["weapons"], now_ns)
        for slot in range(slots[0], slots[1]):
            track, o = state.tracks[slot], state.track_truth[slot]
            if track["status"] != FIRM or o < 0 or case.objects[o]["side"] != HOSTILE or state.objects[o]["present"] == 0:
                continue
            if track["engaged"] > 0 or in_force(state.assigned[slot], track):
                continue
            weapons = stated if base["zone_count"] == 0 else weapons_for(base, stated, case.fighter_zones, track, now_ns)
            off_ns = now_ns + base["order_ns"] + base["ready_ns"]
            met = unmet(base, case.fighter_zones, case.control[0], weapons, track, off_ns, now_ns)
            state.pair_stages[b, o]["met"] = max(state.pair_stages[b, o]["met"], met)


@kernel
def note_sent(case: Case, state: State, b: int, slot: int, place: int, met: int) -> None:
    """It was decided whether to send a pair at a track, which then met so many conditions; `place` is the pair, -1 for none.

    A track whose object has ended by then counts for nothing: that decision came too late for whatever became of the object.
    """
    o = state.track_truth[slot]
    if o >= 0 and state.objects[o]["present"] == 0:
        o = -1
    if place >= 0:
        state.pair_truth[place]["object"] = o
    if o >= 0:
        stage = state.pair_stages[b, o]
        stage["met"] = max(stage["met"], met)
        stage["sent"] += 1 if met >= SENT else 0


@kernel
def note_vain(state: State, place: int, o: int, failure: int) -> None:
    """What became of a pair that was sent at object `o`, in vain; who came when it had ended came too late."""
    if o >= 0:
        gone = state.objects[o]["present"] == 0
        state.pair_stages[state.pairs[place]["base"], o]["failed"] |= 1 << (TOO_LATE if gone else failure)


@kernel
def note_recall(state: State, place: int, reason: int) -> None:
    """A pair was called back before it met anything."""
    failure = TOO_LATE
    if reason == TRACK_ENDED:
        failure = LOST
    elif reason == NOT_ALLOWED:
        failure = WRONG_IDENTITY
    elif reason == LEFT_TO_MISSILES:
        failure = WITH_MISSILES
    note_vain(state, place, state.pair_truth[place]["object"], failure)


@kernel
def meet_object(case: Case, state: State, place: int, now_ns: int) -> int:
    """What a pair meets where its track is, and whether it stops it: a result of SHOT_RESULTS, as the pair reports it.

    It meets what its track really follows now, whoever that is. The draw belongs to the object and the count of its meetings.
    """
    pair, planned = state.pairs[place], state.pair_truth[place]["object"]
    b, o = pair["base"], state.track_truth[pair["slot"]]
    if planned >= 0 and case.objects[planned]["relief"] & RELIEF_FALSE_SHOT != 0:
        o = planned
    if o != planned:
        note_vain(state, place, planned, ELSEWHERE)
    state.pair_truth[place]["object"] = o
    result = NO_OBJECT
    if o >= 0:
        result = TARGET_GONE if state.objects[o]["present"] == 0 else stopped(case, state, place, o, now_ns)
    if result == MISSED or (result == TARGET_GONE and o == planned):
        note_vain(state, place, o, IN_VAIN)
    number = b * SORTIES_OF_A_BASE + pair["sortie"]
    log_association(state.clock, state.associations, now_ns, case.fighters[b]["node"], SORTIE_REFERENCE, number, o, result)
    return result


@kernel
def stopped(case: Case, state: State, place: int, o: int, now_ns: int) -> int:
    """KILLED or MISSED by the draw of this meeting with object `o`."""
    b, thing, c = state.pairs[place]["base"], case.objects[o], state.clock[0]
    base = case.fighters[b]
    u = uniform(c["seed"], c["replication"], FIGHTER_KILL, thing["name"], state.pair_index[o])
    state.pair_index[o] += 1
    p_kill = base["p_kill"] * base["kind_factor"][thing["kind"]] * thing["kill_factor"]
    if u >= p_kill and thing["relief"] & RELIEF_KILL == 0:
        return MISSED
    by = len(case.fire_units) + b
    count_kill(case.control[0], case.objects, state.clock, state.objects, state.pair_truth[place], by, now_ns, state.counts)
    return KILLED
