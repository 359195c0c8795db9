"""Intervals against printed values, scipy and slow versions; what cannot be said is missing."""

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import chi2

from openiads.errors import OutOfRangeError
from openiads.stats.intervals import Estimate, count_mean, mean_share, ratio_of_sums, t_mean, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_matches_newcombe_table_1(successes: int, trials: int, low: float, high: float) -> None:
    """R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17, 1998, table I, method 3."""
    found = wilson(successes, trials)
    assert (found.low, found.high) == pytest.approx((low, high), rel=0, abs=5e-5)  # proportion
    assert found.value == successes / trials


def test_wilson_is_symmetric_and_stays_within_0_and_1() -> None:
    for n in (1, 2, 7, 1000):
        none, every = wilson(0, n), wilson(n, n)
        assert none.low == 0.0
        assert every.high == 1.0
        assert none.high is not None
        assert every.low == pytest.approx(1.0 - none.high, rel=0, abs=1e-12)  # proportion
    narrow, wide = wilson(5, 10, confidence=0.5), wilson(5, 10, confidence=0.99)
    assert wide.low < narrow.low < 0.5 < narrow.high < wide.high  # type: ignore[operator]


def test_nothing_observed_is_missing() -> None:
    assert wilson(0, 0) == Estimate(None, None, None, 0)
    assert t_mean([]) == Estimate(None, None, None, 0)
    assert t_mean([math.nan, math.nan]) == Estimate(None, None, None, 0, 2)
    assert t_mean([4.0]) == Estimate(4.0, None, None, 1)
    assert mean_share([math.nan]) == Estimate(None, None, None, 0, 1)
    assert ratio_of_sums([1.0, 2.0], [0.0, 0.0]) == Estimate(None, None, None, 0, 2)
    assert ratio_of_sums([], []) == Estimate(None, None, None, 0, 0)
    assert ratio_of_sums([3.0, 1.0], [2.0, 0.0]) == Estimate(2.0, None, None, 2)


def test_t_mean_matches_scipy() -> None:
    from scipy import stats

    values = np.random.default_rng(1).normal(5.0, 2.0, 9)
    low, high = stats.t.interval(0.95, 8, values.mean(), stats.sem(values))
    found = t_mean([*values, math.nan])
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12, abs=0)
    assert (found.count, found.missing) == (9, 1)


def test_share_within_replications() -> None:
    assert mean_share([0.0, 0.0, 0.0, math.nan]) == Estimate(0.0, 0.0, wilson(0, 3).high, 3, 1)
    assert mean_share([1.0, 0.0]) == wilson(1, 2)
    mixed = mean_share([0.5, 0.0, 0.1])
    assert mixed.value == pytest.approx(0.2, rel=1e-12, abs=0)
    assert mixed.low == 0.0  # Student's would be below
    assert mixed.high == t_mean([0.5, 0.0, 0.1]).high


def test_ratio_of_sums_matches_leaving_one_out_by_hand() -> None:
    top, bottom = [3.0, 5.0, 2.0, 8.0], [1.0, 2.0, 1.0, 3.0]
    left = [(sum(top) - t) / (sum(bottom) - b) for t, b in zip(top, bottom, strict=True)]
    pseudo = [4 * 18 / 7 - 3 * x for x in left]
    error = np.std(pseudo, ddof=1) / math.sqrt(4)
    found = ratio_of_sums(top, bottom)
    assert found.value == 18 / 7
    assert found.high == pytest.approx(18 / 7 + 3.1824463 * error, rel=1e-7, abs=0)  # t(0.975, 3) as printed in tables
    assert found.low == pytest.approx(18 / 7 - 3.1824463 * error, rel=1e-7, abs=0)


def test_ratio_of_a_constant_ratio_has_no_width() -> None:
    found = ratio_of_sums([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)


def test_arguments_that_make_no_sense() -> None:
    with pytest.raises(OutOfRangeError, match="successes = 3 of trials = 2"):
        wilson(3, 2)
    with pytest.raises(OutOfRangeError, match="confidence = 95 is outside 0 to 1"):
        t_mean([1.0], confidence=95)
    with pytest.raises(OutOfRangeError, match="2 numerators and 1 denominators"):
        ratio_of_sums([1.0, 2.0], [1.0])


def test_scipy_is_not_imported_with_the_module() -> None:
    code = "import sys, openiads.stats.intervals; print('scipy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_count_mean_is_garwood_when_counts_are_poisson() -> None:
    counts = [0, 1, 0, 2, 0, 1, 0, 0, 0, 1]  # 5 events, variance 0.5, mean 0.5: no overdispersion
    found = count_mean(counts)
    assert found.value == pytest.approx(0.5, abs=1e-15)
    assert found.low == pytest.approx(chi2.ppf(0.025, 10) / 2 / 10, rel=1e-12)
    assert found.high == pytest.approx(chi2.ppf(0.975, 12) / 2 / 10, rel=1e-12)


def test_count_mean_of_nothing_seen_is_three_point_seven_over_n() -> None:
    found = count_mean([0] * 64)
    assert found.value == 0.0
    assert found.low == 0.0
    assert found.high == pytest.approx(3.6889 / 64, rel=1e-4)


def test_count_mean_widens_with_dispersion_and_covers_rare_counts() -> None:
    calm, wild = count_mean([1, 1, 1, 1]), count_mean([0, 0, 0, 4])
    assert wild.high - wild.low > calm.high - calm.low
    generator = np.random.default_rng(7)
    inside = 0
    for _ in range(400):
        found = count_mean(generator.poisson(0.02, 256))
        inside += found.low <= 0.02 <= found.high
    assert 0.92 <= inside / 400 <= 1.0
