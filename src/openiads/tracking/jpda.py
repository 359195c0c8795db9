"""Joint probabilistic data association: how likely each plot of a cluster belongs to each track.

A cluster is what gates connect. Small clusters are enumerated, every joint event once; large ones use belief propagation,
whose cost grows with the number of pairs only.

Source: T. E. Fortmann, Y. Bar-Shalom, M. Scheffe, "Sonar tracking of multiple targets using joint probabilistic data
association", IEEE J. Oceanic Engineering 8(3), 1983; J. L. Williams, R. A. Lau, "Approximate evaluation of marginal association
probabilities with belief propagation", IEEE Trans. AES 50(4), 2014, eq. 30-31.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError
from openiads.kernels import kernel
from openiads.tracking.records import CELL, PAIR, ROW, Rows

MOST_EVENTS = 20_000.0
"""Joint events of a cluster that are still enumerated: about 2 ms."""

ROUNDS = 200
ENOUGH = 1e-9
"""Largest change of a message at which belief propagation stops."""


JOINT_PAIR: Final = np.dtype(
    [
        ("ratio", "f8"),  # p_detection times likelihood, over clutter density
        ("beta", "f8"),  # probability that the plot is the track's
        ("message", "f8"),  # from track to plot
        ("answer", "f8"),  # from plot to track
    ],
    align=True,
)
"""Scratch: one pair of a cluster."""

JOINT_ROW: Final = np.dtype(
    [
        ("miss", "f8"),  # probability of no plot
        ("weight", "f8"),  # of the choices up to this member
        ("leader", "i8"),  # representative of the row's cluster
        ("member", "i8"),  # row of the cluster at hand
        ("choice", "i8"),  # pair chosen by that member, -1 for a miss
    ],
    align=True,
)
"""Scratch: one row, or one member of the cluster at hand."""


class JpdaScratch(NamedTuple):
    """Working space, by pair and by row."""

    pairs: Rows
    rows: Rows


def make_jpda_scratch(rows: int, pairs: int) -> JpdaScratch:
    """Working space for so many rows and pairs."""
    return JpdaScratch(np.zeros(max(pairs, 1), JOINT_PAIR), np.zeros(rows + 2, JOINT_ROW))


@kernel
def leader_of(own: Rows, i: int) -> int:
    """The representative of row `i`, with the path to it halved."""
    while own[i]["leader"] != i:
        own[i]["leader"] = own[own[i]["leader"]]["leader"]
        i = own[i]["leader"]
    return i


@kernel
def find_clusters(rows: Rows, cells: Rows, pairs: Rows, n_rows: int, own: Rows) -> None:
    """Rows that share a plot, directly or through others, get the same leader: the least of them."""
    for i in range(n_rows):
        own[i]["leader"] = i
        for k in range(rows[i]["first"], rows[i]["first"] + rows[i]["count"]):
            cells[pairs[k]["cell"]]["row"] = -1
    for i in range(n_rows):
        for k in range(rows[i]["first"], rows[i]["first"] + rows[i]["count"]):
            cell = cells[pairs[k]["cell"]]
            if cell["row"] < 0:
                cell["row"] = i
                continue
            a, b = leader_of(own, i), leader_of(own, cell["row"])
            own[max(a, b)]["leader"] = min(a, b)


@kernel
def share_out(rows: Rows, count: int, total: float, scratch: JpdaScratch) -> None:
    """Divide what the first `count` members have gathered by the weight of all events."""
    for m in range(count):
        row = rows[scratch.rows[m]["member"]]
        scratch.rows[scratch.rows[m]["member"]]["miss"] /= total
        for k in range(row["first"], row["first"] + row["count"]):
            scratch.pairs[k]["beta"] /= total


@kernel
def enumerate_events(rows: Rows, cells: Rows, pairs: Rows, count: int, missed: float, scratch: JpdaScratch) -> None:
    """Sum the weights of all joint events of the first `count` members into `beta` and `miss`, then normalise."""
    for m in range(count):
        row = rows[scratch.rows[m]["member"]]
        scratch.rows[scratch.rows[m]["member"]]["miss"] = 0.0
        for k in range(row["first"], row["first"] + row["count"]):
            scratch.pairs[k]["beta"] = 0.0
            cells[pairs[k]["cell"]]["taken"] = 0
    total = 0.0
    depth = 0
    scratch.rows[0]["choice"] = -2
    scratch.rows[0]["weight"] = 1.0
    while depth >= 0:
        row = rows[scratch.rows[depth]["member"]]
        k = scratch.rows[depth]["choice"]
        if k >= 0:
            cells[pairs[k]["cell"]]["taken"] = 0
        k = -1 if k == -2 else (row["first"] if k == -1 else k + 1)
        last = row["first"] + row["count"]
        while 0 <= k < last and cells[pairs[k]["cell"]]["taken"] == 1:
            k += 1
        if k >= last:
            depth -= 1
            continue
        scratch.rows[depth]["choice"] = k
        if k >= 0:
            cells[pairs[k]["cell"]]["taken"] = 1
        scratch.rows[depth + 1]["weight"] = scratch.rows[depth]["weight"] * (scratch.pairs[k]["ratio"] if k >= 0 else missed)
        if depth + 1 < count:
            depth += 1
            scratch.rows[depth]["choice"] = -2
            continue
        total += scratch.rows[count]["weight"]
        for m in range(count):
            if scratch.rows[m]["choice"] >= 0:
                scratch.pairs[scratch.rows[m]["choice"]]["beta"] += scratch.rows[count]["weight"]
            else:
                scratch.rows[scratch.rows[m]["member"]]["miss"] += scratch.rows[count]["weight"]
    share_out(rows, count, total, scratch)


@kernel
def propagate(rows: Rows, cells: Rows, pairs: Rows, count: int, missed: float, scratch: JpdaScratch) -> None:
    """Beliefs of the first `count` members by messages between tracks and plots, until they settle."""
    for m in range(count):
        row = rows[scratch.rows[m]["member"]]
        for k in range(row["first"], row["first"] + row["count"]):
            scratch.pairs[k]["answer"] = 1.0
            scratch.pairs[k]["message"] = 0.0
    for _ in range(ROUNDS):
        change = 0.0
        for m in range(count):
            row = rows[scratch.rows[m]["member"]]
            total = missed
            for k in range(row["first"], row["first"] + row["count"]):
                total += scratch.pairs[k]["ratio"] * scratch.pairs[k]["answer"]
            for k in range(row["first"], row["first"] + row["count"]):
                rest = max(total - scratch.pairs[k]["ratio"] * scratch.pairs[k]["answer"], 1e-300)
                scratch.pairs[k]["message"] = scratch.pairs[k]["ratio"] / rest
        sum_messages(rows, cells, pairs, count, scratch)
        for m in range(count):
            row = rows[scratch.rows[m]["member"]]
            for k in range(row["first"], row["first"] + row["count"]):
                others = cells[pairs[k]["cell"]]["reach"] - scratch.pairs[k]["message"]
                after = 1.0 / (1.0 + max(others, 0.0))
                change = max(change, abs(after - scratch.pairs[k]["answer"]))
                scratch.pairs[k]["answer"] = after
        if change < ENOUGH:
            break
    for m in range(count):
        row = rows[scratch.rows[m]["member"]]
        total = missed
        for k in range(row["first"], row["first"] + row["count"]):
            total += scratch.pairs[k]["ratio"] * scratch.pairs[k]["answer"]
        scratch.rows[scratch.rows[m]["member"]]["miss"] = missed / total
        for k in range(row["first"], row["first"] + row["count"]):
            scratch.pairs[k]["beta"] = scratch.pairs[k]["ratio"] * scratch.pairs[k]["answer"] / total


@kernel
def sum_messages(rows: Rows, cells: Rows, pairs: Rows, count: int, scratch: JpdaScratch) -> None:
    """The sum of what the tracks tell each plot, in the plot's `reach`."""
    for m in range(count):
        row = rows[scratch.rows[m]["member"]]
        for k in range(row["first"], row["first"] + row["count"]):
            cells[pairs[k]["cell"]]["reach"] = 0.0
    for m in range(count):
        row = rows[scratch.rows[m]["member"]]
        for k in range(row["first"], row["first"] + row["count"]):
            cells[pairs[k]["cell"]]["reach"] += scratch.pairs[k]["message"]


