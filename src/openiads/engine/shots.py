"""What falls due between the instants of the calendar: launches, intercepts, assessments and messages."""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.engine.fighters import settle_pair
from openiads.engine.messages import deliver
from openiads.engine.picture import used_slots
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
from openiads.models.engagement.guidance import aim, has_last_part, serves, stand_in
from openiads.models.engagement.kernels import predict_intercept
from openiads.models.engagement.launchers import launcher_free_ns, out_of_action, take_round
from openiads.models.sensing.multifunction import boresight_at
from openiads.records.arms import NOBODY, OWN_RADAR
from openiads.records.case import FRIENDLY, Case
from openiads.records.chain import RELIEF_FALSE_SHOT, RELIEF_GUIDANCE, RELIEF_READINESS
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
    FAILED_DECISION,
    FAILED_ELSEWHERE,
    FAILED_ENVELOPE,
    FAILED_GUIDANCE,
    FAILED_LATE,
    FAILED_MISSED,
    FAILED_READY,
    FAILED_TRACK,
    FLYING,
    NEVER,
    PLANNED,
    USER_RELIEF,
    State,
)
from openiads.tracking.records import Scratch

Record = Any
Records = NDArray[Any]


@kernel
def next_shot(clock: Record, shots: Records) -> int:
    """Place of the shot that falls due first, ties in the order of planning; -1 when none is under way."""
    best_ns, place = NEVER, -1
    first, count = clock["first_shot"], clock["shots"]
    while first < count and shots[first]["status"] == DONE:
        first += 1
    clock["first_shot"] = first
    for k in range(first, count):
        s = shots[k]
        if s["status"] != DONE and s["due_ns"] < best_ns:
            best_ns, place = s["due_ns"], k
    return place


@kernel
def settle_due(case: Case, state: State, scratch: Scratch, until_ns: int) -> None:
    """Consume everything due up to and at `until_ns`, each at its own time stamp, in order of time.

    At one time messages come before shots, and shots before pairs of fighters.
    """
    clock = state.clock[0]
    while clock["due_ns"] <= until_ns:
        message_ns = state.messages[state.queue[0]]["due_ns"] if clock["in_transit"] > 0 else NEVER
        if message_ns <= min(until_ns, clock["shot_ns"], clock["pair_ns"]):
            deliver(case, state, scratch)
        elif clock["shot_ns"] <= min(until_ns, clock["pair_ns"]):
            settle_shot(case, state)
        elif clock["pair_ns"] <= until_ns:
            settle_pair(case, state)
        message_ns = state.messages[state.queue[0]]["due_ns"] if clock["in_transit"] > 0 else NEVER
        clock["due_ns"] = min(message_ns, clock["shot_ns"], clock["pair_ns"])


@kernel
def settle_shot(case: Case, state: State) -> None:
    """Take the next step of the shot that falls due first: launch, intercept or assessment."""
    clock = state.clock[0]
    place = next_shot(clock, state.shots)
    status = state.shots[place]["status"]
    if status == PLANNED:
        launch(case, state, place)
    elif status == FLYING:
        intercept(case, state, place)
    else:
        assess(case, state, place)
    place = next_shot(clock, state.shots)
    clock["shot_ns"] = state.shots[place]["due_ns"] if place >= 0 else NEVER


@kernel
def launch(case: Case, state: State, place: int) -> None:
    """The reaction time is over: check the track and the geometry once more, and fire, wait for a launcher or give up."""
    shot = state.shots[place]
    unit, track = case.fire_units[shot["fire_unit"]], state.tracks[shot["track_slot"]]
    missile, now_ns = case.missiles[shot["missile"]], shot["due_ns"]
    flight_s, failure = flight_now(case, state, place)
    launcher, free_ns = -1, now_ns
    if flight_s >= 0.0 and missile["per_launcher"] > 0:
        launcher, free_ns = launcher_free_ns(unit, case.launchers, state.launchers, shot["missile"], now_ns)
    waits = free_ns > now_ns or out_of_action(unit, case.marches, now_ns)
    if flight_s >= 0.0 and waits and track["user"][USER_RELIEF] & RELIEF_READINESS == 0:
        if now_ns < free_ns < NEVER:
            shot["due_ns"] = free_ns
            return
        flight_s, failure = -1.0, FAILED_READY
    if flight_s < 0.0:
        withhold(case, state, place, failure)
        return
    if launcher >= 0:
        take_round(unit, case.missiles, case.launchers, state.launchers, launcher, state.spare, now_ns)
    leave(case, state, place, flight_s)


@kernel
def flight_now(case: Case, state: State, place: int) -> tuple[float, int]:
    """Seconds of flight if a planned missile left now, negative when it must not, and then how the plan failed."""
    shot = state.shots[place]
    f = shot["fire_unit"]
    unit, track, now_ns = case.fire_units[f], state.tracks[shot["track_slot"]], shot["due_ns"]
    if not holds(shot, track) or now_ns - track["update_ns"] > unit["max_track_age_ns"]:
        return -1.0, FAILED_TRACK
    masks = (case.mask_first, case.mask_range_m, case.mask_elevation_rad)
    radar, missile = case.radars[unit["radar"]], case.missiles[shot["missile"]]
    boresight = boresight_at(radar, state.fire_units[f], now_ns)
    tables = (case.flight, case.speed_limits)
    flight_s = predict_intercept(radar, boresight, missile, tables, track, now_ns, case.control[0], masks)
    return flight_s, FAILED_DECISION if shot["delayed"] != 0 else FAILED_ENVELOPE


