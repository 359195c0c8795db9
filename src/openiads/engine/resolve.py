"""The only step after sensing that reads truth: who really is behind a track, what an intercept did, how an object ends.

Command, engagement and assessment are given pictures only. Here the engine answers what they cannot know, and writes it to
the tables of truth.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.questions import sortie_bits
from openiads.geo.ellipsoid import ecef_to_polar_k, height_k
from openiads.kernels import kernel
from openiads.models.engagement.limits import crossing_and_dive, kill_probability, limits_hold
from openiads.models.engagement.meeting import flight_time
from openiads.models.identification.kernels import PENDING, UNKNOWN, reply, true_identity
from openiads.models.sensing.fluctuation import sortie_offset_db
from openiads.records.case import FRIENDLY, HOSTILE
from openiads.records.chain import RELIEF_ENVELOPE, RELIEF_IDENTITY, RELIEF_KILL
from openiads.records.log import FIRM_EVENT, IDENTITY_REFERENCE, TRACK_REFERENCE, log_association, log_event
from openiads.records.tables import END_STATES, SHOT_RESULTS
from openiads.records.truth import motion_at
from openiads.streams.draws import uniform, uniforms
from openiads.streams.names import ASSESS, BATCH, COMMON, CONTROL, DEBRIS, IDENTIFY, KILL, SORTIE

Record = Any
Records = NDArray[Any]
KILLED_STATE, LEAKED, LANDED, LEFT, ABORTED, ALIVE_AT_END = range(len(END_STATES))
IN_FLIGHT, KILLED, MISSED, TRACK_LOST, OUT_OF_ENVELOPE, NO_OBJECT, TARGET_GONE = range(len(SHOT_RESULTS))
RIGHT, WRONG, UNDECIDED = 0, 1, 2
MEETING_TOLERANCE_NS = 20_000_000
"""Choice of the method: a missile has met its target when its flight lasted as long as its table says, to within this."""


@kernel
def begin(control: Records, objects: Records, clock: Records, states: Records) -> None:
    """What holds for this whole replication: the rules of engagement, and each sortie's reflectors, compliance and RCS."""
    c = clock[0]
    u = uniforms(c["seed"], c["replication"], CONTROL, control[0]["name"], 0)[0]
    c["weapons_free"] = 1 if u < control[0]["weapons_free_share"] else 0
    for o in range(len(objects)):
        thing, state = objects[o], states[o]
        reflectors, complies, offset, phase = uniforms(c["seed"], c["replication"], SORTIE, thing["name"], 0)
        state["present"] = 1
        state["end_state"] = -1
        state["end_ns"] = -1
        state["killed_by"] = -1
        state["first_detection_ns"] = -1
        state["first_firm_ns"] = -1
        fitted = reflectors < thing["reflector_share"] and not math.isnan(thing["reflectors_db"])
        offset_db = sortie_offset_db(thing, offset)
        state["phase"] = phase
        state["sortie"] = sortie_bits(thing, c)
        for sector in range(3):
            state["rcs_db"][sector] = (thing["reflectors_db"] if fitted else thing["rcs_db"][sector]) + offset_db
        if complies < thing["compliance"]:
            end_object(state, ABORTED, thing["start_ns"])


@kernel
def end_object(state: Record, end_state: int, at_ns: int) -> None:
    """An object ends, once."""
    if state["end_state"] >= 0:
        return
    state["present"] = 0
    state["end_state"] = end_state
    state["end_ns"] = at_ns


@kernel
def note_plots(
    plots: Records,
    plot_truth: NDArray[np.int32],
    count: int,
    states: Records,
    stages: Records,
    track_truth: NDArray[np.int32],
) -> None:
    """Carry truth from plots to the tracks that took them, for the tables and for this step alone."""
    for k in range(count):
        o = plot_truth[k]
        if plots[k]["track"] >= 0:
            track_truth[plots[k]["track"]] = o
        if o >= 0:
            states[o]["plots"] += 1
            at_ns = plots[k]["at_ns"]
            if states[o]["first_detection_ns"] < 0 or at_ns < states[o]["first_detection_ns"]:
                states[o]["first_detection_ns"] = at_ns
            if stages[o]["detected_ns"] < 0 or at_ns < stages[o]["detected_ns"]:
                stages[o]["detected_ns"] = at_ns


