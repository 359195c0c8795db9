"""Plots into a bank of models: one plot, or all in the gate by their probabilities."""

import math

from openiads.kernels import kernel
from openiads.tracking.bank import combine, mix, normalise
from openiads.tracking.bank_records import AHEAD, MIXED, TOTAL, TRIAL, BankScratch
from openiads.tracking.estimate import update_mode
from openiads.tracking.filters import PER_SECOND
from openiads.tracking.gating import looks_over, note_traces
from openiads.tracking.motion import move
from openiads.tracking.records import Record, Rows, Scratch, Vector


@kernel
def copy_mode(source: Record, target: Record) -> None:
    """Copy one mode."""
    target["weight"] = source["weight"]
    for a in range(9):
        target["x"][a] = source["x"][a]
        for b in range(9):
            target["p"][a, b] = source["p"][a, b]


@kernel
def place_ahead(config: Record, bank: BankScratch, dt_s: float) -> None:
    """Move the mixed modes by `dt_s` into `ahead`, and their moments into the first of `whole`."""
    for j in range(len(bank.models)):
        copy_mode(bank.sets[MIXED][j], bank.sets[AHEAD][j])
        move(config, bank.models[j], bank.sets[AHEAD][j], dt_s, bank.tools[0])
    combine(bank.sets[AHEAD], bank.whole[0])


@kernel
def write_track(track: Record, whole: Record) -> None:
    """Position and velocity of a bank as those of its track."""
    for a in range(6):
        track["x"][a] = whole["x"][a]
        for b in range(6):
            track["p"][a, b] = whole["p"][a, b]


@kernel
def begin_totals(bank: BankScratch) -> None:
    """Empty sums over plots."""
    for j in range(len(bank.sets[TOTAL])):
        target = bank.sets[TOTAL][j]
        target["weight"] = 0.0
        for a in range(9):
            target["x"][a] = 0.0
            for b in range(9):
                target["p"][a, b] = 0.0


@kernel
def add_event(modes: Rows, bank: BankScratch, beta: float) -> None:
    """Add one association event, of probability `beta`, in which the models had the weights of `modes`: second moments."""
    for j in range(len(modes)):
        share = beta * modes[j]["weight"]
        target, mode = bank.sets[TOTAL][j], modes[j]
        target["weight"] += share
        for a in range(9):
            offset = mode["x"][a] - bank.sets[AHEAD][j]["x"][a]
            target["x"][a] += share * offset
            for b in range(a, 9):
                other = mode["x"][b] - bank.sets[AHEAD][j]["x"][b]
                target["p"][a, b] += share * (mode["p"][a, b] + offset * other)


@kernel
def close_totals(modes: Rows, bank: BankScratch) -> None:
    """The moments of all events as the new modes; offsets are counted from the prediction, so that nothing cancels."""
    for j in range(len(modes)):
        target, mode = bank.sets[TOTAL][j], modes[j]
        weight = max(target["weight"], 1e-300)
        mode["weight"] = target["weight"]
        for a in range(9):
            mode["x"][a] = bank.sets[AHEAD][j]["x"][a] + target["x"][a] / weight
            for b in range(a, 9):
                mode["p"][a, b] = (target["p"][a, b] - target["x"][a] * target["x"][b] / weight) / weight
                mode["p"][b, a] = mode["p"][a, b]
    normalise(modes)


@kernel
def take_in(
    bank: BankScratch, settings: Record, look: Record, plot: Record, rate_mps: float, place: tuple[Vector, Vector]
) -> None:
    """`trial`: the modes ahead with one plot taken in, weights by likelihood."""
    highest = -math.inf
    count = len(bank.models)
    bank.tools[0]["aside"] = 0
    for j in range(count):
        copy_mode(bank.sets[AHEAD][j], bank.sets[TRIAL][j])
        rate = (rate_mps, look["sigma_rate_mps"])
        bank.tools[0]["shares"][j] = update_mode(
            bank.sets[TRIAL][j], plot, rate, place[0], place[1], settings["estimator"], bank.tools[0]
        )
        highest = max(highest, bank.tools[0]["shares"][j])
    if bank.tools[0]["aside"] == count:
        bank.tools[0]["rates_aside"] += 1
    for j in range(count):
        gain = math.exp(bank.tools[0]["shares"][j] - highest) if highest > -math.inf else 1.0
        bank.sets[TRIAL][j]["weight"] = bank.sets[AHEAD][j]["weight"] * gain
    normalise(bank.sets[TRIAL])


