"""Intervals of a proportion beside Wilson's, and how many trials a precision needs."""

import math
from statistics import NormalDist

from openiads.errors import OutOfRangeError
from openiads.stats.intervals import CONFIDENCE, Estimate


def clopper_pearson(successes: int, trials: int, *, confidence: float = CONFIDENCE) -> Estimate:
    """Clopper and Pearson's interval of a proportion: it covers at least `confidence`, whatever the truth. For claims.

    Parameters
    ----------
    successes, trials : int
        0 <= successes <= trials; no trial gives a missing estimate.
    confidence : float
        Between 0 and 1, two-sided. [-]

    Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
    Biometrika 26(4), 404-413, 1934; as quantiles of beta distributions.
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - slow to import

    _require(successes, trials, confidence)
    if trials == 0:
        return Estimate(None, None, None, 0)
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if successes == 0 else float(betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(betaincinv(successes + 1, trials - successes, 1.0 - tail))
    return Estimate(successes / trials, low, high, trials)


def jeffreys(successes: int, trials: int, *, confidence: float = CONFIDENCE) -> Estimate:
    """Equal-tailed interval of the posterior with Jeffreys' prior, Beta(1/2, 1/2).

    Source: L. D. Brown, T. T. Cai, A. DasGupta, "Interval estimation for a binomial proportion", Stat. Sci. 16(2), 101-133, 2001,
    sect. 3.1.3; the limits at 0 and at all successes are 0 and 1, as there.
    """
    from scipy.special import betaincinv  # noqa: PLC0415

    _require(successes, trials, confidence)
    if trials == 0:
        return Estimate(None, None, None, 0)
    tail = (1.0 - confidence) / 2.0
    a, b = successes + 0.5, trials - successes + 0.5
    low = 0.0 if successes == 0 else float(betaincinv(a, b, tail))
    high = 1.0 if successes == trials else float(betaincinv(a, b, 1.0 - tail))
    return Estimate(successes / trials, low, high, trials)


def agresti_coull(successes: int, trials: int, *, confidence: float = CONFIDENCE) -> Estimate:
    """Agresti and Coull's interval of a proportion, cut at 0 and 1.

    Source: A. Agresti and B. A. Coull, "Approximate is better than 'exact' for interval estimation of binomial proportions",
    Am. Stat. 52(2), 119-126, 1998.
    """
    _require(successes, trials, confidence)
    if trials == 0:
        return Estimate(None, None, None, 0)
    z = normal_quantile(confidence)
    count = trials + z * z
    p = (successes + z * z / 2.0) / count
    half = z * math.sqrt(p * (1.0 - p) / count)
    return Estimate(successes / trials, max(0.0, p - half), min(1.0, p + half), trials)


def zero_events_upper(trials: int, *, confidence: float = CONFIDENCE) -> float:
    """Upper limit, one-sided, of a probability of which no event was seen: 1 - (1 - confidence)^(1/n); about 3/n at 95 %.

    Source: J. A. Hanley and A. Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249(13), 1743-1745, 1983.
    """
    _require(0, trials, confidence)
    if trials == 0:
        raise OutOfRangeError("no trial was made; one or more are needed for an upper limit")
    return -math.expm1(math.log1p(-confidence) / trials)


def trials_for_half_width(*, half_width: float, confidence: float = CONFIDENCE, p_worst: float = 0.5) -> int:
    """Trials for an interval of `half_width`, normal approximation: ceil(z^2 p (1 - p) / h^2).

    `p_worst`: the proportion nearest to 1/2 that is thought possible.
    Source: W. G. Cochran, Sampling Techniques, 3rd ed., 1977, eq. 4.2.
    """
    _require_between("half_width", half_width)
    _require_between("p_worst", p_worst)
    _require(0, 1, confidence)
    z = normal_quantile(confidence)
    return _ceiling(z * z * p_worst * (1.0 - p_worst) / (half_width * half_width))


def trials_hoeffding(*, half_width: float, confidence: float = CONFIDENCE, spread: float = 1.0) -> int:
    """Trials after which a mean of values in an interval of length `spread` is within `half_width`, whatever their law.

    ceil(spread^2 ln(2/alpha) / (2 h^2)). One look: for repeated looks use `hoeffding_half_width` at each with its share of alpha.
    Source: W. Hoeffding, "Probability inequalities for sums of bounded random variables", J. Am. Stat. Assoc. 58, 13-30, 1963.
    """
    _require(0, 1, confidence)
    if not (half_width > 0 and spread > 0):
        raise OutOfRangeError(f"half_width = {half_width:g} and spread = {spread:g} must be above 0")
    return _ceiling(spread * spread * math.log(2.0 / (1.0 - confidence)) / (2.0 * half_width * half_width))


def hoeffding_half_width(trials: int, *, confidence: float = CONFIDENCE, spread: float = 1.0, looks: int = 1) -> float:
    """Half-width that holds for the mean of `trials` values at every one of `looks` planned looks at once (union bound).

    Source: W. Hoeffding, J. Am. Stat. Assoc. 58, 13-30, 1963, theorem 2; alpha is split evenly over the looks.
    """
    _require(0, trials, confidence)
    if trials < 1 or looks < 1:
        raise OutOfRangeError(f"trials = {trials}, looks = {looks}: one or more of each are needed")
    return spread * math.sqrt(math.log(2.0 * looks / (1.0 - confidence)) / (2.0 * trials))


def normal_quantile(confidence: float) -> float:
    """Half-width, in standard errors, of a two-sided normal interval."""
    return NormalDist().inv_cdf(0.5 + confidence / 2.0)


def _ceiling(count: float) -> int:
    """Next whole number, where rounding error just above a whole number does not cost a trial."""
    nearest = round(count)
    return nearest if abs(count - nearest) < 1e-9 * max(1.0, count) else math.ceil(count)


def _require_between(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise OutOfRangeError(f"{name} = {value:g} is outside 0 to 1 (exclusive)")


def _require(successes: int, trials: int, confidence: float) -> None:
    _require_between("confidence", confidence)
    if not 0 <= successes <= trials:
        raise OutOfRangeError(f"successes = {successes} of trials = {trials}: 0 <= successes <= trials must hold")
