"""Which unit takes which target: rules of a command post over the values that each pair would save.

Rows are places at units (a unit has as many as channels to give), cells are targets, and a pair is a unit that can reach a target.
The linear rule reuses the assignment of plots to tracks (`tracking.assignment`): shortest augmenting paths.
"""

from typing import Any, Final

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.tracking.assignment import augment, take_free
from openiads.tracking.records import Scratch

Record = Any
Records = NDArray[Any]
NO_RULE, GREEDY, LINEAR, EXACT = 0, 1, 2, 3
RULES: Final = {"greedy": GREEDY, "linear": LINEAR, "exact": EXACT}
MOST_TRIED = 200_000
"""Assignments that the exact rule goes through; larger cases fall to the linear rule."""


@kernel
def clear(scratch: Scratch, rows: int, cells: int) -> None:
    """Nothing is assigned."""
    for i in range(rows):
        row = scratch.rows[i]
        row["cell"], row["pair"], row["dual"], row["miss_cost"] = -1, -1, 0.0, 0.0
    for j in range(cells):
        cell = scratch.cells[j]
        cell["row"], cell["dual"], cell["visited"] = -1, 0.0, 0


@kernel
def assign_greedily(scratch: Scratch, rows: int, cells: int) -> None:
    """Pair by pair the one that saves most, ties by row and then by pair, until nothing is left to give or to take."""
    clear(scratch, rows, cells)
    while True:
        best_row, best_pair, most = -1, -1, 0.0
        for i in range(rows):
            row = scratch.rows[i]
            if row["cell"] >= 0:
                continue
            for k in range(row["first"], row["first"] + row["count"]):
                pair = scratch.pairs[k]
                if scratch.cells[pair["cell"]]["row"] < 0 and -pair["cost"] > most:
                    best_row, best_pair, most = i, k, -pair["cost"]
        if best_row < 0:
            return
        take(scratch, best_row, best_pair)


@kernel
def take(scratch: Scratch, row: int, pair: int) -> None:
    """Give a place the target of a pair."""
    j = scratch.pairs[pair]["cell"]
    scratch.rows[row]["cell"], scratch.rows[row]["pair"] = j, pair
    scratch.cells[j]["row"] = row


@kernel
def assign_linearly(scratch: Scratch, rows: int, cells: int) -> None:
    """The assignment of at most one target to each place, and one place to each target, that saves most in all."""
    clear(scratch, rows, cells)
    scratch.work[0]["cut"] = 0
    for i in range(rows):
        if scratch.rows[i]["count"] > 0 and not take_free(scratch.rows[i], scratch.cells, scratch.pairs, i):
            augment(scratch.rows, scratch.cells, scratch.pairs, scratch.picked, scratch.work[0], i)


@kernel
def combinations(scratch: Scratch, rows: int) -> int:
    """How many ways there are to give each place one of its targets or none; MOST_TRIED + 1 for too many."""
    total = 1
    for i in range(rows):
        total *= scratch.rows[i]["count"] + 1
        if total > MOST_TRIED:
            return MOST_TRIED + 1
    return total


@kernel
def surviving(scratch: Scratch, rows: int, cells: int) -> float:
    """Expected value that survives when several places may take one target: sum of value times the product of (1 - p).

    Cells hold values in `trace`, pairs probabilities in `distance`, rows what is tried in `pair`. Source: A. S. Manne, "A
    target-assignment problem", Operations Research 6(3), pp. 346-351, 1958.
    """
    for j in range(cells):
        scratch.cells[j]["reach"] = scratch.cells[j]["trace"]
    for i in range(rows):
        k = scratch.rows[i]["pair"]
        if k >= 0:
            scratch.cells[scratch.pairs[k]["cell"]]["reach"] *= 1.0 - scratch.pairs[k]["distance"]
    total = 0.0
    for j in range(cells):
        total += scratch.cells[j]["reach"]
    return total


@kernel
def assign_exactly(scratch: Scratch, rows: int, cells: int) -> None:
    """The least expected surviving value, several places at one target allowed, by going through all; else the linear rule."""
    total = combinations(scratch, rows)
    if total > MOST_TRIED:
        assign_linearly(scratch, rows, cells)
        return
    clear(scratch, rows, cells)
    best, least = 0, surviving(scratch, rows, cells)
    for number in range(1, total):
        choose(scratch, rows, number)
        value = surviving(scratch, rows, cells)
        if value < least:
            best, least = number, value
    choose(scratch, rows, best)
    for i in range(rows):
        k = scratch.rows[i]["pair"]
        scratch.rows[i]["cell"] = scratch.pairs[k]["cell"] if k >= 0 else -1


@kernel
def choose(scratch: Scratch, rows: int, number: int) -> None:
    """What each place takes in combination `number`: a mixed-radix count with 0 for nothing."""
    left = number
    for i in range(rows):
        row = scratch.rows[i]
        digit = left % (row["count"] + 1)
        left //= row["count"] + 1
        row["pair"] = row["first"] + digit - 1 if digit > 0 else -1


@kernel
def assign_by(rule: int, scratch: Scratch, rows: int, cells: int) -> None:
    """Fill `cell` of each row by a rule."""
    if rule == LINEAR:
        assign_linearly(scratch, rows, cells)
    elif rule == EXACT:
        assign_exactly(scratch, rows, cells)
    else:
        assign_greedily(scratch, rows, cells)
