"""Joint probabilistic data association: how likely each plot of a cluster belongs to each track.

A cluster is what gates connect. Small clusters are enumerated, every joint event once; large ones use belief propagation,
whose cost grows with the number of pairs only.

Source: T. E. Fortmann, Y. Bar-Shalom, M. Scheffe, "Sonar tracking of multiple targets using joint probabilistic data
association", IEEE J. Oceanic Engineering 8(3), 1983; J. L. Williams, R. A. Lau, "Approximate evaluation of marginal association
probabilities with belief propagation", IEEE Trans. AES 50(4), 2014, eq. 30-31.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError
from openiads.kernels import kernel
from openiads.tracking.records import CELL, PAIR, ROW, Rows, Vector

Integers = NDArray[np.int64]

MOST_EVENTS = 20_000.0
"""Joint events of a cluster that are still enumerated: about 2 ms."""

ROUNDS = 200
ENOUGH = 1e-9
"""Largest change of a message at which belief propagation stops."""


class JpdaScratch(NamedTuple):
    """Working space, by pair and by row."""

    ratio: Vector  # of a pair: p_detection times likelihood, over clutter density
    beta: Vector  # of a pair: probability that the plot is the track's
    message: Vector  # of a pair, from track to plot
    answer: Vector  # of a pair, from plot to track
    miss: Vector  # of a row: probability of no plot
    leader: Integers  # of a row: representative of its cluster
    members: Integers  # rows of one cluster
    choice: Integers  # of a member: pair chosen, -1 for a miss
    weight: Vector  # of a member: weight of the choices up to it


def make_jpda_scratch(rows: int, pairs: int) -> JpdaScratch:
    """Working space for so many rows and pairs."""
    by_pair = [np.zeros(max(pairs, 1)) for _ in range(4)]
    whole = [np.zeros(rows + 1, np.int64) for _ in range(3)]
    return JpdaScratch(*by_pair, np.zeros(rows + 1), *whole, np.zeros(rows + 2))


@kernel
def leader_of(leader: Integers, i: int) -> int:
    """The representative of row `i`, with the path to it halved."""
    while leader[i] != i:
        leader[i] = leader[leader[i]]
        i = leader[i]
    return i


@kernel
def find_clusters(rows: Rows, cells: Rows, pairs: Rows, n_rows: int, leader: Integers) -> None:
    """Rows that share a plot, directly or through others, get the same leader: the least of them."""
    for i in range(n_rows):
        leader[i] = i
        for k in range(rows[i]["first"], rows[i]["first"] + rows[i]["count"]):
            cells[pairs[k]["cell"]]["row"] = -1
    for i in range(n_rows):
        for k in range(rows[i]["first"], rows[i]["first"] + rows[i]["count"]):
            cell = cells[pairs[k]["cell"]]
            if cell["row"] < 0:
                cell["row"] = i
                continue
            a, b = leader_of(leader, i), leader_of(leader, cell["row"])
            leader[max(a, b)] = min(a, b)


@kernel
def enumerate_events(rows: Rows, cells: Rows, pairs: Rows, count: int, missed: float, scratch: JpdaScratch) -> None:
    """Sum the weights of all joint events of the first `count` members into `beta` and `miss`, then normalise."""
    members, choice, weight = scratch.members, scratch.choice, scratch.weight
    for m in range(count):
        row = rows[members[m]]
        scratch.miss[members[m]] = 0.0
        for k in range(row["first"], row["first"] + row["count"]):
            scratch.beta[k] = 0.0
            cells[pairs[k]["cell"]]["taken"] = 0
    total = 0.0
    depth = 0
    choice[0] = -2
    weight[0] = 1.0
    while depth >= 0:
        row = rows[members[depth]]
        k = choice[depth]
        if k >= 0:
            cells[pairs[k]["cell"]]["taken"] = 0
        k = -1 if k == -2 else (row["first"] if k == -1 else k + 1)
        last = row["first"] + row["count"]
        while 0 <= k < last and cells[pairs[k]["cell"]]["taken"] == 1:
            k += 1
        if k >= last:
            depth -= 1
            continue
        choice[depth] = k
        if k >= 0:
            cells[pairs[k]["cell"]]["taken"] = 1
        weight[depth + 1] = weight[depth] * (scratch.ratio[k] if k >= 0 else missed)
        if depth + 1 < count:
            depth += 1
            choice[depth] = -2
            continue
        total += weight[count]
        for m in range(count):
            if choice[m] >= 0:
                scratch.beta[choice[m]] += weight[count]
            else:
                scratch.miss[members[m]] += weight[count]
    for m in range(count):
        row = rows[members[m]]
        scratch.miss[members[m]] /= total
        for k in range(row["first"], row["first"] + row["count"]):
            scratch.beta[k] /= total


@kernel
def propagate(rows: Rows, cells: Rows, pairs: Rows, count: int, missed: float, scratch: JpdaScratch) -> None:
    """Beliefs of the first `count` members by messages between tracks and plots, until they settle."""
    members, message, answer = scratch.members, scratch.message, scratch.answer
    for m in range(count):
        row = rows[members[m]]
        for k in range(row["first"], row["first"] + row["count"]):
            answer[k] = 1.0
            message[k] = 0.0
    for _ in range(ROUNDS):
        change = 0.0
        for m in range(count):
            row = rows[members[m]]
            total = missed
            for k in range(row["first"], row["first"] + row["count"]):
                total += scratch.ratio[k] * answer[k]
            for k in range(row["first"], row["first"] + row["count"]):
                rest = max(total - scratch.ratio[k] * answer[k], 1e-300)
                message[k] = scratch.ratio[k] / rest
        sum_messages(rows, cells, pairs, count, members, message)
        for m in range(count):
            row = rows[members[m]]
            for k in range(row["first"], row["first"] + row["count"]):
                others = cells[pairs[k]["cell"]]["reach"] - message[k]
                after = 1.0 / (1.0 + max(others, 0.0))
                change = max(change, abs(after - answer[k]))
                answer[k] = after
        if change < ENOUGH:
            break
    for m in range(count):
        row = rows[members[m]]
        total = missed
        for k in range(row["first"], row["first"] + row["count"]):
            total += scratch.ratio[k] * answer[k]
        scratch.miss[members[m]] = missed / total
        for k in range(row["first"], row["first"] + row["count"]):
            scratch.beta[k] = scratch.ratio[k] * answer[k] / total


@kernel
def sum_messages(rows: Rows, cells: Rows, pairs: Rows, count: int, members: Integers, message: Vector) -> None:
    """The sum of what the tracks tell each plot, in the plot's `reach`."""
    for m in range(count):
        row = rows[members[m]]
        for k in range(row["first"], row["first"] + row["count"]):
            cells[pairs[k]["cell"]]["reach"] = 0.0
    for m in range(count):
        row = rows[members[m]]
        for k in range(row["first"], row["first"] + row["count"]):
            cells[pairs[k]["cell"]]["reach"] += message[k]


