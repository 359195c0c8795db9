"""What falls due between the instants of the calendar: launches, intercepts, assessments and messages."""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.engine.messages import deliver
from openiads.engine.resolve import (
    IN_FLIGHT,
    KILLED,
    MISSED,
    NO_OBJECT,
    OUT_OF_ENVELOPE,
    TARGET_GONE,
    TRACK_LOST,
    count_kill,
    kill_drawn,
    looks_dead,
    meet,
    take_index,
)
from openiads.engine.spurious import met_instead
from openiads.engine.stages import note_assessed, note_failed, note_intercept, note_launched
from openiads.kernels import kernel
from openiads.models.assessment.kernels import holds, take_assessment
from openiads.models.engagement.kernels import in_sector, predict_intercept
from openiads.models.sensing.multifunction import boresight_at
from openiads.records.case import FRIENDLY, Case
from openiads.records.chain import RELIEF_FALSE_SHOT
from openiads.records.log import (
    ASSESSED,
    INTERCEPT,
    LAUNCHED,
    SHOT_REFERENCE,
    WITHHELD,
    log_association,
    log_event,
)
from openiads.records.state import (
    ASSESSING,
    DONE,
    FAILED_ELSEWHERE,
    FAILED_ENVELOPE,
    FAILED_LATE,
    FAILED_MISSED,
    FAILED_TRACK,
    FLYING,
    NEVER,
    PLANNED,
    State,
)
from openiads.tracking.records import Scratch

Records = NDArray[Any]


@kernel
def next_shot(shots: Records, count: int) -> int:
    """Place of the shot that falls due first, ties in the order of planning; -1 when none is under way."""
    best_ns, place = NEVER, -1
    for k in range(count):
        s = shots[k]
        if s["status"] != DONE and s["due_ns"] < best_ns:
            best_ns, place = s["due_ns"], k
    return place


@kernel
def settle_due(case: Case, state: State, scratch: Scratch, until_ns: int) -> None:
    """Consume everything due up to and at `until_ns`, each at its own time stamp, in order of time; messages before shots."""
    clock = state.clock[0]
    while clock["due_ns"] <= until_ns:
        message_ns = state.messages[state.queue[0]]["due_ns"] if clock["in_transit"] > 0 else NEVER
        if message_ns <= min(until_ns, clock["shot_ns"]):
            deliver(case, state, scratch)
        elif clock["shot_ns"] <= until_ns:
            settle_shot(case, state)
        message_ns = state.messages[state.queue[0]]["due_ns"] if clock["in_transit"] > 0 else NEVER
        clock["due_ns"] = min(message_ns, clock["shot_ns"])


@kernel
def settle_shot(case: Case, state: State) -> None:
    """Take the next step of the shot that falls due first: launch, intercept or assessment."""
    clock = state.clock[0]
    place = next_shot(state.shots, clock["shots"])
    status = state.shots[place]["status"]
    if status == PLANNED:
        launch(case, state, place)
    elif status == FLYING:
        intercept(case, state, place)
    else:
        assess(case, state, place)
    place = next_shot(state.shots, clock["shots"])
    clock["shot_ns"] = state.shots[place]["due_ns"] if place >= 0 else NEVER


