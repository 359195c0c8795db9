"""Two targets in one resolution cell give one plot: both tracks may take it, with the doubt that belongs to it.

Without this the track that loses the plot coasts, and is dropped while its target flies on beside the other. Source: S. Blackman,
R. Popoli, Design and Analysis of Modern Tracking Systems, 1999, sect. 6.11 (unresolved measurements).
"""

from openiads.kernels import kernel
from openiads.tracking.filters import PER_SECOND, invert
from openiads.tracking.records import Record, Rows, Scratch, Vector


@kernel
def sigmas_apart(one: Record, other: Record, plot: Record, offset: Vector, work: Record) -> float:
    """Squared distance between two tracks at the time of a plot, in units of its covariance; the offset goes to `offset`."""
    first_s = (plot["at_ns"] - one["update_ns"]) / PER_SECOND
    second_s = (plot["at_ns"] - other["update_ns"]) / PER_SECOND
    w, total = work["w"], 0.0
    invert(plot["r"], w)
    for i in range(3):
        here = one["x"][i] + first_s * one["x"][i + 3]
        offset[i] = other["x"][i] + second_s * other["x"][i + 3] - here
    for i in range(3):
        for j in range(3):
            total += offset[i] * w[i, j] * offset[j]
    return float(total)


@kernel
def share_plots(config: Record, tracks: Rows, plots: Rows, n_rows: int, scratch: Scratch) -> None:
    """Give each row that went without a plot the plot of the nearest track that the radar cannot tell from it, if there is one."""
    limit2 = config["resolution"] * config["resolution"]
    work = scratch.work[0]
    for k in range(n_rows):
        row = scratch.rows[scratch.row_order[k]]
        if row["cell"] >= 0:
            continue
        least, best, owner = limit2, -1, -1
        for q in range(row["first"], row["first"] + row["count"]):
            cell = scratch.cells[scratch.pairs[q]["cell"]]
            if cell["row"] < 0 or scratch.rows[cell["row"]]["shared"] != 0:
                continue
            other = tracks[scratch.rows[cell["row"]]["slot"]]
            apart = sigmas_apart(tracks[row["slot"]], other, plots[cell["plot"]], work["nu"], work)
            if apart <= least:
                least, best, owner = apart, q, int(cell["row"])
                for i in range(3):
                    row["offset"][i] = work["nu"][i]
        if best >= 0:
            row["cell"], row["pair"], row["shared"] = scratch.pairs[best]["cell"], best, 1
            with_it = scratch.rows[owner]
            with_it["shared"] = 1
            for i in range(3):
                with_it["offset"][i] = -row["offset"][i]


@kernel
def widen(plot: Record, row: Record, work: Record) -> None:
    """Let the covariance of a shared plot hold both targets: the plot lies between them, half the offset from each."""
    for i in range(3):
        for j in range(3):
            work["held"][i, j] = plot["r"][i, j]
            plot["r"][i, j] += 0.25 * row["offset"][i] * row["offset"][j]


@kernel
def narrow(plot: Record, work: Record) -> None:
    """Undo `widen`."""
    for i in range(3):
        for j in range(3):
            plot["r"][i, j] = work["held"][i, j]
