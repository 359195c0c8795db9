"""Quantiles with their intervals: of independent values, and of values that come in groups."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openiads.stats.intervals import CONFIDENCE, Estimate, ratio_of_sums, t_quantile

Array = NDArray[np.float64]
TIE: Final = 1e-9
"""Slack on a rank, against the rounding of q times a count."""


def reached_by(values: Array, *, p: float, confidence: float = CONFIDENCE) -> Estimate:
    """Largest value that at least a share `p` of all replications reach; a NaN is a replication that reaches nothing.

    Parameters
    ----------
    values : (n,) ndarray
        One per replication, 0 or more.
    p : float
        Between 0 and 1. [-]

    Notes
    -----
    Interval: order statistics, which covers at least `confidence` for any law; 0 where the share is not reached at all.
    Source: H. A. David and H. N. Nagaraja, Order Statistics, 3rd ed., 2003, sect. 7.1.
    """
    from scipy.special import bdtr  # noqa: PLC0415 - slow to import

    down = np.sort(np.nan_to_num(np.asarray(values, dtype=np.float64), nan=0.0))[::-1]
    n = len(down)
    if n == 0:
        return Estimate(None, None, None, 0)
    value = float(down[max(1, math.ceil(p * n - TIE)) - 1])
    tail = (1.0 - confidence) / 2.0
    at_most = bdtr(np.arange(n + 1), n, p)  # that no more than k replications reach the true value
    most = int(np.searchsorted(at_most, tail, side="right"))
    least = int(np.searchsorted(at_most, 1.0 - tail, side="left")) + 1
    high = float(down[most - 1]) if most >= 1 else math.inf
    low = float(down[least - 1]) if least <= n else 0.0
    return Estimate(value, low, high, n)


def quantile_of_groups(groups: Sequence[Array], *, q: float, confidence: float = CONFIDENCE) -> Estimate:
    """Quantile of all values of several groups together (nearest rank), when the values of one group are not independent.

    Parameters
    ----------
    groups : sequence of (k,) ndarray
        The values of each replication, of any number.

    Notes
    -----
    Interval by inversion: the share of values up to the quantile has a jackknife interval over the groups, and the quantiles at
    its ends are the limits. Source: R. S. Woodruff, "Confidence intervals for medians and other position measures", J. Am.
    Stat. Assoc. 47(260), 635-646, 1952.
    """
    every = np.sort(np.concatenate(groups)) if len(groups) else np.empty(0)
    missing = sum(len(group) == 0 for group in groups)
    if len(every) == 0:
        return Estimate(None, None, None, 0, missing)
    value = ranked(every, q=q)
    said = [group for group in groups if len(group)]
    share = ratio_of_sums(
        np.array([float((group <= value).sum()) for group in said]),
        np.array([float(len(group)) for group in said]),
        confidence=confidence,
    )
    if share.low is None or share.high is None or share.value is None:
        return Estimate(value, None, None, len(said), missing)
    low = ranked(every, q=max(0.0, q + share.low - share.value))
    return Estimate(value, low, ranked(every, q=min(1.0, q + share.high - share.value)), len(said), missing)


def ranked(ascending: Array, *, q: float) -> float:
    """The value of nearest rank: the smallest that at least a share `q` of sorted values do not exceed."""
    return float(ascending[max(1, math.ceil(q * len(ascending) - TIE)) - 1])


def jackknifed(value: float | None, left_out: Array, *, confidence: float = CONFIDENCE) -> Estimate:
    """A statistic of all replications with the jackknife interval from what it is without each of them, (n,).

    Source: R. G. Miller, "The jackknife - a review", Biometrika 61(1), 1-15, 1974.
    """
    n = len(left_out)
    if value is None or n < 2 or bool(np.isnan(left_out).any()):
        return Estimate(value, None, None, n)
    spread = math.sqrt((n - 1) / n * float(np.square(left_out - left_out.mean()).sum()))
    half = t_quantile(n - 1, confidence=confidence) * spread
    return Estimate(value, value - half, value + half, n)
