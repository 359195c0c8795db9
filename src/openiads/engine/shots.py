"""What falls due between the instants of the calendar: launches, intercepts, assessments and messages."""

import math

from openiads.engine.resolve import (
    IN_FLIGHT,
    KILLED,
    MISSED,
    TRACK_LOST,
    count_kill,
    kill_drawn,
    looks_dead,
    meet,
    take_index,
)
from openiads.kernels import kernel
from openiads.models.assessment.kernels import holds, take_assessment
from openiads.models.engagement.kernels import in_sector, predict_intercept
from openiads.models.sensing.multifunction import boresight_at
from openiads.records.case import FRIENDLY, Case
from openiads.records.log import (
    ASSESSED,
    INTERCEPT,
    LAUNCHED,
    SHOT_REFERENCE,
    log_association,
    log_event,
)
from openiads.records.state import (
    ASSESSING,
    CONTENT_STATUS,
    DONE,
    FLYING,
    FREE_MESSAGE,
    FREE_SHOT,
    NEVER,
    PLANNED,
    USER_ENGAGED_ELSEWHERE,
    State,
)
from openiads.tracking.records import Scratch
from openiads.tracking.remote import receive_remote


@kernel
def next_due(state: State) -> tuple[int, int, int]:
    """Time, kind (0 message, 1 shot) and place of what falls due first; ties: messages, then the order of launch."""
    best_ns, kind, place = NEVER, 0, -1
    for k in range(len(state.messages)):
        m = state.messages[k]
        if m["status"] != FREE_MESSAGE and m["due_ns"] < best_ns:
            best_ns, kind, place = m["due_ns"], 0, k
    for k in range(state.clock[0]["shots"]):
        s = state.shots[k]
        if s["status"] != FREE_SHOT and s["status"] != DONE and s["due_ns"] < best_ns:
            best_ns, kind, place = s["due_ns"], 1, k
    return best_ns, kind, place


@kernel
def settle_due(case: Case, state: State, scratch: Scratch, until_ns: int) -> None:
    """Consume everything due up to and at `until_ns`, each at its own time stamp, in order of time."""
    while state.clock[0]["due_ns"] <= until_ns:
        due_ns, kind, place = next_due(state)
        if due_ns <= until_ns:
            if kind == 0:
                deliver(case, state, scratch, place)
            elif state.shots[place]["status"] == PLANNED:
                launch(case, state, place)
            elif state.shots[place]["status"] == FLYING:
                intercept(case, state, place)
            else:
                assess(case, state, place)
            due_ns = next_due(state)[0]
        state.clock[0]["due_ns"] = due_ns


@kernel
def launch(case: Case, state: State, place: int) -> None:
    """The reaction time is over: check the track and the geometry once more, and fire or give the missile back."""
    shot = state.shots[place]
    f = shot["fire_unit"]
    unit, unit_state, track = case.fire_units[f], state.fire_units[f], state.tracks[shot["track_slot"]]
    now_ns = shot["due_ns"]
    flight_s = -1.0
    fresh = now_ns - track["update_ns"] <= unit["max_track_age_ns"]
    if holds(shot, track) and fresh:
        masks = (case.mask_first, case.mask_range_m, case.mask_elevation_rad)
        radar, missile = case.radars[unit["radar"]], case.missiles[shot["missile"]]
        boresight = boresight_at(radar, unit_state, now_ns)
        limit_mps = case.control[0]["ballistic_mps"]
        flight_s = predict_intercept(radar, boresight, missile, case.flight, track, now_ns, limit_mps, masks)
    if flight_s < 0.0:
        shot["status"] = DONE
        state.missiles_left[shot["missile"]] += 1
        unit_state["guided"] -= 1
        if holds(shot, track):
            track["engaged"] -= 1
        return
    shot["status"] = FLYING
    shot["number"] = unit_state["next_shot"]
    shot["launch_ns"] = now_ns
    shot["due_ns"] = now_ns + int(flight_s * 1e9)
    shot["predicted_ns"] = shot["due_ns"]
    unit_state["next_shot"] += 1
    state.shot_truth[place]["object"] = state.track_truth[shot["track_slot"]]
    state.counts[0]["shots"] += 1
    log_event(state.clock, state.events, now_ns, unit["node"], LAUNCHED, track["number"], shot["missile"], flight_s)
    o = state.shot_truth[place]["object"]
    if o >= 0:
        state.objects[o]["shots"] += 1
        state.counts[0]["friendly_shots"] += 1 if case.objects[o]["side"] == FRIENDLY else 0


