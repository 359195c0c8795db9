"""Which input moves the output: Sobol indices and Shapley effects, by formula for test functions and by estimation.

First-order indices of correlated inputs can add to more than 1; Shapley effects always add to 1.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]


class Indices(NamedTuple):
    """Shares of the variance of the output, one per input, and that variance; `shapley` splits every interaction evenly."""

    first_order: Array
    total: Array
    shapley: Array
    variance: float


def _from_interactions(parts: dict[tuple[int, ...], float], count: int) -> Indices:
    """Indices from the variance of every interaction of independent inputs."""
    variance = sum(parts.values())
    first, total, shapley = np.zeros(count), np.zeros(count), np.zeros(count)
    for members, part in parts.items():
        for i in members:
            total[i] += part / variance
            shapley[i] += part / variance / len(members)
            if len(members) == 1:
                first[i] += part / variance
    return Indices(first, total, shapley, variance)


def g_function_indices(a: Sequence[float]) -> Indices:
    """Indices of prod_i (|4 x_i - 2| + a_i)/(1 + a_i) with independent x_i uniform on 0 to 1; a_i other than -1, at most 16.

    Source: A. Saltelli and I. M. Sobol, "About the use of rank transformation in sensitivity analysis of model output",
    Reliab. Eng. Syst. Saf. 50, 225-239, 1995.
    """
    if not 1 <= len(a) <= 16:
        raise OutOfRangeError(f"{len(a)} coefficients; 1 to 16 are allowed")
    each = [1.0 / (3.0 * (1.0 + value) ** 2) for value in a]
    parts = {
        members: float(np.prod([each[i] for i in members]))
        for size in range(1, len(a) + 1)
        for members in combinations(range(len(a)), size)
    }
    return _from_interactions(parts, len(a))


def ishigami_indices(*, a: float, b: float) -> Indices:
    """Indices of sin x1 + a sin^2 x2 + b x3^4 sin x1 with independent x_i uniform on -pi to pi.

    Source: T. Ishigami and T. Homma, "An importance quantification technique in uncertainty analysis for computer models",
    Proc. ISUMA'90, 398-403, 1990.
    """
    pi4 = np.pi**4
    parts = {
        (0,): float((1.0 + b * pi4 / 5.0) ** 2 / 2.0),
        (1,): a * a / 8.0,
        (0, 2): float(8.0 * b * b * pi4 * pi4 / 225.0),
    }
    return _from_interactions(parts, 3)


def linear_gaussian_indices(*, coefficients: ArrayLike, covariance: ArrayLike) -> Indices:
    """Indices of sum_i c_i x_i with jointly Gaussian, possibly correlated inputs; at most 12 of them.

    Parameters
    ----------
    coefficients : (n,) array_like
    covariance : (n, n) array_like
        Of the inputs; symmetric, positive definite.

    Notes
    -----
    first: var E[y | x_i]; total: E var[y | all but x_i]; Shapley: average gain of var E[y | x_S] over all orders of the inputs.
    Source: A. B. Owen and C. Prieur, "On Shapley value for measuring importance of dependent inputs", SIAM/ASA J. Uncertain.
    Quantif. 5(1), 986-1002, 2017.
    """
    c = np.asarray(coefficients, dtype=np.float64)
    sigma = np.asarray(covariance, dtype=np.float64)
    n = len(c)
    if sigma.shape != (n, n) or not 1 <= n <= 12:
        raise OutOfRangeError(f"{n} coefficients with a covariance of shape {sigma.shape}; it must be square, 1 to 12 wide")
    cross = sigma @ c
    variance = float(c @ cross)

    def explained(members: Sequence[int]) -> float:
        if not members:
            return 0.0
        here = list(members)
        return float(cross[here] @ np.linalg.solve(sigma[np.ix_(here, here)], cross[here])) / variance

    first, total, shapley = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        first[i], total[i] = explained([i]), 1.0 - explained(others)
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            shapley[i] += weight * sum(explained([*s, i]) - explained(s) for s in map(list, combinations(others, size)))
    return Indices(first, total, shapley, variance)


def estimate_sobol(function: Callable[[Array], Array], *, base: Array, other: Array) -> tuple[Array, Array]:
    """First-order and total indices of `function`, by Saltelli's and Jansen's estimators.

    Parameters
    ----------
    function : callable
        Takes inputs (m, d) and gives outputs (m,).
    base, other : (m, d) ndarray
        Two independent samples of the inputs, one row each: two halves of a scrambled Sobol sequence of 2d columns, m a power
        of two. The caller draws them, so that chance stays an argument.

    Returns
    -------
    first_order, total : (d,) ndarray
        Estimates; noise can take them slightly below 0. `function` is called with m (d + 2) rows in all.

    Source: A. Saltelli and others, "Variance based sensitivity analysis of model output", Comput. Phys. Commun. 181, 259-270,
    2010, table 2 (b) and (f).
    """
    if base.shape != other.shape or base.ndim != 2 or len(base) < 2:
        raise OutOfRangeError(f"samples have shapes {base.shape} and {other.shape}; both must be (m, d) with m of 2 or more")
    at_base, at_other = function(base), function(other)
    at_mixed = np.empty((base.shape[1], len(base)))
    for i in range(base.shape[1]):
        mixed = base.copy()
        mixed[:, i] = other[:, i]
        at_mixed[i] = function(mixed)
    return sobol_from_values(at_base=at_base, at_other=at_other, at_mixed=at_mixed)


def sobol_from_values(
    *, at_base: Array, at_other: Array, at_mixed: Array, noise: float = 0.0, noise_mixed: ArrayLike = 0.0
) -> tuple[Array, Array]:
    """First-order and total indices from outputs, by Saltelli's and Jansen's estimators, corrected for replication noise.

    Parameters
    ----------
    at_base, at_other : (m,) ndarray
        Outputs at two independent samples of the inputs.
    at_mixed : (d, m) ndarray
        Row i: outputs at the base with input (or group) i taken from the other sample.
    noise : float
        Mean over the points of the variance of the output at base and other (that of a mean of R replications: s^2 / R).
    noise_mixed : float or (d,) array_like
        The same of each row of `at_mixed`.

    Returns
    -------
    first_order, total : (d,) ndarray

    Notes
    -----
    Noise of the points adds to the variance and to Jansen's squared differences; its mean is taken off both. Source: A.
    Saltelli and
    others, Comput. Phys. Commun. 181, 259-270, 2010, table 2 (b) and (f).
    """
    variance = float(np.var(np.concatenate([at_base, at_other]))) - noise
    if variance <= 0.0:
        raise OutOfRangeError("the output does not vary over the samples; there is nothing to attribute")
    first = np.mean(at_other * (at_mixed - at_base), axis=1) / variance
    half = 0.5 * (noise + np.broadcast_to(np.asarray(noise_mixed, dtype=np.float64), (len(at_mixed),)))
    total = (0.5 * np.mean((at_base - at_mixed) ** 2, axis=1) - half) / variance
    return np.asarray(first), np.asarray(total)
