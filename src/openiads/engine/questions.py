"""What the world answers when a node asks who a track is: part of the resolve step, which alone may read truth.

What holds for a whole sortie is drawn once per object, errors of an interrogation once per node, object and interrogation.
"""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.models.identification.kernels import PENDING, UNKNOWN, true_identity
from openiads.records.case import MODE_CIVIL, Case
from openiads.records.chain import RELIEF_IDENTITY
from openiads.records.log import IDENTITY_REFERENCE, log_association
from openiads.records.state import (
    SAID_NO,
    SAID_NOTHING,
    SAID_YES,
    SORTIE_CODE,
    SORTIE_CORRIDOR,
    SORTIE_PLAN,
    SORTIE_WORKING,
    State,
)
from openiads.records.truth import motion_at
from openiads.streams.draws import uniform, uniforms
from openiads.streams.names import INTERROGATE, LOOK_OF_ECHO, SORTIE_IDENTITY

Record = Any
Records = NDArray[Any]
Answers = tuple[int, int, int, int, int]
RIGHT, WRONG, UNDECIDED = 0, 1, 2


@kernel
def sortie_bits(thing: Record, clock: Record) -> int:
    """What holds for this sortie of an object: SORTIE_ bits."""
    works, code, plan, corridor = uniforms(clock["seed"], clock["replication"], SORTIE_IDENTITY, thing["name"], 0)
    bits = SORTIE_WORKING if works < thing["p_iff_working"] else 0
    bits |= SORTIE_CODE if code < thing["p_iff_code"] else 0
    bits |= SORTIE_PLAN if plan < thing["p_flight_plan"] else 0
    return bits | (SORTIE_CORRIDOR if corridor < thing["p_corridor"] else 0)


@kernel
def said(state: bool, u: float, p_yes: float, p_false: float) -> int:
    """A yes or no about a state, with the error of one interrogation."""
    return SAID_YES if u < (p_yes if state else p_false) else SAID_NO


@kernel
def answers(case: Case, state: State, n: int, slot: int) -> Answers:
    """What one interrogation of the track in `slot` by node `n` brings. Where nothing is, nothing answers.

    Nothing is learned in modes that the node does not ask, or of plans and corridors that it does not know. A coded mode is
    answered when the transponder has it, works, and is set to the right code.
    """
    e, o = case.evidence[n], state.track_truth[slot]
    coded = e["modes"] & ~MODE_CIVIL
    civil = SAID_NO if e["modes"] & MODE_CIVIL != 0 else SAID_NOTHING
    code = SAID_NO if coded != 0 else SAID_NOTHING
    known = SAID_NO if e["procedures"] > 0 else SAID_NOTHING
    if o < 0:
        return civil, code, known, known, SAID_NO
    c, thing, bits = state.clock[0], case.objects[o], state.objects[o]["sortie"]
    index = state.identity_index[n, o]
    state.identity_index[n, o] += 1
    pair = case.node_object[n, o]
    u_civil, u_code, u_plan, u_corridor = uniforms(c["seed"], c["replication"], INTERROGATE, pair, index)
    works = bits & SORTIE_WORKING != 0
    if civil != SAID_NOTHING:
        civil = said(works and thing["iff_modes"] & MODE_CIVIL != 0, u_civil, e["p_reply"], e["p_false_reply"])
    if code != SAID_NOTHING:
        fits = works and bits & SORTIE_CODE != 0 and thing["iff_modes"] & coded != 0
        code = said(fits, u_code, e["p_reply"], e["p_false_reply"])
    plan, corridor = known, known
    if known != SAID_NOTHING:
        plan = said(bits & SORTIE_PLAN != 0, u_plan, e["p_plan_match"], e["p_plan_false"])
        corridor = said(bits & SORTIE_CORRIDOR != 0, u_corridor, e["p_corridor_seen"], e["p_corridor_false"])
    u = uniform(c["seed"], c["replication"], LOOK_OF_ECHO, pair, 0)
    crewed = said(thing["crewed"] > 0, u, e["p_type_right"], 1.0 - e["p_type_right"])
    return civil, code, plan, corridor, crewed


@kernel
def deserved(objects: Records, o: int) -> int:
    """The identity that object `o` deserves, -1 for none."""
    return true_identity(objects[o]["side"] if o >= 0 else -1)


@kernel
def granted(case: Case, state: State, slot: int, identity: int) -> int:
    """The identity that a node concludes; the true one where a counterfactual restores identification."""
    o = state.track_truth[slot]
    if o >= 0 and case.objects[o]["relief"] & RELIEF_IDENTITY != 0:
        return deserved(case.objects, o)
    return identity


@kernel
def count_question(state: State, slot: int) -> None:
    """An interrogation of a real object is counted."""
    state.counts[0]["interrogations"] += 1 if state.track_truth[slot] >= 0 else 0


@kernel
def note_identity(case: Case, state: State, n: int, slot: int, identity: int, now_ns: int) -> None:
    """A node declares an identity: in truth whose, and whether rightly."""
    o = state.track_truth[slot]
    outcome = RIGHT if identity == deserved(case.objects, o) else (UNDECIDED if identity in (PENDING, UNKNOWN) else WRONG)
    if outcome == WRONG:
        state.counts[0]["misidentified"] += 1
    if o >= 0:
        stage = state.stages[n, o]
        stage["identity"] = identity
        if stage["identified_ns"] < 0:
            stage["identified_ns"] = now_ns
    number = state.tracks[slot]["number"]
    log_association(state.clock, state.associations, now_ns, n, IDENTITY_REFERENCE, number, o, outcome)


@kernel
def captured(case: Case, state: State, track: Record, reach_m: float, now_ns: int) -> int:
    """The real object nearest to where a false track is now, within `reach_m`; -1 when there is none. Ties: the first by name."""
    dt = (now_ns - track["update_ns"]) * 1e-9
    x = track["x"]
    px, py, pz = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
    best, least = -1, reach_m
    for o in range(len(case.objects)):
        thing = case.objects[o]
        if state.objects[o]["present"] == 0 or now_ns < thing["start_ns"] or now_ns > thing["end_ns"]:
            continue
        ox, oy, oz, _, _, _ = motion_at(case.objects, case.knots, o, now_ns)
        away = math.sqrt((ox - px) * (ox - px) + (oy - py) * (oy - py) + (oz - pz) * (oz - pz))
        if away < least:
            best, least = o, away
    return best
