"""One batch of plots for tracks with several models, joint association or sequential confirmation.

The order of `step`, and its kernels: search, gates, assignment, births, slots. What differs: a track is predicted by its bank
(`bank`, `motion`), updated by any filter (`estimate`), by one plot or by all in its gate (`jpda`), and may be confirmed by its
likelihood ratio.
"""

import math

from openiads.kernels import kernel
from openiads.tracking.assignment import assign
from openiads.tracking.bank import mix
from openiads.tracking.bank_life import count_hit, count_looks, expire_bank, pair_ratio, start_banks
from openiads.tracking.bank_records import ALL_IN_ONE, MIXED, BankScratch
from openiads.tracking.bank_updates import finish_update, place_ahead, take_all, take_one
from openiads.tracking.filters import PER_SECOND, innovation
from openiads.tracking.gating import add_pair, concerns, first_key, near, prepare_plots, window
from openiads.tracking.jpda import JpdaScratch, find_marginals
from openiads.tracking.life import note
from openiads.tracking.records import CHANGED_UPDATED, FIRM, OWN, TENTATIVE, Record, Rows, Scratch, Vector


@kernel
def gate_bank(
    config: Record,
    node_state: Record,
    track: Record,
    modes: Rows,
    plots: Rows,
    n_plots: int,
    radar: int,
    scratch: Scratch,
    bank: BankScratch,
) -> None:
    """Append the pairs of one track, each at the distance from the bank's own prediction."""
    work, keys, cells = scratch.work[0], scratch.keys, scratch.cells
    if not concerns(config, track, work):
        return
    window(config, track, work)
    axis = work["axis"]
    k = first_key(keys, n_plots, work["low"][axis])
    mixed = False
    placed_ns = -1
    for i in range(3):
        for j in range(3):
            work["q"][i, j] = 0.0
    while k < n_plots and keys[k]["a"] <= work["high"][axis]:
        cell = cells[k]
        k += 1
        ahead_ns = cell["at_ns"] - track["update_ns"]
        dt_s = ahead_ns / PER_SECOND
        if cell["taken"] == 1 or not near(config, track["x"], cell, dt_s, work):
            continue
        if ahead_ns < 0:
            cell["late"] = 1
            continue
        if not mixed:
            mix(modes, bank.transition, bank.sets[MIXED])
            mixed = True
        if ahead_ns != placed_ns:
            place_ahead(config, bank, dt_s)
            placed_ns = ahead_ns
        whole = bank.whole[0]
        innovation(whole["x"], whole["p"], 0.0, cell["z"], plots[cell["plot"]]["r"], work)
        if work["distance"] > config["gate"]:
            continue
        if ahead_ns == 0 and track["radar"] == radar:
            cell["late"] = 1
        else:
            add_pair(config, node_state, scratch.pairs, k - 1, work)


@kernel
def find_bank_pairs(
    config: Record,
    node_state: Record,
    tracks: Rows,
    modes: Rows,
    plots: Rows,
    n_plots: int,
    status: int,
    radar: int,
    scratch: Scratch,
    bank: BankScratch,
) -> int:
    """Rows and pairs of all own tracks of one status; returns how many rows."""
    work = scratch.work[0]
    work["pairs"] = 0
    n_rows = 0
    first_slot = config["first_slot"]
    for slot in range(first_slot, first_slot + node_state["high"]):
        track = tracks[slot]
        if track["status"] != status or track["source"] != OWN:
            continue
        first = work["pairs"]
        gate_bank(config, node_state, track, modes[slot], plots, n_plots, radar, scratch, bank)
        if work["pairs"] > first:
            row = scratch.rows[n_rows]
            row["slot"] = slot
            row["first"] = first
            row["count"] = work["pairs"] - first
            n_rows += 1
    return n_rows


