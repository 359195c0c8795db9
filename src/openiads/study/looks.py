"""Level 0 of a verdict: planned looks, intervals that hold at all of them at once, and MET, NOT MET, AT THE LINE or UNRESOLVED.

Looks are made after 32, 64, ... 4,096 replications and each spends an eighth of the error. Peeking every 32 replications
with ordinary
95 % intervals gives a false verdict in 35 % of cases when the truth lies on the threshold; these looks give 2.5 %.
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError
from openiads.stats.intervals import Estimate, count_mean, ratio_of_sums, t_mean, t_quantile

Array = NDArray[np.float64]
Statuses = NDArray[np.int8]
Kind = Literal["proportion", "bounded", "mean", "count", "ratio", "quantile", "exact"]
Sense = Literal[">=", "<="]
T_FROM: Final = 128
"""Replications from which Student's t may stand for a mean of values without known bounds."""


class Status(IntEnum):
    """What one world says of one reading. The order is that of strength but for the two in the middle."""

    NOT_MET = 0
    UNRESOLVED = 1
    AT_THE_LINE = 2
    MET = 3


@dataclass(frozen=True)
class Looks:
    """Planned looks: `first`, then `factor` times as many, `count` of them.

    The error is split over `planned` looks where a study makes fewer than it planned.
    """

    first: int = 32
    factor: int = 2
    count: int = 8
    stated: int | None = None

    def __post_init__(self) -> None:
        """Refuse schedules that are none."""
        if self.first < 1 or self.factor < 2 or self.count < 1:
            raise OutOfRangeError(
                f"looks {self.first} x {self.factor}^k, {self.count} of them: at least 1, 2 and 1 are needed"
            )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Replications at each look."""
        return tuple(self.first * self.factor**k for k in range(self.count))

    @property
    def planned(self) -> int:
        """Looks over which the error is split."""
        return self.stated if self.stated is not None else self.count

    def confidence(self, overall: float) -> float:
        """Confidence of the interval at each look, so that all hold at once with `overall`: the error is split evenly."""
        return 1.0 - (1.0 - overall) / self.planned


def clopper_pearson_bounds(successes: Array, trials: Array, *, confidence: float) -> tuple[Array, Array]:
    """Clopper-Pearson limits of many proportions at once; see `stats.proportions.clopper_pearson`. No trial gives 0 and 1."""
    from scipy.special import betaincinv  # noqa: PLC0415 - slow to import

    k, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    tail = (1.0 - confidence) / 2.0
    low = np.where(k > 0, betaincinv(np.maximum(k, 1.0), np.maximum(n - k + 1.0, 1.0), tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1.0, np.maximum(n - k, 1.0), 1.0 - tail), 1.0)
    return np.where(n > 0, low, 0.0), np.where(n > 0, high, 1.0)


def bernstein_half_width(*, variance: float, count: int, spread: float, confidence: float) -> float:
    """Half-width of the empirical Bernstein interval of a mean of values in an interval of length `spread`.

    Source: A. Maurer and M. Pontil, "Empirical Bernstein bounds and sample variance penalization", COLT 2009, theorem 4, two-sided.
    """
    if count < 2:
        return math.inf
    log_term = math.log(4.0 / (1.0 - confidence))
    return math.sqrt(2.0 * variance * log_term / count) + 7.0 * spread * log_term / (3.0 * (count - 1))


def bounded_mean(values: Array, *, bounds: tuple[float, float], confidence: float) -> Estimate:
    """Mean of bounded values: empirical Bernstein, or Student's t from 128 values if that is narrower, cut at the bounds."""
    kept = values[~np.isnan(values)]
    n, missing = len(kept), len(values) - len(kept)
    if n == 0:
        return Estimate(None, None, None, 0, missing)
    low, high = bounds
    mean = float(kept.mean())
    variance = float(kept.var(ddof=1)) if n > 1 else 0.0
    half = bernstein_half_width(variance=variance, count=n, spread=high - low, confidence=confidence)
    if n >= T_FROM and variance > 0.0:
        half = min(half, t_quantile(n - 1, confidence=confidence) * math.sqrt(variance / n))
    return Estimate(mean, max(low, mean - half), min(high, mean + half), n, missing)


