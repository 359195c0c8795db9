"""The life of a track with a bank: likelihood ratio, hits, births and ends."""

import math

from openiads.kernels import kernel
from openiads.tracking.bank_records import BankScratch
from openiads.tracking.gating import lapse_at, looks_over
from openiads.tracking.life import MEMORY, note, note_dropped, occupy, release, sort_unused, start_track
from openiads.tracking.records import CHANGED_FIRM, CHANGED_UPDATED, FIRM, OWN, TENTATIVE, Record, Rows, Scratch


@kernel
def clutter_density(look: Record, plot: Record) -> float:
    """False plots per cubic metre around a plot, from their density in range and angles."""
    square = plot["range_m"] * plot["range_m"] * max(math.cos(plot["elevation_rad"]), 1e-3)
    return float(look["clutter"] / square)


@kernel
def pair_ratio(look: Record, plot: Record, pair: Record) -> float:
    """ln(Pd N(nu; 0, S) / clutter density) of one pair."""
    far = pair["distance"] + pair["log_det"]
    return float(math.log(look["p_detection"] / clutter_density(look, plot)) - 0.5 * far - 1.5 * math.log(2.0 * math.pi))


@kernel
def confirmed(config: Record, settings: Record, track: Record, life: Record) -> bool:
    """Whether a tentative track has earned confirmation: by its likelihood ratio, or by its hits."""
    if settings["sequential"] != 0:
        return bool(life["ratio"] >= settings["upper"])
    return bool(track["hits"] >= config["confirm_hits"])


@kernel
def count_hit(
    config: Record, settings: Record, look: Record, track: Record, life: Record, plot: Record, pair: Record
) -> int:
    """Note a plot of a track in its life; returns what changed."""
    track["hits"] += 1
    track["snr_db"] = plot["snr_db"]
    track["score"] += MEMORY * (pair["distance"] - track["score"])
    life["hit_ns"] = plot["at_ns"]
    life["ratio"] += pair_ratio(look, plot, pair)
    life["looks"] = max(life["looks"], looks_over(track, plot["at_ns"]) + 1)  # the look of this plot is no miss later
    if track["status"] == TENTATIVE and confirmed(config, settings, track, life):
        track["status"] = FIRM
        track["firm_ns"] = plot["at_ns"]
        return CHANGED_FIRM
    return CHANGED_UPDATED


@kernel
def count_looks(look: Record, track: Record, life: Record, now_ns: int) -> None:
    """Charge every look that has passed without a plot with a miss; `count_hit` counts the look of a plot."""
    looks = looks_over(track, now_ns)
    if looks > life["looks"]:
        life["ratio"] += (looks - life["looks"]) * math.log(max(1.0 - look["p_detection"], 1e-9))
        life["looks"] = looks


@kernel
def expire_bank(
    config: Record,
    settings: Record,
    look: Record,
    node_state: Record,
    tracks: Rows,
    lives: Rows,
    status: int,
    now_ns: int,
    changes: Rows,
    work: Record,
) -> None:
    """Drop the own tracks of one status that have lived out at `now_ns`, by track number."""
    work["drops_from"] = work["changes"]
    first_slot = config["first_slot"]
    for slot in range(first_slot, first_slot + node_state["high"]):
        track, life = tracks[slot], lives[slot]
        if track["status"] != status or track["source"] != OWN:
            continue
        if status == TENTATIVE and settings["sequential"] != 0:
            count_looks(look, track, life, now_ns)
            over = life["ratio"] < settings["lower"]
        elif status == TENTATIVE:
            over = now_ns >= lapse_at(config, track)
        else:
            over = now_ns - life["hit_ns"] > config["drop_after_updates"] * track["period_ns"]
        if over:
            note_dropped(changes, work, slot, track)
            release(config, node_state, tracks, slot)


@kernel
def start_banks(
    config: Record,
    settings: Record,
    node_state: Record,
    tracks: Rows,
    modes: Rows,
    lives: Rows,
    plots: Rows,
    n_plots: int,
    radar: int,
    period_ns: int,
    changes: Rows,
    scratch: Scratch,
    bank: BankScratch,
) -> None:
    """Start a track with its bank from each plot that no track took."""
    for k in range(n_plots):
        if scratch.cells[k]["late"] == 1 and scratch.cells[k]["taken"] == 0:
            node_state["late"] += 1
    count = sort_unused(plots, n_plots, scratch)
    slot = config["first_slot"] - 1
    for k in range(count):
        slot = occupy(config, node_state, tracks, slot + 1)
        if slot < 0:
            node_state["overflow"] += count - 1 - k
            return
        j = scratch.order[k]
        track, life = tracks[slot], lives[slot]
        what = start_track(config, track, plots[j], radar, period_ns)
        if settings["sequential"] != 0:
            track["status"] = TENTATIVE
            track["firm_ns"] = -1
            what = CHANGED_UPDATED
        life["ratio"] = 0.0
        life["looks"] = 1
        life["hit_ns"] = plots[j]["at_ns"]
        start_bank(track, modes[slot], bank)
        note(changes, scratch.work[0], slot, track, what)
        plots[j]["track"] = slot
        plots[j]["new"] = 1


@kernel
def start_bank(track: Record, modes: Rows, bank: BankScratch) -> None:
    """All models alike at birth, weighted evenly."""
    for m in range(len(modes)):
        mode, model = modes[m], bank.models[m]
        mode["weight"] = 1.0 / len(modes)
        for a in range(9):
            mode["x"][a] = track["x"][a] if a < 6 else 0.0
            for b in range(9):
                mode["p"][a, b] = track["p"][a, b] if a < 6 and b < 6 else 0.0
        for a in range(6, 9):
            mode["p"][a, a] = model["acceleration_mps2"] * model["acceleration_mps2"]