@kernel
def withhold(case: Case, state: State, place: int, failure: int) -> None:
    """A planned missile is not fired and goes back. What is over by the time that it is decided on was decided too late."""
    shot = state.shots[place]
    n, track = case.fire_units[shot["fire_unit"]]["node"], state.tracks[shot["track_slot"]]
    held = holds(shot, track)
    planned = state.shot_truth[place]["object"]
    if shot["delayed"] != 0 and planned >= 0 and state.objects[planned]["present"] == 0:
        failure = FAILED_DECISION
    shot["status"] = DONE
    state.missiles_left[shot["missile"]] += 1
    state.fire_units[shot["fire_unit"]]["guided"] -= 1
    if held:
        track["engaged"] -= 1
        note_failed(state.stages[n], state.track_truth[shot["track_slot"]], failure)
    else:
        note_failed(state.stages[n], planned, failure)
    log_event(state.clock, state.events, shot["due_ns"], n, WITHHELD, shot["track_number"], shot["missile"], math.nan)


@kernel
def leave(case: Case, state: State, place: int, flight_s: float) -> None:
    """A missile leaves: it falls due where it should meet its target, or before that where its needs change."""
    shot = state.shots[place]
    unit_state, track = state.fire_units[shot["fire_unit"]], state.tracks[shot["track_slot"]]
    n, missile, now_ns = case.fire_units[shot["fire_unit"]]["node"], case.missiles[shot["missile"]], shot["due_ns"]
    shot["status"] = FLYING
    shot["number"] = unit_state["next_shot"]
    shot["launch_ns"] = shot["held_ns"] = now_ns
    shot["meet_ns"] = now_ns + int(flight_s * 1e9)
    shot["predicted_ns"] = shot["meet_ns"]
    aim(shot, track)
    shot["phase"] = 0 if has_last_part(missile) else 1
    shot["due_ns"] = max(now_ns, shot["meet_ns"] - missile["terminal_ns"]) if shot["phase"] == 0 else shot["meet_ns"]
    unit_state["next_shot"] += 1
    log_event(state.clock, state.events, now_ns, n, LAUNCHED, track["number"], shot["missile"], flight_s)
    count_launch(case, state, place, n, now_ns)


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
def guided(case: Case, state: State, place: int, need: int, now_ns: int) -> bool:
    """Whether the track of a flying missile is held by whom it needs; another track of the unit that fits may stand in.

    A missile whose radar must hold one track from its launch to the end has no stand-in.
    """
    shot, missile = state.shots[place], case.missiles[state.shots[place]["missile"]]
    f = shot["fire_unit"]
    unit, track = case.fire_units[f], state.tracks[shot["track_slot"]]
    radar = case.radars[unit["radar"]]
    boresight = boresight_at(radar, state.fire_units[f], now_ns)
    held = holds(shot, track)
    if need == NOBODY or (held and serves(unit, radar, boresight, need, track, now_ns)):
        if held and shot["phase"] == 0:
            aim(shot, track)
        return True
    if not has_last_part(missile) and missile["launch_need"] == OWN_RADAR:
        return False
    slots = used_slots(case.trackers[unit["node"]], state.node_states[unit["node"]])
    slot = stand_in(unit, radar, boresight, need, slots, state.tracks, shot, now_ns)
    if slot < 0:
        return False
    if held:
        track["engaged"] -= 1
    other = state.tracks[slot]
    other["engaged"] += 1
    shot["track_slot"], shot["track_number"] = slot, other["number"]
    aim(shot, other)
    return True


@kernel
def needs_nobody(case: Case, state: State, place: int) -> bool:
    """Whether a counterfactual lets the missile fly on whoever holds its track."""
    meant = state.shot_truth[place]["object"]
    return bool(meant >= 0 and case.objects[meant]["relief"] & RELIEF_GUIDANCE != 0)


@kernel
def last_part(case: Case, state: State, place: int) -> bool:
    """A missile comes to where its needs change: it flies on, or is lost since nobody holds its track. Whether it flies on."""
    shot = state.shots[place]
    need = case.missiles[shot["missile"]]["midcourse_need"]
    if not needs_nobody(case, state, place) and not guided(case, state, place, need, shot["due_ns"]):
        return False
    shot["phase"] = 1
    shot["due_ns"] = max(shot["due_ns"], shot["meet_ns"])
    return True


