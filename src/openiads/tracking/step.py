"""One batch of plots: the whole tracker in one call."""

from typing import Any

from openiads.kernels import kernel
from openiads.tracking.assignment import assign
from openiads.tracking.gating import find_pairs, prepare_plots
from openiads.tracking.life import expire_firm, note, occupy, sift, sort_unused, start_track, take_plot
from openiads.tracking.records import FIRM, Record, Rows, Scratch
from openiads.tracking.unresolved import narrow, share_plots, widen


@kernel
def update_tracks(
    config: Record,
    tracks: Rows,
    plots: Rows,
    n_rows: int,
    radar: int,
    period_ns: int,
    changes: Rows,
    scratch: Scratch,
    place: Any,
) -> None:
    """Give each row the plot that was assigned to it, by track number."""
    for k in range(n_rows):
        row = scratch.rows[scratch.row_order[k]]
        if row["cell"] < 0:
            continue
        slot = row["slot"]
        cell = scratch.cells[row["cell"]]
        cell["taken"] = 1
        j = cell["plot"]
        distance = scratch.pairs[row["pair"]]["distance"]
        if row["shared"] != 0:
            widen(plots[j], row, scratch.work[0])
        what = take_plot(config, tracks[slot], plots[j], radar, period_ns, distance, scratch.work[0], place)
        if row["shared"] != 0:
            narrow(plots[j], scratch.work[0])
        note(changes, scratch.work[0], slot, tracks[slot], what)
        if plots[j]["track"] < 0:
            plots[j]["track"] = slot


@kernel
def start_tracks(
    config: Record,
    node_state: Record,
    tracks: Rows,
    plots: Rows,
    n_plots: int,
    radar: int,
    period_ns: int,
    changes: Rows,
    scratch: Scratch,
) -> None:
    """Start a track from each plot that no track took, by time, range and azimuth."""
    for k in range(n_plots):
        if scratch.cells[k]["late"] == 1 and scratch.cells[k]["taken"] == 0:
            node_state["late"] += 1
    count = sort_unused(plots, n_plots, scratch)
    slot = config["first_slot"] - 1
    full = False
    for k in range(count):
        if full:
            node_state["overflow"] += 1
            continue
        j = scratch.order[k]
        slot = occupy(config, node_state, tracks, slot + 1)
        if slot < 0:
            full = True
            continue
        what = start_track(config, tracks[slot], plots[j], radar, period_ns)
        if tracks[slot]["status"] == FIRM:
            scratch.work[0]["soonest_ns"] = min(scratch.work[0]["soonest_ns"], tracks[slot]["lapse_ns"])
        note(changes, scratch.work[0], slot, tracks[slot], what)
        plots[j]["track"] = slot
        plots[j]["new"] = 1


@kernel
def step(
    config: Record,
    node_state: Record,
    tracks: Rows,
    plots: Rows,
    n_plots: int,
    radar: int,
    period_ns: int,
    now_ns: int,
    changes: Rows,
    scratch: Scratch,
    place: Any = None,
) -> int:
    """Take one batch of plots of one radar into the own tracks of one node; returns how many rows of `changes` are filled.

    Parameters
    ----------
    config, node_state : TRACKER_CONFIG, TRACKER_STATE
        One row each: settings and counters of the node.
    tracks : (n,) TRACK
        The node uses slots first_slot to first_slot + capacity - 1; remote tracks among them are left alone.
    plots : (m,) PLOT
        The first `n_plots` are the batch, converted (`convert_plot`), none later than `now_ns`; their order does not
        matter. `track` and `new` are filled.
    radar : int
        Index of the radar, to be remembered in the tracks.
    period_ns : int
        Time between two looks of this radar at the same object. Above 0.
    now_ns : int
        Time of the batch; batches of a node come in order of time. An empty batch lets time pass.
    changes : (3 capacity or more,) CHANGE
        What happened, in this order: tentative tracks dropped, by number; firm and then tentative tracks updated, by number;
        births, by plot time; firm tracks dropped, by number. A birth may take the slot of a track dropped before it.
    scratch : Scratch
        For at least `capacity` tracks and `n_plots` plots.
    place : tuple of (3,) and (3, 3) ndarray, optional
        Position of the radar and its axes east, north, up as rows: tracks are then gated and updated by the extended filter on
        range, azimuth and elevation. Without it by converted positions; the code of the other is then not even compiled.

    Notes
    -----
    Firm tracks choose first, tentative ones from what is left; within each, global nearest neighbour: least total of
    d2 + ln det S over all gated pairs, with the cost of a miss. Two-stage order and M-of-N: S. Blackman, R. Popoli, Design
    and Analysis of Modern Tracking Systems, 1999, sect. 6.2 and 6.4.
    """
    if period_ns <= 0:
        raise ValueError("step: period_ns must be above 0")
    if changes.shape[0] < 3 * config["capacity"]:
        raise ValueError("step: the change log needs 3 rows per slot; make it with make_changes(capacity)")
    if scratch.rows.shape[0] < config["capacity"] or scratch.cells.shape[0] < n_plots:
        raise ValueError("step: the scratch is too small; make it with make_scratch(capacity, plots)")
    work = scratch.work[0]
    work["changes"] = 0
    if n_plots > 0:
        prepare_plots(plots, n_plots, scratch)
    sift(config, node_state, tracks, n_plots, now_ns, changes, scratch)
    if n_plots > 0:
        for stage in range(2):
            slots, count = (scratch.firm, work["firm"]) if stage == 0 else (scratch.tentative, work["tentative"])
            n_rows = find_pairs(config, node_state, tracks, plots, n_plots, slots, count, radar, scratch, place)
            if n_rows == 0:
                continue
            assign(config, tracks, n_rows, scratch)
            node_state["cut"] += work["cut"]
            if stage == 0 and config["resolution"] > 0.0:
                share_plots(config, tracks, plots, n_rows, scratch)
            update_tracks(config, tracks, plots, n_rows, radar, period_ns, changes, scratch, place)
        start_tracks(config, node_state, tracks, plots, n_plots, radar, period_ns, changes, scratch)
    expire_firm(config, node_state, tracks, now_ns, changes, work)
    return int(work["changes"])
