"""Assignments of whole matrices of costs, on the tracker's own search: cheapest, k cheapest, least largest cost."""

import heapq
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError
from openiads.tracking.assignment import augment
from openiads.tracking.records import CELL, PAIR, ROW, WORK

Array = NDArray[np.float64]


class Assignment(NamedTuple):
    """`columns[i]` is the column of row `i`, -1 where there are more rows than columns and it got none."""

    columns: NDArray[np.int64]
    cost: float


def cheapest_assignment(costs: ArrayLike) -> Assignment | None:
    """The assignment of rows to columns with the least total; None when there is none. By the search that the tracker uses.

    Parameters
    ----------
    costs : (n, m) array_like
        Cost of each pair; NaN or infinity where it is forbidden. Every row gets a column where n <= m, every column a row
        where n > m.
    """
    matrix = _checked(costs)
    if matrix.shape[0] > matrix.shape[1]:
        turned = cheapest_assignment(matrix.T)
        if turned is None:
            return None
        columns = np.full(matrix.shape[0], -1)
        columns[turned.columns] = np.arange(matrix.shape[1])
        return Assignment(columns, turned.cost)
    finite = np.isfinite(matrix)
    most = 1.0 + (float(np.abs(matrix[finite]).max()) if finite.any() else 0.0)
    columns = _search(matrix, finite, 2.0 * (len(matrix) + 1) * most)
    if (columns < 0).any():
        return None
    return Assignment(columns, float(matrix[np.arange(len(matrix)), columns].sum()))


def _checked(costs: ArrayLike) -> Array:
    matrix = np.asarray(costs, dtype=np.float64)
    if matrix.ndim != 2 or not matrix.size:
        raise OutOfRangeError(f"costs have shape {matrix.shape}; they must be a matrix of at least one row and column")
    return matrix


def _search(matrix: Array, finite: NDArray[np.bool_], miss: float) -> NDArray[np.int64]:
    """Columns by shortest augmenting paths, a row without one paying `miss`."""
    n, m = matrix.shape
    rows, cells, work = np.zeros(n, ROW), np.zeros(m, CELL), np.zeros(1, WORK)
    at = np.argwhere(finite)
    pairs = np.zeros(max(len(at), 1), PAIR)
    pairs["cell"][: len(at)] = at[:, 1]
    pairs["cost"][: len(at)] = matrix[finite]
    rows["count"] = finite.sum(axis=1)
    rows["first"] = np.concatenate([[0], np.cumsum(rows["count"])[:-1]])
    rows["cell"] = rows["pair"] = cells["row"] = -1
    rows["miss_cost"] = miss
    picked = np.zeros(2 * max(n, m), np.int64)
    for i in range(n):
        augment(rows, cells, pairs, picked, work[0], i)
    return rows["cell"].astype(np.int64)


def bottleneck_cost(costs: ArrayLike) -> float:
    """Least possible largest cost when every row, or every column where they are fewer, is assigned; infinite when impossible.

    By bisection on the sorted costs. Source: R. Burkard, M. Dell'Amico, S. Martello, Assignment Problems, 2009, sect. 6.2.2
    (threshold algorithm).
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import
    from scipy.sparse.csgraph import maximum_bipartite_matching  # noqa: PLC0415

    matrix = _checked(costs)
    values = np.unique(matrix[np.isfinite(matrix)])
    needed = min(matrix.shape)
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        matched = maximum_bipartite_matching(csr_array(matrix <= values[middle]), perm_type="column")
        if (matched >= 0).sum() >= needed:
            high = middle
        else:
            low = middle + 1
    return float(values[low]) if low < len(values) else math.inf


def best_assignments(costs: ArrayLike, count: int) -> list[Assignment]:
    """The `count` cheapest assignments in order of cost; fewer when there are no more.

    Source: K. G. Murty, "An algorithm for ranking all the assignments in order of increasing cost", Operations Research 16(3),
    pp. 682-687, 1968.
    """
    matrix = _checked(costs)
    if matrix.shape[0] > matrix.shape[1]:
        raise OutOfRangeError(
            f"costs have shape {matrix.shape}; at most as many rows as columns are needed, so transpose them"
        )
    found: list[Assignment] = []
    first = cheapest_assignment(matrix)
    heap = [] if first is None else [(first.cost, 0, first, matrix, 0)]
    made = 1
    while heap and len(found) < count:
        _, _, best, inside, fixed = heapq.heappop(heap)
        found.append(best)
        for row in range(fixed, len(matrix)):
            branch = inside.copy()
            for earlier in range(fixed, row):
                branch[earlier, np.arange(branch.shape[1]) != best.columns[earlier]] = math.inf
            branch[row, best.columns[row]] = math.inf
            answer = cheapest_assignment(branch)
            if answer is not None:
                heapq.heappush(heap, (answer.cost, made, answer, branch, row))
                made += 1
    return found