@kernel
def launch(case: Case, state: State, place: int) -> None:
    """The reaction time is over: check the track and the geometry once more, and fire or give the missile back."""
    shot = state.shots[place]
    f = shot["fire_unit"]
    unit, unit_state, track = case.fire_units[f], state.fire_units[f], state.tracks[shot["track_slot"]]
    now_ns = shot["due_ns"]
    flight_s = -1.0
    held = holds(shot, track)
    fresh = held and now_ns - track["update_ns"] <= unit["max_track_age_ns"]
    stages = state.stages[unit["node"]]
    if fresh:
        masks = (case.mask_first, case.mask_range_m, case.mask_elevation_rad)
        radar, missile = case.radars[unit["radar"]], case.missiles[shot["missile"]]
        boresight = boresight_at(radar, unit_state, now_ns)
        limit_mps = case.control[0]["ballistic_mps"]
        flight_s = predict_intercept(radar, boresight, missile, case.flight, track, now_ns, limit_mps, masks)
    if flight_s < 0.0:
        shot["status"] = DONE
        state.missiles_left[shot["missile"]] += 1
        unit_state["guided"] -= 1
        if held:
            track["engaged"] -= 1
            note_failed(stages, state.track_truth[shot["track_slot"]], FAILED_ENVELOPE if fresh else FAILED_TRACK)
        else:
            note_failed(stages, state.shot_truth[place]["object"], FAILED_TRACK)
        log_event(state.clock, state.events, now_ns, unit["node"], WITHHELD, shot["track_number"], shot["missile"], math.nan)
        return
    shot["status"] = FLYING
    shot["number"] = unit_state["next_shot"]
    shot["launch_ns"] = now_ns
    shot["due_ns"] = now_ns + int(flight_s * 1e9)
    shot["predicted_ns"] = shot["due_ns"]
    unit_state["next_shot"] += 1
    log_event(state.clock, state.events, now_ns, unit["node"], LAUNCHED, track["number"], shot["missile"], flight_s)
    count_launch(case, state, place, unit["node"], now_ns)


@kernel
def count_launch(case: Case, state: State, place: int, n: int, now_ns: int) -> None:
    """A missile of node `n` left: in truth for what its track follows now, whatever it was planned for."""
    planned = state.shot_truth[place]["object"]
    o = really_met(case.objects, planned, state.track_truth[state.shots[place]["track_slot"]])
    if o != planned:
        note_failed(state.stages[n], planned, FAILED_ELSEWHERE)
    state.shot_truth[place]["object"] = o
    note_launched(state.stages[n], o, now_ns)
    state.counts[0]["shots"] += 1
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
    meant = truth["object"]
    result = TRACK_LOST
    boresight = boresight_at(case.radars[unit["radar"]], state.fire_units[f], now_ns)
    guided = held and in_sector(case.radars[unit["radar"]], boresight, track, now_ns)
    if guided and now_ns - track["update_ns"] <= unit["max_track_age_ns"]:
        truth["object"] = really_met(case.objects, meant, state.track_truth[shot["track_slot"]])
        if truth["object"] < 0:
            truth["object"] = met_instead(case, state, unit["node"], shot["track_slot"], now_ns)
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
            if kill_drawn(missile, pair, case.objects[truth["object"]]["relief"], truth, state.clock):
                result = KILLED
                count_kill(case.objects, state.objects, truth, f, now_ns, state.counts)
    truth["result"] = result
    note_intercept(state.stages[unit["node"]], meant, now_ns)
    note_result(state.stages[unit["node"]], state.objects, meant, truth["object"], result)
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
        truth["object"],
        result,
    )
    if held:
        shot["status"] = ASSESSING
        shot["due_ns"] = now_ns + unit["assess_delay_ns"]
    else:
        shot["status"] = DONE


@kernel
def really_met(objects: Records, meant: int, followed: int) -> int:
    """The object that a missile flies at: what its track follows now, or what it was fired at where that is restored."""
    restored = meant >= 0 and objects[meant]["relief"] & RELIEF_FALSE_SHOT != 0
    return meant if restored else followed


@kernel
def note_result(stages: Records, states: Records, meant: int, met: int, result: int) -> None:
    """What a shot at object `meant` that met object `met` (-1: nothing) tells about both."""
    if result == NO_OBJECT or met != meant:
        note_failed(stages, meant, FAILED_ELSEWHERE)
    if result == MISSED:
        note_failed(stages, met, FAILED_MISSED)
    elif result == TRACK_LOST:
        ended = met >= 0 and states[met]["present"] == 0
        note_failed(stages, met, FAILED_LATE if ended else FAILED_TRACK)
    elif result == OUT_OF_ENVELOPE:
        note_failed(stages, met, FAILED_ENVELOPE)
    elif result == TARGET_GONE:
        note_failed(stages, met, FAILED_LATE)


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
    note_assessed(state.stages[unit["node"]], truth["object"], shot["due_ns"])
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
                state.shot_truth[k]["object"],
                IN_FLIGHT,
            )