@kernel
def intercept(case: Case, state: State, place: int) -> None:
    """A missile reaches where it should meet its target, if whoever must hold its track then holds it."""
    shot = state.shots[place]
    missile, meant = case.missiles[shot["missile"]], state.shot_truth[place]["object"]
    result = TRACK_LOST
    if shot["phase"] == 0:
        if last_part(case, state, place):
            return
    else:
        relieved = needs_nobody(case, state, place)
        if relieved or guided(case, state, place, missile["terminal_need"], shot["due_ns"]):
            result = met_what(case, state, place, relieved)
            if result == IN_FLIGHT:
                return
    end_flight(case, state, place, meant, result)


@kernel
def end_flight(case: Case, state: State, place: int, meant: int, result: int) -> None:
    """The flight of a missile that was meant for object `meant` is over, with this result; its assessment follows."""
    shot, truth = state.shots[place], state.shot_truth[place]
    f, missile = shot["fire_unit"], case.missiles[shot["missile"]]
    n, now_ns = case.fire_units[f]["node"], shot["due_ns"]
    truth["result"] = result
    note_intercept(state.stages[n], meant, now_ns)
    strict = missile["launch_need"] == OWN_RADAR and not has_last_part(missile)
    note_result(state.stages[n], state.objects, meant, truth["object"], result, (shot["delayed"] != 0, strict))
    shot["intercept_ns"] = now_ns
    state.fire_units[f]["guided"] -= 1
    flown_s = (now_ns - shot["launch_ns"]) * 1e-9
    log_event(state.clock, state.events, now_ns, n, INTERCEPT, shot["track_number"], shot["missile"], flown_s)
    log_association(state.clock, state.associations, now_ns, n, SHOT_REFERENCE, shot["number"], truth["object"], result)
    if holds(shot, state.tracks[shot["track_slot"]]):
        shot["status"] = ASSESSING
        shot["due_ns"] = now_ns + case.fire_units[f]["assess_delay_ns"]
    else:
        shot["status"] = DONE


@kernel
def met_what(case: Case, state: State, place: int, relieved: bool) -> int:
    """What a missile that is guided to its end meets there: a result, or IN_FLIGHT with a later due time."""
    shot, truth = state.shots[place], state.shot_truth[place]
    f, missile = shot["fire_unit"], case.missiles[shot["missile"]]
    radar, control = case.radars[case.fire_units[f]["radar"]], case.control[0]
    tables = (case.flight, case.speed_limits)
    if holds(shot, state.tracks[shot["track_slot"]]) and not relieved:
        truth["object"] = really_met(case.objects, truth["object"], state.track_truth[shot["track_slot"]])
        if truth["object"] < 0:
            truth["object"] = met_instead(case, state, case.fire_units[f]["node"], shot["track_slot"], shot["due_ns"])
    result = meet(shot, truth, radar, missile, tables, case.objects, case.knots, state.objects, control["ballistic_mps"])
    if result == IN_FLIGHT:
        return IN_FLIGHT
    take_index(truth, state.shot_index)
    if result == MISSED:
        now_ns = shot["due_ns"]
        if kill_drawn(missile, tables[1], radar, case.objects, case.knots, truth, now_ns, state.clock):
            count_kill(control, case.objects, state.clock, state.objects, truth, f, now_ns, state.counts)
            return KILLED
    return int(result)


@kernel
def really_met(objects: Records, meant: int, followed: int) -> int:
    """The object that a missile flies at: what its track follows now, or what it was fired at where that is restored."""
    restored = meant >= 0 and objects[meant]["relief"] & RELIEF_FALSE_SHOT != 0
    return meant if restored else followed


@kernel
def note_result(stages: Records, states: Records, meant: int, met: int, result: int, how: tuple[bool, bool]) -> None:
    """What a shot at object `meant` that met object `met` (-1: nothing) tells about both.

    `how`: it had waited for a decision; its own radar had to hold one track from launch to intercept.
    """
    late = FAILED_DECISION if how[0] else FAILED_LATE
    if result == NO_OBJECT or met != meant:
        note_failed(stages, meant, FAILED_ELSEWHERE)
    if result == MISSED:
        note_failed(stages, met, FAILED_MISSED)
    elif result == TRACK_LOST:
        ended = met >= 0 and states[met]["present"] == 0
        note_failed(stages, met, late if ended else (FAILED_TRACK if how[1] else FAILED_GUIDANCE))
    elif result == OUT_OF_ENVELOPE:
        note_failed(stages, met, FAILED_ENVELOPE)
    elif result == TARGET_GONE:
        note_failed(stages, met, late)


@kernel
def assess(case: Case, state: State, place: int) -> None:
    """The assessment delay is over: the fire unit learns, rightly or wrongly, whether the target is dead."""
    shot, truth = state.shots[place], state.shot_truth[place]
    f = shot["fire_unit"]
    unit = case.fire_units[f]
    dead = False
    if truth["result"] != TRACK_LOST and truth["object"] >= 0:
        dead = looks_dead(unit, case.objects, truth, state.clock, state.counts)
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
            if shot["delayed"] != 0:
                n = case.fire_units[shot["fire_unit"]]["node"]
                note_failed(state.stages[n], state.shot_truth[k]["object"], FAILED_DECISION)
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
