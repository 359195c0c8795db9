import math

import pytest
from scipy.stats import beta, binom

from openiads.errors import OutOfRangeError
from openiads.stats import proportions


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(18, 20, 0.6830172859809176, 0.9876514728297052), (4, 200, 0.005475565879556443, 0.05041360908989634)],
)
def test_clopper_pearson_matches_r(successes, trials, low, high):
    got = proportions.clopper_pearson(successes, trials)
    assert (got.low, got.high) == pytest.approx((low, high), rel=0, abs=2e-7)
    assert got.value == successes / trials


def test_clopper_pearson_limits_have_the_tails_they_promise():
    got = proportions.clopper_pearson(3, 40, confidence=0.9)
    assert binom.sf(2, 40, got.low) == pytest.approx(0.05, rel=1e-9)
    assert binom.cdf(3, 40, got.high) == pytest.approx(0.05, rel=1e-9)


def test_nothing_and_everything():
    assert proportions.clopper_pearson(0, 50).low == 0.0
    assert proportions.clopper_pearson(50, 50).high == 1.0
    assert proportions.clopper_pearson(0, 0).low is None
    assert proportions.zero_events_upper(100) == pytest.approx(1 - 0.05**0.01, rel=1e-12)
    assert proportions.zero_events_upper(10_000) == pytest.approx(3 / 10_000, rel=2e-3)
    assert proportions.clopper_pearson(0, 100, confidence=0.9).high == pytest.approx(
        proportions.zero_events_upper(100), rel=1e-12
    )


def test_jeffreys_and_agresti_coull():
    got = proportions.jeffreys(18, 20)
    assert (got.low, got.high) == pytest.approx(beta.ppf([0.025, 0.975], 18.5, 2.5), rel=1e-10)
    got = proportions.agresti_coull(18, 20)  # 19.9207 of 23.8415 after adding z squared
    assert (got.low, got.high) == pytest.approx((0.68738, 0.98373), rel=0, abs=1e-3)
    assert proportions.agresti_coull(20, 20).high == 1.0


def test_trials_for_a_precision():
    assert proportions.trials_for_half_width(half_width=0.01) == 9604
    assert proportions.trials_for_half_width(half_width=0.01, p_worst=0.1) == 3458
    assert proportions.trials_hoeffding(half_width=0.01) == math.ceil(math.log(40) / 2e-4)


def test_hoeffding_pays_for_repeated_looks():
    assert proportions.hoeffding_half_width(18445) == pytest.approx(0.01, rel=1e-4)
    once, often = (proportions.hoeffding_half_width(1000, looks=looks) for looks in (1, 10))
    assert (often / once) ** 2 == pytest.approx(math.log(400) / math.log(40), rel=1e-12)


def test_impossible_counts_are_refused():
    with pytest.raises(OutOfRangeError, match="successes = 5 of trials = 4"):
        proportions.clopper_pearson(5, 4)
    with pytest.raises(OutOfRangeError, match="confidence = 95 is outside"):
        proportions.clopper_pearson(1, 4, confidence=95)
    with pytest.raises(OutOfRangeError, match="no trial was made"):
        proportions.zero_events_upper(0)
