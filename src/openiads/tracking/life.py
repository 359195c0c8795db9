"""The life of a track: where it is put, how it is born, confirmed and dropped, and what is written down about it."""

from typing import Any

from openiads.kernels import kernel
from openiads.tracking.extended import extended_position
from openiads.tracking.filters import PER_SECOND, predict, process_noise, update
from openiads.tracking.gating import concerns, looks_over, settle_track
from openiads.tracking.ordering import sort_order
from openiads.tracking.records import (
    CHANGED_DROPPED,
    CHANGED_FIRM,
    CHANGED_TENTATIVE,
    CHANGED_UPDATED,
    FIRM,
    FREE,
    OWN,
    TENTATIVE,
    Record,
    Rows,
    Scratch,
    Vector,
)

MEMORY = 0.125
"""Weight of the newest squared distance in a track's `score`."""

EXPECTED_DISTANCE = 3.0
"""Mean squared distance of a plot where model and noise match: its number of dimensions."""

FOREVER = 9_223_372_036_854_775_807
"""An instant that does not come."""

SPEED_SIGMAS = 3.0
"""The fastest target looked for lies this many standard deviations from rest when a track starts."""


@kernel
def note(changes: Rows, work: Record, slot: int, track: Record, what: int) -> None:
    """Append one change; `work.changes` counts them."""
    change = changes[work["changes"]]
    change["slot"] = slot
    change["number"] = track["number"]
    change["what"] = what
    work["changes"] += 1


@kernel
def note_dropped(changes: Rows, work: Record, slot: int, track: Record) -> None:
    """Insert a drop among the changes from `work.drops_from` on, which are in order of track number."""
    k = work["changes"]
    while k > work["drops_from"] and changes[k - 1]["number"] > track["number"]:
        changes[k]["slot"] = changes[k - 1]["slot"]
        changes[k]["number"] = changes[k - 1]["number"]
        k -= 1
    changes[k]["slot"] = slot
    changes[k]["number"] = track["number"]
    changes[work["changes"]]["what"] = CHANGED_DROPPED
    work["changes"] += 1


@kernel
def free_slot(config: Record, node_state: Record, tracks: Rows, first: int) -> int:
    """The first free slot from `first` on, or -1 when the node has none left."""
    packed = config["first_slot"] + node_state["packed"]
    for slot in range(max(first, packed), config["first_slot"] + config["capacity"]):
        if tracks[slot]["status"] == FREE:
            if first <= packed:
                node_state["packed"] = slot + 1 - config["first_slot"]
            return slot
    return -1


@kernel
def clear(track: Record) -> None:
    """Every field of a track at the value that means "nothing yet"."""
    track["status"] = FREE
    track["source"] = OWN
    track["identity"] = 0
    track["radar"] = -1
    track["hits"] = 0
    track["opportunities"] = 0
    track["interrogations"] = 0
    track["engaged"] = 0
    track["origin"] = -1
    track["origin_number"] = -1
    track["firm_ns"] = -1
    track["identified_ns"] = -1
    track["hold_until_ns"] = -1
    track["snr_db"] = 0
    track["score"] = EXPECTED_DISTANCE
    for i in range(6):
        track["x"][i] = 0.0
        for j in range(6):
            track["p"][i, j] = 0.0
    for i in range(4):
        track["user"][i] = 0


@kernel
def occupy(config: Record, node_state: Record, tracks: Rows, first: int) -> int:
    """Take a free slot from `first` on, clear it and give it the node's next number; -1 and a count when there is none.

    The caller fills it at once, its status included.
    """
    slot = free_slot(config, node_state, tracks, first)
    if slot < 0:
        node_state["overflow"] += 1
        return -1
    track = tracks[slot]
    clear(track)
    track["number"] = node_state["next_number"]
    node_state["next_number"] += 1
    node_state["live"] += 1
    node_state["high"] = max(node_state["high"], slot + 1 - config["first_slot"])
    return slot


@kernel
def release(config: Record, node_state: Record, tracks: Rows, slot: int) -> None:
    """Free one slot, and lower the node's high mark when it was the topmost."""
    tracks[slot]["status"] = FREE
    node_state["live"] -= 1
    first_slot = config["first_slot"]
    node_state["packed"] = min(node_state["packed"], slot - first_slot)
    while node_state["high"] > 0 and tracks[first_slot + node_state["high"] - 1]["status"] == FREE:
        node_state["high"] -= 1


@kernel
def confirm(config: Record, track: Record, at_ns: int) -> int:
    """Make a tentative track firm when it has its hits; returns what changed."""
    if track["status"] == TENTATIVE and track["hits"] >= config["confirm_hits"]:
        track["status"] = FIRM
        track["firm_ns"] = at_ns
        return CHANGED_FIRM
    return CHANGED_UPDATED


@kernel
def take_plot(
    config: Record, track: Record, plot: Record, radar: int, period_ns: int, distance: float, work: Record, place: Any
) -> int:
    """Predict a track to the plot's own time and update it; returns what changed. `place` as `step` has it."""
    x, p, q = track["x"], track["p"], work["q"]
    process_noise(config, x, q)
    predict(x, p, (plot["at_ns"] - track["update_ns"]) / PER_SECOND, q)
    if place is None:
        update(x, p, plot["position"], plot["r"], work)
    else:
        extended_position(x, plot, place[0], place[1], work)
        update(x, p, work["z"], work["r"], work)
    track["update_ns"] = plot["at_ns"]
    track["radar"] = radar
    track["period_ns"] = period_ns
    track["hits"] += 1
    track["opportunities"] = 1 + looks_over(track, plot["at_ns"])
    track["snr_db"] = plot["snr_db"]
    track["score"] += MEMORY * (distance - track["score"])
    what = confirm(config, track, plot["at_ns"])
    settle_track(config, track)
    if track["status"] == FIRM:
        work["soonest_ns"] = min(work["soonest_ns"], track["lapse_ns"])
    return what


