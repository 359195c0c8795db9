"""Differences of two runs of the same replications."""

import math
from typing import Any

import numpy as np
import pytest

from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.paired import Difference, difference
from openiads.results.wording import difference_text, estimate_text, ratio_text, significant
from openiads.stats.intervals import Estimate, t_mean
from openiads.stats.proportions import clopper_pearson


def nothing(data: Any) -> Sample:
    raise NotImplementedError


def paired(kind: Any, a: Any, b: Any, unit: str = "1", **more: Any) -> Difference:
    m = Measure("m", unit, kind, "made up", (), nothing, **more)
    return difference(m, {}, a if isinstance(a, Sample) else sample(a), b if isinstance(b, Sample) else sample(b))


def test_a_shift_under_common_draws_is_seen_at_once() -> None:
    noise = np.random.default_rng(1).normal(10.0, 3.0, 50)
    found = paired("mean", noise, noise + 1.0 + np.random.default_rng(2).normal(0.0, 0.1, 50), "s")
    assert found.difference.value == pytest.approx(1.0, rel=0, abs=0.05)
    assert found.resolved
    assert found.variance_ratio is not None
    assert found.variance_ratio > 500
    assert found.difference == t_mean(found_difference(noise))


def found_difference(noise: Any) -> Any:
    return noise + 1.0 + np.random.default_rng(2).normal(0.0, 0.1, 50) - noise


def test_independent_draws_save_nothing() -> None:
    rng = np.random.default_rng(3)
    found = paired("mean", rng.normal(size=4000), rng.normal(size=4000), "s")
    assert found.variance_ratio == pytest.approx(1.0, rel=0, abs=0.1)
    assert not found.resolved


def test_missing_pairs_are_left_out_and_counted() -> None:
    a = sample([1.0, 1.0, 0.0, 2.0], [2.0, 0.0, 2.0, 2.0])
    b = sample([1.0, 1.0, 1.0, 2.0], [2.0, 2.0, 2.0, 2.0])
    found = paired("share", a, b)
    assert found.difference.missing == 1
    assert found.difference.value == pytest.approx((0.0 + 0.5 + 0.0) / 3, rel=1e-12)
    assert (found.alike, found.pairs) == (2, 4)


def test_no_pair_differs() -> None:
    same = [0.5, 0.25, 0.5, 1.0]
    share = paired("share", same, same)
    limit = clopper_pearson(0, 4).high
    assert (share.difference.low, share.difference.high) == (-limit, limit)  # type: ignore[operator]
    assert share.variance_ratio == math.inf
    mean = paired("mean", same, same, "s")
    assert (mean.difference.low, mean.difference.high) == (None, None)
    assert difference_text(mean) == "the same in every pair"
    neither = paired("proportion", [0.0] * 8, [0.0] * 8)
    assert neither.variance_ratio is None
    assert neither.difference.low is not None
    assert neither.difference.low < 0.0 < neither.difference.high  # type: ignore[operator]


def test_ratios_leave_out_whole_pairs() -> None:
    a, b = sample([3.0, 5.0, 4.0], [1.0, 2.0, 2.0]), sample([4.0, 5.0, 6.0], [2.0, 2.0, 2.0])
    found = paired("ratio", a, b)
    assert found.difference.value == pytest.approx(15 / 6 - 12 / 5, rel=1e-12)
    without = np.array([11 / 4 - 9 / 4, 10 / 4 - 7 / 3, 9 / 4 - 8 / 3])
    half = 4.302652729749464 * math.sqrt(2 / 3 * float(((without - without.mean()) ** 2).sum()))  # t, 2 degrees, 97.5 %
    assert found.difference.high == pytest.approx(found.difference.value + half, rel=1e-9)


def test_rates_of_rare_events() -> None:
    a, b = sample([0.0] * 40, [2.0] * 40), sample([1.0] + [0.0] * 39, [2.0] * 40)
    found = paired("rate", a, b, "1/h", scale=10.0)
    assert found.difference.value == pytest.approx(10.0 / 80.0, rel=1e-12)
    assert found.difference.low is not None
    assert found.difference.low < 0.0 < found.difference.value < found.difference.high  # type: ignore[operator]
    assert not found.resolved


def test_words() -> None:
    share = Measure("m", "1", "share", "made up", (), nothing)
    assert estimate_text(share, Estimate(0.427, 0.377, 0.477, 64)) == "42.7 % (37.7 to 47.7)"
    assert estimate_text(share, Estimate(0.0, 0.0, 0.056, 64), figures=2) == "none seen, at most 5.6 %"
    assert estimate_text(share, Estimate(None, None, None, 0)) == "missing"
    assert estimate_text(share, Estimate(0.5, None, None, 1)) == "50.0 % (no interval)"
    assert [significant(v, 2) for v in (0.00996, 9.96, 123456.0, -0.5, 0.0)] == ["0.010", "10", "120,000", "−0.50", "0"]
    assert (ratio_text(None), ratio_text(math.inf), ratio_text(2.34)) == ("neither varies", "no spread left", "2.3")