@kernel
def intercept(case: Case, state: State, place: int) -> None:
    """A missile reaches where it should meet its target, if its fire unit still holds the track that guides it."""
    shot, truth = state.shots[place], state.shot_truth[place]
    f = shot["fire_unit"]
    unit, track = case.fire_units[f], state.tracks[shot["track_slot"]]
    held = holds(shot, track)
    now_ns = shot["due_ns"]
    result = TRACK_LOST
    boresight = boresight_at(case.radars[unit["radar"]], state.fire_units[f], now_ns)
    guided = held and in_sector(case.radars[unit["radar"]], boresight, track, now_ns)
    if guided and now_ns - track["update_ns"] <= unit["max_track_age_ns"]:
        truth["object"] = state.track_truth[shot["track_slot"]]
        missile = case.missiles[shot["missile"]]
        result = meet(
            shot,
            truth,
            unit,
            case.radars[unit["radar"]],
            missile,
            case.flight,
            case.objects,
            case.knots,
            state.objects,
            case.control[0]["ballistic_mps"],
        )
        if result == IN_FLIGHT:
            return
        take_index(truth, state.shot_index, f)
        if result == MISSED:
            pair = case.node_object[unit["node"], truth["object"]]
            if kill_drawn(missile, pair, truth, state.clock):
                result = KILLED
                count_kill(case.objects, state.objects, truth, f, now_ns, state.counts)
    truth["result"] = result
    shot["intercept_ns"] = now_ns
    state.fire_units[f]["guided"] -= 1
    flown_s = (now_ns - shot["launch_ns"]) * 1e-9
    log_event(state.clock, state.events, now_ns, unit["node"], INTERCEPT, shot["track_number"], shot["missile"], flown_s)
    log_association(
        state.clock,
        state.associations,
        now_ns,
        unit["node"],
        SHOT_REFERENCE,
        shot["number"],
        -1,
        truth["object"],
        result,
    )
    if held:
        shot["status"] = ASSESSING
        shot["due_ns"] = now_ns + unit["assess_delay_ns"]
    else:
        shot["status"] = DONE


@kernel
def assess(case: Case, state: State, place: int) -> None:
    """The assessment delay is over: the fire unit learns, rightly or wrongly, whether the target is dead."""
    shot, truth = state.shots[place], state.shot_truth[place]
    f = shot["fire_unit"]
    unit = case.fire_units[f]
    dead = False
    if truth["result"] != TRACK_LOST and truth["object"] >= 0:
        pair = case.node_object[unit["node"], truth["object"]]
        dead = looks_dead(unit, pair, truth, state.clock, state.counts)
    take_assessment(unit, shot, state.tracks[shot["track_slot"]], dead, shot["due_ns"])
    detail = shot["assessment"]
    log_event(state.clock, state.events, shot["due_ns"], unit["node"], ASSESSED, shot["track_number"], detail, math.nan)


@kernel
def close_shots(case: Case, state: State) -> None:
    """The scenario is over: missiles that were planned but not launched are still there, those on the way stay on the way."""
    for k in range(state.clock[0]["shots"]):
        shot = state.shots[k]
        if shot["status"] == PLANNED:
            shot["status"] = DONE
            state.missiles_left[shot["missile"]] += 1
        elif shot["status"] == FLYING:
            log_association(
                state.clock,
                state.associations,
                case.control[0]["duration_ns"],
                case.fire_units[shot["fire_unit"]]["node"],
                SHOT_REFERENCE,
                shot["number"],
                -1,
                state.shot_truth[k]["object"],
                IN_FLIGHT,
            )


@kernel
def deliver(case: Case, state: State, scratch: Scratch, place: int) -> None:
    """A message arrives: the receiver learns a track, or that a track is engaged by another unit."""
    message = state.messages[place]
    link = case.links[message["link"]]
    node = link["receiver"]
    slot = receive_remote(case.trackers[node], state.node_states[node], state.tracks, message, message["due_ns"], scratch)
    message["status"] = FREE_MESSAGE
    if slot < 0:
        return
    state.track_truth[slot] = -1 if state.tracks[slot]["source"] != 0 else state.track_truth[slot]
    if message["content"] == CONTENT_STATUS:
        state.tracks[slot]["user"][USER_ENGAGED_ELSEWHERE] = message["until_ns"]
