"""How far a picture is from the truth: OSPA, GOSPA and the squared error in units of its covariance (NEES).

The assignment is made on the powered cost min(d, c)^p. Assigning on d and powering afterwards is a known error: it gives
2.12 instead of 2.0 for the sets {(0,0), (2,0)} and {(0,0), (-0.25, 1.98)} with p = 2.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError
from openiads.tracking.allocate import bottleneck_cost

Array = NDArray[np.float64]


class Gospa(NamedTuple):
    """GOSPA and what it is made of; `localisation` is the sum of d^p over the `matched` pairs."""

    gospa: float
    localisation: float
    matched: int
    missed: int
    false: int


def _powered(estimates: ArrayLike, truths: ArrayLike, cutoff: float, order: float) -> tuple[Array, tuple[int, int]]:
    """The matrix min(d, c)^p for two sets of points (min(d, c) where p is infinite), and how many points each set has."""
    if not (cutoff > 0.0 and order >= 1.0):
        raise OutOfRangeError(f"cutoff = {cutoff:g} must be above 0 and order = {order:g} at least 1.")
    a, b = (np.asarray(points, dtype=np.float64) for points in (estimates, truths))
    if a.size == 0 or b.size == 0:
        return np.zeros((0, 0)), (len(a), len(b))
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise OutOfRangeError(f"sets of points have shapes {a.shape} and {b.shape}; both must be (count, dimensions).")
    distances = np.linalg.norm(a[:, None, :] - b[None, :, :], axis=2)
    near = np.minimum(distances, cutoff)
    return near if np.isinf(order) else near**order, (len(a), len(b))


def _assigned(cost: Array) -> Array:
    """Costs of the pairs in the cheapest assignment."""
    if cost.size == 0:
        return np.zeros(0)
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - slow to import

    return np.asarray(cost[linear_sum_assignment(cost)])


def assigned_truths(estimates: ArrayLike, truths: ArrayLike, *, cutoff: float, order: float = 2.0) -> NDArray[np.int64]:
    """Truth that the cheapest assignment on min(d, c)^p gives each estimate, (n,); -1 where none lies within `cutoff`."""
    cost, (n, _) = _powered(estimates, truths, cutoff, order)
    found = np.full(n, -1)
    if cost.size:
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - slow to import

        rows, columns = linear_sum_assignment(cost)
        near = cost[rows, columns] < cutoff**order
        found[rows[near]] = columns[near]
    return found


def switches(before: ArrayLike, now: ArrayLike) -> float:
    """Switches between two steps: 1 for each estimate that went to another truth, 1/2 for each that gained or lost one.

    `before` and `now` hold the truth of each estimate, (n,), -1 for none; row order is identity. Source: A. S.
    Rahmathullah, A. F. Garcia-Fernandez, L. Svensson, "A metric on the space of finite sets of trajectories for evaluation of
    multi-target tracking algorithms", IEEE Trans. Signal Processing 68, 2020, eq. 7.
    """
    a, b = np.asarray(before, dtype=np.int64), np.asarray(now, dtype=np.int64)
    both = (a >= 0) & (b >= 0)
    return float((both & (a != b)).sum() + 0.5 * ((a >= 0) != (b >= 0)).sum())


def gospa_over_time(
    estimates: Sequence[ArrayLike],
    truths: Sequence[ArrayLike],
    *,
    cutoff: float,
    switching_penalty: float,
    order: float = 2.0,
) -> tuple[Array, Array]:
    """GOSPA with a penalty for switches, step by step, and the part of it that the switches make, both (steps,).

    Each element of `estimates` and `truths` is a set of points, (n, d) and (m, d); the order of the estimates is their
    identity, so that n is the same at every step. The assignment of a step does not look at the one before.
    """
    totals, parts = [], []
    before: ArrayLike | None = None
    for estimate, truth in zip(estimates, truths, strict=True):
        now = assigned_truths(estimate, truth, cutoff=cutoff, order=order)
        part = 0.0 if before is None else switching_penalty**order * switches(before, now)
        totals.append((gospa(estimate, truth, cutoff=cutoff, order=order).gospa ** order + part) ** (1.0 / order))
        parts.append(part ** (1.0 / order))
        before = now
    return np.array(totals), np.array(parts)


def gospa(estimates: ArrayLike, truths: ArrayLike, *, cutoff: float, order: float = 2.0) -> Gospa:
    """Generalised optimal sub-pattern assignment metric with alpha = 2; not divided by the number of points.

    (sum over matched pairs of d^p + c^p / 2 (missed + false))^(1/p). A pair farther apart than `cutoff` counts as one missed
    and one false.

    Parameters
    ----------
    estimates, truths : (n, d), (m, d) array_like
        Positions in one unit; a set may be empty.
    cutoff, order : float
        c, in the unit of the positions, above 0; p, at least 1 and finite.

    Notes
    -----
    Source: A. S. Rahmathullah, A. F. Garcia-Fernandez, L. Svensson, "Generalized optimal sub-pattern assignment metric",
    Proc. Fusion 2017, prop. 1.
    """
    if np.isinf(order):
        raise OutOfRangeError("GOSPA has no infinite order; use a finite one, or OSPA.")
    cost, (n, m) = _powered(estimates, truths, cutoff, order)
    pairs = _assigned(cost)
    near = pairs[pairs < cutoff**order]
    localisation = float(near.sum())
    missed, false = m - near.size, n - near.size
    total = localisation + cutoff**order / 2.0 * (missed + false)
    return Gospa(float(total ** (1.0 / order)), localisation, int(near.size), missed, false)


def ospa(estimates: ArrayLike, truths: ArrayLike, *, cutoff: float, order: float = 2.0) -> float:
    """Optimal sub-pattern assignment metric: per point of the larger set, in the unit of the positions.

    ((sum of min(d, c)^p + c^p |n - m|) / max(n, m))^(1/p); 0 for two empty sets. `order` at least 1; where it is infinite,
    c for sets of different size, else the least possible largest distance (a bottleneck assignment).
    Source: D. Schuhmacher, B.-T. Vo, B.-N. Vo, "A consistent metric for performance evaluation of multi-object filters",
    IEEE Trans. Signal Processing 56(8), 2008, eq. 3.
    """
    cost, (n, m) = _powered(estimates, truths, cutoff, order)
    if max(n, m) == 0:
        return 0.0
    if np.isinf(order):
        return float(cutoff) if n != m else bottleneck_cost(cost)
    total = float(_assigned(cost).sum()) + cutoff**order * abs(n - m)
    return float((total / max(n, m)) ** (1.0 / order))


def nees(errors: ArrayLike, covariances: ArrayLike) -> Array:
    """Normalised estimation error squared e' P^-1 e, (...), of errors (..., n) with covariances (..., n, n).

    Its mean is n where the filter is consistent. Not divided by n.
    Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking and Navigation,
    2001, eq. 5.4.2-1.
    """
    e = np.asarray(errors, dtype=np.float64)
    solved = np.linalg.solve(np.asarray(covariances, dtype=np.float64), e[..., None])[..., 0]
    return np.asarray((e * solved).sum(axis=-1))
