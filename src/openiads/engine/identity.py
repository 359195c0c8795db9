"""Who a node takes its tracks for: it asks, weighs and declares. The answers come from the resolve step alone."""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.engine.picture import used_slots
from openiads.engine.questions import answers, count_question, granted, note_identity
from openiads.engine.resolve import interrogate
from openiads.kernels import kernel
from openiads.models.identification.evidence import (
    begin_belief,
    conclude,
    confidence,
    moves_as_missile,
    rule_applies,
    ruled,
    take_answers,
    wants_evidence,
)
from openiads.models.identification.kernels import DECLARED_HOSTILE, accept, wants_interrogation
from openiads.records.case import Case
from openiads.records.log import IDENTIFIED, log_belief, log_event
from openiads.records.state import State

Record = Any
Records = NDArray[Any]


@kernel
def identify(case: Case, state: State, n: int, now_ns: int) -> None:
    """A node goes through its picture: it asks about every track whose time has come."""
    node, evidence = case.nodes[n], case.evidence[n]
    first, last = used_slots(case.trackers[n], state.node_states[n])
    for slot in range(first, last):
        track = state.tracks[slot]
        if evidence["weighs"] > 0:
            if wants_evidence(node, evidence, state.beliefs[slot], track, now_ns):
                ask_again(case, state, n, slot, now_ns)
        elif wants_interrogation(node, track, now_ns):
            ask_once(case, state, n, slot, now_ns)
        if rule_applies(evidence, track, now_ns):
            declare(case, state, n, slot, DECLARED_HOSTILE, math.nan, now_ns)


@kernel
def ask_once(case: Case, state: State, n: int, slot: int, now_ns: int) -> None:
    """The one interrogation of a node with a table of answers."""
    track = state.tracks[slot]
    identity = interrogate(
        n,
        case.nodes[n],
        track,
        state.track_truth[slot],
        case.objects,
        case.node_object,
        state.identity_index,
        state.contacts[n],
        now_ns,
        state.clock,
        state.associations,
        state.stages[n],
        state.counts,
    )
    accept(track, identity, now_ns)
    log_event(state.clock, state.events, now_ns, n, IDENTIFIED, track["number"], identity, math.nan)


@kernel
def ask_again(case: Case, state: State, n: int, slot: int, now_ns: int) -> None:
    """One interrogation of a node that weighs evidence; a declaration follows when it changes what the node holds."""
    evidence, track, belief = case.evidence[n], state.tracks[slot], state.beliefs[slot]
    begin_belief(belief, track)
    found = answers(case, state, n, slot)
    count_question(state, slot)
    take_answers(belief, found)
    belief["as_missile"] = 1 if moves_as_missile(track, evidence["missile_mps"], evidence["missile_dive"]) else 0
    belief["next_ns"] = now_ns + evidence["repeat_ns"]
    identity = granted(case, state, slot, ruled(evidence, track, conclude(evidence, belief)))
    log_belief(state.clock, state.belief_log, now_ns, n, belief, found, identity)
    if identity != track["identity"] or track["interrogations"] == 0:
        declare(case, state, n, slot, identity, confidence(belief, identity), now_ns)
    else:
        accept(track, identity, now_ns)


@kernel
def declare(case: Case, state: State, n: int, slot: int, identity: int, p: float, now_ns: int) -> None:
    """A node declares a track to be something, with this probability."""
    track = state.tracks[slot]
    note_identity(case, state, n, slot, identity, now_ns)
    accept(track, identity, now_ns)
    log_event(state.clock, state.events, now_ns, n, IDENTIFIED, track["number"], identity, p)