@kernel
def note_firm(
    node: int,
    track: Record,
    truth: int,
    now_ns: int,
    clock: Records,
    events: Records,
    associations: Records,
    states: Records,
    stages: Records,
    counts: Records,
) -> None:
    """A track became firm: the event of the node, and in truth whose it is."""
    counts[0]["tracks_firm"] += 1
    log_event(clock, events, now_ns, node, FIRM_EVENT, track["number"], -1, math.nan)
    log_association(clock, associations, now_ns, node, TRACK_REFERENCE, track["number"], truth, -1)
    if truth < 0:
        counts[0]["false_tracks_firm"] += 1
        return
    if states[truth]["first_firm_ns"] < 0:
        states[truth]["first_firm_ns"] = now_ns
    if stages[truth]["firm_ns"] < 0:
        stages[truth]["firm_ns"] = now_ns


@kernel
def interrogate(
    node_index: int,
    node: Record,
    track: Record,
    truth: int,
    objects: Records,
    node_object: NDArray[np.uint64],
    identity_index: NDArray[np.int32],
    contact: Record,
    now_ns: int,
    clock: Records,
    associations: Records,
    stages: Records,
    counts: Records,
) -> int:
    """The identity that one interrogation yields, with the node's error rates.

    The draw belongs to node, object and the count of interrogations between the two.
    """
    side = objects[truth]["side"] if truth >= 0 else -1
    identity = UNKNOWN
    linked = now_ns - contact["heard_ns"] <= node["remote_hold_ns"]
    if truth >= 0:
        c = clock[0]
        index = identity_index[node_index, truth]
        identity_index[node_index, truth] += 1
        u = uniform(c["seed"], c["replication"], IDENTIFY, node_object[node_index, truth], index)
        identity = true_identity(side) if objects[truth]["relief"] & RELIEF_IDENTITY != 0 else reply(node, side, u, linked)
        counts[0]["interrogations"] += 1
        stages[truth]["identity"] = identity
        if stages[truth]["identified_ns"] < 0:
            stages[truth]["identified_ns"] = now_ns
    deserved = true_identity(side)
    outcome = RIGHT if identity == deserved else (UNDECIDED if identity in (PENDING, UNKNOWN) else WRONG)
    if outcome == WRONG:
        counts[0]["misidentified"] += 1
    log_association(clock, associations, now_ns, node_index, IDENTITY_REFERENCE, track["number"], truth, outcome)
    return identity


@kernel
def ask_again(side: int, track: Record) -> None:
    """In a counterfactual that restores identification: an identity that is not the true one is asked for anew."""
    if track["identity"] != true_identity(side):
        track["identity"] = PENDING


@kernel
def meet(
    shot: Record,
    truth: Record,
    radar: Record,
    missile: Record,
    tables: tuple[Records, Records],
    objects: Records,
    knots: Records,
    states: Records,
    ballistic_mps: float,
) -> int:
    """Where a missile and the real object stand at the shot's due time: a result, or IN_FLIGHT with a later due time.

    The missile flies until its time of flight to where the object really is has passed; the envelope holds there and then.
    """
    o = truth["object"]
    if o < 0:
        return NO_OBJECT
    if states[o]["present"] == 0:
        return TARGET_GONE
    x, y, z, vx, vy, vz = motion_at(objects, knots, o, shot["due_ns"])
    range_m, _, _ = ecef_to_polar_k(radar["site_m"], radar["axes"], x, y, z)
    meeting_ns = shot["launch_ns"] + int(flight_time(missile, tables[0], range_m) * 1e9)
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    crossing_m, dive_rad = crossing_and_dive(radar, x, y, z, vx, vy, vz)
    at = (range_m, height_k(x, y, z), speed)
    inside = limits_hold(missile, tables[1], at, speed > ballistic_mps, crossing_m, dive_rad)
    if not inside and objects[o]["relief"] & RELIEF_ENVELOPE == 0:
        return OUT_OF_ENVELOPE
    if meeting_ns > shot["due_ns"] + MEETING_TOLERANCE_NS:
        shot["due_ns"] = meeting_ns
        return IN_FLIGHT
    return MISSED


