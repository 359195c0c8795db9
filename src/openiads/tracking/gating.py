"""Which plots each track may take: a search along one axis, a bound on distance and speed, then the Mahalanobis gate.

The bounds lose no pair: d2 = n' S^-1 n >= |n|^2 / trace(S) for every innovation n, so that |n|^2 > gate trace(S) lies
outside. Only pairs that pass it pay for the covariance. Where the extended filter gates, `place` being given, the bounds are
still those of the converted plot: looser than its gate by far, for the trace exceeds the variance along any innovation.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.tracking.extended import extended_position
from openiads.tracking.filters import PER_SECOND, innovation, process_noise
from openiads.tracking.ordering import sort_order
from openiads.tracking.records import TENTATIVE, Record, Rows, Scratch, Vector

SECONDS = 1.0 / PER_SECOND
"""In one nanosecond; for bounds, which need no exact quotient."""

LOOSE = 1.0 + 1e-9
"""Factor on the square of a bound that is taken over a whole batch, so that no rounding makes it tighter than that of a pair."""


@kernel
def looks_over(track: Record, now_ns: int) -> int:
    """How many looks at a track are surely past: look k falls near born + k period, and is past half a period later."""
    period_ns = track["period_ns"]
    return int((2 * (now_ns - track["born_ns"]) + period_ns) // (2 * period_ns))


@kernel
def lapse_at(config: Record, track: Record) -> int:
    """First instant at which an own track has lived out unless another plot comes.

    A firm one has then gone without for longer than `drop_after_updates` periods; a tentative one can no longer confirm (so many
    looks are over, by `looks_over`, that those left cannot make up the hits missing), or has missed too many looks in a row.
    """
    period_ns = track["period_ns"]
    if track["status"] != TENTATIVE:
        return int(track["update_ns"] + config["drop_after_updates"] * period_ns + 1)
    looks = config["confirm_window"] - (config["confirm_hits"] - track["hits"]) + 1
    at_ns = track["born_ns"] + ((2 * looks - 1) * period_ns + 1) // 2
    misses = config["tentative_misses"]
    if misses > 0:
        at_ns = min(at_ns, track["update_ns"] + (2 * misses + 1) * period_ns // 2 + 1)
    return int(at_ns)


@kernel
def note_traces(track: Record) -> None:
    """The traces of a track's covariance, kept beside its state so that a batch need not read all of it."""
    p, traces = track["p"], track["traces"]
    traces[0] = p[0, 0] + p[1, 1] + p[2, 2]
    traces[1] = 2.0 * (p[0, 3] + p[1, 4] + p[2, 5])
    traces[2] = p[3, 3] + p[4, 4] + p[5, 5]


@kernel
def settle_track(config: Record, track: Record) -> None:
    """What follows from an own track's state and hits, and must be set after every change of them: its traces, and its end."""
    note_traces(track)
    track["lapse_ns"] = lapse_at(config, track)


@kernel
def widest_axis(plots: Rows, n_plots: int, least: Vector, most: Vector) -> int:
    """Coordinate along which the plots of a batch spread most; the first of equals. Fills the box around them."""
    best = 0
    widest = -1.0
    for axis in range(3):
        low = high = plots[0]["position"][axis]
        for i in range(1, n_plots):
            at = plots[i]["position"][axis]
            low = min(low, at)
            high = max(high, at)
        least[axis], most[axis] = low, high
        if high - low > widest:
            widest = high - low
            best = axis
    return best


@kernel
def fill_cell(cell: Record, plot: Record, j: int, work: Record) -> None:
    """What the scan needs to know of plot `j`; widens the summary of the batch in `work`."""
    plot["track"] = -1
    plot["new"] = 0
    cell["plot"] = j
    cell["taken"] = 0
    cell["late"] = 0
    cell["visited"] = 0
    cell["row"] = -1
    cell["dual"] = 0.0
    cell["at_ns"] = plot["at_ns"]
    for i in range(3):
        cell["z"][i] = plot["position"][i]
    cell["along"] = cell["z"][work["axis"]]
    cell["trace"] = plot["r"][0, 0] + plot["r"][1, 1] + plot["r"][2, 2]
    work["widest"] = max(work["widest"], cell["trace"])
    work["first_ns"] = min(work["first_ns"], cell["at_ns"])
    work["last_ns"] = max(work["last_ns"], cell["at_ns"])