@kernel
def bring_to(plot: Record, spot: Vector, x: Vector, dt_s: float, forward: bool) -> None:
    """Shift a plot's position along the velocity of state `x` by `dt_s`, keeping the original in `spot`; or put it back."""
    for i in range(3):
        if forward:
            spot[i] = plot["position"][i]
            plot["position"][i] += x[i + 3] * dt_s
        else:
            plot["position"][i] = spot[i]


@kernel
def finish_update(track: Record, modes: Rows, plot: Record, radar: int, period_ns: int, bank: BankScratch) -> None:
    """The track's own fields after its modes have been updated to the time of `plot`."""
    combine(modes, bank.whole[1])
    write_track(track, bank.whole[1])
    note_traces(track)
    track["update_ns"] = plot["at_ns"]
    track["radar"] = radar
    track["period_ns"] = period_ns
    track["opportunities"] = 1 + looks_over(track, plot["at_ns"])


@kernel
def take_one(
    config: Record,
    settings: Record,
    look: Record,
    track: Record,
    modes: Rows,
    plot: Record,
    rate_mps: float,
    place: tuple[Vector, Vector],
    bank: BankScratch,
) -> None:
    """Update a bank with the one plot that was assigned to it."""
    mix(modes, bank.transition, bank.sets[MIXED])
    place_ahead(config, bank, (plot["at_ns"] - track["update_ns"]) / PER_SECOND)
    take_in(bank, settings, look, plot, rate_mps, place)
    for j in range(len(modes)):
        copy_mode(bank.sets[TRIAL][j], modes[j])


@kernel
def take_all(
    config: Record,
    settings: Record,
    look: Record,
    track: Record,
    modes: Rows,
    row: Record,
    miss: float,
    plots: Rows,
    raw: Rows,
    first: int,
    place: tuple[Vector, Vector],
    scratch: Scratch,
    bank: BankScratch,
) -> int:
    """Update a bank with all plots in its gate by their probabilities; returns the likeliest plot.

    Plots of other times than the likeliest are shifted along the predicted velocity: a beam passes a gate in milliseconds.
    """
    best, most = row["first"], -1.0
    for k in range(row["first"], row["first"] + row["count"]):
        if bank.joint_pairs[k]["beta"] > most:
            best, most = k, bank.joint_pairs[k]["beta"]
    j_best = scratch.cells[scratch.pairs[best]["cell"]]["plot"]
    at_ns = plots[j_best]["at_ns"]
    mix(modes, bank.transition, bank.sets[MIXED])
    place_ahead(config, bank, (at_ns - track["update_ns"]) / PER_SECOND)
    begin_totals(bank)
    add_event(bank.sets[AHEAD], bank, miss)
    predicted = bank.whole[0]["x"]
    for k in range(row["first"], row["first"] + row["count"]):
        beta = bank.joint_pairs[k]["beta"]
        if beta < 1e-6:
            continue
        j = scratch.cells[scratch.pairs[k]["cell"]]["plot"]
        bring_to(plots[j], bank.tools[0]["spot"], predicted, (at_ns - plots[j]["at_ns"]) / PER_SECOND, True)
        take_in(bank, settings, look, plots[j], raw[first + j]["range_rate_mps"], place)
        bring_to(plots[j], bank.tools[0]["spot"], predicted, 0.0, False)
        add_event(bank.sets[TRIAL], bank, beta)
    close_totals(modes, bank)
    return int(j_best)
