"""Missiles in flight whose needs are asked for at each command cycle: whoever must hold the track may be gone only so long."""

from openiads.engine.resolve import TRACK_LOST
from openiads.engine.shots import end_flight, guided, needs_nobody, next_shot
from openiads.kernels import kernel
from openiads.records.case import Case
from openiads.records.state import FLYING, NEVER, State


@kernel
def watch_guidance(case: Case, state: State, f: int, now_ns: int) -> None:
    """Fire unit `f` looks after its missiles that state `track_gap_s`: one that was without its track for longer is lost now."""
    clock = state.clock[0]
    for k in range(clock["first_shot"], clock["shots"]):
        shot = state.shots[k]
        missile = case.missiles[shot["missile"]]
        if shot["status"] != FLYING or shot["fire_unit"] != f or missile["gap_ns"] < 0:
            continue
        need = missile["midcourse_need"] if shot["phase"] == 0 else missile["terminal_need"]
        if needs_nobody(case, state, k) or guided(case, state, k, need, now_ns):
            shot["held_ns"] = now_ns
        elif now_ns - shot["held_ns"] > missile["gap_ns"]:
            shot["due_ns"] = now_ns
            end_flight(case, state, k, state.shot_truth[k]["object"], TRACK_LOST)
    place = next_shot(clock, state.shots)
    clock["shot_ns"] = state.shots[place]["due_ns"] if place >= 0 else NEVER
    clock["due_ns"] = min(clock["due_ns"], clock["shot_ns"])