@kernel
def assigned_updates(
    config: Record,
    settings: Record,
    look: Record,
    tracks: Rows,
    modes: Rows,
    lives: Rows,
    plots: Rows,
    n_rows: int,
    radar: int,
    period_ns: int,
    now_ns: int,
    raw: Rows,
    first: int,
    place: tuple[Vector, Vector],
    changes: Rows,
    scratch: Scratch,
    bank: BankScratch,
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
        track = tracks[slot]
        take_one(config, settings, look, track, modes[slot], plots[j], raw[first + j]["range_rate_mps"], place, bank)
        finish_update(track, modes[slot], plots[j], radar, period_ns, bank)
        count_looks(look, track, lives[slot], now_ns)
        what = count_hit(config, settings, look, track, lives[slot], plots[j], scratch.pairs[row["pair"]])
        note(changes, scratch.work[0], slot, track, what)
        plots[j]["track"] = slot


@kernel
def joint_updates(
    config: Record,
    settings: Record,
    look: Record,
    tracks: Rows,
    modes: Rows,
    lives: Rows,
    plots: Rows,
    n_rows: int,
    radar: int,
    period_ns: int,
    raw: Rows,
    first: int,
    place: tuple[Vector, Vector],
    changes: Rows,
    scratch: Scratch,
    bank: BankScratch,
) -> None:
    """Update every row by all plots in its gate; a plot that more likely than not is some track's starts no other."""
    joint, cells, pairs = JpdaScratch(bank.joint_pairs, bank.joint_rows), scratch.cells, scratch.pairs
    for k in range(scratch.work[0]["pairs"]):
        joint.pairs[k]["ratio"] = math.exp(min(pair_ratio(look, plots[cells[pairs[k]["cell"]]["plot"]], pairs[k]), 600.0))
    find_marginals(scratch.rows, cells, pairs, n_rows, 1.0 - look["p_detection"] * settings["gate_probability"], joint)
    for k in range(scratch.work[0]["pairs"]):
        cells[pairs[k]["cell"]]["reach"] = 0.0
    for k in range(scratch.work[0]["pairs"]):
        cells[pairs[k]["cell"]]["reach"] += joint.pairs[k]["beta"]
    for i in range(n_rows):
        row = scratch.rows[i]
        slot = row["slot"]
        track, miss = tracks[slot], joint.rows[i]["miss"]
        j = take_all(config, settings, look, track, modes[slot], row, miss, plots, raw, first, place, scratch, bank)
        finish_update(track, modes[slot], plots[j], radar, period_ns, bank)
        if miss < ALL_IN_ONE:
            best = row["first"]
            for k in range(row["first"], row["first"] + row["count"]):
                if joint.pairs[k]["beta"] > joint.pairs[best]["beta"]:
                    best = k
            count_hit(config, settings, look, track, lives[slot], plots[j], pairs[best])
            plots[j]["track"] = slot
        note(changes, scratch.work[0], slot, track, CHANGED_UPDATED)
    for k in range(scratch.work[0]["pairs"]):
        cell = cells[pairs[k]["cell"]]
        cell["taken"] = 1 if cell["reach"] > ALL_IN_ONE else 0
        cell["row"] = -1  # the clusters' mark; the assignment of tentative tracks takes it for an assigned row


@kernel
def scan_step(
    config: Record,
    settings: Record,
    look: Record,
    node_state: Record,
    tracks: Rows,
    modes: Rows,
    lives: Rows,
    plots: Rows,
    n_plots: int,
    radar: int,
    period_ns: int,
    now_ns: int,
    raw: Rows,
    first: int,
    place: tuple[Vector, Vector],
    changes: Rows,
    scratch: Scratch,
    bank: BankScratch,
) -> int:
    """Take one batch of plots of one sensor into the tracks; as `step`, for tracks with banks.

    `modes` is (slots, models), `lives` (slots,); `raw` from `first` on holds the plots as measured, `place` the sensor's
    position and axes.
    """
    work = scratch.work[0]
    work["changes"] = 0
    expire_bank(config, settings, look, node_state, tracks, lives, TENTATIVE, now_ns, changes, work)
    if n_plots > 0:
        prepare_plots(plots, n_plots, scratch)
        for status in (FIRM, TENTATIVE):
            n_rows = find_bank_pairs(config, node_state, tracks, modes, plots, n_plots, status, radar, scratch, bank)
            if status == FIRM and settings["joint"] != 0:
                joint_updates(
                    config, settings, look, tracks, modes, lives, plots, n_rows, radar, period_ns, raw, first, place,
                    changes, scratch, bank,
                )  # fmt: skip
                continue
            assign(config, tracks, n_rows, scratch)
            node_state["cut"] += work["cut"]
            assigned_updates(
                config, settings, look, tracks, modes, lives, plots, n_rows, radar, period_ns, now_ns, raw, first, place,
                changes, scratch, bank,
            )  # fmt: skip
        start_banks(
            config, settings, node_state, tracks, modes, lives, plots, n_plots, radar, period_ns, changes, scratch, bank
        )
    expire_bank(config, settings, look, node_state, tracks, lives, FIRM, now_ns, changes, work)
    return int(work["changes"])