@kernel
def start_velocity(config: Record, x: Vector, p: Vector) -> None:
    """Covariance of the velocity of a new track at position `x`: a third of the fastest speed, and of the fastest climb."""
    level = config["max_speed_mps"] / SPEED_SIGMAS
    climb = config["max_climb_mps"] / SPEED_SIGMAS
    if climb == 0.0:
        climb = level
    square = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    round_earth = config["flat"] == 0 and square > 0.0
    less = (level * level - climb * climb) / square if round_earth else 0.0
    for i in range(3):
        for j in range(3):
            p[i + 3, j + 3] = -less * x[i] * x[j]
        p[i + 3, i + 3] += level * level
    if config["flat"] != 0:
        p[5, 5] = climb * climb


@kernel
def start_track(config: Record, track: Record, plot: Record, radar: int, period_ns: int) -> int:
    """A new track from one plot: at the plot and at rest, with a velocity sigma of a third of the fastest speed per axis.

    One-point initiation. With two plots it gives the two-point velocity, bounded by the fastest speed, and it gates the
    second plot by that bound. Source: M. Mallick, B. La Scala, "Comparison of single-point and two-point difference track
    initiation algorithms using position measurements", Acta Automatica Sinica 34(3), pp. 258-265, 2008.
    """
    for i in range(3):
        track["x"][i] = plot["position"][i]
        for j in range(3):
            track["p"][i, j] = plot["r"][i, j]
    start_velocity(config, track["x"], track["p"])
    track["status"] = TENTATIVE
    track["born_ns"] = plot["at_ns"]
    track["update_ns"] = plot["at_ns"]
    track["radar"] = radar
    track["period_ns"] = period_ns
    track["hits"] = 1
    track["opportunities"] = 1
    track["snr_db"] = plot["snr_db"]
    what = confirm(config, track, plot["at_ns"])
    settle_track(config, track)
    return CHANGED_FIRM if what == CHANGED_FIRM else CHANGED_TENTATIVE


@kernel
def drop(config: Record, node_state: Record, tracks: Rows, slot: int, changes: Rows, work: Record) -> None:
    """Free the slot of a track and note it among the drops, which are by track number."""
    note_dropped(changes, work, slot, tracks[slot])
    release(config, node_state, tracks, slot)


@kernel
def sift(
    config: Record, node_state: Record, tracks: Rows, n_plots: int, now_ns: int, changes: Rows, scratch: Scratch
) -> None:
    """Drop the tentative tracks that have lived out at `now_ns`, and list the own tracks that the batch may concern.

    One walk over the node's slots; also notes before when no firm track lapses.
    """
    work = scratch.work[0]
    work["drops_from"] = work["changes"]
    soonest_ns = FOREVER
    firm, tentative = 0, 0
    first_slot = config["first_slot"]
    for slot in range(first_slot, first_slot + node_state["high"]):
        track = tracks[slot]
        status, lapse_ns = track["status"], track["lapse_ns"]
        if status == FREE or track["source"] != OWN:
            continue
        if lapse_ns <= now_ns and status == TENTATIVE:
            drop(config, node_state, tracks, slot, changes, work)
            continue
        soonest_ns = min(soonest_ns, lapse_ns if status == FIRM else FOREVER)
        if n_plots > 0 and concerns(config, track, work):
            scratch.firm[firm] = scratch.tentative[tentative] = slot  # written to both, counted in one
            firm += status == FIRM
            tentative += status == TENTATIVE
    work["soonest_ns"], work["firm"], work["tentative"] = soonest_ns, firm, tentative


@kernel
def expire_firm(config: Record, node_state: Record, tracks: Rows, now_ns: int, changes: Rows, work: Record) -> None:
    """Drop the own firm tracks that have lived out at `now_ns`, by track number."""
    if work["soonest_ns"] > now_ns:
        return
    work["drops_from"] = work["changes"]
    first_slot = config["first_slot"]
    for slot in range(first_slot, first_slot + node_state["high"]):
        track = tracks[slot]
        if track["status"] == FIRM and track["source"] == OWN and track["lapse_ns"] <= now_ns:
            drop(config, node_state, tracks, slot, changes, work)


@kernel
def sort_unused(plots: Rows, n_plots: int, scratch: Scratch) -> int:
    """Plots that no track took, by time, range and azimuth, in `scratch.order`; returns how many. Late ones are left out."""
    count = 0
    for k in range(n_plots):
        cell = scratch.cells[k]
        if cell["taken"] == 1 or cell["late"] == 1:
            continue
        j = cell["plot"]
        key = scratch.keys[j]
        key["a"] = plots[j]["at_ns"]
        key["b"] = plots[j]["range_m"]
        key["c"] = plots[j]["azimuth_rad"]
        key["d"] = plots[j]["elevation_rad"]
        scratch.order[count] = j
        count += 1
    sort_order(scratch.order, scratch.other, scratch.keys, count)
    return count
