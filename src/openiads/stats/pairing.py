"""Differences of two arms over paired replications, and what common random numbers save."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.stats.intervals import CONFIDENCE, Estimate, count_mean, t_quantile, wilson

Array = NDArray[np.float64]


def variance_of_mean_difference(
    *, variance_a: ArrayLike, variance_b: ArrayLike, correlation: ArrayLike, replications: ArrayLike
) -> Array:
    """Variance of the difference of two means over paired replications: (s_A^2 + s_B^2 - 2 rho s_A s_B) / n.

    Parameters
    ----------
    variance_a, variance_b : (...) array_like
        Variances of one replication of each. 0 or more
    correlation : (...) array_like
        Of A and B within a pair; 0 for independent runs. [-] -1 to 1
    replications : (...) array_like
        Pairs n, 1 or more. All broadcast.

    Source: A. M. Law, Simulation Modeling and Analysis, 5th ed., 2015, sect. 11.2 (common random numbers).
    """
    a = require_within(0.0, variance_a, np.inf, name="variance_a", source="a variance")
    b = require_within(0.0, variance_b, np.inf, name="variance_b", source="a variance")
    rho = require_within(-1.0, correlation, 1.0, name="correlation", source="a correlation")
    n = require_within(1.0, replications, np.inf, name="replications", source="a mean")
    return np.asarray((a + b - 2.0 * rho * np.sqrt(a * b)) / n)


def variance_reduction(*, variance_a: ArrayLike, variance_b: ArrayLike, correlation: ArrayLike) -> Array:
    """How many times fewer replications pairing needs: variance of independent runs over that of paired ones. [-]"""
    one = np.ones(())
    paired = variance_of_mean_difference(
        variance_a=variance_a, variance_b=variance_b, correlation=correlation, replications=one
    )
    apart = variance_of_mean_difference(
        variance_a=variance_a, variance_b=variance_b, correlation=np.zeros(()), replications=one
    )
    with np.errstate(divide="ignore"):
        return np.asarray(apart / paired)


def paired_proportions(first: Array, second: Array, *, confidence: float = CONFIDENCE) -> Estimate:
    """Difference of two proportions (second less first) over pairs, with an interval that does not collapse when no pair differs.

    Parameters
    ----------
    first, second : (n,) arrays of 0 and 1
        Whether it happened, in each pair. No pair gives a missing estimate.

    Source: R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired data",
    Stat. Med. 17, 2635-2650, 1998, method 10: Wilson's limits of both, joined with the correlation of the pairs.
    """
    n = len(first)
    if n == 0:
        return Estimate(None, None, None, 0)
    a, a_low, a_high = _limits(wilson(int(second.sum()), n, confidence=confidence))
    b, b_low, b_high = _limits(wilson(int(first.sum()), n, confidence=confidence))
    both, neither = float((first * second).sum()), float(((1 - first) * (1 - second)).sum())
    only_a, only_b = float((second * (1 - first)).sum()), float((first * (1 - second)).sum())
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    cross = both * neither - only_a * only_b
    cross = max(cross - n / 2.0, 0.0) if cross > 0.0 else cross  # the continuity correction of method 10
    phi = cross / math.sqrt(margins) if margins > 0.0 else 0.0
    d = a - b
    down, up = (a - a_low, b_high - b), (a_high - a, b - b_low)
    low = d - math.sqrt(max(0.0, down[0] ** 2 - 2.0 * phi * down[0] * down[1] + down[1] ** 2))
    high = d + math.sqrt(max(0.0, up[0] ** 2 - 2.0 * phi * up[0] * up[1] + up[1] ** 2))
    return Estimate(d, max(-1.0, low), min(1.0, high), n)


def paired_counts(differences: Array, *, confidence: float = CONFIDENCE) -> Estimate:
    """Mean of differences of rare counts over pairs; never empty where no pair differs.

    Gains and losses are two counts with quasi-Poisson limits each, joined by the method of variance estimates recovery:
    G. Y. Zou, A. Donner, "Construction of confidence limits about effect measures: a general approach", Stat. Med. 27,
    1693-1702, 2008, eq. 4; their correlation is below 0, so leaving it out is on the safe side only where both are frequent.
    """
    n = len(differences)
    if n == 0:
        return Estimate(None, None, None, 0)
    gains = count_mean(np.maximum(differences, 0.0), confidence=confidence)
    losses = count_mean(np.maximum(-differences, 0.0), confidence=confidence)
    (g, g_low, g_high), (m, m_low, m_high) = _limits(gains), _limits(losses)
    low, high = math.hypot(g - g_low, m_high - m), math.hypot(g_high - g, m - m_low)
    return Estimate(g - m, g - m - low, g - m + high, n)


def paired_ratios(first: tuple[Array, Array], second: tuple[Array, Array], *, confidence: float = CONFIDENCE) -> Estimate:
    """Difference of two ratios of sums (second less first) over pairs, with a jackknife interval that leaves out whole pairs.

    Parameters
    ----------
    first, second : two (n,) arrays each
        Numerators and denominators of each pair. Missing when denominators sum to 0, also with a pair left out.

    Source: R. G. Miller, "The jackknife - a review", Biometrika 61(1), 1-15, 1974.
    """
    n = len(first[0])
    if n == 0 or any(bottom.sum() == 0.0 for _, bottom in (first, second)):
        return Estimate(None, None, None, 0, n)
    value = float(second[0].sum() / second[1].sum() - first[0].sum() / first[1].sum())
    rests = [bottom.sum() - bottom for _, bottom in (first, second)]
    if n == 1 or any(bool(np.any(rest == 0.0)) for rest in rests):
        return Estimate(value, None, None, n)
    without = [(top.sum() - top) / rest for (top, _), rest in zip((first, second), rests, strict=True)]
    left_out = without[1] - without[0]
    spread = math.sqrt((n - 1) / n * float(np.square(left_out - left_out.mean()).sum()))
    half = t_quantile(n - 1, confidence=confidence) * spread
    return Estimate(value, value - half, value + half, n)


def _limits(e: Estimate) -> tuple[float, float, float]:
    """Value and limits of an estimate that is not missing."""
    return e.value or 0.0, e.low or 0.0, e.high or 0.0