@kernel
def prepare_plots(plots: Rows, n_plots: int, scratch: Scratch) -> None:
    """Fill the cells, sorted along the widest axis (ties by range, azimuth, time), and the summary in `work`."""
    work = scratch.work[0]
    axis = widest_axis(plots, n_plots, work["least"], work["most"])
    work["axis"] = axis
    work["widest"] = 0.0
    work["first_ns"] = plots[0]["at_ns"]
    work["last_ns"] = plots[0]["at_ns"]
    for j in range(n_plots):
        key = scratch.keys[j]
        plot = plots[j]
        key["a"] = plot["position"][axis]
        key["b"] = plot["range_m"]
        key["c"] = plot["azimuth_rad"]
        key["d"] = plot["at_ns"]
        scratch.order[j] = j
    sort_order(scratch.order, scratch.other, scratch.keys, n_plots)
    for k in range(n_plots):
        j = scratch.order[k]
        fill_cell(scratch.cells[k], plots[j], j, work)
    b, c = (axis + 1) % 3, (axis + 2) % 3
    for k in range(n_plots):  # the keys have served to sort; now they hold what the search looks at, close together
        key, z = scratch.keys[k], scratch.cells[k]["z"]
        key["a"], key["b"], key["c"] = z[axis], z[b], z[c]


@kernel
def first_at_least(cells: Rows, n_plots: int, value: float) -> int:
    """Place of the first cell whose sort coordinate is at least `value`."""
    low, high = 0, n_plots
    while low < high:
        middle = (low + high) // 2
        if cells[middle]["along"] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def first_key(keys: Rows, n_plots: int, value: float) -> int:
    """Place of the first key whose `a` is at least `value`."""
    low, high = 0, n_plots
    while low < high:
        middle = (low + high) // 2
        if keys[middle]["a"] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def take_traces(traces: Vector, work: Record) -> None:
    """Traces of the blocks of one track's covariance to `work`, from which `spread` tells that of any later position."""
    work["here"], work["mixed"], work["speed"] = traces[0], traces[1], traces[2]


@kernel
def spread(noise: float, dt_s: float, work: Record) -> float:
    """At least the trace of the position covariance after `dt_s`, or before where it is negative; `noise` is per axis."""
    t = abs(dt_s)
    return float(work["here"] + dt_s * (work["mixed"] + dt_s * work["speed"]) + noise * t * t * t)


@kernel
def near(config: Record, x: Vector, cell: Record, dt_s: float, work: Record) -> bool:
    """Whether a plot passes the two bounds: predicted distance, and distance that the fastest target can go in the time."""
    z = cell["z"]
    gone_0, gone_1, gone_2 = z[0] - x[0], z[1] - x[1], z[2] - x[2]
    ahead_0, ahead_1, ahead_2 = gone_0 - dt_s * x[3], gone_1 - dt_s * x[4], gone_2 - dt_s * x[5]
    ahead2 = ahead_0 * ahead_0 + ahead_1 * ahead_1 + ahead_2 * ahead_2
    gate = config["gate"]
    if ahead2 > gate * (spread(config["process_noise_m2ps3"], dt_s, work) + cell["trace"]):
        return False
    gone2 = gone_0 * gone_0 + gone_1 * gone_1 + gone_2 * gone_2
    reach = config["reach_mps"] * abs(dt_s) + math.sqrt(gate * (work["here"] + cell["trace"]))
    return bool(gone2 <= reach * reach)


@kernel
def concerns(config: Record, track: Record, work: Record) -> bool:
    """Whether any plot of the batch may lie in the gate of a track: the box around the plots against the first bound of `near`.

    Called for every track of a batch, so without branches: `min` and `max` compile to one instruction each.
    """
    x, least, most, traces = track["x"], work["least"], work["most"], track["traces"]
    first_s = (work["first_ns"] - track["update_ns"]) * SECONDS
    last_s = (work["last_ns"] - track["update_ns"]) * SECONDS
    s, t = abs(first_s), abs(last_s)
    mixed, speed, noise = traces[1], traces[2], config["process_noise_m2ps3"]
    early = first_s * (mixed + first_s * speed) + noise * s * s * s
    late = last_s * (mixed + last_s * speed) + noise * t * t * t
    limit = config["gate"] * (traces[0] + max(early, late) + work["widest"]) * LOOSE
    first_0, last_0 = x[0] + first_s * x[3], x[0] + last_s * x[3]
    first_1, last_1 = x[1] + first_s * x[4], x[1] + last_s * x[4]
    first_2, last_2 = x[2] + first_s * x[5], x[2] + last_s * x[5]
    away_0 = max(least[0] - max(first_0, last_0), min(first_0, last_0) - most[0], 0.0)
    away_1 = max(least[1] - max(first_1, last_1), min(first_1, last_1) - most[1], 0.0)
    away_2 = max(least[2] - max(first_2, last_2), min(first_2, last_2) - most[2], 0.0)
    return bool(away_0 * away_0 + away_1 * away_1 + away_2 * away_2 <= limit)


