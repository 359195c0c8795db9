"""Several models of motion for one track: interacting multiple models (IMM).

Transition probabilities are P[i, j] = P(model j now | model i before), rows summing to 1.

Source: H. A. P. Blom, Y. Bar-Shalom, "The interacting multiple model algorithm for systems with Markovian switching
coefficients", IEEE Trans. Automatic Control 33(8), 1988.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError
from openiads.kernels import kernel
from openiads.tracking.motion import MODE
from openiads.tracking.records import Record, Rows, Vector

Array = NDArray[np.float64]

LEAST_WEIGHT = 1e-12
"""A model is never given up for good."""


@kernel
def mix(modes: Rows, transition: Vector, mixed: Rows) -> None:
    """What each model starts the next step from: `mixed`, of the same number as `modes`, weights as predicted."""
    count = len(mixed)
    for j in range(count):
        total = 0.0
        for i in range(count):
            total += transition[i, j] * modes[i]["weight"]
        target = mixed[j]
        target["weight"] = total
        blend(modes, transition, j, total, target)


@kernel
def blend(modes: Rows, transition: Vector, j: int, total: float, target: Record) -> None:
    """Mean and covariance of the modes weighted by how likely each was before model `j`."""
    x, p = target["x"], target["p"]
    for a in range(9):
        x[a] = 0.0
        for b in range(9):
            p[a, b] = 0.0
    for i in range(len(modes)):
        share = transition[i, j] * modes[i]["weight"] / total
        for a in range(9):
            x[a] += share * modes[i]["x"][a]
    for i in range(len(modes)):
        share = transition[i, j] * modes[i]["weight"] / total
        add_part(modes[i], share, x, p)
    mirror(p)


@kernel
def add_part(mode: Record, share: float, x: Vector, p: Vector) -> None:
    """Add `share` of one mode, and of its distance from the mean `x`, to the upper triangle of `p`."""
    for a in range(9):
        away = mode["x"][a] - x[a]
        for b in range(a, 9):
            p[a, b] += share * (mode["p"][a, b] + away * (mode["x"][b] - x[b]))


@kernel
def mirror(p: Vector) -> None:
    """Copy the upper triangle to the lower one."""
    for a in range(9):
        for b in range(a + 1, 9):
            p[b, a] = p[a, b]


@kernel
def combine(modes: Rows, whole: Record) -> None:
    """Mean and covariance of a bank, weights summing to 1, in `whole`."""
    x, p = whole["x"], whole["p"]
    for a in range(9):
        x[a] = 0.0
        for b in range(9):
            p[a, b] = 0.0
    for i in range(len(modes)):
        for a in range(9):
            x[a] += modes[i]["weight"] * modes[i]["x"][a]
    for i in range(len(modes)):
        add_part(modes[i], modes[i]["weight"], x, p)
    mirror(p)


@kernel
def normalise(modes: Rows) -> None:
    """Make the weights sum to 1, none of them nothing."""
    total = 0.0
    for j in range(len(modes)):
        modes[j]["weight"] = max(modes[j]["weight"], LEAST_WEIGHT)
        total += modes[j]["weight"]
    for j in range(len(modes)):
        modes[j]["weight"] /= total


class Cycle(NamedTuple):
    """One step of a bank: predicted weights (m,), mixed means (m, n) and covariances (m, n, n), updated weights (m,)."""

    predicted: Array
    means: Array
    covariances: Array
    updated: Array


def cycle(
    transition: ArrayLike, weights: ArrayLike, means: ArrayLike, covariances: ArrayLike, likelihoods: ArrayLike
) -> Cycle:
    """Mixing and update of the weights of a bank of m models with states of n numbers, n up to 9, by the tracker's kernels.

    Parameters
    ----------
    transition : (m, m) array_like
        P[i, j] = P(model j now | model i before).
    weights, likelihoods : (m,) array_like
        Probabilities before, and likelihoods of the measurement under each model.
    means, covariances : (m, n), (m, n, n) array_like
        Of each model before.

    Raises
    ------
    OutOfRangeError
        When the rows of `transition` do not sum to 1.
    """
    table, x, p = (np.asarray(v, dtype=np.float64) for v in (transition, means, covariances))
    if not np.allclose(table.sum(axis=1), 1.0, rtol=0.0, atol=1e-9) or (table < 0.0).any():
        raise OutOfRangeError("transition: rows must sum to 1, P[i, j] = P(model j now | model i before)")
    count, size = x.shape
    modes, mixed = np.zeros(count, MODE), np.zeros(count, MODE)
    modes["x"][:, :size], modes["p"][:, :size, :size], modes["weight"] = x, p, weights
    mix(modes, table, mixed)
    predicted = mixed["weight"].copy()
    mixed["weight"] *= np.asarray(likelihoods, dtype=np.float64)
    normalise(mixed)
    return Cycle(predicted, mixed["x"][:, :size].copy(), mixed["p"][:, :size, :size].copy(), mixed["weight"].copy())
