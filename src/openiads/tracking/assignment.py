"""The cheapest way to give each track at most one plot and each plot to at most one track: shortest augmenting paths.

Rows are tracks, cells are plots, pairs are the gated combinations. Every row may also go without a plot, at its own cost.
The search from a row follows pairs only, so that it never leaves the row's cluster (tracks and plots connected by gates):
the optimum is found cluster by cluster without the clusters being listed, and what happens in one changes nothing
in another.

Source: R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
Computing 38, pp. 325-340, 1987 (augmentation phase, sparse form); D. F. Crouse, "On implementing 2D rectangular
assignment algorithms", IEEE Trans. AES 52(4), 2016.
"""

import math

from openiads.kernels import kernel
from openiads.tracking.ordering import sort_order
from openiads.tracking.records import Record, Rows, Scratch

LONGEST_SEARCH = 50_000
"""Comparisons after which the search from one row ends with the best so far. Clusters of a hundred tracks stay far below it; a
scan of 100,000 plots without pattern does not, and must not hang."""


@kernel
def price_misses(config: Record, scratch: Scratch, n_rows: int) -> None:
    """Cost of going without a plot, such that a track without a rival always takes a plot in its gate.

    By likelihood: gate + the largest ln det S that any track has on any plot in this track's gate, so that rivals for a plot pay
    the same for a miss and are compared by d2 + ln det S. By distance: the distance at which the gate ends.
    """
    if config["by_distance"] != 0:
        for i in range(n_rows):
            scratch.rows[i]["miss_cost"] = math.sqrt(config["gate"])
        return
    for i in range(n_rows):
        row = scratch.rows[i]
        for k in range(row["first"], row["first"] + row["count"]):
            scratch.cells[scratch.pairs[k]["cell"]]["widest"] = -math.inf
    for i in range(n_rows):
        row = scratch.rows[i]
        for k in range(row["first"], row["first"] + row["count"]):
            pair = scratch.pairs[k]
            cell = scratch.cells[pair["cell"]]
            cell["widest"] = max(cell["widest"], pair["cost"] - pair["distance"])
    for i in range(n_rows):
        row = scratch.rows[i]
        most = -math.inf
        for k in range(row["first"], row["first"] + row["count"]):
            most = max(most, scratch.cells[scratch.pairs[k]["cell"]]["widest"])
        row["miss_cost"] = config["gate"] + most


@kernel
def relax(rows: Rows, cells: Rows, pairs: Rows, picked: Rows, work: Record, i: int, base: float) -> None:
    """Offer the pairs of row `i`, reached at `base`, to the cells."""
    row = rows[i]
    for k in range(row["first"], row["first"] + row["count"]):
        pair = pairs[k]
        cell = cells[pair["cell"]]
        if cell["visited"] == 2:
            continue
        reach = base + (pair["cost"] - row["dual"] - cell["dual"])
        if cell["visited"] == 0:
            cell["visited"] = 1
            picked[work["touched"]] = pair["cell"]
            work["touched"] += 1
        elif reach >= cell["reach"]:
            continue
        cell["reach"] = reach
        cell["parent"] = i
        cell["parent_pair"] = k


@kernel
def nearest(cells: Rows, picked: Rows, work: Record) -> int:
    """The touched, unvisited cell that is reached most cheaply, the first of equals; -1 when there is none."""
    best = -1
    least = math.inf
    for k in range(work["touched"]):
        j = picked[k]
        cell = cells[j]
        if cell["visited"] == 1 and cell["reach"] < least:
            least = cell["reach"]
            best = j
    return best


@kernel
def settle(rows: Rows, cells: Rows, picked: Rows, work: Record, source: int, length: float) -> None:
    """New dual prices after a path of that length, and a clean slate for the next search."""
    rows[source]["dual"] += length
    for k in range(work["touched"]):
        cell = cells[picked[k]]
        if cell["visited"] == 2:
            saved = length - cell["reach"]
            cell["dual"] -= saved
            if cell["row"] >= 0:
                rows[cell["row"]]["dual"] += saved
        cell["visited"] = 0


@kernel
def flip(rows: Rows, cells: Rows, source: int, end: int, loser: int) -> None:
    """Reassign along the path that ends in cell `end`, or in row `loser` going without a plot where `end` is -1."""
    j = end
    if j < 0:
        if loser == source:
            return
        j = rows[loser]["cell"]
        rows[loser]["cell"] = -1
        rows[loser]["pair"] = -1
    while True:
        cell = cells[j]
        i = cell["parent"]
        row = rows[i]
        before = row["cell"]
        cell["row"] = i
        row["cell"] = j
        row["pair"] = cell["parent_pair"]
        if i == source:
            return
        j = before


@kernel
def take_free(row: Record, cells: Rows, pairs: Rows, i: int) -> bool:
    """Settle row `i` without a search where its cheapest plot is free, or dearer than its miss: the first step of `augment`."""
    best = -1
    least = math.inf
    for k in range(row["first"], row["first"] + row["count"]):
        pair = pairs[k]
        cost = pair["cost"] - cells[pair["cell"]]["dual"]
        if cost < least:
            least = cost
            best = k
    if least > row["miss_cost"]:
        row["dual"] = row["miss_cost"]
        return True
    cell = cells[pairs[best]["cell"]]
    if cell["row"] >= 0:
        return False
    cell["row"] = i
    row["cell"] = pairs[best]["cell"]
    row["pair"] = best
    row["dual"] = least
    return True


@kernel
def augment(rows: Rows, cells: Rows, pairs: Rows, picked: Rows, work: Record, source: int) -> None:
    """Bring one more row into the assignment by the cheapest alternating path: to a free plot, or to a row's miss."""
    work["touched"] = 0
    i = source
    length = 0.0
    least_miss = math.inf
    loser = source
    spent = 0
    while True:
        miss = length + (rows[i]["miss_cost"] - rows[i]["dual"])
        if miss < least_miss:
            least_miss = miss
            loser = i
        relax(rows, cells, pairs, picked, work, i, length)
        end = nearest(cells, picked, work)
        spent += work["touched"]
        if spent > LONGEST_SEARCH and end >= 0 and cells[end]["row"] >= 0 and cells[end]["reach"] <= least_miss:
            work["cut"] += 1
            cells[end]["reach"] = math.inf
        if end < 0 or cells[end]["reach"] > least_miss:
            end = -1
            length = least_miss
            break
        length = cells[end]["reach"]
        cells[end]["visited"] = 2
        i = cells[end]["row"]
        if i < 0:
            break
    settle(rows, cells, picked, work, source, length)
    flip(rows, cells, source, end, loser)


@kernel
def assign(config: Record, tracks: Rows, n_rows: int, scratch: Scratch) -> None:
    """Assign plots to the rows: fills `cell` and `pair` of each row. Rows enter by track number.

    The total of pair costs and miss costs is the least possible.
    """
    price_misses(config, scratch, n_rows)
    scratch.work[0]["cut"] = 0
    for i in range(n_rows):
        row = scratch.rows[i]
        row["cell"] = -1
        row["pair"] = -1
        row["dual"] = 0.0
        scratch.row_keys[i]["a"] = tracks[row["slot"]]["number"]
        scratch.row_order[i] = i
    sort_order(scratch.row_order, scratch.other, scratch.row_keys, n_rows)
    for k in range(n_rows):
        i = scratch.row_order[k]
        if not take_free(scratch.rows[i], scratch.cells, scratch.pairs, i):
            augment(scratch.rows, scratch.cells, scratch.pairs, scratch.picked, scratch.work[0], i)
