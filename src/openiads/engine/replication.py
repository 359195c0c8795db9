"""One replication: a single walk over the calendar. The walk knows kinds of instants; the models know physics.

Every due time of the replication is consumed at its own stamp before the next instant of the calendar. Compiled and
interpreted, this same source gives the same bytes.
"""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.engine.assigning import assign_targets
from openiads.engine.engage import engage, point
from openiads.engine.fighters import direct_fighters
from openiads.engine.identity import identify
from openiads.engine.messages import on_link
from openiads.engine.outages import on_outage
from openiads.engine.picture import used_slots
from openiads.engine.relief import grant_tracks, mark_tracks
from openiads.engine.resolve import begin, end_object, finish, note_firm, note_plots
from openiads.engine.shots import close_shots, settle_due
from openiads.engine.spurious import keep_spurious
from openiads.engine.watching import watch_guidance
from openiads.kernels import kernel
from openiads.models.sensing.frame import frame
from openiads.models.sensing.rotating import look
from openiads.records.case import COMMAND, FRAME, LINK, LOOK, NODE_OUTAGE, Case
from openiads.records.log import (
    DROPPED,
    log_event,
    log_plots,
    log_track,
)
from openiads.records.state import State
from openiads.tracking.measurement import convert_plot
from openiads.tracking.records import CHANGED_DROPPED, CHANGED_FIRM, CHANGED_TENTATIVE, Scratch
from openiads.tracking.remote import expire_remote
from openiads.tracking.step import step

Record = Any
Records = NDArray[Any]


@kernel
def run_replication(case: Case, state: State, scratch: Scratch, changes: Records, stop_row: int) -> None:
    """Walk the calendar from the state's next row up to `stop_row`; a fresh state begins, the last row finishes."""
    clock = state.clock[0]
    if clock["row"] == 0:
        begin(case.control, case.objects, state.clock, state.objects)
    while clock["row"] < stop_row:
        row = case.calendar[clock["row"]]
        if clock["due_ns"] <= row["at_ns"]:
            settle_due(case, state, scratch, row["at_ns"])
        kind = row["kind"]
        if kind == LOOK:
            on_look(case, state, scratch, changes, row)
        elif kind == FRAME:
            on_frame(case, state, scratch, changes, row)
        elif kind == COMMAND:
            on_command(case, state, scratch, changes, row)
        elif kind == LINK:
            on_link(case, state, row)
        elif kind == NODE_OUTAGE:
            on_outage(case, state, row)
        else:
            o = row["index"]
            end_object(state.objects[o], case.objects[o]["end_state"], row["at_ns"])
        clock["row"] += 1
    if stop_row == len(case.calendar):
        settle_due(case, state, scratch, case.control[0]["duration_ns"])
        close_shots(case, state)
        finish(case.control, case.objects, state.objects, state.node_states, state.counts)


@kernel
def on_look(case: Case, state: State, scratch: Scratch, changes: Records, row: Record) -> None:
    """A rotating radar closes a sector: its plots go to the tracker of its node."""
    count = look(
        case.radars,
        row,
        case.looks,
        case.objects,
        case.pd_table,
        case.radar_object,
        state.clock,
        state.objects,
        state.plots,
        state.plot_truth,
        state.counts,
    )
    track_plots(case, state, scratch, changes, row, count)


@kernel
def on_frame(case: Case, state: State, scratch: Scratch, changes: Records, row: Record) -> None:
    """A multifunction radar closes a frame: its dwells were spent on its node's picture."""
    radar = case.radars[row["index"]]
    count = frame(
        row,
        case.radars,
        case.candidates,
        (case.objects, case.knots, case.radar_object, state.objects),
        case.pd_table,
        (case.mask_first, case.mask_range_m, case.mask_elevation_rad),
        used_slots(case.trackers[radar["node"]], state.node_states[radar["node"]]),
        state.tracks,
        scratch.order,
        state.fire_units[radar["antenna"]],
        state.clock,
        state.plots,
        state.plot_truth,
        state.seen,
        state.counts,
    )
    track_plots(case, state, scratch, changes, row, count)


@kernel
def track_plots(case: Case, state: State, scratch: Scratch, changes: Records, row: Record, count: int) -> None:
    """Plots become tracks, and what changed becomes events."""
    r = row["index"]
    radar = case.radars[r]
    node = radar["node"]
    log_plots(state.clock, state.plot_log, r, state.radar_plots[r], state.plots, state.plot_truth, count)
    state.radar_plots[r] += count
    for k in range(count):
        convert_plot(state.plots, k, radar["site_m"], radar["axes"])
    changed = step(
        case.trackers[node],
        state.node_states[node],
        state.tracks,
        state.plots,
        count,
        r,
        radar["period_ns"],
        row["at_ns"],
        changes,
        scratch,
    )
    note_plots(state.plots, state.plot_truth, count, state.objects, state.stages[node], state.track_truth)
    if case.control[0]["relief"] != 0:
        mark_tracks(case, state, count)
    for k in range(changed):
        on_change(state, node, changes[k], row["at_ns"])


@kernel
def on_change(state: State, node: int, change: Record, now_ns: int) -> None:
    """Write what happened to one track."""
    what = change["what"]
    track = state.tracks[change["slot"]]
    if track["number"] != change["number"]:
        return  # a tentative track that was dropped and whose slot a new one took in the same step
    if what == CHANGED_FIRM:
        truth = state.track_truth[change["slot"]]
        note_firm(
            node,
            track,
            truth,
            now_ns,
            state.clock,
            state.events,
            state.associations,
            state.objects,
            state.stages[node],
            state.counts,
        )
    if what == CHANGED_TENTATIVE or (what == CHANGED_FIRM and track["hits"] == 1):
        state.counts[0]["tracks_started"] += 1
    if what == CHANGED_DROPPED and track["firm_ns"] >= 0:
        log_event(state.clock, state.events, now_ns, node, DROPPED, change["number"], -1, math.nan)
    if what != CHANGED_DROPPED and track["status"] > 0:  # one that is dropped in the same breath has no state to show
        log_track(state.clock, state.track_log, track["update_ns"], node, track)


@kernel
def on_command(case: Case, state: State, scratch: Scratch, changes: Records, row: Record) -> None:
    """A node's command cycle: identify, then, for a fire unit, engage and point the antenna."""
    n = row["index"]
    now_ns = row["at_ns"]
    node, tracker = case.nodes[n], case.trackers[n]
    expire_remote(tracker, state.node_states[n], state.tracks, node["remote_hold_ns"], now_ns, changes, scratch)
    if case.control[0]["relief"] != 0 and node["fire_unit"] >= 0:
        grant_tracks(case, state, n, used_slots(tracker, state.node_states[n]), now_ns)
    keep_spurious(case, state, n, row["number"], now_ns)
    identify(case, state, n, now_ns)
    if node["assigns"] > 0:
        assign_targets(case, state, scratch, n, now_ns)
    if len(case.fighters) > 0:
        direct_fighters(case, state, n, now_ns)
    if node["fire_unit"] >= 0:
        if case.fire_units[node["fire_unit"]]["watches"] != 0:
            watch_guidance(case, state, node["fire_unit"], now_ns)
        engage(case, state, scratch, node["fire_unit"], now_ns)
        point(case, state, node["fire_unit"], now_ns)
