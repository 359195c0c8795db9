"""Nodes that die and come back: what a node knew is gone, what it guided flies on alone, what it planned stays on the rail."""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.engine.picture import used_slots
from openiads.engine.stages import note_failed
from openiads.kernels import kernel
from openiads.records.case import Case
from openiads.records.log import DOWN, DROPPED, UP, log_event
from openiads.records.state import ASSESSING, DONE, FAILED_OUT, NEVER, State
from openiads.tracking.life import release

Record = Any
Records = NDArray[Any]
FREE, OWN = 0, 0


@kernel
def on_outage(case: Case, state: State, row: Record) -> None:
    """A node goes out of action (the row's number is 1) or comes back with an empty picture."""
    n, now_ns = row["index"], row["at_ns"]
    begins = row["number"] == 1
    state.contacts[n]["down"] = 1 if begins else 0
    log_event(state.clock, state.events, now_ns, n, DOWN if begins else UP, -1, -1, math.nan)
    if not begins:
        return
    if case.nodes[n]["fire_unit"] >= 0:
        give_up_shots(case, state, case.nodes[n]["fire_unit"])
    forget_picture(case, state, n, now_ns)


@kernel
def forget_picture(case: Case, state: State, n: int, now_ns: int) -> None:
    """All tracks of a node end, its own and those that it was told."""
    first, last = used_slots(case.trackers[n], state.node_states[n])
    for slot in range(first, last):
        track = state.tracks[slot]
        if track["status"] == FREE:
            continue
        if track["source"] == OWN and track["firm_ns"] >= 0:
            log_event(state.clock, state.events, now_ns, n, DROPPED, track["number"], -1, math.nan)
        release(case.trackers[n], state.node_states[n], state.tracks, slot)


@kernel
def give_up_shots(case: Case, state: State, f: int) -> None:
    """No shot of a dead unit is assessed; those planned or in flight lose the track that guides them when it is asked for."""
    clock = state.clock[0]
    first_ns = NEVER
    stages = state.stages[case.fire_units[f]["node"]]
    for k in range(clock["shots"]):
        shot = state.shots[k]
        if shot["status"] == DONE:
            continue
        if shot["fire_unit"] == f:
            if shot["status"] == ASSESSING:
                shot["status"] = DONE
                continue
            note_failed(stages, state.shot_truth[k]["object"], FAILED_OUT)
        first_ns = min(first_ns, shot["due_ns"])
    clock["shot_ns"] = first_ns