@kernel
def find_marginals(rows: Rows, cells: Rows, pairs: Rows, n_rows: int, missed: float, scratch: JpdaScratch) -> None:
    """`beta` of every pair and `miss` of every row from the `ratio` of the pairs, cluster by cluster.

    `missed` is the probability that a look at a target gives no plot in its gate.
    """
    leader, members = scratch.leader, scratch.members
    find_clusters(rows, cells, pairs, n_rows, leader)
    for lead in range(n_rows):
        if leader_of(leader, lead) != lead:
            continue
        count = 0
        events = 1.0
        for i in range(lead, n_rows):
            if leader_of(leader, i) == lead:
                members[count] = i
                count += 1
                events = min(events * (rows[i]["count"] + 1.0), 2.0 * MOST_EVENTS)
        if events <= MOST_EVENTS:
            enumerate_events(rows, cells, pairs, count, missed, scratch)
        else:
            propagate(rows, cells, pairs, count, missed, scratch)


def marginals(
    likelihoods: ArrayLike,
    *,
    p_detection: float,
    clutter_density: float,
    gate_probability: float = 1.0,
    exact: bool = True,
) -> NDArray[np.float64]:
    """Probability of each association, (tracks, plots + 1), the last column for none.

    Parameters
    ----------
    likelihoods : (tracks, plots) array_like
        Density of each plot under each track's prediction, 0 where it lies outside the gate. [1/volume]
    p_detection, gate_probability : float
        Of a look, and of a plot to lie in the gate. 0 to 1
    clutter_density : float
        False plots per volume, in the same unit. Above 0
    exact : bool
        Enumerate all joint events; else belief propagation.

    Raises
    ------
    OutOfRangeError
        When the density is not above 0, or there are too many joint events to enumerate.
    """
    table = np.asarray(likelihoods, dtype=np.float64)
    if table.ndim != 2 or not clutter_density > 0.0:
        raise OutOfRangeError(
            f"likelihoods of shape {table.shape}, clutter_density = {clutter_density:g}: a matrix and a density"
        )
    n, m = table.shape
    rows, cells, pairs = np.zeros(n, ROW), np.zeros(max(m, 1), CELL), np.zeros(max(n * m, 1), PAIR)
    scratch = make_jpda_scratch(n, n * m)
    at = np.argwhere(table > 0.0)
    pairs["cell"][: len(at)] = at[:, 1]
    rows["count"] = (table > 0.0).sum(axis=1)
    rows["first"] = np.concatenate([[0], np.cumsum(rows["count"])[:-1]])
    scratch.ratio[: len(at)] = p_detection * table[table > 0.0] / clutter_density
    missed = 1.0 - p_detection * gate_probability
    if not exact:
        scratch.members[:n] = np.arange(n)
        propagate(rows, cells, pairs, n, missed, scratch)
    elif math.prod(float(c) + 1.0 for c in rows["count"]) > MOST_EVENTS:
        raise OutOfRangeError(f"{n} tracks and {m} plots make too many joint events; use exact=False")
    else:
        find_marginals(rows, cells, pairs, n, missed, scratch)
    out = np.zeros((n, m + 1))
    out[at[:, 0], at[:, 1]] = scratch.beta[: len(at)]
    out[:, m] = scratch.miss[:n]
    return out
