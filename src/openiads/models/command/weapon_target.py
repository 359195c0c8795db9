"""Weapons against targets: what survives an assignment, the greedy and the linear one, and the best one of small cases.

Rows are types of weapon, columns are targets; an assignment counts weapons. For checks of a defence's own allocation.
"""

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

MOST_ASSIGNMENTS = 2_000_000
"""Assignments that `exhaustive` will go through: some seconds."""


def _checked(values: ArrayLike, kill: ArrayLike) -> tuple[Array, Array]:
    v, k = np.asarray(values, dtype=np.float64), np.asarray(kill, dtype=np.float64)
    if v.ndim != 1 or k.ndim != 2 or k.shape[1] != len(v):
        raise OutOfRangeError(f"values of shape {v.shape} need kill probabilities (types, targets), not {k.shape}")
    if (k < 0.0).any() or (k > 1.0).any():
        raise OutOfRangeError("kill probabilities must lie between 0 and 1")
    return v, k


def surviving_value(values: ArrayLike, kill: ArrayLike, assignment: ArrayLike) -> float:
    """Expected value that survives: sum over targets of value times the product of (1 - p)^count, shots independent.

    Source: A. S. Manne, "A target-assignment problem", Operations Research 6(3), pp. 346-351, 1958.
    """
    v, k = _checked(values, kill)
    counts = np.asarray(assignment, dtype=np.float64)
    if counts.shape != k.shape:
        raise OutOfRangeError(f"the assignment has shape {counts.shape}; the kill probabilities {k.shape}")
    return float(v @ np.prod((1.0 - k) ** counts, axis=0))


def greedy(values: ArrayLike, kill: ArrayLike, weapons: ArrayLike) -> Counts:
    """Maximum marginal return: shot by shot, the weapon and target that take most off the surviving value.

    The best assignment where all weapons are alike; with mixed weapons it can be far off. Source: G. G. den Broeder, R. E.
    Ellison, L. Emerling, "On optimum target assignments", Operations Research 7(3), pp. 322-326, 1959.
    """
    v, k = _checked(values, kill)
    left, remaining = v.copy(), np.array(weapons, dtype=np.int64)
    counts = np.zeros(k.shape, np.int64)
    for _ in range(int(remaining.sum())):
        returns = np.where((remaining > 0)[:, None], left * k, -1.0)
        kind, target = np.unravel_index(int(np.argmax(returns)), returns.shape)
        left[target] *= 1.0 - k[kind, target]
        remaining[kind] -= 1
        counts[kind, target] += 1
    return counts


def linear(values: ArrayLike, kill: ArrayLike, weapons: ArrayLike) -> Counts:
    """Round by round the linear assignment of single weapons to targets that takes most off the surviving value.

    In a round each target gets at most one weapon; the next one begins with what survives. The best assignment where there
    are no more weapons than targets and no target deserves two. Source: H. W. Kuhn, "The Hungarian method for the assignment
    problem", Naval Research Logistics Quarterly 2, pp. 83-97, 1955.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - slow to import

    v, k = _checked(values, kill)
    left, remaining = v.copy(), np.array(weapons, dtype=np.int64)
    counts = np.zeros(k.shape, np.int64)
    while remaining.sum() > 0 and len(v):
        rows = np.repeat(np.arange(len(remaining)), remaining)
        which, targets = linear_sum_assignment(left * k[rows], maximize=True)
        for kind, target in zip(rows[which], targets, strict=True):
            left[target] *= 1.0 - k[kind, target]
            remaining[kind] -= 1
            counts[kind, target] += 1
    return counts


def _shares(count: int, targets: int) -> Iterator[tuple[int, ...]]:
    """All ways to give `count` weapons to `targets`."""
    for bars in itertools.combinations(range(count + targets - 1), targets - 1):
        edges = (-1, *bars, count + targets - 1)
        yield tuple(b - a - 1 for a, b in itertools.pairwise(edges))


def exhaustive(values: ArrayLike, kill: ArrayLike, weapons: ArrayLike) -> Counts:
    """The assignment with the least surviving value, by going through all of them; refused where they are too many."""
    v, k = _checked(values, kill)
    counts = [int(n) for n in np.asarray(weapons, dtype=np.int64)]
    total = math.prod(math.comb(n + len(v) - 1, len(v) - 1) for n in counts)
    if total > MOST_ASSIGNMENTS:
        raise OutOfRangeError(f"there are {total} assignments; at most {MOST_ASSIGNMENTS} are gone through. Use `greedy`")
    options = [
        [(np.array(share), (1.0 - k[kind]) ** share) for share in _shares(n, len(v))] for kind, n in enumerate(counts)
    ]
    best, least = np.zeros(k.shape, np.int64), math.inf
    for chosen in itertools.product(*options):
        value = float(v @ np.prod([survival for _, survival in chosen], axis=0))
        if value < least:
            least, best = value, np.array([share for share, _ in chosen])
    return best
