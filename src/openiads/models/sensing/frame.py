"""One resource frame of a multifunction radar: which dwells it can afford, and what they yield."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.angles import wrap
from openiads.kernels import kernel
from openiads.models.sensing.kernels import false_alarms, is_there
from openiads.models.sensing.multifunction import (
    BEAM_REACH,
    CONFIRM,
    CUED,
    GUIDANCE,
    MOST_CUED_BEAMS,
    UPDATE,
    boresight_at,
    dwell_on,
    facing,
    points_at,
    sweep,
    widest_margin,
)
from openiads.records.truth import motion_at

Record = Any
Records = NDArray[Any]
TENTATIVE, FIRM, OWN = 1, 2, 0


@kernel
def urgency(track: Record) -> int:
    """Class of the dwell that a track asks for: GUIDANCE, CONFIRM, UPDATE, or CUED when it came over a link; -1: a free slot."""
    if track["status"] == 0:
        return -1
    if track["source"] != OWN:
        return CUED
    if track["engaged"] > 0:
        return GUIDANCE
    return CONFIRM if track["status"] == TENTATIVE else UPDATE


@kernel
def cue_beams(radar: Record, track: Record, range_m: float, at_ns: int) -> int:
    """Beams along each side of the patch that covers two standard errors of a track that came over a link."""
    dt = (at_ns - track["update_ns"]) * 1e-9
    p = track["p"]
    position = math.sqrt((p[0, 0] + p[1, 1] + p[2, 2]) / 3.0)
    velocity = math.sqrt((p[3, 3] + p[4, 4] + p[5, 5]) / 3.0)
    angle = 4.0 * (position + dt * velocity) / range_m
    return min(MOST_CUED_BEAMS, max(1, math.ceil(angle / radar["beam_azimuth_rad"])))


@kernel
def order_dwells(slots: tuple[int, int], tracks: Records, order: NDArray[np.int64]) -> tuple[int, int, int, int]:
    """Slots in the order in which they get dwells, by class and then by slot, in `order`; returns where each class ends."""
    guided, tentative, firm, cued = 0, 0, 0, 0
    for slot in range(slots[0], slots[1]):
        wanted = urgency(tracks[slot])
        guided += wanted == GUIDANCE
        tentative += wanted == CONFIRM
        firm += wanted == UPDATE
        cued += wanted == CUED
    ends = guided, guided + tentative, guided + tentative + firm, guided + tentative + firm + cued
    guided, tentative, firm, cued = 0, ends[0], ends[1], ends[2]
    for slot in range(slots[0], slots[1]):
        wanted = urgency(tracks[slot])
        if wanted == GUIDANCE:
            order[guided] = slot
            guided += 1
        elif wanted == CONFIRM:
            order[tentative] = slot
            tentative += 1
        elif wanted == UPDATE:
            order[firm] = slot
            firm += 1
        elif wanted == CUED:
            order[cued] = slot
            cued += 1
    return ends


@kernel
def frame(
    row: Record,
    radars: Records,
    candidates: Records,
    truth: tuple[Records, Records, NDArray[np.uint64], Records],
    pd_table: NDArray[np.float64],
    masks: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    slots: tuple[int, int],
    tracks: Records,
    order: NDArray[np.int64],
    unit: Record,
    clock: Records,
    plots: Records,
    plot_truth: NDArray[np.int32],
    seen: NDArray[np.int32],
    counts: Records,
) -> int:
    """Plots of the frame that calendar row `row` closes, written to `plots`; returns how many.

    `truth` is objects, knots, pair keys and object states; `slots` (first, one past the last) of `tracks` are the node's own
    picture, which alone decides where the radar points; `order` is scratch for so many slots.
    """
    r = row["index"]
    radar = radars[r]
    key = clock[0]["row"] + 1
    start_ns = row["at_ns"] - radar["period_ns"]
    budget = radar["dwells"]
    boresight = boresight_at(radar, unit, start_ns)
    face = facing(radar, boresight)
    widest = widest_margin(row, candidates)
    used = 0
    count = 0
    ends = order_dwells(slots, tracks, order)
    for place in range(ends[3]):
        if used >= budget:
            break
        track = tracks[order[place]]
        at_ns = start_ns + used * radar["period_ns"] // budget
        range_m, azimuth, elevation, inside = points_at(radar, track, face, at_ns)
        if not inside:
            continue
        beams = cue_beams(radar, track, range_m, at_ns) if place >= ends[2] else 1
        used += beams * beams
        if place < ends[0]:
            used += radar["missile_dwells"] * track["engaged"]
        reach = BEAM_REACH if beams == 1 else -0.5 * beams
        count = sweep(
            key,
            (azimuth, elevation, reach),
            at_ns,
            row,
            r,
            radar,
            candidates,
            truth,
            pd_table,
            masks,
            clock,
            plots,
            plot_truth,
            seen,
            count,
            widest,
        )
    spent = min(used, budget)
    count = search(
        row, r, radar, spent, boresight, candidates, truth, pd_table, masks, unit, clock, plots, plot_truth, seen, count
    )
    real = count
    mean = radar["false_alarm_mean"] * budget
    across = (boresight - radar["sector_half_rad"], 2.0 * radar["sector_half_rad"])
    window = (start_ns, radar["period_ns"])
    count = false_alarms(radar, clock, row["number"], mean, window, across, plots, count)
    for k in range(real, count):
        plot_truth[k] = -1
    counts[0]["looks"] += budget
    counts[0]["plots"] += count
    counts[0]["false_alarms"] += count - real
    return count


@kernel
def search(
    row: Record,
    r: int,
    radar: Record,
    spent: int,
    boresight: float,
    candidates: Records,
    truth: tuple[Records, Records, NDArray[np.uint64], Records],
    pd_table: NDArray[np.float64],
    masks: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    unit: Record,
    clock: Records,
    plots: Records,
    plot_truth: NDArray[np.int32],
    seen: NDArray[np.int32],
    count: int,
) -> int:
    """Spend what is left of the frame on the next columns of the search raster. Returns the new count of plots."""
    left = radar["dwells"] - spent
    columns = float(radar["columns"])
    swept = min(columns, left / radar["column_dwells"])
    start = unit["search_column"]
    edge = boresight - radar["sector_half_rad"]
    unit["search_column"] = start + swept - columns * math.floor((start + swept) / columns)
    objects, knots, radar_object, object_states = truth
    for k in range(row["first"], row["first"] + row["count"]):
        c = candidates[k]
        o = c["object"]
        if seen[o] == clock[0]["row"] + 1:
            continue
        column = wrap(c["azimuth_rad"] - edge) / (2.0 * radar["sector_half_rad"]) * columns
        ahead = column - start
        ahead -= columns * math.floor(ahead / columns)
        if column >= columns or ahead >= swept:
            continue
        share = (spent + ahead * radar["column_dwells"]) / radar["dwells"]
        at_ns = row["at_ns"] - radar["period_ns"] + int(share * radar["period_ns"])
        if not is_there(objects[o], object_states[o], at_ns):
            continue
        if count >= len(plots):
            clock[0]["overflow"] += 1
            continue
        before = count
        motion = motion_at(objects, knots, o, at_ns)
        raster = (0.0, 0.0, 0.0)
        count = dwell_on(
            radar,
            radar_object[r, o],
            objects[o],
            object_states[o],
            motion,
            c["path_db"],
            raster,
            pd_table,
            masks,
            clock,
            row["number"],
            at_ns,
            plots,
            count,
        )
        if count > before:
            seen[o] = clock[0]["row"] + 1
            plot_truth[before] = o
    return count