@kernel
def find_marginals(rows: Rows, cells: Rows, pairs: Rows, n_rows: int, missed: float, scratch: JpdaScratch) -> None:
    """`beta` of every pair and `miss` of every row from the `ratio` of the pairs, cluster by cluster.

    `missed` is the probability that a look at a target gives no plot in its gate.
    """
    find_clusters(rows, cells, pairs, n_rows, scratch.rows)
    for lead in range(n_rows):
        if leader_of(scratch.rows, lead) != lead:
            continue
        count = 0
        events = 1.0
        for i in range(lead, n_rows):
            if leader_of(scratch.rows, i) == lead:
                scratch.rows[count]["member"] = i
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
    scratch.pairs[: len(at)]["ratio"] = p_detection * table[table > 0.0] / clutter_density
    missed = 1.0 - p_detection * gate_probability
    if not exact:
        scratch.rows["member"][:n] = np.arange(n)
        propagate(rows, cells, pairs, n, missed, scratch)
    elif math.prod(float(c) + 1.0 for c in rows["count"]) > MOST_EVENTS:
        raise OutOfRangeError(f"{n} tracks and {m} plots make too many joint events; use exact=False")
    else:
        find_marginals(rows, cells, pairs, n, missed, scratch)
    out = np.zeros((n, m + 1))
    out[at[:, 0], at[:, 1]] = scratch.pairs[: len(at)]["beta"]
    out[:, m] = scratch.rows["miss"][:n]
    return out