def quantile_interval(values: Array, *, q: float, confidence: float) -> Estimate:
    """Order-statistic interval of a quantile: it covers at least `confidence` for any law. Infinite where the order ends.

    Source: H. A. David and H. N. Nagaraja, Order Statistics, 3rd ed., 2003, sect. 7.1.
    """
    from scipy.special import bdtr  # noqa: PLC0415 - slow to import

    kept = np.sort(values[~np.isnan(values)])
    n, missing = len(kept), len(values) - len(kept)
    if n == 0:
        return Estimate(None, None, None, 0, missing)
    tail = (1.0 - confidence) / 2.0
    below = bdtr(np.arange(n + 1), n, q)
    first = int(np.searchsorted(below, tail, side="right"))  # P(at most first - 1 values below the quantile) <= tail
    last = int(np.searchsorted(below, 1.0 - tail, side="left")) + 1
    low = float(kept[first - 1]) if first >= 1 else -math.inf
    high = float(kept[last - 1]) if last <= n else math.inf
    return Estimate(float(np.quantile(kept, q)), low, high, n, missing)


def interval(
    kind: Kind,
    values: Array,
    *,
    confidence: float,
    denominators: Array | None = None,
    bounds: tuple[float, float] | None = None,
    q: float = 0.5,
) -> Estimate:
    """The interval of one statistic of one world by the kind of its measure.

    Parameters
    ----------
    kind : str
        proportion (0 or 1 each): Clopper-Pearson; bounded: `bounded_mean`; mean: Student's t, nothing below 128 values;
        count: quasi-Poisson
        Garwood, never t; ratio of sums: jackknife; quantile: order statistics; exact: the value itself, no chance in it.
    values, denominators : (n,) ndarray
        One entry per replication, NaN where missing.
    """
    if kind == "exact":
        kept = values[~np.isnan(values)]
        value = float(kept[0]) if len(kept) else None
        return Estimate(value, value, value, len(kept), len(values) - len(kept))
    if kind == "proportion":
        kept = values[~np.isnan(values)]
        if len(kept) == 0:
            return Estimate(None, None, None, 0, len(values))
        low, high = clopper_pearson_bounds(np.array([kept.sum()]), np.array([float(len(kept))]), confidence=confidence)
        return Estimate(float(kept.mean()), float(low[0]), float(high[0]), len(kept), len(values) - len(kept))
    if kind == "count":
        return count_mean(values, confidence=confidence)
    if kind == "quantile":
        return quantile_interval(values, q=q, confidence=confidence)
    if kind == "ratio":
        return _ratio(values, np.ones_like(values) if denominators is None else denominators, confidence)
    if kind == "bounded" and bounds is not None:
        return bounded_mean(values, bounds=bounds, confidence=confidence)
    return _wide_when_few(t_mean(values, confidence=confidence))


def _ratio(values: Array, denominators: Array, confidence: float) -> Estimate:
    kept = ~np.isnan(values) & ~np.isnan(denominators)
    found = ratio_of_sums(values[kept], denominators[kept], confidence=confidence)
    if found.value == 0.0 and found.low == found.high:  # no event in any replication: the jackknife would say "exactly none"
        events = count_mean(values[kept], confidence=confidence)
        per = float(denominators[kept].mean())
        return Estimate(0.0, 0.0, (events.high or 0.0) / per, found.count, len(values) - int(kept.sum()))
    wide = _wide_when_few(found)
    return Estimate(wide.value, wide.low, wide.high, wide.count, len(values) - int(kept.sum()))


def _wide_when_few(found: Estimate) -> Estimate:
    """No limits below 128 values: Student's t and the jackknife are not to be trusted there."""
    if found.value is None or found.count >= T_FROM:
        return found
    return Estimate(found.value, -math.inf, math.inf, found.count, found.missing)


def status_of(low: Array, high: Array, *, threshold: float, indifference: float, sense: Sense) -> Statuses:
    """Level 0: MET, NOT MET, AT THE LINE or UNRESOLVED for each interval; a NaN limit is UNRESOLVED."""
    lo, hi = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    found = np.full(np.broadcast(lo, hi).shape, Status.UNRESOLVED, np.int8)
    inside = (lo >= threshold - indifference) & (hi <= threshold + indifference)
    found[inside] = Status.AT_THE_LINE
    if sense == ">=":
        found[lo >= threshold] = Status.MET
        found[hi < threshold] = Status.NOT_MET
    else:
        found[hi <= threshold] = Status.MET
        found[lo > threshold] = Status.NOT_MET
    return found


def holm_confidence(p_values: Array, *, confidence: float) -> list[bool]:
    """Which of several readings stand at the family's `confidence` by Holm's step-down rule.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Stat. 6, 65-70, 1979.
    """
    order = np.argsort(p_values, kind="stable")
    stands = [False] * len(p_values)
    for rank, number in enumerate(order):
        if p_values[number] > (1.0 - confidence) / (len(p_values) - rank):
            break
        stands[int(number)] = True
    return stands
