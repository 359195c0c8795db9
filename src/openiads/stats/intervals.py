"""Confidence intervals for proportions, means and ratios of sums over independent replications.

What cannot be said is missing (None), never 0: no observation, 0/0, or one observation where a spread is needed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError

CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class Estimate:
    """An estimate with its interval. `count` observations went into it, `missing` had nothing to say."""

    value: float | None
    low: float | None
    high: float | None
    count: int
    missing: int = 0


def wilson(successes: int, trials: int, *, confidence: float = CONFIDENCE) -> Estimate:
    """Wilson's score interval of a proportion.

    Parameters
    ----------
    successes, trials : int
        0 <= successes <= trials; no trial gives a missing estimate.
    confidence : float
        Between 0 and 1. [-]

    Notes
    -----
    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", J. Am. Stat. Assoc.
    22(158), 209-212, 1927; as eq. 4 of L. D. Brown, T. T. Cai, A. DasGupta, "Interval estimation for a binomial
    proportion", Stat. Sci. 16(2), 101-133, 2001.
    """
    _require_confidence(confidence)
    if not 0 <= successes <= trials:
        raise OutOfRangeError(f"successes = {successes} of trials = {trials}: 0 <= successes <= trials must hold")
    if trials == 0:
        return Estimate(None, None, None, 0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    p = successes / trials
    centre = (successes + z * z / 2.0) / (trials + z * z)
    half = z * math.sqrt(trials) / (trials + z * z) * math.sqrt(p * (1.0 - p) + z * z / (4.0 * trials))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return Estimate(p, low, high, trials)


def t_mean(values: Sequence[float] | NDArray[np.float64], *, confidence: float = CONFIDENCE) -> Estimate:
    """Mean with Student's t interval; NaN among `values` counts as missing.

    Notes
    -----
    One value gives a mean without an interval. Source: "Student", "The probable error of a mean", Biometrika 6(1), 1-25,
    1908.
    """
    _require_confidence(confidence)
    every = np.asarray(values, dtype=np.float64)
    array = every[~np.isnan(every)]
    n, missing = len(array), len(every) - len(array)
    if n == 0:
        return Estimate(None, None, None, 0, missing)
    mean = float(array.mean())
    if n == 1:
        return Estimate(mean, None, None, 1, missing)
    half = t_quantile(n - 1, confidence=confidence) * float(array.std(ddof=1)) / math.sqrt(n)
    return Estimate(mean, mean - half, mean + half, n, missing)


def count_mean(counts: Sequence[float] | NDArray[np.float64], *, confidence: float = CONFIDENCE) -> Estimate:
    """Mean of rare counts per replication with a quasi-Poisson Garwood interval; never below 0, never empty at 0 events.

    Notes
    -----
    Garwood's exact Poisson limits of the total, after dividing it by the dispersion (variance over mean, at least 1). With no
    event in n replications the upper limit is 3.69 / n at 95 %. Student's t covers 73 % instead of 95 % for a mean of 0.005.
    Source: F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28, 437-442, 1936; quasi-likelihood scale:
    P. McCullagh, J. A. Nelder, Generalized Linear Models, 2nd ed., 1989, sect. 6.2.3.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow to import, and needed at the end of a run only

    _require_confidence(confidence)
    every = np.asarray(counts, dtype=np.float64)
    array = every[~np.isnan(every)]
    n, missing = len(array), len(every) - len(array)
    if n == 0:
        return Estimate(None, None, None, 0, missing)
    mean = float(array.mean())
    dispersion = max(1.0, float(array.var(ddof=1)) / mean) if n > 1 and mean > 0 else 1.0
    events = float(array.sum()) / dispersion
    tail = (1.0 - confidence) / 2.0
    low = float(gammaincinv(events, tail)) if events > 0 else 0.0
    high = float(gammaincinv(events + 1.0, 1.0 - tail))
    return Estimate(mean, low * dispersion / n, high * dispersion / n, n, missing)


def mean_share(shares: Sequence[float] | NDArray[np.float64], *, confidence: float = CONFIDENCE) -> Estimate:
    """Mean over replications of a share (0 to 1) within each; NaN counts as missing.

    When every share is 0 or 1 each replication is one trial and the interval is Wilson's, which does not collapse when
    all are equal; otherwise Student's, cut at 0 and 1. Objects of one replication are not counted as independent.
    """
    every = np.asarray(shares, dtype=np.float64)
    array = every[~np.isnan(every)]
    missing = len(every) - len(array)
    if bool(np.all((array == 0.0) | (array == 1.0))):
        found = wilson(int(array.sum()), len(array), confidence=confidence)
        return Estimate(found.value, found.low, found.high, found.count, missing)
    found = t_mean(array, confidence=confidence)
    low = None if found.low is None else max(0.0, found.low)
    high = None if found.high is None else min(1.0, found.high)
    return Estimate(found.value, low, high, found.count, missing)


def ratio_of_sums(
    numerators: Sequence[float] | NDArray[np.float64],
    denominators: Sequence[float] | NDArray[np.float64],
    *,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Sum of numerators over sum of denominators (pairs of one replication each), with a jackknife interval.

    Missing when the denominators sum to 0; without interval when leaving one replication out does that.

    Notes
    -----
    Interval: estimate minus and plus t times the jackknife standard error, n - 1 degrees of freedom. Source: R. G. Miller,
    "The jackknife - a review", Biometrika 61(1), 1-15, 1974.
    """
    _require_confidence(confidence)
    top = np.asarray(numerators, dtype=np.float64)
    bottom = np.asarray(denominators, dtype=np.float64)
    n = len(top)
    if len(bottom) != n:
        raise OutOfRangeError(f"{n} numerators and {len(bottom)} denominators: they must come in pairs")
    if n == 0 or bottom.sum() == 0.0:
        return Estimate(None, None, None, 0, n)
    value = float(top.sum() / bottom.sum())
    rest = bottom.sum() - bottom
    if n == 1 or bool(np.any(rest == 0.0)):
        return Estimate(value, None, None, n)
    left_out = (top.sum() - top) / rest
    spread = math.sqrt((n - 1) / n * float(np.square(left_out - left_out.mean()).sum()))
    half = t_quantile(n - 1, confidence=confidence) * spread
    return Estimate(value, value - half, value + half, n)


def t_quantile(degrees: int, *, confidence: float = CONFIDENCE) -> float:
    """Half-width, in standard errors, of a two-sided interval from Student's t with `degrees` degrees of freedom."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import, and needed at the end of a run only

    return float(stdtrit(degrees, 0.5 + confidence / 2.0))


def _require_confidence(confidence: float) -> None:
    if not 0.0 < confidence < 1.0:
        raise OutOfRangeError(f"confidence = {confidence:g} is outside 0 to 1 (exclusive). Use 0.95 for 95 %.")
