"""What knowing one assumption would be worth to someone who must accept or reject a claim: EVPI and EVPPI by regression."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError
from openiads.study.keyed import orders

Array = NDArray[np.float64]
DEGREE = 5
PERMUTATIONS = 20
UNCORRECTED_FROM = 8192
"""Points from which the upward bias of the regression is small; below, a permutation baseline is taken off."""


@dataclass(frozen=True)
class Value:
    """Value of information in the unit of the payoff, per column or group; `baseline` is what pure noise would have scored."""

    perfect: float
    partial: Array
    baseline: Array


def value_of_information(
    inputs: Array, payoff: Array, *, groups: list[list[int]] | None = None, seed: int = 0, label: str = "voi"
) -> Value:
    """EVPI and EVPPI of the decision to accept (payoff) or reject (0).

    Parameters
    ----------
    inputs : (n, columns) ndarray
        In the unit cube (the uniforms behind the assumptions) or any scale; each column is ranked first.
    payoff : (n,) ndarray
        Measure minus threshold, signed so that above 0 the claim holds. NaN rows are dropped.
    groups : list of lists of int, optional
        Columns that belong together; the regression is additive within a group.

    Notes
    -----
    EVPPI = E max(0, E[payoff | x]) - max(0, E payoff); the inner mean by regression on Legendre polynomials of degree 5. Source: M.
    Strong, J. E. Oakley, A. Brennan, Med. Decis. Making 34(3), 311-326, 2014. Below 8,192 points the mean score of
    permuted inputs is
    taken off, since the regression is biased upward.
    """
    keep = ~np.isnan(payoff)
    x, y = inputs[keep], payoff[keep]
    if len(y) < 4 * DEGREE:
        raise OutOfRangeError(f"{len(y)} points are too few for a regression of degree {DEGREE}; {4 * DEGREE} are the least")
    floor = max(0.0, float(y.mean()))
    chosen = groups if groups is not None else [[c] for c in range(x.shape[1])]
    bases = [_basis(x[:, members]) for members in chosen]
    partial = np.array([_score(basis, y) - floor for basis in bases])
    baseline = np.zeros(len(chosen))
    if len(y) < UNCORRECTED_FROM:
        shuffles = orders(seed, label, count=PERMUTATIONS, size=len(y))
        for g, basis in enumerate(bases):
            baseline[g] = max(0.0, float(np.mean([_score(basis, y[s]) for s in shuffles])) - floor)
    return Value(
        perfect=float(np.maximum(y, 0.0).mean()) - floor, partial=np.maximum(0.0, partial - baseline), baseline=baseline
    )


def _basis(x: Array) -> Array:
    """Orthonormal columns that span the polynomials of each column's ranks."""
    columns: list[Any] = [np.ones((len(x), 1))]
    for column in range(x.shape[1]):
        ranks = np.argsort(np.argsort(x[:, column], kind="stable"), kind="stable")
        z = (2.0 * ranks + 1.0) / len(x) - 1.0
        columns.append(np.polynomial.legendre.legvander(z, DEGREE)[:, 1:])
    return np.asarray(np.linalg.qr(np.concatenate(columns, axis=1))[0])


def _score(basis: Array, y: Array) -> float:
    return float(np.maximum(basis @ (basis.T @ y), 0.0).mean())