@kernel
def window(config: Record, track: Record, work: Record) -> None:
    """Box in which plots of this batch can lie in the gate of a track, in `work.low` and `work.high`.

    Both bounds of `near`, taken over the whole batch; the traces of the track go to `work` for `near`.
    """
    x = track["x"]
    noise = config["process_noise_m2ps3"]
    gate = config["gate"]
    take_traces(track["traces"], work)
    first_s = (work["first_ns"] - track["update_ns"]) * SECONDS
    last_s = (work["last_ns"] - track["update_ns"]) * SECONDS
    reach = math.sqrt(gate * (max(spread(noise, first_s, work), spread(noise, last_s, work)) + work["widest"]))
    longest_s = max(abs(first_s), abs(last_s))
    gone = config["reach_mps"] * longest_s + math.sqrt(gate * (work["here"] + work["widest"]))
    low, high = work["low"], work["high"]
    for i in range(3):
        early = x[i] + first_s * x[i + 3]
        late = x[i] + last_s * x[i + 3]
        low[i] = max(min(early, late) - reach, x[i] - gone)
        high[i] = min(max(early, late) + reach, x[i] + gone)


@kernel
def add_pair(config: Record, node_state: Record, pairs: Rows, k: int, work: Record) -> None:
    """Note that cell `k` lies in the gate, at the distance in `work`; counted where there is no room."""
    n = work["pairs"]
    if n >= pairs.shape[0]:
        node_state["pair_overflow"] += 1
        return
    pair = pairs[n]
    pair["cell"] = k
    pair["distance"] = work["distance"]
    pair["log_det"] = work["log_det"]
    pair["cost"] = math.sqrt(work["distance"]) if config["by_distance"] != 0 else work["distance"] + work["log_det"]
    work["pairs"] = n + 1


@kernel
def gate_track(
    config: Record,
    node_state: Record,
    track: Record,
    plots: Rows,
    cells: Rows,
    keys: Rows,
    pairs: Rows,
    n_plots: int,
    radar: int,
    work: Record,
    place: Any,
) -> None:
    """Append the pairs of one track. A plot that the track has already passed in time makes no pair, but is marked late."""
    x = track["x"]
    window(config, track, work)
    axis = work["axis"]
    b, c = (axis + 1) % 3, (axis + 2) % 3
    low_b, high_b = work["low"][b], work["high"][b]
    low_c, high_c = work["low"][c], work["high"][c]
    high = work["high"][axis]
    k = first_key(keys, n_plots, work["low"][axis])
    noise_known = False
    while k < n_plots and keys[k]["a"] <= high:
        at_b, at_c = keys[k]["b"], keys[k]["c"]
        k += 1
        if at_b < low_b or at_b > high_b or at_c < low_c or at_c > high_c:
            continue
        cell = cells[k - 1]
        ahead_ns = cell["at_ns"] - track["update_ns"]
        dt_s = ahead_ns / PER_SECOND
        if cell["taken"] == 1 or not near(config, x, cell, dt_s, work):
            continue
        if not noise_known:
            process_noise(config, x, work["q"])
            noise_known = True
        if place is None:
            innovation(x, track["p"], dt_s, cell["z"], plots[cell["plot"]]["r"], work)
        else:
            for i in range(3):
                work["x"][i] = x[i] + dt_s * x[i + 3]
            extended_position(work["x"], plots[cell["plot"]], place[0], place[1], work)
            innovation(x, track["p"], dt_s, work["z"], work["r"], work)
        if work["distance"] > config["gate"]:
            continue
        if ahead_ns < 0 or (ahead_ns == 0 and track["radar"] == radar):
            cell["late"] = 1
        else:
            add_pair(config, node_state, pairs, k - 1, work)


@kernel
def find_pairs(
    config: Record,
    node_state: Record,
    tracks: Rows,
    plots: Rows,
    n_plots: int,
    slots: NDArray[np.int64],
    n_slots: int,
    radar: int,
    scratch: Scratch,
    place: Any,
) -> int:
    """Rows and pairs of the tracks in `slots`; returns how many rows."""
    work = scratch.work[0]
    work["pairs"] = 0
    n_rows = 0
    for i in range(n_slots):
        slot = slots[i]
        first = work["pairs"]
        gate_track(
            config, node_state, tracks[slot], plots, scratch.cells, scratch.keys, scratch.pairs, n_plots, radar, work, place
        )
        if work["pairs"] > first:
            row = scratch.rows[n_rows]
            row["slot"] = slot
            row["first"] = first
            row["count"] = work["pairs"] - first
            row["shared"] = 0
            n_rows += 1
    return n_rows