@kernel
def take_index(truth: Record, shot_index: NDArray[np.int32]) -> None:
    """Number an intercept among those of its object, by whomever: kill and assessment draw by it, each shot its own."""
    o = truth["object"]
    if o >= 0:
        truth["index"] = shot_index[o]
        shot_index[o] += 1


@kernel
def happens(clock: Record, purpose: int, name: np.uint64, probability: float) -> bool:
    """Whether something that holds for a whole replication happens in this one; what cannot happen is not drawn."""
    return bool(probability > 0.0 and uniforms(clock["seed"], clock["replication"], purpose, name, 0)[0] < probability)


@kernel
def kill_drawn(
    missile: Record,
    speed_limits: Records,
    radar: Record,
    objects: Records,
    knots: Records,
    truth: Record,
    at_ns: int,
    clock: Records,
) -> bool:
    """Whether an intercept kills. The draw belongs to the object and the count of its intercepts, whoever fired.

    So the k-th missile that meets an object has the same luck in every variant. A batch that is bad fails everywhere, and a cause
    that all missiles share at one object (`p_common_failure`) spoils every shot at it.
    """
    thing, c = objects[truth["object"]], clock[0]
    if thing["relief"] & RELIEF_KILL != 0:
        return True
    if happens(c, BATCH, missile["name"], missile["p_batch_failure"]):
        return False
    if happens(c, COMMON, thing["name"], missile["p_common_failure"]):
        return False
    x, y, z, vx, vy, vz = motion_at(objects, knots, truth["object"], at_ns)
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    crossing_m, _ = crossing_and_dive(radar, x, y, z, vx, vy, vz)
    p_kill = kill_probability(missile, speed_limits, thing["kind"], speed, crossing_m) * thing["kill_factor"]
    u = uniform(c["seed"], c["replication"], KILL, thing["name"], truth["index"])
    return bool(u < p_kill)


@kernel
def looks_dead(unit: Record, objects: Records, truth: Record, clock: Records, counts: Records) -> bool:
    """What the fire unit sees of the result, with both errors of assessment. A false track just seems to live on."""
    if truth["object"] < 0:
        return False
    dead = truth["result"] in (KILLED, TARGET_GONE)
    u = uniform(clock[0]["seed"], clock[0]["replication"], ASSESS, objects[truth["object"]]["name"], truth["index"])
    error = u < (unit["p_miss_kill"] if dead else unit["p_false_kill"])
    counts[0]["assessments"] += 1
    counts[0]["assessment_errors"] += 1 if error else 0
    return bool(dead != error)


@kernel
def count_kill(
    control: Record,
    objects: Records,
    clock: Records,
    states: Records,
    truth: Record,
    fire_unit: int,
    at_ns: int,
    counts: Records,
) -> None:
    """An object is killed: it ends, and the totals say whose it was. Its remains may go on giving plots."""
    o, c = truth["object"], clock[0]
    if happens(c, DEBRIS, objects[o]["name"], control["debris_share"]):
        states[o]["debris_ns"] = at_ns + control["debris_ns"]
    end_object(states[o], KILLED_STATE, at_ns)
    states[o]["killed_by"] = fire_unit
    counts[0]["kills"] += 1
    counts[0]["friendly_kills"] += 1 if objects[o]["side"] == FRIENDLY else 0


@kernel
def finish(control: Records, objects: Records, states: Records, node_states: Records, counts: Records) -> None:
    """At the end of the scenario every object has one end state, and tracks for which a node had no room are counted."""
    for n in range(len(node_states)):
        counts[0]["tracks_refused"] += node_states[n]["overflow"]
    for o in range(len(objects)):
        end_object(states[o], ALIVE_AT_END, control[0]["duration_ns"])
        if states[o]["end_state"] == LEAKED and objects[o]["side"] == HOSTILE:
            counts[0]["leaked"] += 1
