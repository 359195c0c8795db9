"""Estimates put together: covariance intersection, moments of a mixture, and how far apart two Gaussians are."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]

STEPS = 80
"""Of the bisection: beyond the spacing of floats."""


class Fused(NamedTuple):
    """Mean, covariance, and the weight of the first estimate."""

    mean: Array
    covariance: Array
    weight: float


def _pair(mean: ArrayLike, covariance: ArrayLike) -> tuple[Array, Array]:
    x, p = np.asarray(mean, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    if x.ndim != 1 or p.shape != (len(x), len(x)):
        raise OutOfRangeError(f"a mean of shape {x.shape} needs a square covariance of its size, not {p.shape}")
    return x, p


def covariance_intersection(
    mean_a: ArrayLike, covariance_a: ArrayLike, mean_b: ArrayLike, covariance_b: ArrayLike, *, criterion: str = "det"
) -> Fused:
    """Fuse two estimates whose correlation nobody knows; consistent whatever it is.

    P^-1 = w A^-1 + (1 - w) B^-1, x = P (w A^-1 a + (1 - w) B^-1 b), with the w in 0 to 1 that makes the determinant, or the
    trace, of P least. Both are convex in w; found by bisection on the slope.

    Parameters
    ----------
    mean_a, covariance_a, mean_b, covariance_b : (n,), (n, n) array_like
        The estimates, in one frame and at one time.
    criterion : str
        "det" or "trace".

    Notes
    -----
    Source: S. Julier, J. Uhlmann, "A non-divergent estimation algorithm in the presence of unknown correlations", Proc.
    American Control Conference, 1997, eq. 2-3.
    """
    if criterion not in ("det", "trace"):
        raise OutOfRangeError(f"criterion is {criterion!r}; allowed: det, trace")
    (a, p_a), (b, p_b) = _pair(mean_a, covariance_a), _pair(mean_b, covariance_b)
    inverse_a, inverse_b = np.linalg.inv(p_a), np.linalg.inv(p_b)
    difference = inverse_a - inverse_b

    def slope(weight: float) -> float:
        """Of ln det P, or of tr P, against the weight."""
        p = np.linalg.inv(inverse_b + weight * difference)
        return float(-np.trace(p @ difference) if criterion == "det" else -np.trace(p @ difference @ p))

    low, high = 0.0, 1.0
    if slope(0.0) >= 0.0:
        high = 0.0
    elif slope(1.0) <= 0.0:
        low = 1.0
    else:
        for _ in range(STEPS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if slope(middle) < 0.0 else (low, middle)
    weight = 0.5 * (low + high)
    covariance = np.linalg.inv(inverse_b + weight * difference)
    covariance = 0.5 * (covariance + covariance.T)
    return Fused(covariance @ (weight * inverse_a @ a + (1.0 - weight) * inverse_b @ b), covariance, weight)


def mixture_moments(means: ArrayLike, covariances: ArrayLike, weights: ArrayLike) -> tuple[Array, Array]:
    """Mean, (n,), and covariance, (n, n), of a Gaussian mixture of m parts; the weights need not sum to 1.

    Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, eq.
    1.4.16-7 and -10.
    """
    x, p, w = (np.asarray(v, dtype=np.float64) for v in (means, covariances, weights))
    if w.sum() <= 0.0 or (w < 0.0).any():
        raise OutOfRangeError("the weights of a mixture must be 0 or more, and one of them more")
    w = w / w.sum()
    mean = w @ x
    away = x - mean
    return mean, np.einsum("k,kij->ij", w, p) + np.einsum("k,ki,kj->ij", w, away, away)


def hellinger(mean_a: ArrayLike, covariance_a: ArrayLike, mean_b: ArrayLike, covariance_b: ArrayLike) -> float:
    """Hellinger distance of two Gaussians: 0 for the same, 1 for two that share nothing.

    H^2 = 1 - |A|^1/4 |B|^1/4 |(A + B)/2|^-1/2 exp(-d' ((A + B)/2)^-1 d / 8). Source: L. Pardo, Statistical Inference Based on
    Divergence Measures, 2006, p. 51.
    """
    (a, p_a), (b, p_b) = _pair(mean_a, covariance_a), _pair(mean_b, covariance_b)
    middle = 0.5 * (p_a + p_b)
    logs = [float(np.linalg.slogdet(p)[1]) for p in (p_a, p_b, middle)]
    away = a - b
    exponent = 0.25 * (logs[0] + logs[1]) - 0.5 * logs[2] - float(away @ np.linalg.solve(middle, away)) / 8.0
    return math.sqrt(max(-math.expm1(exponent), 0.0))
